"""A whole municipality certified: every 業務 once, as provider, over the packs of several towns, by the commands of the README.

Run by ``ci/selftest``. For each seed a town is exported, the conforming vendor publishes all of it, and plans/town.toml is run
with that seed and the smoke profile, the first town with the standard profile too. No system may be blamed; what could not be
decided is told with its reason. Time and memory are those of ``renkei run`` with all processes below it, reports included
(the sum of their PSS, read twice a second). Of the first town two more vendors publish the offices that they have: gamma, which
uses every freedom of the text and conforms, and beta, each of whose defects must be found. Writes ci/selftest-town.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from determinism import free_port
from hostile_run import ROOT, descendants

from renkei.cli.wiring import load_bundle
from renkei.flow.outcome import NEUTRAL, Outcome
from renkei.vendors import ProcessVendor

RESULT = ROOT / "ci" / "selftest-town.json"
PLAN = ROOT / "plans" / "town.toml"
# The port that the plan names.
PORT = 18031
MUNICIPALITY = "993018"
SEEDS, RESIDENTS = 5, 1000
SECONDS, MEGABYTES = 15 * 60, 1536
# So long a vendor may take to publish a town, on a busy machine too.
READY = 300.0
QUIET = {Outcome.PASSED, *NEUTRAL}
RENKEI = (sys.executable, "-m", "renkei.cli.main")


class Memory:
    """The most that a process and all below it held together; look at it after ``with``."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.most_mb = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.5):
            self.most_mb = max(self.most_mb, sum(map(held, descendants(self.pid))) / 1024)


def held(pid: int) -> int:
    """PSS of a process in KiB: shared pages count in parts; 0 when it has just ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def exported(folder: Path, seed: int, residents: int) -> Path:
    """The pack of a town."""
    pack = folder / "pack"
    export = [*RENKEI, "town", "export", str(pack), "--population", str(residents), "--seed", str(seed), "--closing"]
    subprocess.run(export, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
    return pack


@contextlib.contextmanager
def municipality(folder: Path, pack: Path) -> Iterator[Path]:
    """The plan of a town whose systems are up: the committed one, with another port."""
    place, port = folder / "town", free_port()
    place.mkdir(parents=True)
    text = PLAN.read_text(encoding="utf-8")
    if str(PORT) not in text:
        raise SystemExit(f"plans/town.toml does not name port {PORT}")
    plan = folder / "town.toml"
    plan.write_text(text.replace(str(PORT), str(port)), encoding="utf-8")
    arguments = ["--system", "all", "--town", str(pack), "--place", (place / "place").as_uri(), "--port", str(port)]
    arguments += ["--tls", str(place / "tls"), "--clients", str(place / "clients.json")]
    vendor = ProcessVendor(vendor="alpha", home=ROOT, log=folder / "mock.log", arguments=arguments, patience=READY)
    try:
        vendor.start()
        yield plan
    finally:
        vendor.stop()


def certified(plan: Path, out: Path, seed: int, profile: str, *, report: bool) -> dict[str, Any]:
    """Run the plan; what came of it, how long it took, and how much memory."""
    command = [*RENKEI, "run", str(plan), "--out", str(out), "--profile", profile, "--seed", str(seed)]
    begun = time.monotonic()
    with out.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *(() if report else ("--no-report",))], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        with Memory(process.pid) as memory:
            code = process.wait(timeout=3600)
    seconds = time.monotonic() - begun
    path = out / "verdicts.json"
    if not path.is_file():
        raise SystemExit(f"the run left no verdicts: {out.with_suffix('.log').read_text(encoding='utf-8')[-600:]}")
    shown = {"commit": commit(), "seed": seed, "profile": profile, "exit": code}
    return {**shown, **summed(json.loads(path.read_text(encoding="utf-8"))), "seconds": round(seconds, 1),
            "most_memory_mb": round(memory.most_mb)}  # fmt: skip


def commit() -> str:
    """What is checked out."""
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip()


def summed(verdicts: Mapping[str, Any]) -> dict[str, Any]:
    """The verdicts of the systems, the outcomes of the cases, and everything that is neither passed nor neutral."""
    rows = [(target, row) for target in verdicts["targets"] for row in target["results"]]
    open_ones = Counter(
        (row["outcome"], target["system"], row["linkage"], row["requirement"], row["reason_code"])
        for target, row in rows
        if Outcome(row["outcome"]) not in QUIET
    )
    return {
        "verdict": verdicts["verdict"],
        "systems": dict(Counter(target["verdict"] for target in verdicts["targets"])),
        "outcomes": dict(Counter(row["outcome"] for _, row in rows)),
        "findings": sum(len(row["findings"]) for _, row in rows),
        "open": [" ".join(part for part in name if part) for name in sorted(open_ones)],
    }


def offices(folder: Path, pack: Path, name: str) -> dict[str, Any]:
    """A vendor's offices on the pack: what was found, and of the defects of its table what was caught and what was not."""
    chosen, place = vendor_table(name), folder / name
    systems = [one for one in chosen["systems"] if one != "031"]
    place.mkdir()
    arguments = [part for one in systems for part in ("--system", one)]
    vendor = ProcessVendor(
        vendor=name, home=ROOT, log=folder / f"{name}.log",
        arguments=[*arguments, "--town", str(pack), "--place", place.as_uri()], patience=READY,
    )  # fmt: skip
    try:
        vendor.start()
        plan = folder / f"{name}.toml"
        plan.write_text(plan_of(systems, place), encoding="utf-8")
        run = certified(plan, folder / f"{name}-run", 1, "smoke", report=False)
    finally:
        vendor.stop()
    red = {tuple(text.split()[1:4:2]) for text in run["open"] if text.startswith(Outcome.FAILED)}
    known = {fault["name"]: fault for fault in listed_faults()}
    # What goes wrong in receiving is no matter of what they publish.
    scoped = [text.split(":") for text in chosen["faults"] if ":" in text]
    planted = [one for one in scoped if not all(name.startswith("CN-") for name in known[one[1]]["catches"])]
    declared = {(one, which) for one, fault in planted for which in (*known[fault]["catches"], *known[fault]["also"])}
    caught = [one for one in planted if {(one[0], which) for which in known[one[1]]["catches"]} <= red]
    return {
        "commit": run["commit"], "vendor": name, "systems": systems, "findings": run["findings"], "outcomes": run["outcomes"],
        "planted": [":".join(one) for one in planted], "caught": [":".join(one) for one in caught],
        "undeclared": sorted(" ".join(one) for one in red - declared), "seconds": run["seconds"],
    }  # fmt: skip


def plan_of(systems: Sequence[str], place: Path) -> str:
    """A plan for the files of these systems."""
    head = f'[plan]\nname = "offices"\nedition = "{load_bundle().edition}"\nmunicipality = "{MUNICIPALITY}"\nseed = 1\n'
    targets = (
        f'[[target]]\nid = "{name}"\nvendor = "mock"\nproduct = "mock"\nversion = "1"\nsystem = "{name}"\n'
        f'roles = ["provider"]\n[target.files]\nurl = "{place.as_uri()}"\n'
        for name in systems
    )
    return "\n".join([head, *targets])


def vendor_table(name: str) -> dict[str, Any]:
    """The table of a mock vendor."""
    return tomllib.loads((ROOT / "mocks" / "vendors" / f"{name}.toml").read_text(encoding="utf-8"))


def listed_faults() -> list[dict[str, Any]]:
    """Every defect that the mocks know."""
    command = [sys.executable, "-m", "mocks", "--list-faults"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [json.loads(text) for text in said.splitlines()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Certify the towns; exit 1 when a system is blamed, or the standard run takes too long or too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one town, smoke only; nothing is written")
    args = parser.parse_args(arguments)
    runs, vendors = [], []
    for seed in range(1, 2 if args.quick else SEEDS + 1):
        with tempfile.TemporaryDirectory(prefix="renkei-town-") as name:
            folder = Path(name)
            pack = exported(folder, seed, RESIDENTS)
            with municipality(folder, pack) as plan:
                for profile in ("smoke", "standard") if seed == 1 and not args.quick else ("smoke",):
                    runs.append(certified(plan, folder / profile, seed, profile, report=profile == "standard"))
                    print(line(runs[-1]), flush=True)
            for other in ("gamma", "beta") if seed == 1 and not args.quick else ():
                vendors.append(offices(folder, pack, other))
                print(told(vendors[-1]), flush=True)
    if not args.quick:
        table = {"schema": "renkei.selftest-town/1", "residents": RESIDENTS, "runs": runs, "vendors": vendors}
        RESULT.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    wrong = [one for one in runs if not right(one)] + [one for one in vendors if not as_planted(one)]
    print(f"{len(runs) + len(vendors) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


def as_planted(vendor: Mapping[str, Any]) -> bool:
    """Everything that was planted was caught, and nothing else."""
    return vendor["planted"] == vendor["caught"] and not vendor["undeclared"] and bool(vendor["planted"]) == bool(
        vendor["findings"]
    )  # fmt: skip


def told(vendor: Mapping[str, Any]) -> str:
    """One vendor in one line, what is undeclared below it."""
    head = f"{'ok   ' if as_planted(vendor) else 'WRONG'} {vendor['vendor']}, {len(vendor['systems'])} offices"
    counts = f"{len(vendor['caught'])} of {len(vendor['planted'])} defects caught, {vendor['findings']} findings"
    return "\n".join([f"{head}: {counts}, {vendor['seconds']} s", *(f"      {one}" for one in vendor["undeclared"])])


def right(run: Mapping[str, Any]) -> bool:
    """Nobody was blamed, everything was judged, and the limits held."""
    within = run["seconds"] <= SECONDS and run["most_memory_mb"] <= MEGABYTES
    return not run["findings"] and run["exit"] == 0 and run["verdict"] == "passed" and within


def line(run: Mapping[str, Any]) -> str:
    """One run in one line, what is open below it."""
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(run["outcomes"].items()))
    head = f"{'ok   ' if right(run) else 'WRONG'} seed {run['seed']} {run['profile']}: {outcomes}; {run['findings']} findings"
    rest = [f"      {text}" for text in run["open"]]
    ended = f"{run['verdict']}, exit {run['exit']}, {run['seconds']} s, {run['most_memory_mb']} MB"
    return "\n".join([f"{head}, {ended}", *rest])


if __name__ == "__main__":
    sys.exit(main())
