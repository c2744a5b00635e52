"""The virtual clock of a municipality's day: it stands still until somebody advances it."""

from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9))
OPENING = datetime(2026, 4, 1, 9, 0, 0, tzinfo=JST)


class Clock:
    """Virtual time in Japan. Files depend on it alone, so the same seed gives the same bytes on any day.

    Tokens do not follow it: their life is real time, as their clients' clocks are.
    """

    def __init__(self, start: datetime = OPENING) -> None:
        self._now = start

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Time goes on by `seconds`, never back."""
        if seconds < 0:
            raise ValueError(f"expected seconds >= 0, seconds = {seconds!r}")
        self._now += timedelta(seconds=seconds)
        return self._now
