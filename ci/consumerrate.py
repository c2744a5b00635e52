"""Consumers judged: every planted fault of a receiving system must be caught by the requirement that it names.

The conforming mock's office is started from a small town with one defect, told through its façade to receive, and certified
with the smoke profile in the role of consumer, on the linkages of residents and of 支援措置. Writes
ci/selftest-consumer.json, which the kill rate of ``ci/selftest`` counts.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from killrate import QUIET, ROOT, Fault, Trial, _run, merged, report

from renkei.cli.consumercontrol import DEEP, OF_EDITIONS, consumer_outcomes, consumer_plan, small_town
from renkei.cli.control import Control
from renkei.flow.requirement import Role
from renkei.vendors import ProcessVendor

sys.path.insert(0, str(ROOT / "tests"))
from newer_edition import newer_edition

FAULTS = ROOT / "mocks" / "faults" / "consumer"
RESULT = ROOT / "ci" / "selftest-consumer.json"
VENDOR = "alpha"
# What a trial is judged on: residents and 支援措置, which every rule for consumers concerns.
LINKAGES = ("001o006", "001o009")
PLAIN = ("001o005", "001o009")
CALLED = ("jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai")
# Systems that may not use 個人番号 receive residents without it.
WITHOUT_NUMBERS = frozenset({"002", "003", "004", "005", "006", "017", "033", "038", "039"})


def consumer_faults() -> Iterator[Fault]:
    """Every fault table of a consumer, by name."""
    for path in sorted(FAULTS.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        yield Fault(
            name=table["name"],
            system=table["system"],
            catches=frozenset(table["catches"]),
            also=frozenset(table["also"]),
        )


def consumer_trial(fault: Fault, pack: Path) -> Trial:
    """Certify one office with one fault ("": none) as a consumer, and collect what turned red."""
    begun = time.monotonic()
    if fault.catches and fault.catches <= DEEP:
        control = Control(system=fault.system, fault=fault.name, requirements=fault.catches, role=Role.CONSUMER)
        deep = {name: said for name, said in consumer_outcomes(control, 1).items() if said not in QUIET}
        return Trial(fault=fault, red=deep, seconds=round(time.monotonic() - begun, 1))
    with tempfile.TemporaryDirectory(prefix="renkei-consumer-") as name:
        folder = Path(name)
        (folder / "inbox").mkdir()
        newer = newer_edition(folder / "newer") if fault.catches and fault.catches <= OF_EDITIONS else None
        mock = ProcessVendor(
            vendor=VENDOR,
            home=ROOT,
            environment={"RENKEI_MOCK_CONTRACTS": str(newer)} if newer else {},
            log=folder / "mock.log",
            arguments=[
                *("--system", fault.system, "--town", str(pack), "--facade", str(folder / "facade.secret")),
                *("--no-vendor-faults", *(("--fault", fault.name) if fault.name else ())),
            ],
        )
        try:
            ready = mock.start()
            plan = folder / "plan.toml"
            place = (folder / "inbox").as_uri()
            text = consumer_plan(fault.system, ready["facades"][fault.system], place)
            named = f'[plan]\ncontracts = "{newer}"\n' if newer else "[plan]\n"
            plan.write_text(text.replace("[plan]\n", named, 1), encoding="utf-8")
            red, error = _run(plan, folder / "run", *_selection(fault))
        finally:
            mock.stop()
    return Trial(fault=fault, red=red, seconds=round(time.monotonic() - begun, 1), error=error)


def _selection(fault: Fault) -> tuple[str, ...]:
    """What of the plan a fault is judged on: calls, 支援措置 or residents; the conforming office on all of them."""
    if fault.system in WITHOUT_NUMBERS:
        return PLAIN
    if not fault.name:
        return (*LINKAGES, *CALLED)
    if fault.name.startswith("caller_"):
        return CALLED
    return LINKAGES[1:] if "protection" in fault.name or fault.catches <= OF_EDITIONS else LINKAGES[:1]


def tightened(trials: list[Trial]) -> None:
    """Let each table declare what it was seen to turn red besides what it names, and no more."""
    for item in trials:
        path = FAULTS / f"{item.fault.name}.toml"
        if item.caught and path.is_file():
            also = f"also = {json.dumps(sorted(set(item.red) - item.fault.catches))}"
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"^also = \[[^\]]*\]$", also, text, count=1, flags=re.MULTILINE), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Try every fault (or those named) and the conforming office; exit 1 when one survives or something else is red."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these faults")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--town", type=Path, help="a pack that is there already")
    parser.add_argument("--tighten", action="store_true", help="declare in the tables what turned red")
    args = parser.parse_args(arguments)
    none = [Fault(name="", system=system, catches=frozenset(), also=frozenset()) for system in ("027", "017")]
    chosen = [fault for fault in (*none, *consumer_faults()) if not args.names or fault.name in args.names]
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory(prefix="renkei-consumer-") as name, ThreadPoolExecutor(args.workers) as pool:
        pack = args.town or small_town(Path(name))
        for item in pool.map(lambda fault: consumer_trial(fault, pack), chosen):
            trials.append(item)
            mark = "ok  " if item.caught and not item.stray else "MISS" if not item.caught else "SIDE"
            catches = ",".join(sorted(item.fault.catches))
            print(f"{len(trials):3}/{len(chosen)} {mark} {item.fault.name or '(none)':36} {item.seconds:5.1f} s "
                  f"catches={catches} red={dict(item.red)} {item.error}", flush=True)  # fmt: skip
    if args.tighten:
        tightened(trials)
    tried = [item for item in trials if item.fault.name]
    result: dict[str, Any] = {
        **report(tried),
        "clean": [item.fault.system for item in trials if not item.fault.name and not item.red],
    }
    if args.names and RESULT.is_file():
        before = json.loads(RESULT.read_text(encoding="utf-8"))
        result = {**merged(before, result), "clean": before["clean"]}
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    bad = [item for item in trials if not item.caught or item.stray]
    print(f"{len(trials) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
