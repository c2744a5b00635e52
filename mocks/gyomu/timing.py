"""When a file is due: the timing words of the linkage tables on the virtual clock."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

TEN_MINUTES = timedelta(minutes=10)
# The nightly batch: daily, monthly and yearly files are made then.
NIGHT = timedelta(hours=20)
ANNUAL = 4


def due(timing: Iterable[str], start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """The moments after `start` until `end`, with the kind of file. What is sent as needed (随時) goes with the ten minutes."""
    words = set(timing)
    if words & {"10分以内", "随時"}:
        moment = start.replace(second=0, microsecond=0, minute=start.minute // 10 * 10) + TEN_MINUTES
        while moment <= end:
            yield moment, "sabun"
            moment += TEN_MINUTES
    if words & {"日次", "月次", "年次"}:
        yield from _nights(words, start, end)


def _nights(words: set[str], start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while (moment := day + NIGHT) <= end:
        is_yearly = "年次" in words and (day.month, day.day) == (ANNUAL, 1)
        if moment > start and is_yearly:
            yield moment, "zenken"
        elif moment > start and ("日次" in words or ("月次" in words and day.day == 1)):
            yield moment, "sabun"
        day += timedelta(days=1)
