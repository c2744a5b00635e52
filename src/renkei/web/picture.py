"""The picture on the page: one bar per target, stacked by what its requirements came to, in shape as well as colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from renkei.flow.outcome import Outcome
from renkei.textwidth import fitted
from renkei.web.summary import TargetSummary

WIDTH = 640.0
GROUPS = {
    "passed": (Outcome.PASSED,),
    "failed": (Outcome.FAILED,),
    "waived": (Outcome.WAIVED,),
    "undecided": (Outcome.INCONCLUSIVE, Outcome.BLOCKED, Outcome.NOT_RUN, Outcome.HARNESS_ERROR),
    "recorded": (Outcome.AMBIGUOUS,),
    "outside": (Outcome.NOT_CLAIMED, Outcome.EXEMPT, Outcome.NOT_APPLICABLE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a bar: its group, how many requirements, where it lies."""

    group: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The bar of one target."""

    target: str
    vendor: str
    system: str
    total: int
    y: int
    segments: tuple[Segment, ...]


def bars(targets: Sequence[TargetSummary], height: int) -> tuple[Bar, ...]:
    """One bar per target, ``height`` apart, all of the same length: shares, with the numbers written in."""
    return tuple(
        Bar(
            target=target.id,
            vendor=fitted(target.vendor, 24),
            system=fitted(target.system, 32),
            total=target.total,
            y=index * height,
            segments=_segments(target),
        )
        for index, target in enumerate(targets)
    )


def _segments(target: TargetSummary) -> tuple[Segment, ...]:
    segments = []
    x = 0.0
    for group, outcomes in GROUPS.items():
        count = sum(target.counts.get(outcome, 0) for outcome in outcomes)
        if count:
            width = WIDTH * count / target.total
            segments.append(Segment(group=group, count=count, x=round(x, 2), width=round(width, 2)))
            x += width
    return tuple(segments)
