"""Orders to a person: written into the run folder by a worker, shown at the terminal, waited for.

An order is ``manual/<n>.txt``; ``manual/<n>.done`` says that it was carried out, ``manual/<n>.refused`` that it cannot be, and
both say who did it and when. What is to be told besides is asked for in ``manual/<n>.ask``. A resumed run asks again only for the test that was interrupted: what was finished is in the log.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from renkei.atomicfile import write_whole
from renkei.catalogue import Catalogue
from renkei.errors import TargetBlocked
from renkei.flow.facade import Order
from renkei.flow.plan import ManualAccess, Plan

FOLDER = "manual"
EVERY = 0.2
# So many orders one test may give; it has the time for all of them.
ORDERS = 20


def is_attended(plan: Plan) -> bool:
    """Whether somebody is at the terminal, and is needed."""
    journeys = plan.journeys is not None and plan.journeys.manual
    needed = journeys or any(is_manual(plan, one.id) for one in plan.targets)
    return needed and sys.stdin.isatty() and sys.stderr.isatty()


def is_manual(plan: Plan, target_id: str) -> bool:
    """Whether a person makes that target act."""
    return any(one.id == target_id and isinstance(one.trigger, ManualAccess) for one in plan.targets)


class Desk:
    """The worker's side: writes an order down and waits for its answer."""

    def __init__(self, run: Path, language: str, alive: Callable[[], None]) -> None:
        self._folder = run / FOLDER
        self._words = Catalogue(language)
        self._alive = alive

    def __call__(self, order: Order, seconds: float) -> bool:
        """Whether the person says that it is done; raises TargetBlocked at the deadline."""
        self._folder.mkdir(exist_ok=True)
        number = len(list(self._folder.glob("*.txt"))) + 1
        path = self._folder / f"{number:04d}.txt"
        values = {"linkage": order.linkage, "location": order.location, "token_url": order.token_url or "-"}
        text = self._words.text(f"manual.{order.action}", **values)
        making = path.with_suffix(".making")
        making.write_text(text + "\n", encoding="utf-8")
        making.rename(path)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if path.with_suffix(".done").exists():
                return True
            if path.with_suffix(".refused").exists():
                return False
            self._alive()
            time.sleep(EVERY)
        raise TargetBlocked("manual-deadline", linkage=order.linkage, seconds=seconds)


class Attendant:
    """The terminal's side: shows each order once and takes the answer in the name of ``by``; a context manager."""

    def __init__(self, run: Path, language: str, read: Callable[[], str] = sys.stdin.readline, by: str = "") -> None:
        self._folder = run / FOLDER
        self._words = Catalogue(language)
        self._read = read
        self._by = by or getpass.getuser()
        self._end = threading.Event()
        self._shown = set(self._folder.glob("*.txt"))  # of a run that is resumed: nobody waits for these any more
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Attendant:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()

    def _serve(self) -> None:
        while not self._end.wait(EVERY):
            for path in sorted(set(self._folder.glob("*.txt")) - self._shown):
                self._shown.add(path)
                said = self._asked(path.read_text(encoding="utf-8"))
                values = self._told(path.with_suffix(".ask")) if said else {}
                at = dt.datetime.now(dt.UTC).astimezone().isoformat(timespec="seconds")
                answer = {"by": self._by, "at": at, "values": values}
                data = json.dumps(answer, ensure_ascii=False).encode()
                write_whole(path.with_suffix(".done" if said else ".refused"), data)

    def _told(self, path: Path) -> dict[str, str]:
        """What else was asked for, each until it has the form that it must have."""
        found: dict[str, str] = {}
        for one in json.loads(path.read_text(encoding="utf-8")) if path.is_file() else ():
            line = None
            while line is None or (line.endswith("\n") and not re.fullmatch(one["pattern"], line.strip())):
                print(one["label"], end="", file=sys.stderr, flush=True)
                line = self._read()
            found[one["name"]] = line.strip()
        return found

    def _asked(self, text: str) -> bool:
        print(f"\n{text}{self._words.text('manual.answer')}", file=sys.stderr, flush=True)
        line = self._read()
        return bool(line) and not line.strip().lower().startswith("n")
