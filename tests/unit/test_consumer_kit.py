"""What a consumer ought to hold, how it is compared with what it shows, and the files that it is given."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from item_maker import item_like as item

from renkei.errors import TargetBlocked
from renkei.flow.facade import Job, JobState, Order, Page, Record
from renkei.flow.plan import Profile
from renkei.kit.consumer import Consumer, Counterpart
from renkei.kit.expect import Blocked, Expect, NotApplicable, Violation
from renkei.kit.form import Form, Row, State
from renkei.kit.holding import Held, expect_cells, expect_rows
from renkei.kit.scenario import advanced, removed, spoilt, unpadded, with_hard_texts, with_odd_dates
from renkei.kit.stage import Stage

FORM = Form(
    linkage="001o006",
    items=(
        item(romaji="atenabango", type="X", length="15", key=True, output="必須"),
        item(romaji="kojinrirekibango", type="9", length="5", key=True, output="必須"),
        item(romaji="shimei", type="N", length="100"),
        item(romaji="seinengappi", type="DATE", length="10"),
        item(romaji="seinengappi_fushofuragu", type="X", length="1"),
        item(romaji="saishinfuragu", type="X", length="1", output="必須"),
        item(romaji="sakujofuragu", type="X", length="1", output="必須"),
        item(romaji="sosanengappi", type="DATE", length="10", output="必須"),
        item(romaji="sosajikoku", type="TIME", length="8", output="必須"),
    ),
)


def row(number: str = "019", serial: str = "1", latest: str = "1", name: str = "山田", deleted: str = "0") -> Row:
    return [number, serial, name, "2000-01-01", "0", latest, deleted, "2026-03-01", "09:00:00"]


def shown(cells: Row, *, current: bool = True, **changes: str | None) -> Record:
    return Record(values=dict(zip(FORM.header, cells, strict=True)) | changes, current=current)


def test_a_state_is_full_files_and_deltas() -> None:
    """A full file replaces, a delta changes by key, a deleted row goes; numbers are the same with and without zeros."""
    state = State(FORM).full([row(), row("027")])
    state.delta([row("19", latest="0"), row("19", "2", name="佐藤"), row("027", deleted="1")])

    assert [cells[2] for cells in state.rows.values()] == ["山田", "佐藤"]
    assert [cells[1] for cells in state.current().values()] == ["2"]
    assert State(FORM).full([row()]).full(()).rows == {}


@pytest.mark.parametrize(
    ("column", "held", "same"),
    [
        ("atenabango", "19", True),
        ("shimei", "山田 ", False),
        ("shimei", None, False),
        ("sosajikoku", "09:00", True),
        ("sosajikoku", "9:00", False),
        ("kojinrirekibango", "01", True),
        ("seinengappi", "2000-1-1", False),
    ],
)
def test_a_value_is_held_as_sent_but_for_ways_of_writing(column: str, held: str | None, same: bool) -> None:
    """Only padding of numbers, omitted seconds and zeros before integers are ways of writing; nothing else is."""
    place = FORM.places[column]

    assert FORM.same(place, held, row()[place]) is same


def test_missing_left_and_differing_rows_are_told() -> None:
    """Rows that are not held, rows that ought not to be, and cells that differ each break their own rule."""
    state = State(FORM).full([row(), row("027")])
    held = Held(FORM, [shown(row(), shimei="山口"), shown(row("035"))])

    assert (held.missing(state), held.left(state)) == ([("27", "1")], [("35", "1")])
    for call in (
        lambda expect: expect_rows(expect, held, state, missing="row-not-taken"),
        lambda expect: expect_rows(expect, held, state, left="row-outlives-full-file"),
        lambda expect: expect_cells(expect, held, state, "value-changed"),
    ):
        with pytest.raises(Violation):
            call(Expect())


def test_a_consumer_without_histories_owes_the_rows_in_force() -> None:
    """Where old rows are not kept, only the rows in force are asked for."""
    state = State(FORM).full([row(latest="0"), row(serial="2")])
    held = Held(FORM, [shown(row(serial="2"))], history=False)

    assert (held.missing(state), held.left(state)) == ([], [])


def test_items_that_are_not_shown_are_not_asked_for() -> None:
    """A consumer declares its items by showing them; without its keys nothing can be compared."""
    state = State(FORM).full([row()])
    keys = {"atenabango": "019", "kojinrirekibango": "1"}

    assert list(Held(FORM, [Record(values=keys)]).differing(state)) == []
    with pytest.raises(Blocked):
        Held(FORM, [Record(values={"shimei": "山田"})])


def test_a_change_is_two_rows_and_a_deletion_one() -> None:
    """A new state comes with the former row again, without its flag; a deletion gives the flag back to the row before."""
    former, new = advanced(FORM, row())
    gone, back = removed(FORM, new, former)

    assert ([former[5], new[1], new[5]], [gone[5], gone[6]], back[5]) == (["0", "2", "1"], ["0", "1"], "1")


def test_scenarios_make_what_systems_lose() -> None:
    """Hard texts and odd dates go into the columns that allow them; where there are none the case does not apply."""
    texts, columns = with_hard_texts(FORM, [row(str(at)) for at in range(40)])
    dates, named = with_odd_dates(FORM, [row(), row("027")])

    assert columns == ["shimei"] and any("\U000e0100" in cells[2] for cells in texts)
    assert (named, [cells[3] for cells in dates]) == (["seinengappi"], ["1945-02-29", "1926-00-00"])
    assert (unpadded(FORM, row())[0], spoilt(FORM, row())[7]) == ("19", "2026/04/01")
    with pytest.raises(NotApplicable):
        with_hard_texts(Form(linkage="x", items=FORM.items[:2]), [["019", "1"]])


@dataclass
class Memory:
    """An outlet that keeps what is written."""

    files: dict[str, bytes] = field(default_factory=dict)

    def url(self, below: str) -> str:
        return f"memory://{below}"

    def write(self, name: str, content: bytes) -> None:
        self.files[name] = content

    def remove(self, below: str) -> None:
        self.files = {name: content for name, content in self.files.items() if not name.startswith(below)}


class Silent:
    """A consumer that says that it is done."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def act(self, order: Order) -> Job:
        self.orders.append(order)
        return Job(id="1", state=JobState.FINISHED, linkage=order.linkage)

    def records(self, linkage: str, *, key: tuple[str, str] | None = None, after: str = "", limit: int = 500) -> Page:
        return Page(records=(), following="")


def test_a_stage_writes_files_as_the_profile_says() -> None:
    """Names, markers and bytes are those of the file profile, in sequence, and the consumer is told its own folder."""
    outlet, consumer = Memory(), Silent()
    stage = Stage(
        form=FORM,
        folder="t1",
        municipality="993018",
        outlet=outlet,
        actor=consumer,
        holdings=lambda: consumer,
        keep=lambda _facts: "",
    )
    stage.full([row(name='山田, "太郎"')])
    sent = stage.delta(advanced(FORM, row()))
    stage.take()

    names = sorted(outlet.files)
    assert [name.split("_")[2] for name in names] == ["sabun", "sabun", "zenken", "zenken"]
    assert all(name.startswith("t1/001o006/001o006_993018_") for name in names)
    marker = json.loads(sent.marker)
    content = outlet.files[f"t1/001o006/{sent.name}"]
    assert (marker["sequence"], marker["base_sequence"], marker["rows"]) == (2, 1, 2)
    assert marker["sha256"] == hashlib.sha256(content).hexdigest()
    assert content.endswith(b"\r\n") and next(csv.reader(io.StringIO(content.decode(), newline=""))) == FORM.header
    assert consumer.orders[0].location == "memory://t1"
    assert stage.held().missing(stage.state) == [("19", "2")]
    stage.close()
    assert outlet.files == {}


class Locked(Memory):
    """An outlet from which nothing can be removed any more."""

    def remove(self, below: str) -> None:
        raise TargetBlocked("inbox-unwritable", url="memory://", file=below, reason="PermissionError")


def consumer(outlet: Memory) -> Consumer:
    """A consumer of 001o006 whose folders are t1, t2 and so on."""
    acting: Any = Silent()
    serial = count(1)
    about: Any = SimpleNamespace(id="001o006")
    counterpart = Counterpart(
        actor=acting, holdings=acting, steering=None, outlet=outlet, unique=lambda: f"t{next(serial)}"
    )
    return Consumer(
        info=about,
        case=about,
        requirement=about,
        system=about,
        linkage=about,
        bundle=about,
        profile=Profile.SMOKE,
        seed=1,
        municipality="993018",
        counterpart=counterpart,
        scratch={"library": SimpleNamespace(form=lambda _linkage: FORM)},
    )


def test_every_scenario_has_a_folder_of_its_own() -> None:
    """Two scenarios of one test never see each other's files; the ids of their folders are injected."""
    target = consumer(Memory())

    assert [target.stage().folder, target.stage().folder] == ["renkei-t1", "renkei-t2"]


def test_ids_that_nobody_injects_are_not_used_twice() -> None:
    """Without an injected source each id is new, so that two runs at once may share an inbox."""
    acting: Any = Silent()
    made = Counterpart(actor=acting, holdings=None, steering=None, outlet=None).unique

    assert len({made() for _ in range(100)}) == 100


def test_a_test_that_is_over_leaves_nothing_in_the_inbox() -> None:
    """Closing a consumer removes the files of every scenario, and of no other test; closing again does nothing."""
    outlet = Memory({"renkei-other/001o006/x.csv": b"x"})
    target = consumer(outlet)
    for _ in range(2):
        target.stage().full([row()])
    assert len(outlet.files) == 5
    target.close()
    target.close()

    assert outlet.files == {"renkei-other/001o006/x.csv": b"x"}


def test_an_inbox_that_cannot_be_emptied_changes_no_verdict() -> None:
    """A place that refuses when the test is over stops neither the test nor the closing of its other scenarios."""
    target = consumer(Locked())
    target.stage()
    target.stage()
    target.close()

    assert target.stages == []
