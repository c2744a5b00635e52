"""電子証明書 on the cards of residents: serial numbers, from when to when, and why they end; for 001 and 申請管理."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.person import LIVING, Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, anniversary, soon

SIGNING, ENTERING = "1", "2"
SHARE, YEARS = 0.75, 5
FIRST = dt.date(2021, 4, 1)
_SIGNED = ("shimei", "jusho_choazakodo", "jusho_banchigohyoki", "jusho_katagaki")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate; ``ended`` is when it was made void."""

    one: Person
    kind: str
    serial: str
    at: dt.datetime
    until: dt.date
    ended: dt.datetime | None = None


def certificates(shard: Shard) -> dict[tuple[str, str], list[Certificate]]:
    """The certificates of each person and kind, in order."""
    found: dict[tuple[str, str], list[Certificate]] | None = shard.facts.get("certificates")
    if found is None:
        found = shard.facts["certificates"] = {}
        for one in shard.people:
            if one.chance("card") < SHARE and not one.rows[0].at > LIMIT:
                for kind in (SIGNING, ENTERING):
                    turns = list(_turns(one, kind))
                    if turns:
                        found[one.number, kind] = turns
    return found


def _turns(one: Person, kind: str) -> Iterator[Certificate]:
    """One after the other: a signature is void with each new name or address, both with death and leaving."""
    born = anniversary(one.born, 15) if kind == SIGNING else one.born + dt.timedelta(days=90)
    start = max(FIRST, born, one.rows[0].at.date()) + dt.timedelta(days=int(one.chance("card/day") * 900))
    issued: dt.datetime | None = soon(one, start, "card")
    count = 0
    rows = one.rows
    for place, row in enumerate(rows):
        end = rows[place + 1].at if place + 1 < len(rows) else dt.datetime.max
        living = row.values["juminjotai"] == LIVING
        if issued is None or not living or max(issued, row.at) >= min(end, LIMIT):
            continue
        at = max(issued, row.at + dt.timedelta(minutes=30))
        after = next((later for later in rows[place + 1 :] if _voids(row.values, later.values, kind)), None)
        count += 1
        ended = after.at + dt.timedelta(minutes=10) if after is not None and after.at <= LIMIT else None
        yield Certificate(
            one=one, kind=kind, serial=f"99{kind}{one.number.zfill(15)}{count:02d}", at=at,
            until=anniversary(one.born, YEARS + (at.date().year - one.born.year)), ended=ended,
        )  # fmt: skip
        issued = None if ended is None else ended + dt.timedelta(days=1)


def _voids(before: dict[str, str], values: dict[str, str], kind: str) -> bool:
    if values["juminjotai"] != LIVING:
        return True
    return kind == SIGNING and any(before.get(item) != values.get(item) for item in _SIGNED)


def signing(shard: Shard, one: Person, at: dt.datetime) -> str:
    """The serial with which somebody signs at a moment, "" without a certificate."""
    for certificate in certificates(shard).get((one.number, SIGNING), ()):
        if certificate.at <= at and (certificate.ended is None or at < certificate.ended):
            return certificate.serial
    return ""
