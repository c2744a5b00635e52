"""`renkei run` with somebody at the terminal: told what to press, answers, and is named in the evidence."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import ENTRY, environment, renkei

from renkei.cli.consumercontrol import small_town
from renkei.cli.counterparts import counterpart_of
from renkei.cli.handwork import guiding
from renkei.cli.journeying import Ears
from renkei.cli.municipality import Hall
from renkei.cli.pairing import Surroundings
from renkei.cli.wiring import home, open_plan, redactor_for
from renkei.flow.facade import Action, Order
from renkei.kit.consumer import Counterpart
from renkei.kit.journey.journal import STEP, Journal

pytestmark = pytest.mark.slow
OFFICES = {"alpha": ("001", "002")}
FACADE = re.compile(r"\[target\.facade\]\nurl = \"\S+/001\"\nsecret = \{[^}]*\}\n")
VALUE = re.compile(r"^ {4}(\S+)：(.*?)(?:（[^（]*）)?$", re.MULTILINE)
LINKAGE = re.compile(r"0[0-9]{2}o[0-9]{3}")
PLACE = re.compile(r"置き場：(\S+)")


def events() -> dict[str, str]:
    """What an event is called on paper."""
    with (home() / "contracts" / "facade" / "events.csv").open(encoding="utf-8", newline="") as stream:
        return {row["ja"].partition("。")[0]: row["event"] for row in csv.DictReader(stream)}


class Person(threading.Thread):
    """Reads what is asked for, does it at the mock's screen, and types the answer."""

    def __init__(
        self, folder: Path, screen: Counterpart, items: dict[str, str], keyboard: int, leaves_at: int = 99
    ) -> None:
        super().__init__(daemon=True)
        self.leaves_at = leaves_at
        self.entered: list[str] = []
        self.known = {path.name for path in folder.glob("*.txt")}
        self.gone = threading.Event()
        self.folder, self.screen, self.items, self.keyboard = folder, screen, items, keyboard
        self.done: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        """Until the run is over."""
        while not self.over.wait(0.1):
            for path in sorted(self.folder.glob("*.txt")):
                if path.name not in self.done and path.name not in self.known and not self.gone.is_set():
                    self.done.append(path.name)
                    answer = self._answer(path)
                    if answer:
                        os.write(self.keyboard, answer.encode())

    def _answer(self, path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        if place := PLACE.search(text):
            linkage = LINKAGE.findall(text)[0]
            self.screen.actor.act(Order(linkage=linkage, action=Action.IMPORT, location=place[1]))
            return "\n"
        what = next(line for line in text.splitlines() if "すること" in line).partition("：")[2]
        values = {self.items.get(label, label): value for label, value in VALUE.findall(text)}
        assert self.screen.steering is not None
        if "全件ファイル" in what:
            self.screen.steering.stimulus("publish", linkage=LINKAGE.findall(what)[0], values={"kind": "zenken"})
            return "\n"
        self.entered.append(values.get("shimei", ""))
        if len(self.entered) == self.leaves_at:
            self.gone.set()
            return ""
        effect = self.screen.steering.stimulus(events()[what], values=values)
        wanted = json.loads(path.with_suffix(".ask").read_text(encoding="utf-8"))
        return "\n" + "".join(f"{effect.values[one['name']]}\n" for one in wanted)


def attended(plan: Path, run: Path, typist: Callable[[int], Person], *more: str) -> tuple[int, str, Person]:
    """The command at a terminal of its own; gives its exit code, all that the terminal showed, and who sat there.

    When the person leaves, the command is interrupted as somebody would do it: Ctrl-C.
    """
    master, slave = pty.openpty()
    command = [*ENTRY, "--lang", "ja", "run", str(plan), "--out", str(run), "--no-report", "--by", "山田 花子", *more]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment(), close_fds=True)
    os.close(slave)
    person = typist(master)
    person.start()
    shown, until = b"", time.monotonic() + 150
    try:
        while time.monotonic() < until:
            if person.gone.is_set() and process.poll() is None:
                process.send_signal(signal.SIGINT)
                person.over.set()
                return process.wait(30), shown.decode("utf-8", "replace"), person
            if select.select([master], [], [], 0.2)[0]:
                try:
                    shown += os.read(master, 65536)
                except OSError:  # the terminal is gone with the command
                    break
        return process.wait(10), shown.decode("utf-8", "replace"), person
    finally:
        person.over.set()
        process.kill()
        os.close(master)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Two offices of which the first has no façade, and what its screen is behind."""

    folder: Path
    plan: Path
    screen: Counterpart
    items: dict[str, str]

    def sit(self, run: Path, *more: str, leaves_at: int = 99) -> tuple[int, str, Person]:
        """Somebody sits down and starts the run."""
        return attended(
            self.plan,
            run,
            lambda keyboard: Person(run / "manual", self.screen, self.items, keyboard, leaves_at),
            *more,
        )


@pytest.fixture(name="town", scope="module")
def town_without_a_facade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The offices, up."""
    folder = tmp_path_factory.mktemp("town")
    hall = Hall(folder=folder, pack=small_town(folder), vendors=OFFICES)
    with hall.open():
        whole, bundle = open_plan(hall.plan(only=("tennyu",)))
        screen = counterpart_of(whole.target("alpha-001"))(lambda _exchange: None)
        plan = folder / "by-hand.toml"
        text = FACADE.sub("", (folder / "plan.toml").read_text(encoding="utf-8"))
        plan.write_text(text.replace("[journeys]", "[journeys]\nmanual = true"), encoding="utf-8")
        items = {item.name: item.romaji for item in bundle.system("001").items}
        yield Town(folder=folder, plan=plan, screen=screen, items=items)


def test_nobody_at_the_terminal_is_an_obstacle(town: Town) -> None:
    """Without a terminal nothing is asked, and the life event is blocked."""
    assert renkei("run", town.plan, "--out", town.folder / "nobody", "--no-report").code == 3


def test_a_person_plays_001_and_the_rest_goes_by_itself(town: Town) -> None:
    """Without a façade of 001 its clerk is told each step; the run passes, and says who did what and when."""
    run = town.folder / "run"

    code, shown, _ = town.sit(run)

    assert code == 0, shown[-3000:]
    assert "転入届を受け付ける" in shown and "alpha の 001 住民基本台帳" in shown and "氏名：葛西" in shown
    row = json.loads((run / "verdicts.json").read_text(encoding="utf-8"))["journeys"][0]
    assert row["verdict"] == "passed" and row["steps"][0]["done_by"].startswith("山田 花子 20")
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (run / "evidence").glob("*.json")]
    told = [one for one in kept if one.get("errand", {}).get("event") == "move-in"]
    assert len(told) == 3 and {one["answer"]["by"] for one in told} == {"山田 花子"}


def test_a_run_that_was_interrupted_asks_nothing_twice(town: Town) -> None:
    """The clerk leaves before the third person is entered; with --resume only that one is asked for, and the run passes."""
    run = town.folder / "left"

    left, _, first = town.sit(run, leaves_at=3)
    code, shown, second = town.sit(run, "--resume")

    assert left == 130
    assert code == 0, shown[-3000:]
    assert [name for name in second.entered if name] == [first.entered[2]]


def test_what_people_put_on_before_is_known_when_the_run_is_taken_up(town: Town, tmp_path: Path) -> None:
    """The clock of an office without a façade is a real one, and as far on as the journals of the run say."""
    plan, bundle = open_plan(town.plan)
    Journal(path=tmp_path / "manual" / "tenshutsu.jsonl").write(STEP, number=0, leapt=691_200.0)
    about = Surroundings(
        plan=plan, bundle=bundle, run=tmp_path, redactor=redactor_for(plan, bundle), emit=lambda _event: None
    )

    made, _ = guiding(about, Ears(alive=lambda _sequence: None), lambda _facts: "", attended=False)

    assert (made.leapt, made.clocks) == (691_200.0, {"by hand alpha-001": False})
