"""The judge judged: every planted fault must be caught by the requirement it names, and nothing else may turn red.

Run by ``ci/selftest``. For each table under mocks/faults/ the conforming vendor is started with that one fault, certified
with the smoke profile, and the requirements that failed are compared with what the table declares
(``catches`` must fail, ``also`` may fail). Writes ci/selftest.json (every trial) and mocks/proof.json (the kill rate and the
requirements that no fault proves, which every certificate shows).
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renkei.cli.mockset import plan_text, start_vendor, town_pack, vendor_secrets
from renkei.cli.wiring import load_bundle
from renkei.flow.outcome import NEUTRAL, Outcome
from renkei.flow.requirement import Basis
from renkei.vendors import launcher

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "ci" / "selftest.json"
PROOF = ROOT / "mocks" / "proof.json"
QUIET = {Outcome.PASSED, *NEUTRAL}
BASE = "alpha"
# Of a vendor that was written apart and has faults of its own.
OTHER_RESULT = "selftest-{vendor}.json"
CONSUMER = "consumer"
# What ci/consumerrate.py saw of receiving systems.
CONSUMER_RESULT = ROOT / "ci" / "selftest-consumer.json"
# What ci/journeyrate.py saw of life events; what the model finds it finds by any of them.
JOURNEY_RESULT = ROOT / "ci" / "selftest-journeys.json"
MODEL = "JN-90"
# What ci/attribution.py saw of pairs.
PAIR_FAULTS = ROOT / "mocks" / "faults-pairs.json"
FACADE_FILE = "facade.secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planted fault: its name, the system it sits in, and what it must and may turn red."""

    name: str
    system: str
    catches: frozenset[str]
    also: frozenset[str]
    vendor: str = BASE
    role: str = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one fault turned red: ``red`` requirements by outcome, and the seconds it took."""

    fault: Fault
    red: Mapping[str, str]
    seconds: float
    error: str = ""

    @property
    def caught(self) -> bool:
        """Whether every requirement the fault names failed."""
        return not self.error and all(self.red.get(name) == Outcome.FAILED for name in self.fault.catches)

    @property
    def stray(self) -> list[str]:
        """Requirements that turned red without being declared."""
        return sorted(set(self.red) - self.fault.catches - self.fault.also)


def faults(vendor: str = BASE) -> Iterator[Fault]:
    """Every fault table of that vendor's implementation, by name."""
    for path in sorted(launcher(ROOT, vendor).faults.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        yield Fault(
            name=table["name"],
            system=table["system"],
            catches=frozenset(table["catches"]),
            also=frozenset(table.get("also", ())),
            vendor=vendor,
            role=table.get("role", "provider"),
        )


def trial(fault: Fault | None, *, vendor: str = "", system: str = "", seed: int = 1) -> Trial:
    """Certify one vendor with one fault (None: as its own table says) and collect what turned red."""
    begun = time.monotonic()
    vendor = vendor or (fault.vendor if fault else BASE)
    chosen = fault or Fault(name=f"{vendor}-{system}-seed-{seed}", system=system, catches=frozenset(), also=frozenset())
    with tempfile.TemporaryDirectory(prefix="renkei-selftest-") as name:
        folder = Path(name)
        extra = ["--fault", fault.name, "--no-vendor-faults"] if fault else []
        if chosen.role == CONSUMER:
            town = town_pack(folder / "town")
            extra += ["--system", chosen.system, "--town", str(town), "--facade", str(folder / FACADE_FILE)]
        mock = start_vendor(vendor, folder, extra=[*extra, "--seed", str(seed)])
        try:
            ready = mock.start()
            vendor_secrets(folder, vendor)
            plan = folder / "plan.toml"
            if chosen.role == CONSUMER:
                plan.write_text(consumer_plan(chosen, ready, folder, seed), encoding="utf-8")
            else:
                plan.write_text(plan_text({vendor: ready}, "smoke", seed, "ja", (chosen.system,)), encoding="utf-8")
            red, error = _run(plan, folder / "run")
        finally:
            mock.stop()
    return Trial(fault=chosen, red=red, seconds=round(time.monotonic() - begun, 1), error=error)


def consumer_plan(fault: Fault, ready: Mapping[str, Any], folder: Path, seed: int) -> str:
    """The plan that judges one system of a vendor as a consumer, through its façade."""
    inbox = folder / "inbox"
    inbox.mkdir()
    name = f"{fault.vendor}-{fault.system}"
    return (
        f'[plan]\nname = "{name}"\nmunicipality = "{ready["municipality"]}"\nprofile = "smoke"\nseed = {seed}\n'
        f'[[target]]\nid = "{name}"\nvendor = "{fault.vendor}"\nproduct = "{ready["product"]}"\n'
        f'version = "{ready["version"]}"\nsystem = "{fault.system}"\nroles = ["consumer"]\n'
        f'[target.facade]\nurl = "{ready["facades"][fault.system]}"\nsecret = {{file = "{FACADE_FILE}"}}\n'
        f'ca_file = "{ready["ca_file"]}"\n[target.inbox]\nurl = "{inbox.as_uri()}"\n'
    )


def _run(plan: Path, out: Path, *only: str) -> tuple[dict[str, str], str]:
    command = [
        sys.executable,
        "-m",
        "renkei.cli.main",
        "run",
        str(plan),
        "--out",
        str(out),
        "--no-report",
        "--workers",
        "1",
        *(part for name in only for part in ("--only", name)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    path = out / "verdicts.json"
    if not path.is_file():
        return {}, (done.stderr or done.stdout)[-400:]
    verdicts = json.loads(path.read_text(encoding="utf-8"))
    red: dict[str, str] = {}
    for target in verdicts["targets"]:
        for row in target["results"]:
            if Outcome(row["outcome"]) not in QUIET and red.get(row["requirement"]) != Outcome.FAILED:
                red[row["requirement"]] = row["outcome"]
    return red, ""


def report(trials: list[Trial]) -> dict[str, Any]:
    """The committed result: per fault what caught it, and the kill rate."""
    killed = [item for item in trials if item.caught and not item.stray]
    proven = sorted({name for item in trials if item.caught for name in item.fault.catches})
    return {
        "schema": "renkei.selftest/1",
        "faults": len(trials),
        "killed": len(killed),
        "proven": proven,
        "trials": [
            {
                "fault": item.fault.name,
                "system": item.fault.system,
                "catches": sorted(item.fault.catches),
                "caught": item.caught,
                "also_red": sorted(set(item.red) - item.fault.catches),
                "stray": item.stray,
            }
            for item in trials
        ],
    }


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The committed result with the trials of now in the place of those of the same faults."""
    tried = {row["fault"]: row for row in (*before["trials"], *after["trials"])}
    rows = sorted(tried.values(), key=lambda row: (row["fault"].startswith("breaks-"), row["fault"]))
    return {
        **after,
        "faults": len(rows),
        "killed": sum(row["caught"] and not row["stray"] for row in rows),
        "proven": sorted({name for row in rows if row["caught"] for name in row["catches"]}),
        "trials": rows,
    }


def proof(result: Mapping[str, Any]) -> dict[str, Any]:
    """What certificates say of the suites: the kill rate, and the judging requirements that no caught fault proves."""
    bundle = load_bundle()
    judging = [item.id for item in bundle.requirements if item.basis is not Basis.AMBIGUOUS]
    consumers = json.loads(CONSUMER_RESULT.read_text(encoding="utf-8"))["proven"] if CONSUMER_RESULT.is_file() else []
    pairs = json.loads(PAIR_FAULTS.read_text(encoding="utf-8"))["faults"].values()
    told = json.loads(JOURNEY_RESULT.read_text(encoding="utf-8")) if JOURNEY_RESULT.is_file() else {}
    journeys = [*told.get("proven", ()), *([MODEL] if told.get("by_model") else [])]
    proven = {*result["proven"], *consumers, *journeys, *(name for names in pairs for name in names)}
    unproven = [name for name in judging if name not in proven and name not in bundle.untested]
    rate = round(result["killed"] / result["faults"], 4)
    return {"schema": "renkei.proof/1", "kill_rate": rate, "unproven": unproven}


def tightened(result: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Let each fault declare what it was seen to turn red, and no more; gives the names of the tables that changed.

    A list that is wider than what happens would hide a suite that blames the wrong requirement.
    """
    for row in result["trials"]:
        path = folder / f"{row['fault']}.toml"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        also = f"also = {json.dumps(row['also_red'])}"
        new = re.sub(r"^also = \[[^\]]*\]$", also, text, count=1, flags=re.MULTILINE)
        if row["caught"] and new != text:
            path.write_text(new, encoding="utf-8")
            yield row["fault"]


def _is_asked(fault: Fault, names: list[str]) -> bool:
    """Whether a rule fault was named: by its name, as all (`breaks`) or as those of a system (`breaks-010`)."""
    return not names or any(fault.name == name or fault.name.startswith(f"{name}-") for name in names)


def main(arguments: list[str] | None = None) -> int:
    """Try every fault (or those named); exit 1 when one survives or something undeclared turned red."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these faults; the others keep what they showed last")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tighten", action="store_true", help="try nothing; declare what the committed figures saw")
    parser.add_argument("--vendor", default=BASE, help="the mock vendor whose faults are tried")
    args = parser.parse_args(arguments)
    written = RESULT if args.vendor == BASE else RESULT.with_name(OTHER_RESULT.format(vendor=args.vendor))
    if args.tighten:
        folder = launcher(ROOT, args.vendor).faults
        print("\n".join(tightened(json.loads(written.read_text(encoding="utf-8")), folder)))
        return 0
    # Here, since that module takes its trials from this one.
    from rulerate import rule_faults
    from rulerate import trials as rule_trials

    chosen = [fault for fault in faults(args.vendor) if not args.names or fault.name in args.names]
    ruled = [fault for fault in rule_faults() if _is_asked(fault, args.names)] if args.vendor == BASE else []
    if not chosen and not ruled:
        print("no fault of that name", file=sys.stderr)
        return 2
    trials: list[Trial] = []
    with ThreadPoolExecutor(args.workers) as pool:
        for item in itertools.chain(pool.map(trial, chosen), rule_trials(ruled, args.workers) if ruled else ()):
            trials.append(item)
            mark = "ok  " if item.caught and not item.stray else "MISS" if not item.caught else "SIDE"
            print(f"{len(trials):3}/{len(chosen) + len(ruled)} {mark} {item.fault.name:32} {item.seconds:5.1f} s "
                  f"catches={','.join(sorted(item.fault.catches))} red={dict(item.red)} {item.error}", flush=True)  # fmt: skip
    result = report(trials)
    if args.names and written.is_file():
        result = merged(json.loads(written.read_text(encoding="utf-8")), result)
    print(f"faults={result['faults']} killed={result['killed']} requirements proven={len(result['proven'])}")
    written.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if args.vendor == BASE:
        PROOF.write_text(json.dumps(proof(result), indent=1) + "\n", encoding="utf-8")
    bad = [item for item in trials if not item.caught or item.stray]
    print(f"{len(trials) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
