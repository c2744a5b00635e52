"""`renkei run` with somebody at the terminal: told what to press, answers, and is named in the evidence."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import ENTRY, environment, renkei

from renkei.cli.consumercontrol import small_town
from renkei.cli.counterparts import counterpart_of
from renkei.cli.municipality import Hall
from renkei.cli.wiring import home, open_plan
from renkei.flow.facade import Action, Order
from renkei.kit.consumer import Counterpart

pytestmark = pytest.mark.slow
OFFICES = {"alpha": ("001", "002")}
FACADE = re.compile(r"\[target\.facade\]\nurl = \"\S+/001\"\nsecret = \{[^}]*\}\n")
VALUE = re.compile(r"^ {4}(\S+)：(.*)$", re.MULTILINE)
PLACE = re.compile(r"置き場：(\S+)")


def events() -> dict[str, str]:
    """What an event is called on paper."""
    with (home() / "contracts" / "facade" / "events.csv").open(encoding="utf-8", newline="") as stream:
        return {row["ja"].partition("。")[0]: row["event"] for row in csv.DictReader(stream)}


class Person(threading.Thread):
    """Reads what is asked for, does it at the mock's screen, and types the answer."""

    def __init__(self, folder: Path, screen: Counterpart, items: dict[str, str], keyboard: int) -> None:
        super().__init__(daemon=True)
        self.folder, self.screen, self.items, self.keyboard = folder, screen, items, keyboard
        self.done: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        """Until the run is over."""
        while not self.over.wait(0.1):
            for path in sorted(self.folder.glob("*.txt")):
                if path.name not in self.done and path.with_suffix(".ask").is_file():
                    self.done.append(path.name)
                    os.write(self.keyboard, self._answer(path).encode())

    def _answer(self, path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        if place := PLACE.search(text):
            linkage = re.findall(r"0[0-9]{2}o[0-9]{3}", text)[0]
            self.screen.actor.act(Order(linkage=linkage, action=Action.IMPORT, location=place[1]))
            return "\n"
        what = next(line for line in text.splitlines() if "すること" in line).partition("：")[2]
        values = {self.items.get(label, label): value for label, value in VALUE.findall(text)}
        assert self.screen.steering is not None
        effect = self.screen.steering.stimulus(events()[what], values=values)
        wanted = json.loads(path.with_suffix(".ask").read_text(encoding="utf-8"))
        return "\n" + "".join(f"{effect.values[one['name']]}\n" for one in wanted)


def attended(plan: Path, run: Path, person: Any) -> tuple[int, str]:
    """The command at a terminal of its own; gives its exit code and everything that the terminal showed."""
    master, slave = pty.openpty()
    command = [*ENTRY, "--lang", "ja", "run", str(plan), "--out", str(run), "--no-report", "--by", "山田 花子"]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment(), close_fds=True)
    os.close(slave)
    typist = person(master)
    typist.start()
    shown, until = b"", time.monotonic() + 150
    try:
        while time.monotonic() < until:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the terminal is gone with the command
                break
            shown += piece
        return process.wait(10), shown.decode("utf-8", "replace")
    finally:
        typist.over.set()
        process.kill()
        os.close(master)


def test_a_person_plays_001_and_the_rest_goes_by_itself(tmp_path: Path) -> None:
    """Without a façade of 001 its clerk is told each step; the run passes, and says who did what and when."""
    hall = Hall(folder=tmp_path, pack=small_town(tmp_path), vendors=OFFICES)
    with hall.open():
        whole, bundle = open_plan(hall.plan(only=("tennyu",)))
        screen = counterpart_of(whole.target("alpha-001"))(lambda _exchange: None)
        items = {item.name: item.romaji for item in bundle.system("001").items}
        plan = tmp_path / "by-hand.toml"
        text = FACADE.sub("", (tmp_path / "plan.toml").read_text(encoding="utf-8"))
        plan.write_text(text.replace("[journeys]", "[journeys]\nmanual = true"), encoding="utf-8")
        run = tmp_path / "run"

        nobody = renkei("run", plan, "--out", tmp_path / "nobody", "--no-report")
        code, shown = attended(plan, run, lambda keyboard: Person(run / "manual", screen, items, keyboard))

    assert nobody.code == 3
    assert code == 0, shown[-3000:]
    assert "転入届を受け付ける" in shown and "alpha の 001 住民基本台帳" in shown and "氏名：葛西" in shown
    row = json.loads((run / "verdicts.json").read_text(encoding="utf-8"))["journeys"][0]
    assert row["verdict"] == "passed" and row["steps"][0]["done_by"].startswith("山田 花子 20")
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (run / "evidence").glob("*.json")]
    told = [one for one in kept if one.get("errand", {}).get("event") == "move-in"]
    assert len(told) == 3 and {one["answer"]["by"] for one in told} == {"山田 花子"}
