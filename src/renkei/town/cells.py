"""Cells that many data sets share: address blocks, dates that may be unknown, and where things happen."""

from __future__ import annotations

import datetime as dt
import functools
import sys

from renkei.town.person import Person, Values

PARTS = ("shikuchosonkodo", "choazakodo", "todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "katagaki", "yubinbango")  # fmt: skip
ABROAD = ("kokumeikodo", "kokumeito", "kokugaijusho")
# Codes and names of the town's own hospitals and centres.
HOSPITALS = (
    ("9910000016", "連携市立病院"), ("9910000024", "架け橋レディースクリニック"), ("9910000032", "緑が丘医院"),
    ("9910000040", "港南こどもクリニック"), ("9910000057", "川端町内科小児科"),
)  # fmt: skip
CENTRE = "連携市保健センター"


@functools.cache
def _pairs(block: str, to: str) -> tuple[tuple[str, str], ...]:
    # Interned, as the names of columns are: what is the same string is found without being compared.
    return tuple((sys.intern(f"{to}_{part}"), sys.intern(f"{block}_{part}")) for part in PARTS)


def address(values: Values, to: str = "jusho", block: str = "jusho") -> Values:
    """One address block of a row as the block ``to`` of another."""
    get = values.get
    return {name: get(own, "") for name, own in _pairs(block, to)}


def foreign_address(values: Values, to: str, block: str) -> Values:
    """The part of an address that lies outside the country."""
    return {f"{to}_{part}": values.get(f"{block}_{part}", "") for part in ABROAD}


def written(values: Values, block: str = "jusho") -> str:
    """An address as one line, from the prefecture to the building."""
    return "".join(values.get(f"{block}_{part}", "") for part in PARTS[2:7])


def birthday(values: Values) -> Values:
    """生年月日 with what marks it as unknown."""
    return {
        "seinengappi": values["seinengappi"],
        "seinengappi_fushofuragu": values.get("seinengappi_fushofuragu", "0"),
        "seinengappi_fushohyoki": values.get("seinengappi_fushohyoki", ""),
    }


@functools.cache
def iso(day: dt.date) -> str:
    """A day as it is written; there are few days, and many cells that hold one."""
    return day.isoformat()


def desk(day: dt.date, seconds: float = 0.5) -> dt.datetime:
    """A moment of a day in office hours; ``seconds`` in [0, 1) says how late."""
    return dt.datetime.combine(day, dt.time(9)) + dt.timedelta(seconds=int(seconds * 28_000))


def span(day: dt.date, days: int) -> dt.date:
    """So many days later."""
    return day + dt.timedelta(days=days)


def digits(number: str) -> str:
    """The serial of a 宛名番号 as eleven digits, as other numbers carry it in them."""
    return number.zfill(15)[4:]


def left_at(one: Person, after: dt.datetime) -> dt.datetime:
    """When a resident leaves or dies first after a moment, the end of time when never."""
    for row in one.rows:
        if row.at > after and row.values["juminjotai"] != "1":
            return row.at
    return dt.datetime.max


def within(one: Person, at: dt.datetime) -> bool:
    """Whether somebody is a resident at a moment."""
    living = False
    for row in one.rows:
        if row.at > at:
            break
        living = row.values["juminjotai"] == "1"
    return living
