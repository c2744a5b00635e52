"""The judge of other standards judged: each planted defect alone, and which of the generic requirements it turns red.

Run by ``ci/selftest``. Every defect of the sample registers (mocks/registry) and of the wards (mocks/wards) is on by
itself; Renkei judges the register or ward in which it sits with the smoke profile. A defect is caught when a requirement
that it names fails; what else turns red must be declared beside it. Writes ci/selftest-foreign.json (every trial) and
mocks/proof-foreign.json (the kill rate and the generic requirements that no caught defect proves, which certificates show).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "ci"), str(ROOT / "tests" / "foreign"), str(ROOT)]

import scenario_run
from foreign_run import Ended, plan_text, renkei
from serving import served

from mocks.registry import defect as registers
from mocks.registry.document import KEY, document
from mocks.registry.server import API_KEY, Registry
from mocks.wards.defect import DEFECTS as WARDS
from renkei.flow.outcome import NEUTRAL, Outcome
from renkei.tables.reader import read_requirements

RESULT = ROOT / "ci" / "selftest-foreign.json"
PROOF = ROOT / "mocks" / "proof-foreign.json"
FAULTS = ROOT / "mocks" / "faults-foreign.json"
TABLE = ROOT / "contracts" / "generic" / "requirements.csv"
QUIET = {Outcome.PASSED, *NEUTRAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One defect: where it sits, what it names, and the requirements that it turned red, by outcome."""

    sample: str
    operation: str
    name: str
    catches: frozenset[str]
    also: frozenset[str]
    red: Mapping[str, str]
    seconds: float

    @property
    def caught(self) -> list[str]:
        """The requirements that it names and that failed."""
        return sorted(name for name in self.catches if self.red.get(name) == Outcome.FAILED)

    @property
    def stray(self) -> list[str]:
        """Requirements that turned red without being declared."""
        return sorted(set(self.red) - self.catches - self.also)


def registers_judged(names: tuple[str, ...], defects: frozenset[str]) -> Ended:
    """Renkei's run of these registers."""
    registry = Registry(defects)
    with tempfile.TemporaryDirectory(prefix="renkei-foreignrate-") as name, served(registry.application()) as url:
        folder = Path(name)
        (folder / "registry.json").write_text(json.dumps(document(names), ensure_ascii=False), encoding="utf-8")
        (folder / "key").write_text(API_KEY, encoding="utf-8")
        access = f'auth = "api_key_header"\napi_key_name = "{KEY}"\nsecret = {{ file = "key" }}'
        (folder / "plan.toml").write_text(plan_text("registry.json", "registry", url, access), encoding="utf-8")
        return renkei("run", folder / "plan.toml")


def red(ended: Ended) -> dict[str, str]:
    """The worst outcome of each requirement that did not pass."""
    found: dict[str, str] = {}
    for (_, requirement), outcome in ended.outcomes().items():
        if Outcome(outcome) not in QUIET and found.get(requirement) != Outcome.FAILED:
            found[requirement] = outcome
    return found


def trials() -> Iterator[tuple[str, Any]]:
    """(sample, defect) of every defect."""
    yield from (("registers", one) for one in registers.DEFECTS)
    yield from (("wards", one) for one in WARDS)


def tried(chosen: tuple[str, Any]) -> Trial:
    """Judge the register or ward of one defect, with that defect alone."""
    sample, one = chosen
    begun = time.monotonic()
    place = one.operation.partition("_")[2]
    if sample == "registers":
        ended = registers_judged((place,), frozenset({one.operation}))
    else:
        with tempfile.TemporaryDirectory(prefix="renkei-foreignrate-") as name:
            ended, _, _ = scenario_run.judged(Path(name), (one,), (place,))
    if not ended.verdicts:
        raise SystemExit(ended.said[-1000:])
    return Trial(
        sample=sample,
        operation=one.operation,
        name=one.name,
        catches=one.ours,
        also=one.also,
        red=red(ended),
        seconds=round(time.monotonic() - begun, 1),
    )


def report(made: list[Trial]) -> dict[str, Any]:
    """The committed result: per defect what caught it, and the requirements that are proven."""
    return {
        "schema": "renkei.selftest/1",
        "faults": len(made),
        "killed": sum(bool(item.caught) and not item.stray for item in made),
        "proven": sorted({name for item in made for name in item.caught}),
        "trials": [
            {
                "fault": item.name,
                "system": f"{item.sample} {item.operation}",
                "catches": sorted(item.catches),
                "caught": item.caught,
                "stray": item.stray,
            }
            for item in made
        ],
    }


def proof(result: Mapping[str, Any]) -> dict[str, Any]:
    """What certificates say of the generic suites: the kill rate, and the requirements that no caught defect proves."""
    table = read_requirements(TABLE.read_text(encoding="utf-8"), TABLE.name)
    unproven = [item.id for item in table if item.id not in result["proven"]]
    rate = round(result["killed"] / result["faults"], 4)
    return {"schema": "renkei.proof/1", "kill_rate": rate, "unproven": unproven}


def faults(result: Mapping[str, Any]) -> dict[str, Any]:
    """What `renkei requirements` shows: each defect with the requirements that caught it."""
    return {"faults": {f"{one['system']}: {one['fault']}": one["caught"] for one in result["trials"] if one["caught"]}}


def main(arguments: list[str] | None = None) -> int:
    """Try every defect (or those whose names or operations are given); exit 1 when one survives or a stray turns red."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these defects or operations")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args(arguments)
    chosen = [pair for pair in trials() if not args.names or {pair[1].name, pair[1].operation} & set(args.names)]
    if not chosen:
        print("no defect of that name", file=sys.stderr)
        return 2
    made: list[Trial] = []
    with ThreadPoolExecutor(args.workers) as pool:
        for item in pool.map(tried, chosen):
            made.append(item)
            mark = "MISS" if not item.caught else "SIDE" if item.stray else "ok  "
            print(f"{len(made):3}/{len(chosen)} {mark} {item.operation:18} {item.name:32} {item.seconds:5.1f} s "
                  f"caught by {','.join(item.caught) or '-'} stray={item.stray}", flush=True)  # fmt: skip
    result = report(made)
    if not args.names:
        RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        PROOF.write_text(json.dumps(proof(result), indent=1) + "\n", encoding="utf-8")
        FAULTS.write_text(json.dumps(faults(result), indent=1) + "\n", encoding="utf-8")
    print(f"faults={result['faults']} killed={result['killed']} requirements proven={len(result['proven'])}")
    bad = [item for item in made if not item.caught or item.stray]
    print(f"{len(made) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
