"""Another standard's document: how many planted defects Renkei finds, and how many a stock run at the same budget.

Run as ``python ci/foreign.py``. The sample registers of mocks/registry (24, with 120 operations) have all of their
defects. Renkei judges it with the smoke profile; then ``schemathesis run`` with all of its checks is given more and more
examples until it has sent at least as many requests. A pair of operation and defect counts once. Prints one line for each
defect and a last line with the figures; exits with 1 when Renkei finds fewer pairs or blames a server without defects.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "foreign"), str(ROOT)]

from foreign_run import plan_text, renkei
from serving import served

from mocks.registry.defect import DEFECTS, Defect
from mocks.registry.document import KEY, NAMES, document
from mocks.registry.server import API_KEY, Registry

EXAMPLES = (5, 10, 20, 40, 80, 160)
# The peer's names of failures, by the check that each comes from.
CHECKS = {
    "UndefinedStatusCode": "status_code_conformance",
    "UndefinedContentType": "content_type_conformance",
    "MissingContentType": "content_type_conformance",
    "MalformedMediaType": "content_type_conformance",
    "MissingHeaders": "response_headers_conformance",
    "JsonSchemaError": "response_schema_conformance",
    "MalformedJson": "response_schema_conformance",
    "ServerError": "not_a_server_error",
    "AcceptedNegativeData": "negative_data_rejection",
    "RejectedPositiveData": "positive_data_acceptance",
    "IgnoredAuth": "ignored_auth",
    "UnsupportedMethodResponse": "unsupported_method",
    "UseAfterFree": "use_after_free",
    "EnsureResourceAvailability": "ensure_resource_availability",
    "MissingHeaderNotRejected": "missing_required_header",
}
# Such a failure may be told of another operation of the same register than the defective one.
LATER = frozenset({"use_after_free", "ensure_resource_availability", "unsupported_method"})
VERBS = {"GET": "list", "POST": "create", "GET id": "read", "PUT id": "replace", "DELETE id": "remove"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one tool did: requests, seconds, the planted defects it found, and what else it blamed."""

    requests: int
    seconds: float
    found: frozenset[Defect]
    alarms: int


def ours(names: tuple[str, ...], defects: frozenset[str]) -> Measured:
    """Renkei's own run of the registers."""
    registry = Registry(defects)
    with tempfile.TemporaryDirectory(prefix="renkei-foreign-") as name, served(registry.application()) as url:
        folder = Path(name)
        (folder / "registry.json").write_text(json.dumps(document(names), ensure_ascii=False), encoding="utf-8")
        (folder / "key").write_text(API_KEY, encoding="utf-8")
        access = f'auth = "api_key_header"\napi_key_name = "{KEY}"\nsecret = {{ file = "key" }}'
        (folder / "plan.toml").write_text(plan_text("registry.json", "registry", url, access), encoding="utf-8")
        begun = time.monotonic()
        ended = renkei("run", folder / "plan.toml")
        seconds = time.monotonic() - begun
    if not ended.verdicts:
        raise SystemExit(ended.said[-1000:])
    pairs = {(linkage, requirement) for linkage, requirement, _ in ended.findings()}
    found = {one for one in DEFECTS if any((one.operation, requirement) in pairs for requirement in one.ours)}
    return Measured(
        requests=sum(registry.requests.values()), seconds=seconds, found=frozenset(found), alarms=len(pairs)
    )


def theirs(names: tuple[str, ...], defects: frozenset[str], budget: int) -> Measured:
    """A stock run of the peer, with as many examples as it takes to send that many requests."""
    for examples in EXAMPLES:
        registry = Registry(defects)
        with tempfile.TemporaryDirectory(prefix="renkei-foreign-") as name, served(registry.application()) as url:
            folder = Path(name)
            (folder / "registry.json").write_text(json.dumps(document(names), ensure_ascii=False), encoding="utf-8")
            begun = time.monotonic()
            command = [str(Path(sys.executable).with_name("schemathesis")), "run", "registry.json", "--url", url]
            command += ["-H", f"{KEY}: {API_KEY}", "-n", str(examples), "--seed", "1", "-c", "all"]
            command += ["--continue-on-failure", "--report", "json", "--report-json-path", "report.json"]
            subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=1800)
            seconds = time.monotonic() - begun
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        sent = sum(registry.requests.values())
        if sent >= budget or examples == EXAMPLES[-1]:
            found = frozenset(one for one in DEFECTS if _told(one, report))
            alarms = sum(len(failure["operations"]) for failure in report["failures"])
            return Measured(requests=sent, seconds=seconds, found=found, alarms=alarms)
    raise SystemExit("no run of the peer")


def _told(defect: Defect, report: Mapping[str, Any]) -> bool:
    """Whether the peer's report names that defect on its operation."""
    for failure in report["failures"]:
        check = CHECKS.get(failure["type"], failure["type"])
        if "header" in failure["title"].lower() and check == "response_schema_conformance":
            check = "response_headers_conformance"
        operations = {_operation(label) for label in failure["operations"]}
        register = defect.operation.partition("_")[2]
        same = defect.operation in operations or any(one.endswith(f"_{register}") for one in operations)
        if check in defect.theirs and (same if check in LATER else defect.operation in operations):
            return True
    return False


def _operation(label: str) -> str:
    """``GET /offices/{id}`` as ``read_offices``."""
    method, _, path = label.partition(" ")
    name, _, rest = path.strip("/").partition("/")
    return f"{VERBS.get(f'{method} id' if rest else method, method)}_{name}"


def main(arguments: list[str] | None = None) -> int:
    """Measure both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one line of JSON only")
    parser.add_argument("--good", action="store_true", help="also judge the server without any defect")
    args = parser.parse_args(arguments)
    on = frozenset(one.operation for one in DEFECTS)
    mine = ours(NAMES, on)
    peer = theirs(NAMES, on, mine.requests)
    alarms = ours(NAMES, frozenset()).alarms if args.good else None
    figures = {
        "planted": len(DEFECTS),
        "found": len(mine.found),
        "requests": mine.requests,
        "seconds": round(mine.seconds, 1),
        "peer_found": len(peer.found),
        "peer_requests": peer.requests,
        "peer_seconds": round(peer.seconds, 1),
        "false_alarms_on_good": alarms,
    }
    if not args.json:
        for one in DEFECTS:
            marks = ["found" if one in found else "-" for found in (mine.found, peer.found)]
            print(f"{one.operation:20} {one.name:34} renkei {marks[0]:6} schemathesis {marks[1]}")
    print(json.dumps(figures))
    return 0 if len(mine.found) >= len(peer.found) and not alarms else 1


if __name__ == "__main__":
    sys.exit(main())
