"""The pictures of the town's page: a pyramid of ages, households by size, and events by month, as places on a canvas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 400
ROW = 17
BANDS = tuple(range(100, -1, -5))
LEFT, RIGHT = "1", "2"
# The middle of the pyramid holds the ages; each side has what is left.
GUTTER = 62
SIDE = (WIDTH - GUTTER) // 2
LARGEST = 7
_HEIGHT, _MARGIN, _MONTH = 70, 34, 3
_SMALL, _STEPS = (1, 2, 4, 6, 8, 10), (12, 16, 20, 24, 30, 40, 50, 60, 80, 100)
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar: where it lies; ``inner`` is how much of its length is marked (foreigners)."""

    x: float
    y: float
    length: float
    inner: float = 0.0
    count: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A place on an axis and what stands there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pyramid:
    """Men to the left, women to the right, the oldest on top."""

    left: tuple[Bar, ...]
    right: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars under each other or beside each other, with their axis."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    top: int
    height: int


def top(largest: int) -> int:
    """The end of an axis: the next round number."""
    if largest <= _SMALL[-1]:
        return next(step for step in _SMALL if step >= largest)
    unit = 1
    while unit * _STEPS[-1] < largest:
        unit *= 10
    return next(unit * step for step in _STEPS if unit * step >= largest)


def pyramid(counts: Mapping[str, Counts], foreign: Mapping[str, Counts]) -> Pyramid:
    """The pyramid of the two sexes that it can show; ``foreign`` is the part of each bar that is marked."""
    end = top(max((count for sex in (LEFT, RIGHT) for count in counts.get(sex, {}).values()), default=1))
    sides = {}
    for sex in (LEFT, RIGHT):
        bars = []
        for place, band in enumerate(BANDS):
            count, part = (table.get(sex, {}).get(str(band), 0) for table in (counts, foreign))
            length = SIDE * count / end
            x = SIDE - length if sex == LEFT else SIDE + GUTTER
            label = f"{band}+" if band == BANDS[0] else f"{band}–{band + 4}"
            bars.append(
                Bar(x=round(x, 1), y=place * ROW, length=round(length, 1), inner=round(SIDE * part / end, 1), count=count,
                    label=label)
            )  # fmt: skip
        sides[sex] = tuple(bars)
    ticks = []
    for part in (0, 1, 2) if end > 1 else (0, 2):
        away, label = SIDE * part / 2, f"{end * part // 2:,}"
        ticks += [Tick(at=SIDE - away, label=label), Tick(at=SIDE + GUTTER + away, label=label)]
    return Pyramid(left=sides[LEFT], right=sides[RIGHT], ticks=tuple(ticks), height=len(BANDS) * ROW)


def sizes(counts: Counts) -> Bars:
    """Households by size; those of the largest sizes together."""
    found: dict[int, int] = dict.fromkeys(range(1, LARGEST + 1), 0)
    for size, count in counts.items():
        found[min(LARGEST, int(size))] += count
    end = top(max(found.values(), default=1) or 1)
    bars = tuple(
        Bar(x=60, y=(size - 1) * 26, length=round((WIDTH - 130) * count / end, 1), count=count, label=str(size))
        for size, count in found.items()
    )
    return Bars(bars=bars, ticks=(), top=end, height=LARGEST * 26)


def months(names: Sequence[str], counts: Sequence[int]) -> Bars:
    """How often something happened, month by month."""
    end = top(max(counts, default=1) or 1)
    bars = tuple(
        Bar(x=_MARGIN + place * _MONTH, y=round(_HEIGHT - _HEIGHT * count / end, 1), length=round(_HEIGHT * count / end, 1),
            count=count, label=name)
        for place, (name, count) in enumerate(zip(names, counts, strict=True))
    )  # fmt: skip
    ticks = tuple(
        Tick(at=_MARGIN + place * _MONTH, label=name[:4])
        for place, name in enumerate(names)
        if name.endswith("-04") and place // 12 % 2 == 0
    )
    return Bars(bars=bars, ticks=ticks, top=end, height=_HEIGHT)
