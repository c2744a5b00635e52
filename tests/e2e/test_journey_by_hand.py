"""A life event with people at the screens: they are told what to do, nobody is asked twice, and a resumed one goes on."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from renkei.atomicfile import write_whole
from renkei.cli.consumercontrol import small_town
from renkei.cli.counterparts import counterpart_of
from renkei.cli.errands import ErrandDesk
from renkei.cli.handwork import facts_of
from renkei.cli.journeying import Ears, municipality_of
from renkei.cli.municipality import Hall
from renkei.cli.pairing import Surroundings
from renkei.cli.wiring import home, open_plan
from renkei.flow.contract import Bundle, Item
from renkei.flow.errand import Answer, Errand, Kind
from renkei.flow.facade import Action, Order
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Plan, Target
from renkei.kit.byhand import COUNT, HIDDEN, ByHand
from renkei.kit.consumer import Counterpart
from renkei.kit.journey.account import Account
from renkei.kit.journey.guided import Recalled, guide
from renkei.kit.journey.journal import Journal, put_on
from renkei.kit.journey.municipality import JAPAN, Municipality

OFFICES = {"alpha": ("001", "002", "024")}


@pytest.fixture(name="hall", scope="module")
def running_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Three mock offices of one vendor, whose clock is ours: people have no virtual one."""
    folder = tmp_path_factory.mktemp("hall")
    hall = Hall(folder=folder, pack=small_town(folder), vendors=OFFICES)
    with hall.open():
        hall.plan(only=("tennyu",))
        first = Room(hall, folder)
        first.town.begin()
        written = max(feed.newest for feed in first.town.feeds.values() if feed.newest)
        first.put_on((dt.datetime.now(tz=JAPAN).replace(tzinfo=None) - written).total_seconds())
        yield hall


class Gone(Exception):
    """The person went home in the middle of it."""


@dataclass(slots=True)
class Clerk:
    """Somebody who does what is asked, by the same mock's façade; ``left`` errands until they go home."""

    facades: dict[str, Counterpart]
    left: int = 1_000
    asked: list[Errand] = field(default_factory=list)

    def __call__(self, errand: Errand, _seconds: float) -> Answer:
        if self.left == len(self.asked):
            raise Gone
        self.asked.append(errand)
        office, values = self.facades[errand.target], {}
        if errand.kind is Kind.CLOCK and errand.target == "alpha-001" and office.steering:
            office.steering.stimulus("clock", values=errand.values)  # the others are behind the same one
        elif errand.kind is Kind.ACT and office.steering:
            effect = office.steering.stimulus(errand.event, linkage=errand.linkage, values=errand.values)
            values = {name: str(effect.values[name]) for name in errand.wanted}
        elif errand.kind is Kind.IMPORT:
            office.actor.act(Order(linkage=errand.linkage, action=Action.IMPORT, location=errand.location))
        elif errand.kind is Kind.LOOK:
            values = self._seen(errand)
        return Answer(done=True, values=values, by="山田", at="2026-11-22T18:04:10+09:00")

    def _seen(self, errand: Errand) -> dict[str, str]:
        """What the screen shows of a record, as somebody answers who reads what is asked and nothing else."""
        holdings = self.facades[errand.target].holdings
        assert holdings is not None and errand.values[errand.item]
        told = holdings.records(errand.linkage, key=(errand.item, errand.values[errand.item])).records
        shown = [one for one in told if one.current or not errand.rows]  # where nobody ought to be, anything is seen
        if errand.rows > 1:
            wanted = errand.values.items()
            shown = [one for one in shown if all((one.values.get(name) or "") == value for name, value in wanted)]
        first = shown[0].values if shown else {}
        cells = {name: first[name] or "" for name in errand.values if name in first}
        other = {name: cell for name, cell in cells.items() if cell != errand.values[name]}
        hidden = {HIDDEN: "y" if any(one.suppressed for one in shown) else "n"}
        return {COUNT: str(len(shown)), **hidden, **other}


@dataclass(slots=True)
class Room:
    """One sitting at the municipality: its own process, as far as the journey can tell."""

    hall: Hall
    run: Path
    clerk: Clerk = field(init=False)
    town: Municipality = field(init=False)
    pages: dict[str, Journal] = field(default_factory=dict)
    plan: Plan = field(init=False)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.plan, bundle = open_plan(self.hall.folder / "plan.toml")
        facades = {one.id: counterpart_of(one)(lambda _exchange: None) for one in self.plan.targets}
        self.clerk = Clerk(facades)
        about = Surroundings(plan=self.plan, bundle=bundle, run=self.run, redactor=None, emit=print)  # type: ignore[arg-type]  # nothing is redacted here
        self.town = municipality_of(about, Ears(alive=lambda _sequence: None), self.keep, self._counterpart)
        # Ten minutes pass as soon as somebody waits: the mock's clock is the only one that goes.
        self.town.sleep, self.town.wall = self._pass, lambda: self.now
        self.town.leapt = put_on(self.run / "manual")
        self.town.clocks = dict.fromkeys({one.origin for one in self.town.offices.values()}, False)

    def keep(self, facts: Any) -> str:
        """Nothing is kept here."""
        return f"{len(str(facts)):064x}"

    def put_on(self, seconds: float) -> None:
        """The mock's clock goes on."""
        steering = self.clerk.facades["alpha-001"].steering
        assert steering is not None
        steering.stimulus("clock", values={"seconds": str(int(seconds) or 1)})

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        self.put_on(seconds)

    def _counterpart(self, target: Target) -> Counterpart:
        person = ByHand(target=target.id, ask=self._ask, seconds=60, patience=600, rows=self._rows, keys=self._keys)
        outlet = self.clerk.facades[target.id].outlet
        steering = Recalled(target.id, person, self.pages)
        return Counterpart(actor=person, holdings=person, steering=steering, outlet=outlet)

    def _ask(self, errand: Errand, seconds: float) -> Answer:
        answer = self.clerk(errand, seconds)
        self.town.signed.append((answer.by, answer.at))
        facts = facts_of(errand, answer)
        self.town.kept[self.keep(facts)] = facts
        return answer

    def _rows(self, linkage: str, item: str, value: str) -> Iterator[dict[str, str]]:
        feed = self.town.feed(linkage)
        yield from (row for row in feed.current() if row.get(item, "").lstrip("0") == value.lstrip("0")) if feed else ()

    def _keys(self, linkage: str) -> tuple[str, ...]:
        feed = self.town.feed(linkage)
        return tuple(feed.form.header[place] for place in feed.form.keys) if feed else ()

    def play(self, story: str = "tennyu", name: str = "") -> Account:
        """The story with this room's people, its journal under that name."""
        from renkei.cli.wiring import load_bundle

        journal = Journal(path=self.run / "manual" / f"{name or story}.jsonl")
        return guide(load_bundle().story(story), self.town, journal, self.pages, lambda *_: None)


def test_people_play_a_whole_life_event(hall: Hall, tmp_path: Path) -> None:
    """Somebody enters, imports and looks; everything is checked, and each step says who did it and when."""
    room = Room(hall, tmp_path)

    account = room.play()

    assert account.obstacle is None and account.faults == [], [str(one) for one in account.faults]
    assert all(step.state == "done" for step in account.steps) and account.by_hand
    assert "山田 2026-11-22T18:04:10+09:00" in account.steps[0].done_by
    assert {errand.kind for errand in room.clerk.asked} == {Kind.ACT, Kind.IMPORT, Kind.LOOK}
    assert account.looked["JN-01"] > 0 and account.evidence


def test_an_interrupted_life_event_goes_on_where_it_stopped(hall: Hall, tmp_path: Path) -> None:
    """After an interruption nobody enters anything twice, and the account is that of the whole journey."""
    first = Room(hall, tmp_path)
    first.town.begin()
    begun = len(first.clerk.asked)
    first.clerk.left = begun + 2  # two of the three people are entered
    with pytest.raises(Gone):
        first.play()
    second = Room(hall, tmp_path)

    account = second.play()

    errands = [one for room in (first, second) for one in room.clerk.asked]
    entered = [one.values["shimei"] for one in errands if one.event == "move-in"]
    assert len(entered) == len(set(entered)) == 3
    assert account.faults == [] and [step.state for step in account.steps] == ["done"] * len(account.steps)
    third = Room(hall, tmp_path)
    again = third.play()
    assert third.clerk.asked == [] and again.looked == account.looked and again.steps == account.steps


def test_a_life_event_in_which_days_go_by_goes_on_wherever_it_stopped(hall: Hall, tmp_path: Path) -> None:
    """Clocks that people put on stay put on, nothing is entered or put on twice, and the day is never another one.

    The clerk goes home again and again, also in the middle of an act: on the next day the other half is of the day before.
    """
    rooms = [Room(hall, tmp_path)]
    rooms[0].town.begin()
    account = None
    while account is None and len(rooms) < 40:
        rooms[-1].clerk.left = len(rooms[-1].clerk.asked) + 2 * len(rooms) - 1
        try:
            account = rooms[-1].play("tenshutsu")
        except Gone:
            rooms.append(Room(hall, tmp_path))

    assert account is not None and account.obstacle is None and account.faults == [], [
        str(one) for one in account.faults
    ]
    acts = [
        str((one.event, sorted(one.values.items())))
        for room in rooms
        for one in room.clerk.asked
        if one.kind is Kind.ACT
    ]
    put = [one.values["seconds"] for room in rooms for one in room.clerk.asked if one.kind is Kind.CLOCK]
    assert (len(rooms) > 10, len(acts), put) == (True, 8, [str(8 * 86_400)])
    assert len(list((tmp_path / "manual").glob("*.old"))) == 0
    assert rooms[-1].town.leapt == 8 * 86_400


def test_news_of_a_hurried_step_is_that_of_its_people_when_it_is_taken_up(hall: Hall, tmp_path: Path) -> None:
    """Two move in and nobody waits; the clerk leaves in the next step, with whose news theirs comes: they are no others."""
    first = Room(hall, tmp_path)
    first.town.begin()
    first.clerk.left = len(first.clerk.asked) + 4
    with pytest.raises(Gone):
        first.play("shiensochi")

    account = Room(hall, tmp_path).play("shiensochi")

    assert [fault for fault in account.faults if fault.requirement == "JN-30"] == []


def test_nobody_gets_the_number_of_somebody_of_the_story_before(hall: Hall, tmp_path: Path) -> None:
    """Even where two stories in one sitting draw the same range, no two people have one 個人番号."""
    room = Room(hall, tmp_path)
    room.town.begin()
    room.town.unique = lambda: "the same each time"

    accounts = [room.play(name=name) for name in ("one", "other")]

    numbers = [one.values["kojinbango"] for one in room.clerk.asked if one.event == "move-in"]
    assert len(numbers) == len(set(numbers)) == 6
    assert [account.faults for account in accounts] == [[], []]


@pytest.fixture(name="desk")
def open_desk(hall: Hall, tmp_path: Path) -> ErrandDesk:
    """Where a clerk of that plan is asked."""
    plan, bundle = open_plan(hall.folder / "plan.toml")
    return ErrandDesk(run=tmp_path, plan=plan, bundle=bundle, redact=str, alive=lambda: None)


def test_an_errand_is_told_in_the_words_of_the_screens(desk: ErrandDesk) -> None:
    """What a person reads names the office, what to do and the items in Japanese, and says what a code means."""
    story = desk.bundle.story("tennyu")
    desk.announce(story, 0, story.steps[0])
    values = {"shimei": "葛西　陽子", "kojinbango": "999990000011", "seibetsu": "2"}

    text = desk.text(Errand(target="alpha-001", kind=Kind.ACT, event="move-in", values=values, wanted=("atenabango",)))

    for words in (
        "「転入」 1／",
        "alpha の 001 住民基本台帳",
        "転入届を受け付ける",
        "氏名：葛西　陽子",
        "個人番号：999990000011",
        "性別：2（女）",
    ):
        assert words in text


@pytest.mark.parametrize(("said", "told"), [("2", "2"), ("女", "2"), ("2（女）", "2"), ("X", "X")])
def test_a_code_may_be_answered_as_it_is_read(desk: ErrandDesk, said: str, told: str) -> None:
    """Whoever copies what stands there, with its meaning or by it, says nothing else than the code."""

    def type_it() -> None:
        folder = desk.run / "manual"
        while not list(folder.glob("*.txt")):
            time.sleep(0.01)
        answer = {"values": {"-difference": f"性別={said}"}, "by": "山田", "at": "x"}
        write_whole(folder / "0001.done", json.dumps(answer).encode())

    threading.Thread(target=type_it, daemon=True).start()
    answer = desk(Errand(target="alpha-001", kind=Kind.LOOK, linkage="001o006", values={"seibetsu": "1"}), 20)

    assert answer.values == {"seibetsu": told}


@pytest.mark.parametrize(
    ("item", "rows", "one"), [("atenabango", 1, True), ("atenabango", 2, False), ("dairininatenabango", 1, False)]
)
def test_a_record_is_asked_for_in_the_words_of_who_told_it(desk: ErrandDesk, item: str, rows: int, one: bool) -> None:
    """Agents and arrears are of 036, wherever they are looked up; it is said whose address and how many of what are asked."""
    cells = {"gyomuid": "010", "dairininjusho_choaza": "本町", "dairikaishinengappi": "2026-04-01", "zeimokukodo": "01"}
    errand = Errand(
        target="alpha-002", kind=Kind.LOOK, linkage="036o013", values={item: "17", **cells}, item=item, rows=rows
    )

    text = desk.text(errand)
    desk.alive = lambda: write_whole(desk.run / "manual" / "0001.done", b"{}")
    desk(errand, 20)
    asked = json.loads((desk.run / "manual" / "0001.ask").read_text(encoding="utf-8"))
    count, _, hidden = (part["label"] for part in asked)

    assert not re.search("^ +[a-z]", text, re.MULTILINE)
    assert "代理人住所_町字：本町" in text and "税目コード：01（" in text
    assert ("この方は" in count) == one
    assert hidden.startswith("この方の" if item == "atenabango" else "代理人宛名番号 17 の方の")


def test_an_errand_about_any_linkage_names_it(desk: ErrandDesk) -> None:
    """Three linkages are written one after the other: whoever is asked reads which, and no word of ours."""
    for linkage, name in (("001o005", "住民情報"), ("001o009", "支援措置")):
        errand = Errand(target="alpha-001", kind=Kind.ACT, event="publish", linkage=linkage, values={"kind": "zenken"})
        text = desk.text(errand)
        assert name in text and linkage in text and "全件ファイルを" in text
        assert "zenken" not in text and "kind" not in text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_item_of_an_event_has_a_name(desk: ErrandDesk, language: str) -> None:
    """Nobody reads the name of a column where a screen has words."""
    desk.plan = replace(desk.plan, language=language)
    unnamed = []
    with (home() / "contracts" / "facade" / "events.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            said = re.sub(r"\([^)]*\)|any column of.*|any amount of.*|\w+_\*", "", f"{row['values']};{row['optional']}")
            values = dict.fromkeys(re.findall(r"[a-z][a-z0-9_]{3,}", said), "x")
            if row["event"] not in {"clock", "publish"}:
                errand = Errand(target="alpha-001", kind=Kind.ACT, event=row["event"], linkage="001o006", values=values)
                shown = {line.strip().partition("：")[0] for line in desk.text(errand).splitlines()}
                known = {item.romaji for one in row["systems"].split(";") for item in items_of(desk.bundle, one)}
                unnamed += [(row["event"], name) for name in values if name in shown and name not in known]

    assert unnamed == []


def items_of(bundle: Bundle, system: str) -> tuple[Item, ...]:
    """The items of one 業務, none where the event is one of any."""
    return bundle.system(system).items if system.isdigit() else ()


def test_outcome_of_nobody_there_is_an_obstacle(hall: Hall, tmp_path: Path) -> None:
    """Where nobody does what is asked the journey is blocked, and nothing is blamed on anybody."""
    room = Room(hall, tmp_path)
    asked = room.clerk

    def refusing(errand: Errand, _seconds: float) -> Answer:
        return (
            Answer(done=errand.kind is not Kind.ACT, by="山田", at="x") if errand.kind is Kind.ACT else asked(errand, 0)
        )

    room.clerk = refusing  # type: ignore[assignment]  # it is called like one
    account = room.play()

    assert account.obstacle is not None and account.obstacle.outcome is Outcome.BLOCKED and account.faults == []
