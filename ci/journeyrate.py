"""Journeys judged: every fault that only life events show must be found by its journey, and by the model alone.

The mixed municipality of ``cli/municipality`` is started once, from a small town, and keeps running: each fault is switched on
through the control interface of its vendor, its journeys are played (or sequences that nobody wrote down), and it is switched
off again. Nobody is put back: everybody who plays is new. After a fault the files are told whole, and when a quiet journey
shows that something stayed behind, the municipality is started afresh. Without a fault nothing may be found: every journey
once, and the model with each of ten seeds. Writes ci/selftest-journeys.json, whose rows are kept by the name of the fault.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import searchdigest
from killrate import tightened

from renkei.cli import wiring
from renkei.cli.consumercontrol import small_town
from renkei.cli.journeying import Ears, municipality_of
from renkei.cli.municipality import Hall
from renkei.cli.pairing import Surroundings
from renkei.errors import TargetBlocked
from renkei.flow.journey import Story
from renkei.flow.plan import Profile
from renkei.flow.requirement import Basis
from renkei.kit.journey.account import Account, Fault
from renkei.kit.journey.days import REQUIREMENT
from renkei.kit.journey.model import DAY, Found, Model
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.player import Player
from renkei.kit.journey.trial import Shortener, Trial, tried
from renkei.kit.strategies.budget import BUDGETS, Budget

ROOT = Path(__file__).resolve().parent.parent
FAULTS = ROOT / "mocks" / "faults" / "journey"
RESULT = ROOT / "ci" / "selftest-journeys.json"
QUIET = "tennyu"
SEEDS = 10
PARTS = ("whole", "seeds", "journey", "model")
# What the model may spend on one fault: what a certification spends. And on each seed of a town without any.
PLANTED, CLEAN = BUDGETS[Profile.CERTIFICATION], Budget(examples=3, steps=40)
# A sequence is made a little shorter only: whoever wants it shortest certifies.
TRIES = 2
# What does not come again is no proof; so many different faults may be looked at until one is.
MOST = 3
# After so many steps the places hold so many files that listing them takes most of the time.
TIRED = 300
# A tax is not corrected before it is assessed: what was possible in July may not be in April.
MONTHS, DAYS = 12, 30


def tables(names: list[str]) -> Iterator[dict[str, Any]]:
    """Every fault table of journeys, or those named."""
    for path in sorted(FAULTS.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        if not names or table["name"] in names:
            yield table


@dataclass(slots=True, kw_only=True)
class Rig:
    """The municipality that keeps running, and how many times it had to be started."""

    pack: Path
    folder: Path
    starts: int = 0
    steps: int = 0
    hall: Hall = field(init=False)
    town: Municipality = field(init=False)
    ears: Ears = field(init=False)
    stories: Mapping[str, Story] = field(init=False)
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def start(self) -> None:
        """A fresh municipality."""
        self.stop()
        shutil.rmtree(self.folder / str(self.starts), ignore_errors=True)
        self.starts, self.steps = self.starts + 1, 0
        folder = self.folder / str(self.starts)
        folder.mkdir()
        self.hall = Hall(folder=folder, pack=self.pack)
        self._stack.enter_context(self.hall.open())
        plan, bundle = wiring.open_plan(self.hall.plan())
        self.ears = Ears(alive=lambda _sequence: None)
        redactor = wiring.redactor_for(plan, bundle)
        about = Surroundings(plan=plan, bundle=bundle, run=folder, redactor=redactor, emit=lambda _event: None)
        self.town = municipality_of(about, self.ears, lambda _facts: "")
        self.stories = {story.id: story for story in bundle.journeys}
        self._stack.callback(self.town.close)
        self.town.begin()

    def stop(self) -> None:
        """Nobody runs any more."""
        self._stack.close()

    def switch(self, system: str = "", fault: str = "") -> None:
        """Exactly this fault in this system, and none anywhere else."""
        for name, systems in self.hall.vendors.items():
            names = [f"{system}:{fault}"] if system in systems and fault else []
            url = f"{self.hall.ready[name]['base_url']}/control/fault"
            httpx.post(url, json={"names": names}, timeout=30).raise_for_status()

    def heal(self) -> None:
        """Everything told whole; a fresh municipality where a quiet journey is not quiet after that, or much was done."""
        if self.steps > TIRED:
            self.start()
            return
        self.switch()
        try:
            for feed in self.town.feeds.values():
                if feed.takers and feed.linkage.id.startswith("001o00"):
                    self.town.stimulus(feed.provider.id, "publish", {"kind": "zenken"}, linkage=feed.linkage.id)
            self.town.wait(self.town.window)
            self.town.carry()
            self.town.settle()
            account = self.played(QUIET)
            if account.obstacle is None and not duties(self.town, account):
                return
        except TargetBlocked:
            pass
        self.start()

    def played(self, name: str) -> Account:
        """One journey, played now."""
        self.ears.exchanges.clear()
        return Player(town=self.town, story=self.stories[name]).play()


def duties(town: Municipality, account: Account) -> list[Fault]:
    """The faults of an account that break a duty."""
    known = {fault.requirement: town.bundle.requirement(fault.requirement) for fault in account.faults}
    counting = {name for name, one in known.items() if one.level.required and one.basis is not Basis.AMBIGUOUS}
    return [fault for fault in account.faults if fault.requirement in counting]


def by_journey(rig: Rig, table: Mapping[str, Any]) -> dict[str, Any]:
    """Whether one of its journeys finds a fault by a requirement that it names, after how many steps and seconds."""
    begun, steps, seen, others = time.monotonic(), 0, set[str](), set[str]()
    for name in table["journeys"]:
        rig.switch(table["system"], table["name"])
        account = rig.played(name)
        catches = [fault.requirement for fault in account.faults if fault.requirement in table["catches"]]
        broken = (number for number, step in enumerate(account.steps, 1) if step.state == "broken")
        found = duties(rig.town, account)
        seen |= {fault.requirement for fault in found}
        others |= {f"{fault.requirement} {name}" for fault in found for name in wrongly(fault, table["system"])}
        first = next(broken, len(account.steps))
        if catches:
            seconds = round(time.monotonic() - begun, 1)
            also = sorted(seen - set(table["catches"]))
            rig.heal()
            return {"found": True, "by": name, "requirement": catches[0], "steps": steps + first, "seconds": seconds,
                    "also": also, "blamed": sorted(others)}  # fmt: skip
        steps += len(account.steps)
        rig.heal()
    return {"found": False, "steps": steps, "seconds": round(time.monotonic() - begun, 1), "also": sorted(seen),
            "blamed": sorted(others)}  # fmt: skip


def wrongly(fault: Fault, system: str) -> tuple[str, ...]:
    """Whom a finding names though the defect is in another system alone."""
    return () if any(name.endswith(f"-{system}") for name in fault.whose) else fault.whose


def stray(row: Mapping[str, Any], table: Mapping[str, Any]) -> list[str]:
    """What the journeys of a fault found that its table does not announce, and whom they named without reason."""
    seen = row.get("journey", {})
    return [*sorted(set(seen.get("also", ())) - set(table.get("also", ()))), *seen.get("blamed", ())]


def announced(result: Mapping[str, Any], folder: Path) -> list[str]:
    """Let each table announce what its journeys were seen to find besides, and no more; the names of those that changed."""
    seen = [(row["fault"], row["journey"]) for row in result["trials"] if "journey" in row]
    rows = [{"fault": name, "caught": one["found"], "also_red": one["also"]} for name, one in seen]
    return list(tightened({"trials": rows}, folder))


def by_model(rig: Rig, table: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Whether sequences that nobody wrote down find a fault within the budget, and the story that tells of it.

    ``seconds`` are those of the search and of making the sequence short.
    """

    def proves(found: Found) -> bool:
        return found.is_sure and not wrongly(found.fault, table["system"])

    if rig.steps:
        # What may happen depends on the day: each search begins on the same one, and is the same when it is repeated.
        rig.start()
    begun = time.monotonic()
    rig.switch(table["system"], table["name"])
    model = Model(
        town=rig.town, budget=PLANTED, seed=seed, most=MOST, enough=proves, forget=rig.ears.exchanges.clear,
        shortener=lambda begin: Shortener(begin=begin, tries=TRIES),
    ).live()  # fmt: skip
    rig.steps += model.steps + model.short
    row: dict[str, Any] = {
        "found": False,
        "steps": model.steps,
        "assertions": model.looked,
        "search": searchdigest.search(PLANTED.steps),
    }
    row["seconds"] = round(time.monotonic() - begun, 1)
    rig.heal()
    for found in model.found:
        if row["found"]:
            break
        # What also comes without the fault is no proof that it was found, nor is what others are told to mend.
        row |= {
            "found": proves(found) and is_quiet(rig, found),
            "steps": found.after_steps,
            "requirement": found.fault.requirement,
            "whose": list(found.fault.whose),
            "again": found.again,
            "story": [step.ja for step in model.story(found).steps],
        }
    return row


def is_quiet(rig: Rig, found: Found) -> bool:
    """Whether the sequence that showed a fault shows nothing when it is switched off, in a month in which it can be played."""
    days = 1
    for _ in range(MONTHS):
        # Like every trial of the model, it begins in the morning.
        rig.town.wait(days * DAY - rig.town.virtual % DAY)
        rig.town.carry()
        rig.town.settle()
        trial, days = Trial(town=rig.town), DAYS
        if tried(trial, found.sequence):
            return trial.fault is None
        trial.leave()
    return False


def whole_set(rig: Rig) -> dict[str, Any]:
    """What is found where nothing is planted: every journey once."""
    rig.switch()
    begun, steps, looked, findings, open_ = time.monotonic(), 0, 0, [], []
    for name, story in rig.stories.items():
        if story.model:
            continue
        account = rig.played(name)
        steps, looked = steps + len(account.steps), looked + account.looked.total()
        findings += [f"{name}: {fault.requirement} {fault.rule} {fault.where}" for fault in account.faults]
        open_ += [f"{name}: {account.obstacle.reason} {account.obstacle.detail}"] if account.obstacle else []
        print(f"     {name:24} {len(account.steps):3} steps, {len(account.faults)} findings", flush=True)
    return {
        "journeys": sum(not story.model for story in rig.stories.values()),
        "steps": steps,
        "assertions": looked,
        "systems": len(rig.town.offices),
        "vendors": len(rig.hall.vendors),
        "seconds": round(time.monotonic() - begun, 1),
        "findings": findings,
        "open": open_,
    }


def _stopped(trial: Trial, rig: Rig) -> str:
    """What stood in the way of a sequence, and the sequence: in a town without a fault nothing should."""
    story = trial.sequence().story(rig.town.bundle.requirement(REQUIREMENT))
    return f"{trial.account.obstacle and trial.account.obstacle.detail} {''.join(step.ja for step in story.steps)}"


def _seed(rig: Rig, seed: int) -> dict[str, Any]:
    begun = time.monotonic()
    model = Model(town=rig.town, budget=CLEAN, seed=seed, forget=rig.ears.exchanges.clear).live()
    findings = [f"{found.fault.requirement} {found.fault.rule} {found.again}/3" for found in model.found]
    stopped = [_stopped(trial, rig) for trial in model.stopped if trial.account.obstacle]
    seconds = round(time.monotonic() - begun, 1)
    print(
        f"     seed {seed}: {model.steps} steps, {model.looked} assertions, {findings} {stopped} {seconds} s",
        flush=True,
    )
    for found in model.found:
        print("\n".join(f"       {step.ja}" for step in model.story(found).steps), found.fault.where, flush=True)
    return {
        "seed": seed,
        "steps": model.steps,
        "assertions": model.looked,
        "findings": findings,
        "stopped": stopped,
        "seconds": seconds,
    }


def merged(before: Mapping[str, Any], rows: list[dict[str, Any]], unplanted: Mapping[str, Any]) -> dict[str, Any]:
    """The committed result, with what was tried now in the place of the same."""
    known = {row["fault"]: row for row in before.get("trials", ())}
    for row in rows:
        known[row["fault"]] = {**known.get(row["fault"], {}), **row}
    present = {path.stem for path in FAULTS.glob("*.toml")}
    trials = sorted((row for name, row in known.items() if name in present), key=lambda row: row["fault"])
    # What another search found stands until this one was tried on it, and does not count for it.
    search = searchdigest.search(PLANTED.steps)
    tried = [row["model"]["found"] for row in trials if row.get("model", {}).get("search") == search]
    seeds = {one["seed"]: one for one in (*before.get("seeds", ()), *unplanted.get("seeds", ()))}
    return {
        "schema": "renkei.selftest-journeys/1",
        "budget": {"examples": PLANTED.examples, "steps": PLANTED.whole},
        "faults": len(trials),
        "by_journey": sum(row.get("journey", {}).get("found", False) for row in trials),
        "by_model": sum(row.get("model", {}).get("found", False) for row in trials),
        "by_this_search": {"search": search, "tried": len(tried), "found": sum(tried)},
        "proven": sorted({row["journey"]["requirement"] for row in trials if row.get("journey", {}).get("found")}),
        "trials": trials,
        "whole": unplanted.get("whole") or before.get("whole", {}),
        "seeds": [seeds[name] for name in sorted(seeds)],
    }


def _tell(number: int, whole: int, row: Mapping[str, Any]) -> None:
    told = []
    for part in ("journey", "model"):
        if found := row.get(part):
            mark = "ok  " if found["found"] else "MISS"
            said = f"{found.get('requirement', '-'):6} {found['steps']:4} steps {found['seconds']:6.1f} s"
            told.append(f"{part} {mark} {said} {'also=' + ','.join(found['also']) if found.get('also') else ''}")
    told += [f"STRAY {', '.join(row['stray'])}"] if row.get("stray") else []
    print(f"{number:3}/{whole} {row['system']} {row['fault']:38} {' | '.join(told)}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Try every fault (or those named) in the chosen parts.

    Exit 1 when one is missed, when it shows what its table does not announce, or when something is found without one.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these faults")
    parser.add_argument("--part", action="append", choices=PARTS, help="only these parts")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the model, or the first of them")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many seeds without a fault")
    parser.add_argument("--town", type=Path, help="a pack that is there already")
    parser.add_argument("--tighten", action="store_true", help="try nothing; announce what the committed figures saw")
    args = parser.parse_args(arguments)
    if args.tighten:
        print("\n".join(announced(json.loads(RESULT.read_text(encoding="utf-8")), FAULTS)))
        return 0
    parts = args.part or PARTS
    rows: list[dict[str, Any]] = []
    unplanted: dict[str, Any] = {"seeds": []}
    with tempfile.TemporaryDirectory(prefix="renkei-journeys-") as name:
        rig = Rig(pack=args.town or small_town(Path(name)), folder=Path(name))
        try:
            rig.start()
            if "whole" in parts:
                unplanted["whole"] = whole_set(rig)
            for seed in range(args.seed, args.seed + args.seeds) if "seeds" in parts else ():
                rig.switch()
                unplanted["seeds"].append(_seed(rig, seed))
                _write(rows, unplanted)
            chosen = list(tables(args.names)) if {"journey", "model"} & set(parts) else []
            for number, table in enumerate(chosen, 1):
                row = {"fault": table["name"], "system": table["system"], "catches": table["catches"]}
                for part, attempt in (("journey", by_journey), ("model", lambda a, b: by_model(a, b, args.seed))):
                    if part in parts:
                        row[part] = attempt(rig, table)
                row |= {"stray": stray(row, table)} if "journey" in row else {}
                rows.append(row)
                _tell(number, len(chosen), row)
                _write(rows, unplanted)
        finally:
            rig.stop()
    _write(rows, unplanted)
    missed = [row["fault"] for row in rows for part in parts if part in row and not row[part]["found"]]
    red = [
        *unplanted.get("whole", {}).get("findings", ()),
        *(f for one in unplanted.get("seeds", ()) for f in one["findings"]),
    ]
    strays = [f"{row['fault']}: {', '.join(row['stray'])}" for row in rows if row.get("stray")]
    print(
        f"{len(rows)} faults, missed {missed}, not announced {strays}; without a fault {red}; started {rig.starts} times"
    )
    return 1 if missed or red or strays else 0


def _write(rows: list[dict[str, Any]], unplanted: Mapping[str, Any]) -> None:
    before = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    result = merged(before, rows, unplanted)
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
