"""The harness as 庁内データ連携: every byte that a provider wrote reaches everybody it is for, once and in order."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Set
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from journey_town import (
    BUNDLE,
    NUMBER,
    RESIDENTS,
    SEALS,
    TAX,
    Clockless,
    Counter,
    Inbox,
    Small,
    Steered,
    office,
    resident,
)

from renkei.errors import TargetBlocked
from renkei.flow.facade import Effect, Values
from renkei.flow.plan import FacadeAccess
from renkei.kit.journey.law_history import is_told
from renkei.kit.journey.municipality import LONG, Municipality
from renkei.kit.journey.truth import STAYS, Person
from renkei.ports import FileEntry


@dataclass
class Shelf:
    """A provider's place on disk, with its files by linkage."""

    folder: Path
    counts: dict[str, int] = field(default_factory=dict)
    closed: bool = False
    seen: list[str] = field(default_factory=list)

    def put(self, linkage: str, kind: str, *rows: dict[str, str], sequence: int = 0, header: str = "") -> str:
        """The next file, with its marker."""
        number = self.counts[linkage] = sequence or self.counts.get(linkage, 0) + 1
        names = [item.romaji for item in RESIDENTS.group(linkage)]
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([header] if header else names)
        writer.writerows([row.get(name, "") for name in names] for row in rows)
        content = text.getvalue().encode()
        name = f"{linkage}_993018_{kind}_202604010{number % 10}1000_{number:06d}.csv"
        below = self.folder / linkage
        below.mkdir(parents=True, exist_ok=True)
        (below / name).write_bytes(content)
        marker = {"sequence": number, "sha256": hashlib.sha256(content).hexdigest()}
        (below / f"{name}.end").write_text(json.dumps(marker), encoding="utf-8")
        return name

    def entries(self, below: str, *, known: Set[str] = frozenset()) -> tuple[FileEntry, ...]:
        names = [f"{below}/{path.name}" for path in sorted((self.folder / below).glob("*"))]
        self.seen += [name for name in names if name not in known]
        return tuple(FileEntry(name=name, size=1, modified=0.0) for name in names if name not in known)

    def fetch(self, name: str, *, limit: int) -> Path:
        copy = self.folder / "copy"
        copy.write_bytes((self.folder / name).read_bytes())
        return copy

    def close(self) -> None:
        """Nothing is read any more."""
        self.closed = True


@dataclass
class World:
    """A municipality of three offices on one clock."""

    shelf: Shelf
    seals: Counter = field(default_factory=Counter)
    tax: Counter = field(default_factory=Counter)
    steering: Steered = field(default_factory=Steered)
    naps: list[float] = field(default_factory=list)
    town: Municipality = field(init=False)

    def __post_init__(self) -> None:
        parts = (
            office(RESIDENTS, steering=self.steering, place=self.shelf),
            office(SEALS, self.seals, self.steering),
            office(TAX, self.tax, self.steering),
        )
        now = [0.0]

        def sleep(seconds: float) -> None:
            self.naps.append(seconds)
            now[0] += seconds

        self.town = Municipality(
            offices={one.id: one for one in parts}, bundle=BUNDLE, municipality="993018", sleep=sleep,
            wall=lambda: now[0], keep=lambda facts: str(facts["file" if "file" in facts else "name"]),
        )  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(Shelf(tmp_path))
    made.shelf.put("001o006", "zenken", resident(atenabango="000000000000027"))
    made.shelf.put("001o006", "sabun", resident())
    made.town.begin()
    return made


def arrived(counter: Counter) -> list[str]:
    """The files that lie before an office now, without their markers."""
    return sorted(name.rpartition("/")[2] for name in counter.inbox.files if name.endswith(".csv"))


def test_takers_begin_with_the_last_full_file_and_what_followed(world: World) -> None:
    """The baseline is folded, delivered to who receives it and to nobody else, and is no news."""
    assert sorted(row["atenabango"][-2:] for row in world.town.feeds["001o006"].current()) == ["19", "27"]
    assert [len(arrived(counter)) for counter in (world.tax, world.seals)] == [2, 0]
    assert (world.town.deliveries, world.town.feeds["001o006"].news) == ([], [])


@dataclass(kw_only=True)
class Published(Steered):
    """A façade that writes a full file when it is asked to, unless it refuses."""

    shelf: Shelf
    refusal: str = ""

    def stimulus(self, event: str, *, linkage: str = "", values: Values | None = None) -> Effect:
        effect = super().stimulus(event, linkage=linkage, values=values)
        if self.refusal:
            raise TargetBlocked("facade-refused", operation="stimulus", status=400, problem=self.refusal, said="")
        self.shelf.put(linkage, "zenken", resident(), resident(atenabango="000000000000027"))
        return effect


ACCESS = FacadeAccess(url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("before", "access", "refusal", "asked", "begins_with"),
    [
        (LONG, ACCESS, "", 1, 1),
        (LONG - 1, ACCESS, "", 0, LONG),
        (LONG, ACCESS, "unknown-event", 1, LONG + 1),
        (LONG, ACCESS, "not-now", 1, LONG + 1),
        (LONG, None, "", 0, LONG + 1),
    ],
)
def test_where_much_was_written_before_a_full_file_is_asked_for_first(
    tmp_path: Path, before: int, access: FacadeAccess | None, refusal: str, asked: int, begins_with: int
) -> None:
    """Nobody takes in a file of each day of many years; a person is not asked, and who cannot write one need not."""
    shelf = Shelf(tmp_path)
    world = World(shelf, steering=Published(shelf=shelf, refusal=refusal))
    provider = world.town.offices["v-001"]
    provider.info = replace(provider.info, trigger=access)
    shelf.put("001o006", "zenken", resident(atenabango="000000000000027"))
    for turn in range(before):
        shelf.put("001o006", "sabun", *([] if turn else [resident()]))

    world.town.begin()

    assert [linkage for event, linkage, _ in world.steering.asked if event == "publish"] == ["001o006"] * asked
    assert len(arrived(world.tax)) == begins_with
    assert sorted(row["atenabango"][-2:] for row in world.town.feeds["001o006"].current()) == ["19", "27"]
    shelf.seen.clear()
    assert (world.town.carry(), shelf.seen) == ([], [])


def test_what_lies_before_the_last_full_file_is_looked_at_once(tmp_path: Path) -> None:
    """A place of many years is not gone through twice."""
    shelf = Shelf(tmp_path)
    world = World(shelf)
    names = [shelf.put("001o006", kind, resident()) for kind in ("zenken", "sabun", "zenken", "sabun")]

    world.town.begin()

    assert [shelf.seen.count(f"001o006/{name}") for name in names] == [1, 1, 2, 2]
    assert arrived(world.tax) == sorted(names[2:])


def test_a_delta_is_carried_byte_for_byte_with_its_marker(world: World) -> None:
    """What lies before the taker is what the provider wrote; the import is asked for there, and its job is kept."""
    name = world.shelf.put("001o006", "sabun", resident(kojinrirekibango="2"))
    carried = world.town.carry()
    original = (world.shelf.folder / "001o006" / name).read_bytes()

    assert [(one.taker, one.files, one.rows) for one in carried] == [("v-010", (name,), 1)]
    below = next(key for key in world.tax.inbox.files if key.endswith(name))
    assert (world.tax.inbox.files[below], f"{below}.end" in world.tax.inbox.files) == (original, True)
    assert world.tax.orders[-1].location == f"memory://{below.split('/')[0]}"
    assert carried[0].evidence == "job 001o006 v-010"


def test_files_without_rows_wait_for_one_that_has_some(world: World) -> None:
    """Nobody is bothered with nothing, and no number of the series is left out."""
    first = world.shelf.put("001o006", "sabun")
    assert (world.town.carry(), len(world.tax.orders)) == ([], 1)

    second = world.shelf.put("001o006", "sabun", resident(kojinrirekibango="2"))

    assert [one.files for one in world.town.carry()] == [(first, second)]
    assert arrived(world.tax) == [first, second]


def test_a_number_that_is_left_out_is_noticed(world: World) -> None:
    """The numbers between the last file and the next one are missing."""
    world.shelf.put("001o006", "sabun", resident(kojinrirekibango="2"), sequence=5)
    world.town.carry()

    assert world.town.feeds["001o006"].missing == [3, 4]


def test_a_file_with_other_columns_is_handed_on_and_noticed(world: World) -> None:
    """What we cannot read is the consumer's to refuse; the provider is told."""
    name = world.shelf.put("001o006", "sabun", header="other")
    world.town.carry()

    assert (world.town.feeds["001o006"].unread, arrived(world.tax)) == ([name], [name])


def test_a_file_without_its_marker_is_not_there_yet(world: World) -> None:
    """It is carried as soon as its marker stands beside it."""
    name = world.shelf.put("001o006", "sabun", resident(kojinrirekibango="2"))
    marker = world.shelf.folder / "001o006" / f"{name}.end"
    content = marker.read_bytes()
    marker.unlink()
    assert world.town.carry() == []

    marker.write_bytes(content)

    assert len(world.town.carry()) == 1


def test_an_office_is_asked_again_only_after_something_came(world: World) -> None:
    """What an office shows is remembered until its next import."""
    for _ in range(2):
        world.town.held("v-010", "001o006", NUMBER)
    world.shelf.put("001o006", "sabun", resident(kojinrirekibango="2"))
    world.town.carry()
    world.town.held("v-010", "001o006", NUMBER)

    assert len(world.tax.asked) == 2


def test_each_clock_goes_on_once(world: World) -> None:
    """Offices behind one façade share its clock, and nobody waits in real time."""
    world.town.wait(600)

    assert world.steering.asked == [("clock", "", {"seconds": "600"})]
    assert (world.naps, world.town.virtual, world.town.today) == ([], 600, "2026-04-01")


@pytest.mark.parametrize("cut_off", [True, False])
def test_what_an_interrupted_run_did_is_written_before_anybody_looks(tmp_path: Path, cut_off: bool) -> None:
    """A run that is taken up lets the clocks go on first: whom the cut-off one registered is known, and is no news."""
    world = World(Shelf(tmp_path))
    world.shelf.put("001o006", "zenken", resident(atenabango="000000000000027"))

    def clock(_values: Values) -> dict[str, str]:
        world.shelf.put("001o006", "sabun", resident())
        return {}

    world.steering.answers["clock"] = clock
    world.town.cut_off = cut_off
    world.town.begin()

    held = [row["atenabango"][-2:] for row in world.town.feeds["001o006"].current()]
    assert ("19" in held, len(world.steering.asked)) == (cut_off, int(cut_off))
    assert (world.town.virtual, world.town.feeds["001o006"].news) == (0.0, [])


def test_without_a_clock_real_time_goes_by_until_the_news_is_there(tmp_path: Path) -> None:
    """The window is waited for in steps, and no longer than needed."""
    world = World(Shelf(tmp_path), steering=Clockless())
    world.shelf.put("001o006", "zenken", resident())
    world.town.begin()
    world.town.wait(600, until=lambda: len(world.naps) == 3)

    assert world.naps == [5.0, 5.0, 5.0]


def test_a_year_does_not_go_by_in_real_time(tmp_path: Path) -> None:
    """What cannot be waited for is an obstacle, named."""
    world = World(Shelf(tmp_path), steering=Clockless())
    world.shelf.put("001o006", "zenken", resident())
    world.town.begin()

    with pytest.raises(TargetBlocked, match="journey-clock-missing"):
        world.town.wait(365 * 86_400)


@pytest.mark.parametrize(("changed", "rules"), [({}, []), ({"shimei": "別人"}, ["journey-full-differs"])])
def test_a_full_file_that_is_asked_for_is_compared_with_the_deltas(
    tmp_path: Path, changed: dict[str, str], rules: list[str]
) -> None:
    """JN-06: the full file equals what was told so far, or the rows that differ are found."""
    world = World(Shelf(tmp_path))
    for name in ("001o005", "001o006", "001o009"):
        world.shelf.put(name, "zenken", *([resident()] if name != "001o009" else []))
    world.town.begin()

    def publish(_values: Values) -> dict[str, str]:
        _, linkage, _ = world.steering.asked[-1]
        world.shelf.put(linkage, "zenken", *([resident(**changed)] if linkage != "001o009" else []))
        return {}

    world.steering.answers["publish"] = publish
    small = Small()
    small.town = world.town

    assert [fault.rule for fault in small.look("JN-06")] == rules


def test_in_real_time_everybody_of_an_act_is_waited_for() -> None:
    """One of two people told is not enough; a notice that must add no row has the whole window to add one."""
    small = Small()
    person = small.person()
    feed = small.town.feeds["001o006"]
    later = Person(name="他", number="000000000000027", rows=1)

    assert is_told(feed, [person])
    assert not is_told(feed, [person, later])
    person.facts[STAYS] = 1
    assert not is_told(feed, [person])


class Jammed(Inbox):
    """An inbox from which nothing can be removed."""

    def remove(self, below: str) -> None:
        raise TargetBlocked("outlet-unwritable", url="memory://", file=below, reason="jammed")


def test_nothing_is_left_behind_when_all_is_played(world: World) -> None:
    """The folders in inboxes go, whatever one of them does, and so do local copies."""
    jammed = office(SEALS, Counter(inbox=Jammed()), world.steering)
    town = replace(world.town, offices={**world.town.offices, jammed.id: jammed})
    assert arrived(world.tax)

    town.close()

    assert (arrived(world.tax), world.shelf.closed) == ([], True)
