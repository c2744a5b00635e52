"""Who lived in the town from when to when, and under which roof: what every entitlement of a resident begins and ends with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from renkei.town.dataset import Chain, Line
from renkei.town.person import LIVING, NEVER, Outsider, Person, Values
from renkei.town.shard import Shard

# Nothing is known later than this; the closing full file is of the same moment.
LIMIT = dt.datetime(2026, 4, 1, 9)
ALWAYS = dt.datetime.max
HEAD = "01"
_PARTS = ("shikuchosonkodo", "choazakodo", "todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "katagaki",
          "yubinbango")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """From the day of becoming a resident to the last day of being one, and the moments when the register knew it."""

    begin: dt.date
    entered: dt.datetime
    end: dt.date = NEVER
    left: dt.datetime = ALWAYS
    born: bool = False
    died: bool = False
    abroad: bool = False

    def holds(self, day: dt.date) -> bool:
        """Whether the person lived here on a day."""
        return self.begin <= day <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """One person under one 世帯番号 for a time."""

    one: Person
    since: dt.datetime
    until: dt.datetime
    head: bool


def stays(shard: Shard) -> dict[str, list[Stay]]:
    """The stays of everybody by 宛名番号."""
    found: dict[str, list[Stay]] | None = shard.facts.get("stays")
    if found is None:
        found = shard.facts["stays"] = {one.number: _stays(one) for one in shard.people}
    return found


def _stays(one: Person) -> list[Stay]:
    found: list[Stay] = []
    begun: tuple[dt.date, dt.datetime, str] | None = None
    for row in one.rows:
        if row.at > LIMIT:
            break
        values = row.values
        if begun is None and values["juminjotai"] == LIVING:
            day = values.get("jumintonattanengappi") or values["gaikokujinjumintonattanengappi"]
            begun = dt.date.fromisoformat(day), row.at, values["idojiyu"]
        elif begun is not None and values["juminjotai"] != LIVING:
            found.append(_stay(begun, row.at, values))
            begun = None
    if begun is not None:
        found.append(Stay(begin=begun[0], entered=begun[1], born=begun[2] == "03", abroad=begun[2] == "02"))
    return found


def _stay(begun: tuple[dt.date, dt.datetime, str], left: dt.datetime, values: Values) -> Stay:
    return Stay(
        begin=begun[0],
        entered=begun[1],
        end=max(begun[0], dt.date.fromisoformat(values["shojonoidonengappi"])),
        left=left,
        born=begun[2] == "03",
        died=values["juminjotai"] == "3",
        abroad=begun[2] == "02",
    )


def homes(shard: Shard) -> dict[str, list[Tenure]]:
    """Who lived under each 世帯番号."""
    found: dict[str, list[Tenure]] | None = shard.facts.get("homes")
    if found is None:
        found = shard.facts["homes"] = {}
        for one in shard.people:
            _tenures(one, found)
    return found


def _tenures(one: Person, found: dict[str, list[Tenure]]) -> None:
    state: tuple[str, bool] | None = None
    since = ALWAYS
    for row in one.rows:
        values = row.values
        living = values["juminjotai"] == LIVING
        now = (values["setaibango"], values["tsuzukigarakodo1"] == HEAD) if living else None
        if now == state:
            continue
        if state is not None:
            found.setdefault(state[0], []).append(Tenure(one=one, since=since, until=row.at, head=state[1]))
        state, since = now, row.at
    if state is not None:
        found.setdefault(state[0], []).append(Tenure(one=one, since=since, until=ALWAYS, head=state[1]))


def members(shard: Shard, home: str, at: dt.datetime) -> list[Person]:
    """Who lives under a 世帯番号 at a moment."""
    return [tenure.one for tenure in homes(shard).get(home, ()) if tenure.since <= at < tenure.until]


def head(shard: Shard, home: str, at: dt.datetime) -> Person | None:
    """The 世帯主 of a moment; the eldest where none is set, who was one last when nobody is left."""
    there = homes(shard).get(home, ())
    now = [tenure for tenure in there if tenure.since <= at < tenure.until]
    if not now:
        before = [tenure for tenure in there if tenure.since <= at]
        return max(before, key=lambda tenure: (tenure.until, tenure.head)).one if before else None
    return next((tenure.one for tenure in now if tenure.head), min(now, key=lambda tenure: tenure.one.born).one)


def serial(shard: Shard) -> dict[str, int]:
    """A number of one's own for everybody, of which the numbers of insured persons and notices are made."""
    found: dict[str, int] | None = shard.facts.get("serial")
    if found is None:
        start = shard.number * 4000 + 1
        found = shard.facts["serial"] = {one.number: start + place for place, one in enumerate(shard.people)}
    return found


def soon(one: Person, day: dt.date, topic: str) -> dt.datetime:
    """Office hours of a day, the same in every run."""
    return dt.datetime(day.year, day.month, day.day, 9) + dt.timedelta(seconds=int(one.chance(topic) * 28_000))


def anniversary(born: dt.date, years: int) -> dt.date:
    """The birthday so many years on; who is born on a leap day has it on the 1st of March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return dt.date(born.year + years, 3, 1)


def month(day: dt.date, later: int = 0) -> dt.date:
    """The 1st of the month, or of one so many months later."""
    months = day.year * 12 + day.month - 1 + later
    return dt.date(months // 12, months % 12 + 1, 1)


def fiscal(day: dt.date) -> int:
    """年度."""
    return day.year - (day.month < 4)


def protected(one: Person | Outsider, at: dt.datetime) -> bool:
    """Whether a 支援措置 is in force at a moment: decided on, and not ended by a decision."""
    if not isinstance(one, Person):
        return False
    kind = "3"
    for decision in one.protections:
        if decision.at <= at:
            kind = decision.kind
    return kind != "3"


def flagged(chain: Chain, one: Person, item: str = "shiensochitaishofuragu") -> Chain:
    """The chain with the flag of 支援措置 in every line, and a line more where a decision changes it."""
    for line in chain:
        line.values[item] = "1" if one.protections and protected(one, line.at) else "0"
    for decision in one.protections:
        at = decision.at + dt.timedelta(minutes=10)
        before = [line for line in chain if line.at < at]
        flag = "1" if decision.kind != "3" else "0"
        if before and at <= LIMIT and before[-1].values[item] != flag:
            for line in chain[len(before) :]:
                line.values[item] = flag
            chain.insert(len(before), Line(at, {**before[-1].values, item: flag}))
    return chain


def ordered(chain: Chain) -> Chain:
    """The lines that are known by the end, each later than the one before it."""
    found: Chain = []
    for line in chain:
        at = line.at
        if found and at <= found[-1].at:
            at = found[-1].at + dt.timedelta(minutes=1)
        if at > LIMIT:
            break
        found.append(line if at == line.at else Line(at, line.values))
    return found


def address(one: Person, at: dt.datetime, block: str) -> Values:
    """The address of a day as another block; nothing for who is under 支援措置."""
    if one.protections and protected(one, at):
        return {}
    values = one.on(at.date()) or one.rows[0].values
    return {f"{block}_{part}": values.get(f"jusho_{part}", "") for part in _PARTS}


def account(one: Person, block: str) -> Values:
    """The bank account of a person as a block; no bank has the code."""
    values = one.on(LIMIT.date()) or one.rows[0].values
    return {
        f"{block}_kinyukikankodo": "9997",
        f"{block}_shitenkodo": f"{101 + int(one.chance('branch') * 8):03d}",
        f"{block}_yokinshubetsu": "1",
        f"{block}_kozabango": f"{int(one.chance('account') * 9_999_999):07d}",
        f"{block}_meiginin_furigana": values.get("shimei_furigana") or values.get("tsusho_furigana", ""),
    }
