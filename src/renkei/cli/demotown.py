"""`renkei demo --journeys`: the mixed municipality of three mock vendors, every life event played on it, and what came of each.

alpha and gamma conform. beta has two defects that are planted: the page shows what does not work as well as what does. The
everyday faults of its table are left away: 019 loses the zeros of every resident's codes, and no life event at all would work.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.mockset import MARK, POPULATION, town_pack
from renkei.cli.municipality import Hall
from renkei.cli.run import Order, execute, exit_code
from renkei.errors import PlanError
from renkei.flow.contract import Bundle
from renkei.flow.plan import Plan
from renkei.verdicts import journey_state

# What is planted: (system, name below mocks/faults/journey).
FAULTS = (("019", "dose_recorded_twice"), ("036", "payment_without_history"))
PACK = "pack"
MODE = "journeys"


def play(
    out: Path, *, only: tuple[str, ...], profile: str, seed: int, words: Catalogue, shown: Mapping[str, str]
) -> int:
    """Play the life events into that folder and tell of each; 0 when it went through, whatever the vendors deserve.

    ``shown`` are the places that are named at the end: label and file.
    """
    begun = time.monotonic()
    bundle = wiring.load_bundle()
    titles = {story.id: story.title(words.language) for story in bundle.journeys}
    _known(only, titles)
    print(words.text("cli.demo-town", residents=POPULATION), flush=True)
    hall = hall_of(out, seed=seed)
    with hall.open():
        _remember(out, hall)
        for name, systems in hall.vendors.items():
            print(words.text("cli.demo-offices", vendor=name, offices=_offices(systems, bundle, words)), flush=True)
        print(words.text("cli.demo-planted"), *_planted(hall, bundle, words), sep="\n", flush=True)
        plan_file = hall.plan(only=only, seed=seed, profile=profile, language=words.language)
        plan, bundle = wiring.open_plan(plan_file)
        print(words.text("cli.demo-plays", count=len(only) or len(titles)), flush=True)
        verdicts = execute(Order(plan=plan, bundle=bundle, plan_file=plan_file, folder=out, language=words.language))
    if not verdicts["finished"]:
        return exit_code(verdicts)
    for line in summary(verdicts["journeys"], plan, bundle, words):
        print(line)
    _places(out, shown, words)
    _again(verdicts["journeys"], words)
    print(words.text("cli.demo-done", seconds=f"{time.monotonic() - begun:.0f}"))
    return 0


def hall_of(out: Path, *, seed: int = 1, ports: Mapping[str, int] | None = None) -> Hall:
    """The municipality of the demo in that folder, where it listened before when ``ports`` say so; not yet open."""
    pack = town_pack(out / PACK, seed=seed)
    return Hall(folder=out, pack=pack, faults=FAULTS, ports=ports or {})


@contextlib.contextmanager
def opened_again(out: Path, demo: Mapping[str, Any]) -> Iterator[None]:
    """The municipality of a demo that ended, at the addresses that its plan names, with no file of that time left."""
    hall = hall_of(out, ports=demo["ports"])
    for name in hall.vendors:
        for left in ("place", "inbox"):
            shutil.rmtree(out / "mocks" / name / left, ignore_errors=True)
        for system in hall.vendors[name]:
            hall.inbox(name, system)
    with hall.open():
        yield


def summary(rows: Iterable[Mapping[str, Any]], plan: Plan, bundle: Bundle, words: Catalogue) -> Iterator[str]:
    """Each life event: whether it works, and if not, whose turn it is and why; then how many came to what."""
    counts: Counter[str] = Counter()
    for row in rows:
        state = journey_state(row)
        counts[state] += 1
        yield words.text("cli.demo-journey", title=row["title"], answer=words.choice("journey_answers", state))
        if row["why"]:
            yield words.text("cli.demo-journey-why", why=row["why"])
        if row["whose"]:
            turn = words.text("pages.comma").join(_office(plan, name, bundle, words) for name in row["whose"])
            yield words.text("cli.demo-journey-turn", turn=turn)
    shown = words.text("pages.comma").join(
        f"{words.choice('journey_states', state)} {count}" for state, count in counts.items()
    )
    yield words.text("cli.run-journeys", count=counts.total(), verdicts=shown)


def _office(plan: Plan, name: str, bundle: Bundle, words: Catalogue) -> str:
    target = plan.target(name)
    return words.text("cli.demo-office", target=name, vendor=target.vendor, office=_name(target.system, bundle, words))


def _name(system: str, bundle: Bundle, words: Catalogue) -> str:
    known = bundle.system(system)
    return known.name_ja if words.language == "ja" else known.name_en


def _offices(systems: Iterable[str], bundle: Bundle, words: Catalogue) -> str:
    return words.text("pages.comma").join(f"{system} {_name(system, bundle, words)}" for system in systems)


def _planted(hall: Hall, bundle: Bundle, words: Catalogue) -> Iterator[str]:
    """What is wrong on purpose, in the words of its table."""
    for system, fault in hall.faults:
        path = wiring.home() / "mocks" / "faults" / "journey" / f"{fault}.toml"
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        vendor = next(name for name, systems in hall.vendors.items() if system in systems)
        yield words.text(
            "cli.demo-planted-one",
            vendor=vendor,
            office=_name(system, bundle, words),
            title=table[f"title_{words.language}"],
        )


def _known(only: tuple[str, ...], titles: Mapping[str, str]) -> None:
    """A life event that nobody wrote is refused before anything is started."""
    for name in only:
        if name not in titles:
            raise PlanError("plan-journeys-unknown", key="--only", value=name, known=", ".join(titles))


def _remember(out: Path, hall: Hall) -> None:
    """How to open the municipality again at the same addresses, for ``renkei replay``."""
    ports = {name: int(str(line["base_url"]).rpartition(":")[2]) for name, line in hall.ready.items()}
    (out / MARK).write_text(
        json.dumps({"schema": "renkei.demo/1", "mode": MODE, "ports": ports}) + "\n", encoding="utf-8"
    )


def _places(out: Path, shown: Mapping[str, str], words: Catalogue) -> None:
    print(words.text("cli.demo-places"))
    for label, name in shown.items():
        if (out / name).exists():
            print(words.text("cli.demo-place", label=words.text(f"cli.demo-{label}"), path=out / name))


def _again(rows: Iterable[Mapping[str, Any]], words: Catalogue) -> None:
    """How to see the first finding again."""
    findings = [finding for row in rows for finding in row["findings"]]
    if findings:
        print(words.text("cli.demo-replay"))
        print(f"  .venv/bin/{findings[0]['replay']}")
