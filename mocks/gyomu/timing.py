"""When a file is due: the timing words of the linkage tables on the virtual clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mocks.gyomu.contract import Linkage

TEN_MINUTES = timedelta(minutes=10)
# The nightly batch: daily, monthly and yearly files are made then.
NIGHT = timedelta(hours=20)
ANNUAL = 4
OFTEN = {"10分以内", "随時"}


def due(linkage: Linkage, start: datetime, end: datetime, *, leaps: bool = False) -> Iterator[tuple[datetime, str]]:
    """The moments after `start` until `end`, with the kind of file. What is sent as needed (随時) goes with the ten minutes.

    A linkage with both the ten minutes and the nightly batch has told everything by the evening: the batch adds nothing.
    `leaps`: of the ten minutes only the first and the last, for in between nothing happens.
    """
    words = set(linkage.timing)
    if words & OFTEN:
        moment = start.replace(second=0, microsecond=0, minute=start.minute // 10 * 10) + TEN_MINUTES
        while moment <= end:
            yield moment, "sabun"
            moment += max(TEN_MINUTES, (end - moment) // TEN_MINUTES * TEN_MINUTES) if leaps else TEN_MINUTES
    yield from _nights(linkage, words, start, end)


def _nights(linkage: Linkage, words: set[str], start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    usual = "zenken" if linkage.whole else "sabun"
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while (moment := day + NIGHT) <= end:
        if moment > start:
            if "年次" in words and (day.month, day.day) == (ANNUAL, 1):
                yield moment, "zenken"
            elif not words & OFTEN and ("日次" in words or ("月次" in words and day.day == 1)):
                yield moment, usual
        day += timedelta(days=1)
