"""Files from a provider to a consumer, with the harness's own place in between: both sides judged on the same journey."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.handover import hand_over
from renkei.kit.pair import Aspect, Pair, judge


@requirement("PR-05")
def test_the_providers_files_conform(pair: Pair, expect: Expect) -> None:
    """Each file that is handed over conforms in name, marker, bytes, header, cells and history."""
    judge(pair.account(hand_over), expect, Aspect.WRITTEN)


@requirement("PR-06")
def test_the_consumer_takes_the_files_in_their_order(pair: Pair, expect: Expect) -> None:
    """Conforming files are taken once, in order; after a gap the next full file is waited for."""
    judge(pair.account(hand_over), expect, Aspect.TAKEN)


@requirement("PR-07")
def test_every_conforming_row_is_accepted(pair: Pair, expect: Expect) -> None:
    """No conforming row is refused, and what the consumer reports adds up."""
    judge(pair.account(hand_over), expect, Aspect.ACCEPTED)


@requirement("PR-09")
def test_the_consumer_reads_whole_files_of_its_own(pair: Pair, expect: Expect) -> None:
    """On object storage of the harness, files are read after their marker, to their end, and none of others."""
    judge(pair.account(hand_over), expect, Aspect.READ)


@requirement("PR-08")
def test_the_consumer_holds_what_the_files_say(pair: Pair, expect: Expect) -> None:
    """After each step, what the consumer holds is what the provider's files come to, to the letter."""
    judge(pair.account(hand_over), expect, Aspect.HELD)
