"""What the registers, elections, schools and health services of the town tell follows from who its people are."""

from __future__ import annotations

import datetime as dt
import functools

import pytest

from renkei.town import pregnancy, register, vaccination, vital, voter
from renkei.town import shard as blocks
from renkei.town.cells import within
from renkei.town.dataset import Line
from renkei.town.person import JAPANESE, Person
from renkei.town.source import SOURCES
from renkei.town.stay import LIMIT

DELTAS_BEGIN = dt.datetime(2026, 3, 1)
RARE = ("009o901", "019o911", "019o913", "019o914", "019o918", "019o932", "019o934", "038o903", "038o904", "038o905")
CHANGING = (
    "001o901",
    "002o901",
    "006o901",
    "006o902",
    "007o901",
    "008o901",
    "017o901",
    "019o928",
    "019o930",
    "030o901",
)


@functools.cache
def block() -> blocks.Shard:
    """The first block of a town, as large as blocks are."""
    return blocks.make(seed=1, municipality="993018", number=0, households=400)


@functools.cache
def lines(linkage: str) -> tuple[Line, ...]:
    """Every row of a linkage."""
    return tuple(line for chain in SOURCES[linkage](block()) for line in chain)


def persona(number: int) -> list[Person]:
    """Who carries the number of a persona."""
    return [one for one in block().people if one.persona == number]


@pytest.mark.parametrize("linkage", RARE)
def test_a_whole_block_has_rows_of_rare_events(linkage: str) -> None:
    """What happens to few people happens to somebody among eight hundred."""
    assert lines(linkage)


@pytest.mark.parametrize("linkage", CHANGING)
def test_deltas_of_busy_data_sets_are_not_empty(linkage: str) -> None:
    """Something of them changes in the weeks of the deltas."""
    assert any(line.at > DELTAS_BEGIN for line in lines(linkage))


def test_pregnancies_are_told_before_they_end() -> None:
    """Every birth of a mother of the town has a pregnancy that was told before, and a length that children survive."""
    births = [event for event in vital.events(block()) if event.kind == vital.BIRTH and event.mother is not None]
    told = pregnancy.of_child(block())
    assert len(births) > 20
    assert len(told) > 0.9 * len(births)
    assert all(case.noted.date() < case.ended and 220 < case.days < 300 for case in told.values())


def test_voters_are_grown_and_have_lived_here_for_three_months() -> None:
    """Nobody is on the roll of an election too young, too soon, or as a foreigner."""
    for election in voter.ROLLED:
        roll = voter.roll(block(), election)
        assert len(roll) > 400
        for turn in roll:
            values = turn.one.on(turn.registered.date())
            assert values is not None and values["juminshubetsu"] == JAPANESE
            assert turn.one.age(turn.registered.date()) >= 18
            assert within(turn.one, turn.registered - dt.timedelta(days=91))


def test_turnout_is_what_was_received() -> None:
    """The last report of all stations comes to the votes of the day, early ones and those of absentees."""
    last = [line.values for line in lines("008o902") if line.values["kakuteifuragu"] == "1"]
    cast = sum(line.values["tohyozumifuragu"] == "1" for line in lines("008o901"))
    assert sum(int(values["tojitsutohyoshasu"]) for values in last) == cast
    latest = {(line.values["senkyoid"], line.values["atenabango"]): line.values for line in lines("007o902")}
    accepted = sum(values["tohyozumifuragu"] == "1" for values in latest.values())
    assert sum(int(values["fuzaishatohyoshasu"]) for values in last) == accepted
    assert sum(int(values["kijitsumaetohyoshasu"]) for values in last) == len(
        {(line.values["senkyoid"], line.values["atenabango"]) for line in lines("007o901")}
    )


def test_nobody_votes_twice() -> None:
    """Early votes, accepted ones of absentees and those of the day are of different people."""
    ways = [
        {
            (line.values["senkyoid"], line.values["atenabango"])
            for line in lines(linkage)
            if line.values["tohyozumifuragu"] == "1"
        }
        for linkage in ("007o901", "007o902", "008o901")
    ]
    assert all(ways)
    assert sum(map(len, ways)) == len(set().union(*ways))


def test_children_are_vaccinated_by_the_schedule() -> None:
    """More than ten kinds are given, none before its age, and doses of a kind follow each other."""
    found = vaccination.doses(block())
    assert len({dose.code for dose in found}) > 10
    before: dict[tuple[str, str], dt.date] = {}
    for dose in found:
        age = (dose.day - dose.one.born).days
        assert age >= 60
        assert dose.day > before.get((dose.one.number, dose.code), dt.date.min)
        before[dose.one.number, dose.code] = dose.day


def test_doses_from_elsewhere_say_so() -> None:
    """Persona 34: an infant who moved in brings doses, under the municipality that gave them."""
    infant = next(one for one in persona(34) if one.born.year == 2025)
    brought = [line for line in lines("019o930") if line.values["atenabango"] == infant.number]
    moved = [line.values for line in brought if line.values["tennyumaesesshufuragu"] == "1"]
    assert len(moved) >= 5
    came = infant.rows[0]
    assert {values["sesshushikuchosonkodo"] for values in moved} == {came.values["tennyumaejusho_shikuchosonkodo"]}
    assert all(values["sesshunengappi"] < came.at.date().isoformat() for values in moved)


def test_a_hidden_outsider_never_leaves_031() -> None:
    """Personas 21 to 23 are among the 住登外者 that others may know, persona 24 is not."""
    known = {line.values["atenabango"] for line in lines("031o901")}
    by_persona = {one.persona: one for one in block().outsiders}
    assert all(by_persona[number].number in known for number in (21, 22, 23))
    assert by_persona[24].number not in known


def test_protected_people_are_hidden_where_rolls_are_shown() -> None:
    """Personas 17 and 18: a decision is in force until another ends it, though its period is over."""
    for number in (17, 18):
        one = persona(number)[0]
        shown = [line for line in lines("006o901") if line.values["atenabango"] == one.number and line.at <= LIMIT]
        assert shown[-1].values["etsuranseigenfuragu"] == "1"


def test_no_notice_of_a_school_goes_to_a_hidden_child() -> None:
    """Notices for protected children are handed over: no address, no day of sending."""
    held = [line.values for line in lines("017o902") if line.values["tsuchiteishifuragu"] == "1"]
    assert all(not values["tsuchihassonengappi"] and not values.get("sofusaki_choaza") for values in held)


def test_every_death_has_one_permit() -> None:
    """Deaths of 001, returns of 038 and permits of 039 are of the same people."""
    died = {event.one.number for event in vital.events(block()) if event.kind == vital.DEATH}
    permitted = {line.values.get("shiboshaatenabango") for line in lines("039o901")} - {None, ""}
    assert died == permitted
    assert len([line for line in lines("003o903") if line.values["shiboshaatenabango"]]) == len(died)


def test_a_japanese_is_in_one_register_at_a_time() -> None:
    """Who has entries in two registers left the first when the second began; a place in a register is one person's."""
    entries = register.entries(block())
    assert len({(entry.register, entry.place) for entry in entries}) == len(entries)
    by_person: dict[str, list[register.Entry]] = {}
    for entry in entries:
        by_person.setdefault(entry.one.number, []).append(entry)
    for first, *rest in by_person.values():
        if rest:
            assert first.gone is not None and first.gone <= rest[0].at
