"""Dues (調定): what somebody owes at which instalment. Every 業務 that levies registers here, and 036 collects them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import NamedTuple

from renkei.town.shard import Shard

Key = tuple[str, str, str, str, str, str]


class Due(NamedTuple):
    """One claim: ``amount`` as first raised, ``changes`` the later amounts with their moments (更正).

    ``notice`` is the 通知書番号, ``subject`` the 課税対象番号 (a vehicle), ``employer`` the 指定番号 of who withholds; what is
    ``withheld`` (from wages or pensions) is paid on time. ``parts`` are the taxes that the first amount is made of. There are
    more than a million in a large town, and making a frozen dataclass of so many fields takes five times as long.
    """

    service: str
    holder: str
    year: int
    kind: str
    notice: str
    period: str
    raised: dt.datetime
    due: dt.date
    amount: int
    parts: tuple[int, ...] = ()
    changes: tuple[tuple[dt.datetime, int], ...] = ()
    subject: str = ""
    household: str = ""
    insured: str = ""
    employer: str = ""
    withheld: bool = False
    joint: bool = False
    carried: bool = False

    @property
    def key(self) -> Key:
        """業務ID, 宛名番号, 賦課年度, 税目コード, 通知書番号, 期別."""
        return self.service, self.holder, str(self.year), self.kind, self.notice, self.period


Levy = Callable[[Shard], Iterable[Due]]
LEVIES: list[Levy] = []


def levy(function: Levy) -> Levy:
    """Mark a function as what raises dues of a shard."""
    LEVIES.append(function)
    return function


def dues(shard: Shard) -> list[Due]:
    """Everything that is owed in the shard, in the order of the levies."""
    found: list[Due] | None = shard.facts.get("dues")
    if found is None:
        found = shard.facts["dues"] = [one for function in LEVIES for one in function(shard)]
    return found
