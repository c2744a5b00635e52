"""Dates and times: calendar days, legal days outside the calendar, sentinels of periods, 不詳 records, broken forms."""

from __future__ import annotations

import calendar

from hypothesis import strategies as st

Strategy = st.SearchStrategy

PERIOD_START = "0000-01-01"
PERIOD_END = "9999-12-31"
# Last day of 明治 and of 大正, first days of the eras after them, and days that calendars get wrong.
EDGE_DATES = (
    "1912-07-30",
    "1912-07-31",
    "1926-12-25",
    "1926-12-24",
    "1989-01-07",
    "1989-01-08",
    "2019-04-30",
    "2019-05-01",
    "1900-02-28",
    "2000-02-29",
    "2024-02-29",
    "1868-01-25",
    "1969-12-31",
    "1970-01-01",
    "2038-01-20",
)
# 02-29 of years that have none, and the like: legal for 生年月日 and other dates that allow 不詳日.
OUTSIDE_CALENDAR = ("2023-02-29", "1900-02-29", "2100-02-29", "1955-02-30", "1948-04-31", "1936-11-31")
BROKEN_DATES = (
    "2021-1-01",
    "2021/11/01",
    "20211101",
    "21-11-01",
    "2021-11-01T00:00:00",
    "２０２１－１１－０１",
    "令和3年11月1日",
    "2021-11-01 ",
    "2021-11",
    "01-11-2021",
)
# Out of every calendar, so no 不詳日 reading saves them.
IMPOSSIBLE_DATES = ("2021-13-01", "2021-11-32", "2021-11-40")
BROKEN_TIMES = (
    "9:00",
    "24:00:00",
    "09:60",
    "09:00:60",
    "0900",
    "09:00:00+09:00",
    "０９：００",
    "09:00:00.000",
    "09-00-00",
)
NOTATIONS = (
    "昭和２５年頃",
    "昭和２５年３月頃",
    "昭和２５年３月１日頃",
    "推定昭和２５年３月１日",
    "推定昭和２５年３月",
    "昭和２５年春",
    "昭和２５年３月上旬",
    "昭和２５年３月中旬頃",
    "年月日不詳",
    "昭和２５年　月日不詳",
    "昭和２５年３月　日不詳",
    "昭和２５年３月１日から４月１０日頃までの間",
    "昭和２５年３月推定１日から１０日までの間",
    "昭和２５年３月１日頃から４月１０日頃までの間",
)


def record(item: str, date: str, notation: str = "") -> dict[str, str]:
    """The three members of a date that may be unknown: the date, its 不詳フラグ, and its 不詳表記 when unknown."""
    known = {item: date, f"{item}_fushofuragu": "1" if notation else "0"}
    return known | ({f"{item}_fushohyoki": notation} if notation else {})


def hard_dates(item: str = "seinengappi") -> tuple[tuple[str, dict[str, str]], ...]:
    """The closed list of (name, members) of dates that must come back unchanged, for an item that allows 不詳日."""
    plain = [(f"edge-{date}", record(item, date)) for date in EDGE_DATES]
    outside = [(f"outside-calendar-{date}", record(item, date)) for date in OUTSIDE_CALENDAR]
    unknown = [(f"unknown-{number}", record(item, "1950-03-01", text)) for number, text in enumerate(NOTATIONS, 1)]
    return (*plain, *outside, *unknown)


def calendar_dates(first: int = 1900, last: int = 2099) -> Strategy[str]:
    """A day of the calendar, between two years (both included), edges often."""
    days = st.builds(_day, st.integers(first, last), st.integers(1, 12), st.integers(1, 31))
    edges = tuple(date for date in EDGE_DATES if first <= int(date[:4]) <= last)
    return st.one_of(days, st.sampled_from(edges)) if edges else days


def loose_dates() -> Strategy[str]:
    """A date where 不詳日 is allowed: days of the calendar and legal days outside it."""
    return st.one_of(calendar_dates(), st.sampled_from(OUTSIDE_CALENDAR))


def unknown_dates(item: str = "seinengappi") -> Strategy[dict[str, str]]:
    """The three members of a date, consistent: known (flag 0, no notation) or unknown (flag 1 and a notation)."""
    known = loose_dates().map(lambda date: record(item, date))
    unknown = st.builds(lambda date, text: record(item, date, text), calendar_dates(), st.sampled_from(NOTATIONS))
    return st.one_of(known, unknown)


def period_starts() -> Strategy[str]:
    """The first day of a period: a calendar day, or the sentinel for unknown."""
    return st.one_of(calendar_dates(), st.just(PERIOD_START))


def period_ends() -> Strategy[str]:
    """The last day of a period: a calendar day, or the sentinel for unlimited."""
    return st.one_of(calendar_dates(), st.just(PERIOD_END))


def times() -> Strategy[str]:
    """A time of day in 24 hours; seconds may be left out."""
    minutes = st.builds(lambda hour, minute: f"{hour:02d}:{minute:02d}", st.integers(0, 23), st.integers(0, 59))
    seconds = st.builds(lambda start, second: f"{start}:{second:02d}", minutes, st.integers(0, 59))
    return st.one_of(seconds, minutes, st.sampled_from(("00:00:00", "23:59:59", "00:00", "23:59")))


def _day(year: int, month: int, day: int) -> str:
    return f"{year:04d}-{month:02d}-{min(day, calendar.monthrange(year, month)[1]):02d}"
