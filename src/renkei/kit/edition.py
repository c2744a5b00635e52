"""Which edition of the contracts a file's heading is of, when it is not the one that the run is judged by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from renkei.flow.contract import OtherEdition
from renkei.kit.phrases import Phrase, phrase
from renkei.kit.target import Provider
from renkei.tables.transition import edition_of_heading, ended


def heading_of_other_edition(target: Provider, linkage: str, header: Sequence[str]) -> Phrase | None:
    """The name of that edition and until when an older one is accepted; None for this edition's and unknown headings."""
    other = edition_of_heading(target.bundle, linkage, header)
    if other is None:
        return None
    if target.bundle.newer is other:
        return phrase("heading-of-newer", edition=other.edition)
    return phrase("heading-of-older", edition=other.edition, until=other.until)


def is_over(edition: OtherEdition, today: dt.date) -> bool:
    """Whether an edition is accepted no more."""
    return ended(edition, today)


__all__ = ["OtherEdition", "heading_of_other_edition", "is_over"]
