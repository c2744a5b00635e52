"""Each law of journeys holds where all is well, and finds what it is about where something is not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from journey_town import NUMBER, OTHER, Small, protection, resident

from renkei.errors import TargetBlocked
from renkei.flow.facade import Job, JobState, Record
from renkei.flow.phrase import phrase
from renkei.kit.datafile import FileName
from renkei.kit.expect import shown
from renkei.kit.journey.feed import Carried, Parcel
from renkei.kit.journey.register import LAWS
from renkei.kit.journey.truth import CANCELLED, LEFT, STAYS, UNKNOWN_DAY, Person, Protection

Break = Callable[[Small, Person], object]
SECOND = {"kojinrirekibango": "2"}
FORMER = {"saishinfuragu": "0"}


def again(small: Small, person: Person, *, told: bool = True, hold: bool = True, **cells: str) -> None:
    """A second row of the person with these cells, registered when ``told``."""
    if told:
        person.registered(cells)
    for name in ("001o005", "001o006"):
        small.tell(name, resident(**FORMER), resident(**{**person.cells, **SECOND, **cells}), hold=hold)


def held(small: Small, linkage: str, place: int = 0, **cells: str | None) -> None:
    """What the counter that receives the linkage shows of a row is another value."""
    counter = small.seals if linkage == "001o005" else small.tax
    one = counter.held[linkage][place]
    counter.held[linkage][place] = dataclasses.replace(one, values={**one.values, **cells})


def copied(small: Small, person: Person, flag: str, *, ended: bool = False) -> None:
    """A copy of a protected person with both flags so."""
    protect(small, person, ended=ended)
    small.town.virtual = 86_400
    small.tell(
        "032o903",
        {
            "gyomuid": "010", "torokuiraibango": "1", "rirekibango": "1", "atenabango": NUMBER, "saishinfuragu": "1",
            "jidootofukafuragu": flag, "fukaijigaitofuragu": flag, "sakujofuragu": "0",
        },
    )  # fmt: skip


def protect(
    small: Small,
    person: Person,
    *,
    hidden: bool = True,
    ended: bool = False,
    end: str = "2027-03-31",
    together: bool = False,
) -> Protection:
    """The person is protected, the row told, and every counter hides the address or does not."""
    known = Protection(kind="1", start="2025-04-01", end=end, ended=ended, together=together)
    person.protection = known
    row = protection(shiensochikubun="3" if ended else "1", shiensochishuryonengappi=end)
    small.tell("001o009", row, hidden=hidden)
    for name in ("001o005", "001o006"):
        for counter in (small.seals, small.tax):
            rows = counter.held.get(name, [])
            rows[:] = [dataclasses.replace(one, suppressed=hidden) for one in rows]
    return known


def carried(small: Small, state: JobState, *, message: str = "", obstacle: TargetBlocked | None = None) -> None:
    """One delivery to the tax office with a job in that state."""
    job = None if obstacle else Job(id="1", state=state, linkage="001o006", message=message)
    small.town.deliveries.append(
        Carried(
            linkage="001o006", provider="v-001", taker="v-010", files=("a.csv",), rows=1, job=job, obstacle=obstacle
        )
    )


def parcel(small: Small, linkage: str, content: str, *rows: dict[str, str]) -> None:
    """A file that came since the last look."""
    feed = small.town.feeds[linkage]
    parts = FileName(linkage=linkage, municipality="993018", kind="sabun", stamp="20260401091000", sequence=2)
    cells = tuple([row.get(name, "") for name in feed.form.header] for row in rows)
    feed.news.append(Parcel(name="a.csv", parts=parts, content=content.encode(), marker=b"", rows=cells))


def double(small: Small) -> None:
    """The seal desk calls two rows of the person current."""
    rows = small.seals.held["001o005"]
    rows.append(Record(values={**rows[0].values, "kojinrirekibango": "2"}, current=True))


def erased(small: Small, person: Person) -> None:
    """A row was there at one look, and is gone at the next."""
    again(small, person)
    small.look("JN-05")
    for name in ("001o005", "001o006"):
        feed = small.town.feeds[name]
        feed.apply([row for key, row in feed.state.rows.items() if key[1] != "2"], full=True)
        small.tell(name, resident())


def unasked(small: Small) -> None:
    """The tax office hides somebody whom nobody protects."""
    rows = small.tax.held["001o006"]
    rows[:] = [dataclasses.replace(one, suppressed=True) for one in rows]


def forgotten(small: Small, person: Person) -> None:
    """The tax office shows the last of two rows only, though it says that it keeps histories."""
    again(small, person)
    small.tax.held["001o006"][:] = small.tax.held["001o006"][1:]


def cancelled(small: Small, person: Person, *, hold: bool = True) -> None:
    """A departure was told, and cancelled; not ``hold``: nobody followed the cancellation."""
    again(small, person, juminjotai=LEFT, idojiyu="10")
    small.tell("001o006", resident(**SECOND, **FORMER, juminjotai=LEFT), hold=hold)
    small.tell("001o005", resident(**SECOND, **FORMER, juminjotai=LEFT), hold=hold)
    person.registered({"juminjotai": "1", "idojiyu": "09"})
    person.facts[CANCELLED] = {"rows": 2}
    for name in ("001o005", "001o006"):
        small.tell(name, resident(kojinrirekibango="3", idojiyu="09"), hold=hold)


def numbered(small: Small, person: Person, first: str, *, hold: bool = True) -> None:
    """A 個人番号 came with the second row; the first one holds ``first``."""
    small.tell("001o006", resident(**FORMER, kojinbango=first))
    person.registered({"kojinbango": "999999999990"})
    person.facts["numbered"] = True
    small.tell("001o006", resident(**SECOND), hold=hold)
    if not hold:
        held(small, "001o006", place=0, saishinfuragu="1")
        one = small.tax.held["001o006"][0]
        small.tax.held["001o006"][0] = dataclasses.replace(one, current=True)


def about(small: Small, person: Person, words: str, *, hold: bool = True) -> None:
    """Somebody died on an unknown day; not ``hold``: the counters dropped the wording."""
    cells = {"idonengappi_fushofuragu": "1", "idonengappi_fushohyoki": words}
    again(small, person, **cells)
    person.facts[UNKNOWN_DAY] = cells
    if not hold:
        held(small, "001o005", place=1, idonengappi_fushohyoki="")


def headless(small: Small, person: Person, words: str) -> None:
    """The household has no head, and the row says so in these words."""
    person.registered({"tsuzukigarakodo1": "", "tsuzukigarahyoki": "世帯主未設定"})
    again(small, person, told=False, tsuzukigarahyoki=words)
    person.facts["headless"] = True


def married(small: Small, person: Person, *, hold: bool) -> None:
    """The person married into another household."""
    again(small, person, shimei="新　姓")
    person.facts["married"] = True
    if not hold:
        held(small, "001o005", place=1, shimei="旧　姓")


def member(small: Small) -> None:
    """Somebody of the cast who was registered elsewhere is told in the household."""
    other = Person(name="他", number=OTHER)
    other.registered({"setaibango": "000000000000069", "juminjotai": "1"})
    small.truth.people["他"] = other
    small.tell("001o006", resident(atenabango=OTHER), hold=False)


def bulk(small: Small, person: Person, street: str, *, concerned: bool = True, hold: bool = True) -> None:
    """The street of the person was renamed, and the provider tells that one."""
    again(small, person, told=False, jusho_choazakodo=street)
    person.cells["jusho_choazakodo"] = "9000001" if concerned else "0011001"
    bare = NUMBER.lstrip("0")
    small.truth.facts["bulk"] = {
        "street": "0011001", "rows": {bare: "1"}, "numbers": [bare] if concerned else [], "done": True,
        "new": {"jusho_choazakodo": "9000001", "jusho_choaza": "新"},
    }  # fmt: skip
    if not hold:
        held(small, "001o005", place=1, jusho_choazakodo="0011001")


def moved_after_bulk(small: Small, person: Person) -> None:
    """Who was concerned has moved since, and the provider tells the street of the move."""
    bulk(small, person, "0022002")
    person.cells["jusho_choazakodo"] = "0022002"


def extended(small: Small, person: Person, start: str, *, hidden: bool = True) -> None:
    """A protection was extended; the provider tells this first day of the new period."""
    known = protect(small, person, hidden=hidden)
    known.before = ("2024-04-01", "2025-03-31")
    known.start = start


def assailant(small: Small, told: str) -> None:
    """Somebody was written down as assailant, and a file with that text came."""
    small.truth.facts["assailants"] = [{"kagaishashimei": "鬼塚"}]
    parcel(small, "001o009", told)


GOOD: list[tuple[str, Break]] = [
    ("JN-01", lambda small, one: None),
    ("JN-02", lambda small, one: None),
    ("JN-03", lambda small, one: None),
    ("JN-04", lambda small, one: carried(small, JobState.FINISHED)),
    ("JN-05", lambda small, one: again(small, one, shimei="新")),
    ("JN-07", cancelled),
    ("JN-08", lambda small, one: one.facts.update({"returned": True, "answered-number": NUMBER.lstrip("0")})),
    ("JN-09", lambda small, one: one.facts.update(planned="2026-04-08")),
    ("JN-10", lambda small, one: one.facts.update({STAYS: 1})),
    ("JN-11", lambda small, one: numbered(small, one, "")),
    ("JN-12", lambda small, one: parcel(small, "001o005", "", resident())),
    ("JN-13", lambda small, one: about(small, one, "頃")),
    ("JN-14", lambda small, one: headless(small, one, "世帯主未設定")),
    ("JN-15", lambda small, one: married(small, one, hold=True)),
    ("JN-16", lambda small, one: None),
    ("JN-17", lambda small, one: one.facts.update(naturalised={"rows": 1})),
    ("JN-18", lambda small, one: one.facts.update(residence={"zairyushikakutokodo": ""})),
    ("JN-19", lambda small, one: bulk(small, one, "9000001")),
    ("JN-19", moved_after_bulk),
    ("JN-20", lambda small, one: None),
    ("JN-21", protect),
    ("JN-22", lambda small, one: protect(small, one, together=True)),
    ("JN-23", lambda small, one: protect(small, one, end="2026-03-31")),
    ("JN-24", lambda small, one: (protect(small, one), one.facts.update(lifted=1))),
    ("JN-25", lambda small, one: protect(small, one, hidden=False, ended=True)),
    ("JN-26", lambda small, one: extended(small, one, "2025-04-01")),
    ("JN-27", lambda small, one: (one.cells.update(juminjotai=LEFT), protect(small, one))),
    ("JN-28", lambda small, one: copied(small, one, "1")),
    ("JN-29", lambda small, one: assailant(small, "別の内容")),
    ("JN-30", lambda small, one: parcel(small, "001o006", "", resident())),
]

BAD: list[tuple[str, Break, str, str]] = [
    ("JN-01", lambda small, one: small.tax.held["001o006"].clear(), "journey-person-missing", "v-010"),
    ("JN-01", lambda small, one: double(small), "journey-person-twice", "v-002"),
    ("JN-02", lambda small, one: held(small, "001o006", shimei="別人"), "journey-cell-differs", "v-010"),
    ("JN-02", lambda small, one: held(small, "001o005", setaibango=None), "journey-cell-differs", "v-002"),
    ("JN-03", lambda small, one: one.cells.update(idonengappi="2026-04-02"), "journey-not-as-registered", "v-001"),
    ("JN-04", lambda small, one: one.registered({}), "journey-not-told-in-time", "v-001"),
    ("JN-04", lambda small, one: carried(small, JobState.FAILED), "journey-import-failed", "v-010"),
    ("JN-04", lambda small, one: small.town.feeds["001o006"].missing.append(3), "journey-file-missing", "v-001"),
    ("JN-04", lambda small, one: small.town.feeds["001o006"].unread.append("a"), "journey-file-unreadable", "v-001"),
    ("JN-04", lambda small, one: small.tell("001o006", resident(**SECOND), hold=False), "journey-not-arrived", "v-010"),
    ("JN-05", lambda small, one: again(small, one, told=False), "journey-rows-too-many", "v-001"),
    ("JN-05", lambda small, one: small.tell("001o006", resident(kojinrirekibango="3")), "journey-history-not-serial", "v-001"),
    ("JN-05", lambda small, one: small.tell("001o006", resident(kojinrirekibango="2")), "journey-not-one-latest", "v-001"),
    ("JN-05", erased, "journey-history-erased", "v-001"),
    ("JN-05", forgotten, "journey-history-not-kept", "v-010"),
    ("JN-07", lambda small, one: one.facts.update({CANCELLED: {"rows": 1}}), "journey-cancellation-not-appended", "v-001"),
    ("JN-07", lambda small, one: cancelled(small, one, hold=False), "journey-cancellation-lost", "v-002"),
    ("JN-08", lambda small, one: one.facts.update({"returned": True, "answered-number": OTHER}), "journey-returned-under-another-number", "v-001"),
    ("JN-09", lambda small, one: (again(small, one, juminjotai=LEFT), one.facts.update(planned="2026-04-08")), "journey-left-on-another-day", "v-001"),
    ("JN-10", lambda small, one: (again(small, one), one.facts.update({STAYS: 1})), "journey-notice-counted-twice", "v-001"),
    ("JN-10", lambda small, one: one.facts.update(yotei={"tenshutsusakijusho_yotei_todofuken": "東京都"}), "journey-plan-overwritten", "v-001"),
    ("JN-11", lambda small, one: numbered(small, one, "", hold=False), "journey-number-not-told", "v-010"),
    ("JN-11", lambda small, one: numbered(small, one, "999999999990"), "journey-number-written-over", "v-001"),
    ("JN-12", lambda small, one: parcel(small, "001o005", "", resident(jusho_choaza="999999999990")), "journey-number-in-plain-file", "v-001"),
    ("JN-12", lambda small, one: held(small, "001o005", kojinbango="999999999990"), "journey-number-held", "v-002"),
    ("JN-13", lambda small, one: about(small, one, "頃", hold=False), "journey-unknown-day-changed", "v-002"),
    ("JN-14", lambda small, one: headless(small, one, ""), "journey-headless-not-told", "v-001"),
    ("JN-15", lambda small, one: married(small, one, hold=False), "journey-marriage-not-told", "v-002"),
    ("JN-15", lambda small, one: (one.facts.update(married=True), one.registered({})), "journey-marriage-of-one", "v-001"),
    ("JN-16", lambda small, one: held(small, "001o006", tsuzukigarakodo1="03"), "journey-heads-differ", "v-010"),
    ("JN-16", lambda small, one: member(small), "journey-household-differs", "v-001"),
    ("JN-17", lambda small, one: (one.facts.update(naturalised={"rows": 1}), double(small)), "journey-naturalised-twice", "v-002"),
    ("JN-17", lambda small, one: (one.facts.update(naturalised={"rows": 1}), one.cells.update(juminshubetsu="2")), "journey-nationality-lost", "v-001"),
    ("JN-18", lambda small, one: one.facts.update(residence={"zairyushikakutokodo": "E10"}), "journey-residence-not-told", "v-001"),
    ("JN-19", lambda small, one: bulk(small, one, "0011001"), "journey-bulk-not-all", "v-001"),
    ("JN-19", lambda small, one: bulk(small, one, "9000001", concerned=False), "journey-bulk-of-others", "v-001"),
    ("JN-19", lambda small, one: bulk(small, one, "9000001", hold=False), "journey-bulk-not-held", "v-002"),
    ("JN-20", lambda small, one: held(small, "001o006", shimei="別人"), "journey-told-by-hand", "v-010"),
    ("JN-21", lambda small, one: protect(small, one, hidden=False), "journey-protected-shown", "v-002"),
    ("JN-22", lambda small, one: protect(small, one, hidden=False, together=True), "journey-together-shown", "v-002"),
    ("JN-23", lambda small, one: protect(small, one, hidden=False, end="2026-03-31"), "journey-shown-after-end-date", "v-002"),
    ("JN-24", lambda small, one: (protect(small, one), one.facts.update(lifted=0)), "journey-lift-told", "v-001"),
    ("JN-24", lambda small, one: (protect(small, one, hidden=False), one.facts.update(lifted=1)), "journey-shown-by-lift", "v-002"),
    ("JN-25", lambda small, one: protect(small, one, ended=True), "journey-hidden-after-end", "v-002"),
    ("JN-26", lambda small, one: extended(small, one, "2025-04-02"), "journey-extension-with-gap", "v-001"),
    ("JN-26", lambda small, one: extended(small, one, "2025-04-01", hidden=False), "journey-shown-while-extended", "v-002"),
    ("JN-27", lambda small, one: (one.cells.update(juminjotai=LEFT), protect(small, one, hidden=False)), "journey-shown-after-departure", "v-002"),
    ("JN-28", lambda small, one: copied(small, one, "0"), "journey-answered-automatically", "v-032"),
    ("JN-28", lambda small, one: copied(small, one, "1", ended=True), "journey-never-answered", "v-032"),
    ("JN-29", lambda small, one: assailant(small, "鬼塚"), "journey-assailant-told", "v-001"),
    ("JN-29", lambda small, one: (assailant(small, ""), held(small, "001o006", jusho_choaza="鬼塚")), "journey-assailant-held", "v-010"),
    ("JN-30", lambda small, one: unasked(small), "journey-hidden-without-reason", "v-010"),
    ("JN-30", lambda small, one: parcel(small, "001o006", "", resident(atenabango=OTHER)), "journey-others-changed", "v-001"),
]  # fmt: skip


def test_who_was_told_a_number_in_the_plain_file_is_not_blamed_for_it() -> None:
    """The provider put it there: an office that took the row over has nothing to mend."""
    small = Small()
    small.person()
    row = resident(**SECOND, jusho_choaza="999999999990")
    small.tell("001o005", row)
    parcel(small, "001o005", "", row)

    assert {fault.whose for fault in small.look("JN-12", whole=True)} == {("v-001",)}


def test_who_holds_no_row_at_all_is_told_so() -> None:
    """Where nothing had to be in a cell, it is not an empty cell that is wrong, but that there is no row."""
    small = Small()
    person = small.person()
    headless(small, person, "世帯主未設定")
    small.tax.held["001o006"][:] = []

    found = [one for one in small.look("JN-14", whole=True) if one.whose == ("v-010",)]

    assert found and {str(one.actual) for one in found} == {phrase("journey-records", count=0)}


@pytest.mark.parametrize(("requirement", "happens"), GOOD, ids=[name for name, _ in GOOD])
def test_a_law_is_content_where_all_is_well(requirement: str, happens: Break) -> None:
    """What is as it must be breaks no rule, and was looked at."""
    small = Small()
    happens(small, small.person())

    assert (small.look(requirement, whole=True), small.account.looked[requirement] > 0) == ([], True)


@pytest.mark.parametrize(
    ("requirement", "happens", "rule", "whose"), BAD, ids=[f"{name} {rule}" for name, _, rule, _ in BAD]
)
def test_a_law_finds_what_is_wrong(requirement: str, happens: Break, rule: str, whose: str) -> None:
    """What is not as it must be is found under its own rule, and the target whose turn it is is named."""
    small = Small()
    happens(small, small.person())

    found = [fault for fault in small.look(requirement, whole=True) if fault.rule == rule]

    assert whose in {name for fault in found for name in fault.whose}
    assert not [fault for fault in found if shown(fault.expected) == shown(fault.actual) == phrase("empty")]


def test_every_law_of_people_and_protection_is_tried_both_ways() -> None:
    """No law from JN-01 to JN-30 is without a case that it finds; JN-06 asks a provider, and has a test of its own."""
    tried = {name for name, _ in GOOD} & {name for name, *_ in BAD} | {"JN-06"}

    assert sorted(name for name in LAWS if name <= "JN-30") == sorted(tried)
