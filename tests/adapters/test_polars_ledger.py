"""Group checks of the columnar engine say what a plain reading of the rows says."""

import random
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.adapters.polars.tables import PolarsTables
from renkei.tableports import Ledger, RowRoles, State

COLUMNS = ("person", "serial", "branch", "name", "latest", "deleted", "by")
ROLES = RowRoles(
    key=("person", "serial", "branch"),
    subject=("person",),
    person="person",
    serial="serial",
    branch="branch",
    latest="latest",
    deleted="deleted",
    mutable=frozenset({"latest", "deleted", "by"}),
)
Row = tuple[str, ...]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", ""]),
        st.sampled_from(["1", "2", "3", "x", ""]),
        st.sampled_from(["0", "1", ""]),
        st.sampled_from(["山", "川", ""]),
        st.sampled_from(["0", "1"]),
        st.sampled_from(["0", "0", "0", "1"]),
        st.sampled_from(["a", "b"]),
    ),
    max_size=10,
)


def ledger(rows: Sequence[Row], columns: Sequence[str] = COLUMNS, roles: RowRoles = ROLES) -> Ledger:
    """The rows as the engine takes them, in two blocks."""
    sheet = PolarsTables().sheet(columns, (), (), roles)
    for part in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
        block = sheet.read("".join(",".join(row) + "\r\n" for row in part).encode())
        assert block is not None
        assert block.rows == len(part)
        sheet.judge(block)
    return sheet.ledger()


def folded(*files: Sequence[Row]) -> dict[Row, Row]:
    """Upsert by key and deletion, row by row."""
    state: dict[Row, Row] = {}
    for rows in files:
        for row in rows:
            if row[5] == "1":
                state.pop(row[:3], None)
            else:
                state[row[:3]] = row
    return state


def state_of(*files: Sequence[Row]) -> State:
    """The same by the engine."""
    state = PolarsTables().state(ledger(files[0]))
    for rows in files[1:]:
        state = state.apply(ledger(rows))
    return state


@settings(max_examples=60)
@given(full=ROWS, delta=ROWS, wanted=ROWS)
def test_a_fold_departs_where_the_plain_fold_departs(full: list[Row], delta: list[Row], wanted: list[Row]) -> None:
    """Missing, extra and differing keys of full ∘ delta against a full file are those of dictionaries."""
    mine, theirs = folded(full, delta), folded(wanted)
    parting = state_of(full, delta).against(state_of(wanted))
    assert {hit.key for hit in parting.missing.first} == theirs.keys() - mine.keys()
    assert {hit.key for hit in parting.extra.first} == mine.keys() - theirs.keys()
    both = mine.keys() & theirs.keys()
    assert {hit.key for hit in parting.differing.first} == {key for key in both if mine[key] != theirs[key]}
    rows = [*full, *delta]
    assert all(rows[hit.before] == mine[hit.key] for hit in (*parting.extra.first, *parting.differing.first))
    assert all(wanted[hit.now] == theirs[hit.key] for hit in (*parting.missing.first, *parting.differing.first))


@settings(max_examples=60)
@given(rows=ROWS)
def test_doubles_and_turned_rows_are_those_of_a_plain_reading(rows: list[Row]) -> None:
    """A key that comes again is a double; order matters when first and last row do not come to the same."""
    seen: dict[Row, int] = {}
    doubles = [
        (row[:3], seen[row[:3]], place) for place, row in enumerate(rows) if seen.setdefault(row[:3], place) != place
    ]
    found = ledger(rows)
    assert [(hit.key, hit.before, hit.now) for hit in found.doubles().first] == doubles
    there, back = folded(rows), folded(rows[::-1])
    turned = {key for key in {*there, *back} if there.get(key) != back.get(key)}
    assert {hit.key for hit in found.turned().first} == turned


@settings(max_examples=80)
@given(rows=ROWS)
def test_histories_are_judged_as_a_plain_reading_judges_them(rows: list[Row]) -> None:
    """Gaps in the serial, and latest rows, by person, are those of a loop over the rows."""
    gaps, latest = set(), set()
    for person in {row[0] for row in rows if row[5] != "1"}:
        alive = [row for row in rows if row[0] == person and row[5] != "1"]
        numbers = sorted({_number(row[1]) for row in alive})
        gone = {_number(row[1]) for row in rows if row[0] == person and row[5] == "1"}
        if numbers != [number for number in range(1, max(*numbers, 1) + 1 if numbers else 2) if number not in gone]:
            gaps.add(person)
        flagged = [row for row in alive if row[4] == "1"]
        order = [(_number(row[1]), _number(row[2] or "0")) for row in alive]
        if len(flagged) != 1 or (_number(flagged[0][1]), _number(flagged[0][2] or "0")) != max(order):
            latest.add(person)
    found = ledger(rows)
    assert {hit.subject for hit in found.gaps().first} == gaps
    assert {hit.subject for hit in found.latest_faults().first} == latest
    assert found.subjects() == len({row[0] for row in rows if row[5] != "1"})


def _number(text: str) -> int:
    return int(text) if text.isdigit() else -1


@settings(max_examples=60)
@given(files=st.lists(ROWS, min_size=1, max_size=4))
def test_rewritten_rows_are_found_through_all_files(files: list[list[Row]]) -> None:
    """A row that comes again with another name is rewritten; flags and operator may change, deletions begin anew."""
    history, known, every = PolarsTables().history(), {}, []
    for rows in files:
        again, changed = 0, []
        for place, row in enumerate(rows):
            before = known.get(row[:3])
            if row[5] == "1":
                known.pop(row[:3], None)
                continue
            if before is not None:
                again += 1
                if every_row(every, rows, before)[3] != row[3]:
                    changed.append((before, place))
            known[row[:3]] = len(every) + place
        every += rows
        count, hits = history.rewritten(ledger(rows))
        assert (count, [(hit.before, hit.now) for hit in hits.first]) == (again, changed)


def every_row(every: list[Row], rows: list[Row], place: int) -> Row:
    """A row counted through all files."""
    return [*every, *rows][place]


def test_rows_with_other_columns_are_other_rows() -> None:
    """The same cells under another header do not compare equal; columns set apart are not compared at all."""
    tables, row = PolarsTables(), ("1", "1", "0", "山", "1", "0", "a")
    here = tables.state(ledger([row]))
    renamed = tables.state(ledger([row], columns=(*COLUMNS[:3], "other", *COLUMNS[4:])))
    assert here.against(renamed).differing.count == 1
    wider = ledger([(*row, "9")], columns=(*COLUMNS, "number"), roles=replace(ROLES, apart=frozenset({"number"})))
    assert here.against(tables.state(wider)).differing.count == 0
    shuffled = ledger([row[::-1]], columns=COLUMNS[::-1])
    assert here.against(tables.state(shuffled)).differing.count == 0


def test_announced_deletions_are_taken_out() -> None:
    """``without`` takes out the keys that a delta deletes; passing deletions over keeps their rows in the state."""
    row = ("1", "1", "0", "山", "1", "0", "a")
    gone = ledger([(*row[:5], "1", "a")])
    tables = PolarsTables()
    state = tables.state(ledger([row])).apply(gone, removing=False)
    empty = tables.state(ledger([]))
    assert state.against(empty).extra.count == 1
    assert state.without([gone]).against(empty).extra.count == 0


def test_lengths_of_numbers_count_persons_once() -> None:
    """Each person counts once, however many rows; an empty number has no characters."""
    rows = [(person, "1", "0", "", "1", "0", "a") for person in ("12345", "12345", "0012345", "")]
    assert ledger(rows).person_lengths() == {0: 1, 5: 1, 7: 1}


def test_a_hundred_of_many_are_kept() -> None:
    """Counts are whole, kept hits are the first hundred in the order of rows."""
    chance = random.Random(1)
    people = [str(chance.randrange(10**9)) for _ in range(300)]
    found = ledger([(person, "2", "0", "", "0", "0", "a") for person in people])
    assert found.gaps().count == found.latest_faults().count == len(set(people))
    assert [hit.subject for hit in found.gaps().first] == people[:100]
