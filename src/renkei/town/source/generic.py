"""Rows of a data set that has no source of its own: what its item table and rules say, over the people of the town.

Every value that the person or household is known by (numbers, names, addresses, dates of birth) is the town's; the rest is
drawn by the key of the row, so that it is the same in every run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from renkei.flow.contract import Item, RowRule, RuleKind
from renkei.town.dataset import Chain, Line
from renkei.town.history import BEGIN
from renkei.town.person import Person, Values
from renkei.town.shard import Shard

SHARE = 0.08
LAST = dt.date(2026, 3, 20)
_ENVELOPE = {"shikuchosonkodo", "saishinfuragu", "sakujofuragu", "sosashaid", "sosanengappi", "sosajikoku"}


class Filler:
    """Makes the histories of one linkage."""

    def __init__(
        self, linkage: str, items: Sequence[Item], rules: Sequence[RowRule], codes: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._linkage = linkage
        self._codes = codes
        self._rules = [rule for rule in rules if rule.linkage == linkage]
        self._keys = [item for item in items if item.key and not item.romaji.endswith("rirekibango")]
        self._items = [item for item in items if item.romaji not in _ENVELOPE and not item.romaji.endswith("edaban")]
        self._serial = any(item.key and item.romaji.endswith("rirekibango") for item in items)

    def chains(self, shard: Shard) -> Iterator[Chain]:
        """One history for every person whom the draw takes."""
        for one in shard.people:
            if shard.chance(one.number, self._linkage) < SHARE and one.rows:
                yield self._chain(shard, one)

    def _chain(self, shard: Shard, one: Person) -> Chain:
        begin = max(BEGIN, one.rows[0].at.date())
        span = max(1, (LAST - begin).days)
        day = begin + dt.timedelta(days=shard.choice(one.number, f"{self._linkage}/day", span))
        values = self._values(shard, one, day)
        at = dt.datetime.combine(day, dt.time(9)) + dt.timedelta(seconds=shard.choice(one.number, "time", 28_000))
        chain = [Line(at, values)]
        if self._serial and shard.chance(one.number, f"{self._linkage}/again") < 0.1:
            chain.append(Line(dt.datetime(2026, 3, 1 + shard.choice(one.number, "again", 28), 15), dict(values)))
        return [chain[0], *(line for line in chain[1:] if line.at > at)]

    def _values(self, shard: Shard, one: Person, day: dt.date) -> Values:
        known = one.on(day) or one.rows[0].values
        values = {"atenabango": one.number}
        for item in self._items:
            if item.romaji not in values:
                values[item.romaji] = known.get(item.romaji) or self._drawn(shard, one, item, day)
        for rule in self._rules:
            self._obey(rule, values)
        return values

    def _drawn(self, shard: Shard, one: Person, item: Item, day: dt.date) -> str:
        topic = f"{self._linkage}/{item.romaji}"
        if item.output != "必須" and shard.chance(one.number, f"{topic}/filled") < 0.4:
            return ""
        if item.code and self._codes.get(item.code):
            listed = sorted(self._codes[item.code])
            return listed[shard.choice(one.number, topic, len(listed))]
        if item.type == "DATE":
            ahead = 365 if "shuryo" in item.romaji or "kigen" in item.romaji else 0
            return (day + dt.timedelta(days=ahead)).isoformat()
        if item.type == "YEAR":
            return str(day.year)
        if item.type == "TIME":
            return "09:00:00"
        if item.type in ("9", "S9"):
            return str(shard.choice(one.number, topic, min(10 ** int(item.length), 300_000)))
        if item.type == "9V":
            return str(shard.choice(one.number, topic, 100))
        if item.type == "X" and item.key and item.length.isdigit():
            size = int(item.length)
            return f"{shard.choice(one.number, topic, 10 ** min(size, 9)):0{min(size, 9)}d}"
        return item.sample.partition("\n")[0]

    def _obey(self, rule: RowRule, values: Values) -> None:
        names = [name.removeprefix("-") for name in rule.columns]
        match rule.kind:
            case RuleKind.ORDER:
                first, second = names
                if values.get(first) and values.get(second) and values[first] > values[second]:
                    values[second] = values[first]
            case RuleKind.ABSENT_WHEN if values.get(names[0]) in rule.values:
                values.update(dict.fromkeys(names[1:], ""))
            case RuleKind.EQUALS_WHEN if values.get(names[0]) in rule.values:
                if values.get(names[1]) not in rule.then:
                    values[names[1]] = rule.then[0]
            case RuleKind.BOTH_OR_NONE if not all(values.get(name) for name in names):
                values.update(dict.fromkeys(names, ""))
            case RuleKind.PRESENT_WHEN if values.get(names[0]) in rule.values:
                for item in self._items:
                    if item.romaji in names[1:] and not values.get(item.romaji):
                        values[item.romaji] = item.sample.partition("\n")[0]
            case RuleKind.SUM:
                parts = rule.columns[1:]
                total = sum((-1 if name[0] == "-" else 1) * int(values.get(name.lstrip("-")) or 0) for name in parts)
                values[names[0]] = str(total)
