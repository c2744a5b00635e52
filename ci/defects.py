"""The planted set: how many defects of every class Renkei finds, and how many a stock run of the peer at the same budget.

Run as ``python ci/defects.py [--json FILE]``. The server of mocks/wards (7 wards, 42 operations, a record of 40
members) has all defects of mocks/wards/defect.py at once. Renkei judges it with the smoke profile; then
``schemathesis run`` with all of its checks gets more and more examples until it has sent at least as many requests. A defect
is found when a finding on the operation that shows it bears a requirement (of the peer: a check) that speaks of it. Then
Renkei judges the server without any defect: every finding there is a false alarm. Prints one line for each defect and the
figures; exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "foreign"))
sys.path.insert(0, str(ROOT / "ci"))
sys.path.insert(0, str(ROOT))

from foreign import CHECKS
from scenario_run import judged
from serving import served

from mocks.wards import token
from mocks.wards.defect import DEFECTS, Defect
from mocks.wards.document import WARDS, document
from mocks.wards.server import Wards

EXAMPLES, MOST, TRIES = 15, 200, 4
# Such a failure of the peer may be told of another operation of the same ward than the defective one.
LATER = frozenset({"use_after_free", "ensure_resource_availability", "unsupported_method"})
VERBS = {
    "GET": "list",
    "POST": "create",
    "GET id": "read",
    "PUT id": "replace",
    "PATCH id": "amend",
    "DELETE id": "remove",
}
TIMES = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one tool did: requests, seconds, the defects it found, and what else it blamed."""

    requests: int
    seconds: float
    found: frozenset[Defect]
    others: tuple[str, ...]
    outcomes: Mapping[str, int]


def ours(defects: tuple[Defect, ...], wards: tuple[str, ...] = WARDS) -> Measured:
    """What Renkei finds."""
    with tempfile.TemporaryDirectory(prefix="renkei-defects-") as name:
        ended, requests, seconds = judged(Path(name), defects, wards)
    told = {(linkage, requirement) for linkage, requirement, _ in ended.findings()}
    found = frozenset(one for one in defects if any((one.shows, name) in told for name in one.ours))
    expected = {(ward_of(one.operation), name) for one in defects for name in one.also}
    others = sorted(f"{op} {name} {rule}" for op, name, rule in ended.findings() if (ward_of(op), name) not in expected)
    outcomes = list(ended.outcomes().values())
    counts = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
    return Measured(requests=requests, seconds=seconds, found=found, others=tuple(others), outcomes=counts)


def ward_of(operation: str) -> str:
    """The ward of an operation."""
    return operation.partition("_")[2]


def theirs(defects: tuple[Defect, ...], budget: int) -> Measured:
    """A stock run of the peer, with as many examples as it takes to send that many requests."""
    examples = EXAMPLES
    for _ in range(TRIES):
        requests, seconds, report = peer_run(defects, examples)
        if requests >= budget:
            break
        examples = max(examples + 1, min(MOST, round(examples * budget / requests * 1.6)))
    told = set(_told(report))
    found = frozenset(one for one in defects if any(_speaks(one, *pair) for pair in told))
    others = sorted(f"{op} {check}" for op, check in told if not any(_speaks(one, op, check) for one in defects))
    return Measured(requests=requests, seconds=seconds, found=found, others=tuple(others), outcomes={})


def peer_run(defects: tuple[Defect, ...], examples: int) -> tuple[int, float, Mapping[str, Any]]:
    """(requests, seconds, report) of one stock run with that many examples."""
    server = Wards(defects)
    with tempfile.TemporaryDirectory(prefix="renkei-defects-") as name, served(server.application()) as url:
        folder = Path(name)
        (folder / "wards.json").write_text(json.dumps(document(), ensure_ascii=False), encoding="utf-8")
        begun = time.monotonic()
        command = [str(Path(sys.executable).with_name("schemathesis")), "run", "wards.json", "--url", url]
        command += ["-H", f"Authorization: Bearer {token.lasting()}", "-n", str(examples), "--seed", "1"]
        command += ["-c", "all", "--continue-on-failure", "--report", "json", "--report-json-path", "report.json"]
        subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=1800)
        seconds = time.monotonic() - begun
        return server.requests, seconds, json.loads((folder / "report.json").read_text(encoding="utf-8"))


def _told(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(operation, check) of every failure that the peer reports."""
    for failure in report["failures"]:
        check = CHECKS.get(failure["type"], failure["type"])
        if "header" in failure["title"].lower() and check == "response_schema_conformance":
            check = "response_headers_conformance"
        for label in failure["operations"]:
            yield _operation(label), check


def _speaks(defect: Defect, operation: str, check: str) -> bool:
    places = {defect.operation, defect.shows}
    near = check in LATER and ward_of(operation) == defect.ward
    return check in defect.theirs and (operation in places or near)


def _operation(label: str) -> str:
    """``GET /higashi/residents/{residentId}`` as ``read_higashi``."""
    method, _, path = label.partition(" ")
    ward, _, rest = path.strip("/").partition("/")
    return f"{VERBS.get(f'{method} id' if '{' in rest else method, method)}_{ward}"


def figures(mine: Measured, peer: Measured | None, good: Measured) -> dict[str, Any]:
    """Everything that was measured, as JSON values."""
    kinds = sorted({one.kind for one in DEFECTS})
    by_kind = {kind: [one for one in DEFECTS if one.kind == kind] for kind in kinds}
    made: dict[str, Any] = {
        "planted": len(DEFECTS),
        "classes": {
            kind: {"planted": len(some), "found": len(mine.found & set(some))} for kind, some in by_kind.items()
        },
        "found": len(mine.found),
        "missed": sorted(f"{one.operation}: {one.name}" for one in DEFECTS if one not in mine.found),
        "beside": list(mine.others),
        "requests": mine.requests,
        "seconds": round(mine.seconds, 1),
        "false_alarms": len(good.others),
        "false_alarms_named": list(good.others),
        "green_outcomes": dict(good.outcomes),
        "green_requests": good.requests,
        "green_seconds": round(good.seconds, 1),
    }
    if peer:
        made |= {
            "peer_found": len(peer.found),
            "peer_requests": peer.requests,
            "peer_seconds": round(peer.seconds, 1),
            "peer_beside": len(peer.others),
            "ratio": round(len(mine.found) / max(1, len(peer.found)), 2),
        }
    made["cpus"] = os.cpu_count()
    return made


def main(arguments: list[str] | None = None) -> int:
    """Measure both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file as well")
    parser.add_argument("--no-peer", action="store_true", help="leave the peer out")
    args = parser.parse_args(arguments)
    mine = ours(DEFECTS)
    peer = None if args.no_peer else theirs(DEFECTS, mine.requests)
    told = figures(mine, peer, ours(()))
    for one in DEFECTS:
        marks = ["found" if found and one in found.found else "-" for found in (mine, peer)]
        print(f"{one.operation:16} {one.name:34} {one.kind:20} renkei {marks[0]:6} schemathesis {marks[1]}")
    text = json.dumps(told, ensure_ascii=False, indent=1)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    met = not told["missed"] and not told["false_alarms"] and (peer is None or told["ratio"] >= TIMES)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
