"""戸籍: in which family register a Japanese is, where it is kept, and when that changes.

A register holds a couple (the husband at its head, as everybody in the town took his name) or one person, and their
unmarried children. Six in ten are kept in the town; those came with 転籍 when their people moved in, so that nothing of
them is older here than the people are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from renkei.town import name, vital
from renkei.town.person import DEAD, FEMALE, JAPANESE, MOVED_OUT, Person, Row, Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT

BIRTH, DEATH, MARRIAGE, TRANSFER, NATURALISED = "01", "02", "03", "11", "13"
KEPT_HERE, FOLLOWS = 0.6, 0.25


@dataclass(slots=True, kw_only=True)
class Entry:
    """One person in one register. ``reason`` is 届出種別 of how it came to be there.

    ``gone`` tells when the person left it, ``why`` by what (届出種別), ``to`` the municipality that a register went to.
    """

    one: Person
    register: str
    place: int
    leader: str
    domicile: Values
    here: bool
    reason: str
    made: dt.date
    entered: dt.date
    at: dt.datetime
    gone: dt.datetime | None = None
    left: dt.date | None = None
    why: str = ""
    to: str = ""
    alone: bool = False


@dataclass(slots=True)
class _Family:
    """A register under construction."""

    number: str
    leader: str
    domicile: Values
    here: bool
    made: dt.date
    entries: list[Entry] = field(default_factory=list)


def entries(shard: Shard) -> list[Entry]:
    """The entries of everybody who is or was a resident, in the order of their people; those kept elsewhere too."""
    found: list[Entry] | None = shard.facts.get("register")
    if found is None:
        found = shard.facts["register"] = list(_Maker(shard).entries())
    return found


def current(shard: Shard) -> dict[str, Entry]:
    """The last entry of each person."""
    found: dict[str, Entry] | None = shard.facts.get("register/current")
    if found is None:
        found = shard.facts["register/current"] = {entry.one.number: entry for entry in entries(shard)}
    return found


def japanese(one: Person) -> Row | None:
    """The row with which somebody is first a Japanese of this town."""
    return next((row for row in one.rows if row.values["juminshubetsu"] == JAPANESE), None)


class _Maker:
    """Puts people into registers, parents before their children."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._families: dict[str, _Family] = {}
        self._weddings = {
            who.number: event
            for event in vital.events(shard)
            if event.kind == vital.MARRIAGE and event.father is not None
            for who in (event.one, event.father)
        }
        self._made: dict[str, list[Entry]] = {}

    def entries(self) -> Iterator[Entry]:
        for one in self._shard.people:
            yield from self._of(one)

    def _of(self, one: Person) -> list[Entry]:
        if one.number in self._made:
            return self._made[one.number]
        found: list[Entry] = []
        self._made[one.number] = found
        row = japanese(one)
        if row is None or row.at > LIMIT:
            return found
        wedding = self._weddings.get(one.number)
        if wedding is None:
            found.append(self._enter(one, row, self._family(one, row)))
        else:
            single = self._enter(one, row, self._family(one, row, single=True))
            single.gone, single.left, single.why = wedding.at, wedding.day, MARRIAGE
            found += [single, self._wed(one, wedding)]
        self._leave(one, found[-1])
        return found

    def _family(self, one: Person, row: Row, *, single: bool = False) -> _Family:
        """The register in which somebody is: the parents', the husband's, or one's own."""
        parent = one.father or one.mother
        settled = one.spouse is not None and not single
        if parent is not None and not settled and not parent.foreign:
            above = self._of(parent)
            fits = [entry for entry in above if entry.gone is None or entry.gone >= row.at] or above
            if fits:
                return self._families[fits[-1].register]
        spouse = one.spouse
        root = spouse if settled and spouse is not None and one.sex == FEMALE and not spouse.foreign else one
        number = f"{root.number}1"
        if number not in self._families:
            first = japanese(root) or row
            since = min(row.at, first.at) if settled else row.at
            here = root.chance("honseki") < KEPT_HERE
            self._families[number] = _Family(
                number, self._leader(root, settled=settled), self._domicile(root, here=here), here, since.date()
            )
        return self._families[number]

    def _wed(self, one: Person, wedding: vital.Event) -> Entry:
        man = wedding.father
        assert man is not None
        number = f"{man.number}2"
        family = self._families.get(number)
        if family is None:
            here = man.chance("honseki/wed") < KEPT_HERE
            family = _Family(number, _full(man), self._domicile(man, here=here), here, wedding.day)
            self._families[number] = family
        return self._add(family, one, MARRIAGE, wedding.day, wedding.at)

    def _enter(self, one: Person, row: Row, family: _Family) -> Entry:
        born = row is one.rows[0] and row.values["idojiyu"] == "03"
        reason = BIRTH if born else NATURALISED if row is not one.rows[0] else TRANSFER
        child = family.leader != _full(one) and one.spouse is None
        day = one.born if child or born else family.made
        at = row.at - dt.timedelta(minutes=15) if born else row.at + dt.timedelta(hours=3)
        return self._add(family, one, reason, day, at)

    def _add(self, family: _Family, one: Person, reason: str, day: dt.date, at: dt.datetime) -> Entry:
        # The place after the head's is the wife's; a head who is no resident has no entry here.
        place = 1 if family.leader == _full(one) and not family.entries else max(2, len(family.entries) + 1)
        taken = {entry.place for entry in family.entries}
        while place in taken:
            place += 1
        entry = Entry(
            one=one, register=family.number, place=place, leader=family.leader, domicile=family.domicile,
            here=family.here, reason=reason, made=family.made, entered=day, at=at,
        )  # fmt: skip
        family.entries.append(entry)
        return entry

    def _leave(self, one: Person, entry: Entry) -> None:
        """By death; or a register of one person follows to where the person moved."""
        last = next((row for row in reversed(one.rows) if row.at <= LIMIT), one.rows[0])
        state = last.values["juminjotai"]
        entry.alone = len(self._families[entry.register].entries) == 1 and one.spouse is None
        if state == DEAD:
            entry.gone, entry.left, entry.why = last.at - dt.timedelta(minutes=20), one.died, DEATH
        elif state == MOVED_OUT and entry.alone and entry.place == 1 and one.chance("follows") < FOLLOWS:
            to = last.values.get("tenshutsusakijusho_kakutei_shikuchosonkodo", "")
            later = last.at + dt.timedelta(days=40)
            if to and later <= LIMIT:
                entry.gone, entry.left, entry.why, entry.to = later, later.date(), TRANSFER, to

    def _leader(self, root: Person, *, settled: bool) -> str:
        """The head's name: one's own for husbands and for men of forty; a father or a late husband for the others."""
        if settled or (root.sex != FEMALE and root.age(dt.date(2020, 1, 1)) >= 40):
            return _full(root)
        given = name.table("names")["men"]
        return f"{root.surname[0]}　{given[int(root.chance('leader') * len(given))][0]}"

    def _domicile(self, root: Person, *, here: bool) -> Values:
        """本籍."""
        lot = f"{name.wide(1 + int(root.chance('lot') * 900))}番地"
        place = name.table("places")
        if here:
            towns = place["towns"]
            town = towns[int(root.chance("quarter") * (len(towns) - 1))][1]
            code, parts = self._shard.municipality, (place["prefecture"], place["city"], town)
        else:
            away = place["elsewhere"][int(root.chance("away") * len(place["elsewhere"]))]
            code, parts = away[0], (away[1], away[2], "本町")
        return {
            "honseki_shikuchosonkodo": code, "honseki_todofuken": parts[0], "honseki_shikugunchosonmei": parts[1],
            "honseki_choaza": parts[2], "honseki_banchigohyoki": lot,
        }  # fmt: skip


def _full(one: Person) -> str:
    """The name as the register has it; who is not named yet has a family name."""
    return f"{one.surname[0]}　{one.given[0]}"


def names(values: Values, one: Person) -> Values:
    """Name and kana for columns that need one: an infant without a given name has the family's."""
    full = values.get("shimei") or one.surname[0]
    return {"shimei": full, "shimei_furigana": values.get("shimei_furigana") or one.surname[1]}


def spelled(domicile: Values) -> str:
    """本籍 as one line."""
    return "".join(list(domicile.values())[1:])
