"""What a document's own office asks beyond its shape: its requirements, each a few calls in order."""

from renkei.kit import Expect, Provider, requirement
from renkei.kit.story import told


@requirement("x-renkei-requirements")
def test_the_story_goes_as_the_document_tells(target: Provider, expect: Expect) -> None:
    """Each judged step of the requirement ends as its document says."""
    told(target, expect)
