"""Whom a pair's failure is put on: planted faults of every kind, judged by `renkei run`, beside the party that planted them.

Run as ``python ci/attribution.py [--json FILE] [--only NAME …] [--only-write]``. One mock vendor's published files are copied and made
wrong, one provider and one consumer process stand for all vendors, and every fault is a pair of its own in one plan. The
named party must be right in every case in which one is named; what cannot be decided is counted apart. Exits with 1 when a
wrong party is named, a fault is not noticed, or the pair without a fault does not pass.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "ci"))

from attribution_consumer import CELLS, REQUESTS, SECRET
from attribution_files import FAULTS, Copy, with_deletion
from attribution_parties import World
from attribution_provider import ANSWERS, CLIENT, CLIENT_SECRET, OPERATION
from attribution_storage import DEFECTS as STORAGE

RESULT = ROOT / "ci" / "selftest-attribution.json"
CAUGHT = ROOT / "mocks" / "faults-pairs.json"
PEOPLE, MUNICIPALITY = "001o006", "993018"
KEYS = {PEOPLE: ("atenabango", "kojinrirekibango", "kojinrirekibango_edaban")}
LEAST = 60
# What a consumer of files, and of one call, does wrong beside what is in the tables of cells and requests.
OF_FILES = (
    *("never_ends", "job_garbage", "job_fails", "unknown_linkage", "refuses_files", "refuses_deltas", "refuses_rows"),
    *("counts_untrue", "keeps_deleted", "keeps_first", "drops_rows", "ignores_gap", "full_file_adds_only"),
    *("another_person", "records_garbage", "pages_endless"),
)
OF_CALLS = (
    *("sends_nothing", "calls_twice", "fails_after_answer", "changes_answer", "changes_operator", "request_not_json"),
    *("token_form_as_json", *REQUESTS),
)
# Answers that are nobody's breach, with the party that has to look at it.
OPEN = {
    "refuses_403": "contract",
    "refuses_401": "configuration",
    "refuses_400": "undecidable",
    "refuses_503": "undecidable",
    "maintenance_html": "undecidable",
    "closes": "environment",
    "cuts": "environment",
    "never_answers": "environment",
}
BOTH_FILES = (
    ("required_item_empty", "spaces_become_half"),
    ("full_width_number", "keeps_deleted"),
    ("sex_unlisted", "drops_rows"),
)
BOTH_CALLS = (("answer_serial_as_text", "request_unlisted_code"), ("answer_kind_wrong", "request_as_text"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One pair: what is wrong with its provider and its consumer ("" for nothing), and whose fault it is."""

    name: str
    kind: str
    party: str
    linkage: str
    provider: str = ""
    consumer: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def table() -> Iterator[Planted]:
    """Every planted fault, and for each way of linking the pair without one."""
    for linkage in (PEOPLE, OPERATION):
        yield Planted(name=f"none-{linkage[:6]}", kind="none", party="", linkage=linkage)
    for fault in FAULTS:
        yield Planted(name=f"file-{fault}", kind="provider", party="provider", linkage=PEOPLE, provider=fault)
    for fault in ANSWERS:
        party = OPEN.get(fault, "provider")
        kind = {"contract": "ambiguous", "configuration": "credentials", "environment": "network"}.get(party, party)
        yield Planted(name=f"call-{fault}", kind=kind, party=party, linkage=OPERATION, provider=fault)
    for fault in (*OF_FILES, *CELLS):
        yield Planted(name=f"taker-{fault}", kind="consumer", party="consumer", linkage=PEOPLE, consumer=fault)
    yield Planted(name="none-storage", kind="none", party="", linkage=PEOPLE, options={"storage": True})
    for fault in STORAGE:
        options = {"storage": True}
        yield Planted(
            name=f"reader-{fault}", kind="consumer", party="consumer", linkage=PEOPLE, consumer=fault, options=options
        )
    for fault in OF_CALLS:
        yield Planted(name=f"caller-{fault}", kind="consumer", party="consumer", linkage=OPERATION, consumer=fault)
    for linkage, pairs in ((PEOPLE, BOTH_FILES), (OPERATION, BOTH_CALLS)):
        for one, other in pairs:
            yield Planted(name=f"both-{one}", kind="both", party="both", linkage=linkage, provider=one, consumer=other)
    yield from surroundings()


def surroundings() -> Iterator[Planted]:
    """What lies between the two: connection, place, secrets, test data."""
    for name, linkage, options in (
        ("consumer-closed", PEOPLE, {"facade": "closed"}),
        ("caller-closed", OPERATION, {"facade": "closed"}),
        ("provider-closed", OPERATION, {"base": "closed"}),
        ("inbox-unwritable", PEOPLE, {"inbox": "file"}),
    ):
        yield Planted(name=name, kind="network", party="environment", linkage=linkage, options=options)
    yield Planted(
        name="place-tampered", kind="network", party="environment", linkage=PEOPLE, consumer="tampers_with_place"
    )
    for name, linkage, options in (
        ("facade-secret", PEOPLE, {"secret": "other"}),
        ("caller-secret", OPERATION, {"secret": "other"}),
        ("client-secret", OPERATION, {"client": "other"}),
    ):
        yield Planted(name=name, kind="credentials", party="configuration", linkage=linkage, options=options)
    yield Planted(
        name="consumer-secret",
        kind="credentials",
        party="configuration",
        linkage=OPERATION,
        consumer="wrong_client_secret",
    )
    yield Planted(name="no-facade", kind="configuration", party="configuration", linkage=PEOPLE, consumer="no_trigger")
    yield Planted(name="consumer-503", kind="undecidable", party="undecidable", linkage=PEOPLE, consumer="says_503")
    for name in ("empty", "absent"):
        yield Planted(
            name=f"place-{name}", kind="test_data", party="test_data", linkage=PEOPLE, options={"place": name}
        )


def plan_text(planted: Sequence[Planted], folder: Path, origin: str, good: Copy) -> str:
    """The plan: a provider, a consumer and a pair for each; every secret is a reference."""
    lines = ["[plan]", 'name = "attribution"', 'profile = "smoke"', f'municipality = "{MUNICIPALITY}"', "seed = 1"]
    for one in planted:
        lines += _provider(one, folder, origin, good) + _consumer(one, folder, origin)
        lines += [
            "[[pair]]",
            f'provider = "p-{one.name}"',
            f'consumer = "c-{one.name}"',
            f'linkages = ["{one.linkage}"]',
        ]
    return "\n".join(lines) + "\n"


def _provider(one: Planted, folder: Path, origin: str, good: Copy) -> list[str]:
    system = "001" if one.linkage == PEOPLE else "031"
    head = ["[[target]]", f'id = "p-{one.name}"', f'vendor = "p-{one.name}"', 'product = "P"', 'version = "1"']
    head += [f'system = "{system}"', 'roles = ["provider"]', "[target.claims]", "optional = []"]
    if system == "001":
        place = folder / "places" / one.name
        if one.options.get("place") == "empty":
            place.mkdir(parents=True)
        elif one.options.get("place") != "absent":
            copy = Copy.read(good.folder)
            if one.provider:
                FAULTS[one.provider](copy)
            copy.write(place / PEOPLE)
        else:
            Copy.read(good.folder).write(place / "001o005")
        return [*head, "[target.files]", f'url = "{place.as_uri()}"']
    base = f"http://127.0.0.1:{closed()}" if one.options.get("base") else f"{origin}/p/{one.name}~{one.provider}"
    secret = "OTHER" if one.options.get("client") else "CLIENT"
    return [
        *[*head, "[target.rest]", f'base_url = "{base}"', f'token_url = "{base}/oauth2/token"'],
        *[
            f'client_id = "{CLIENT}"',
            f'client_secret = {{env = "ATTRIBUTION_{secret}"}}',
            'auth = "client_secret_basic"',
        ],
    ]


def _consumer(one: Planted, folder: Path, origin: str) -> list[str]:
    inbox = folder / "inboxes" / one.name
    inbox.parent.mkdir(exist_ok=True)
    if one.options.get("inbox"):
        inbox.write_text("a file, where a folder should be", "utf-8")
    url = f"http://127.0.0.1:{closed()}" if one.options.get("facade") else f"{origin}/c/{one.name}~{one.consumer}"
    secret = "OTHER" if one.options.get("secret") else "FACADE"
    place = ["[target.shelf]"] if one.options.get("storage") else ["[target.inbox]", f'url = "{inbox.as_uri()}"']
    return [
        *["[[target]]", f'id = "c-{one.name}"', f'vendor = "c-{one.name}"', 'product = "P"', 'version = "1"'],
        *['system = "010"', 'roles = ["consumer"]', "[target.facade]", f'url = "{url}"', "seconds = 3"],
        *[f'secret = {{env = "ATTRIBUTION_{secret}"}}', *place],
    ]


def closed() -> int:
    """A port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def good_files(folder: Path) -> Copy:
    """What a conforming mock publishes of the residents; its process ends at once."""
    renkei = [sys.executable, "-m", "renkei.cli.main"]
    pack = folder / "pack"
    subprocess.run(
        [*renkei, "town", "export", str(pack), "--population", "40", "--seed", "1"], check=True, capture_output=True
    )
    command = [
        sys.executable,
        "-m",
        "mocks",
        "--vendor",
        "alpha",
        "--system",
        "001",
        "--no-vendor-faults",
        "--port",
        "0",
    ]
    command += ["--place", (folder / "good").as_uri(), "--clients", str(folder / "clients.json"), "--town", str(pack)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        json.loads(process.stdout.readline() if process.stdout else "{}")
        process.terminate()
    copy = Copy.read(folder / "good" / PEOPLE)
    with_deletion(copy)
    copy.write(folder / "series")
    return Copy.read(folder / "series")


def measured(wanted: Sequence[str], workers: int) -> tuple[list[dict[str, Any]], float]:
    """(fault, kind, party, named, because, verdict) of every planted fault, and the seconds of the run."""
    planted = [one for one in table() if not wanted or one.name in wanted]
    with tempfile.TemporaryDirectory(prefix="renkei-attribution-") as name:
        folder = Path(name)
        world = World(KEYS)
        plan = folder / "plan.toml"
        plan.write_text(plan_text(planted, folder, world.origin, good_files(folder)), "utf-8")
        secrets = {"CLIENT": CLIENT_SECRET, "FACADE": SECRET, "OTHER": "attribution-other-secret-0123456789"}
        environment = {**os.environ, **{f"ATTRIBUTION_{key}": value for key, value in secrets.items()}}
        command = [sys.executable, "-m", "renkei.cli.main", "run", str(plan), "--out", str(folder / "run")]
        begun = time.monotonic()
        done = subprocess.run(
            [*command, "--no-report", "--only", "pair", "--workers", str(workers)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - begun
        verdicts = folder / "run" / "verdicts.json"
        if not verdicts.is_file():
            raise SystemExit(done.stderr[-3000:])
        rows = {row["provider"].removeprefix("p-"): row for row in json.loads(verdicts.read_text("utf-8"))["pairs"]}
        if keep := os.environ.get("ATTRIBUTION_KEEP"):
            shutil.copytree(folder / "run", keep, dirs_exist_ok=True)
    return [_told(one, rows.get(one.name)) for one in planted], seconds


def _told(one: Planted, row: Mapping[str, Any] | None) -> dict[str, Any]:
    told = {"fault": one.name, "kind": one.kind, "party": one.party}
    if row is None:
        return told | {"named": "missing", "because": "", "verdict": "", "requirements": []}
    caught = sorted({one["requirement"] for one in row["results"] if one["outcome"] == "failed"})
    return told | {
        "named": row["fault_of"],
        "because": row["because"],
        "verdict": row["verdict"],
        "requirements": caught,
    }


def figures(rows: Sequence[Mapping[str, Any]], seconds: float) -> dict[str, Any]:
    """The counts: right, wrong, not noticed, undecidable, by kind."""
    faults = [row for row in rows if row["kind"] != "none"]
    decidable = [row for row in faults if row["party"] != "undecidable"]
    unnoticed = [row["fault"] for row in faults if row["verdict"] == "passed"]
    wrong = [row["fault"] for row in faults if row["named"] != row["party"] and row["fault"] not in unnoticed]
    blamed = [row["fault"] for row in rows if row["kind"] == "none" and (row["named"] or row["verdict"] != "passed")]
    return {
        "faults": len(faults),
        "decidable": len(decidable),
        "right": sum(row["named"] == row["party"] for row in decidable),
        "wrong": wrong,
        "unnoticed": unnoticed,
        "undecidable": sum(row["named"] == row["party"] == "undecidable" for row in faults),
        "blamed_without_fault": blamed,
        "kinds": dict(sorted(Counter(row["kind"] for row in faults).items())),
        "seconds": round(seconds, 1),
    }


def caught(rows: Sequence[Mapping[str, Any]]) -> str:
    """Which fault proves which requirement, as `renkei requirements` reads it: those put on the party that planted them."""
    faults = {
        f"pair {row['fault']}": row["requirements"]
        for row in rows
        if row["requirements"] and row["named"] == row["party"]
    }
    return json.dumps({"schema": "renkei.faults/1", "faults": faults}, ensure_ascii=False, indent=1) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, judge, compare; the result is written where it is committed unless only some faults were asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--workers", type=int, default=max(2, os.cpu_count() or 2))
    parser.add_argument("--only-write", action="store_true", help="make the table of faults from the committed result")
    options = parser.parse_args(arguments)
    if options.only_write:
        CAUGHT.write_text(caught(json.loads(RESULT.read_text("utf-8"))["rows"]), "utf-8")
        return 0
    rows, seconds = measured(options.only, options.workers)
    found = figures(rows, seconds)
    for row in rows:
        mark = "ok " if row["named"] == row["party"] else "BAD"
        print(
            f"{mark} {row['kind']:13} {row['fault']:36} {row['party'] or '-':13} → {row['named'] or '-':13} {row['because']}"
        )
    print(json.dumps(found, ensure_ascii=False))
    target = options.json or (None if options.only else RESULT)
    if target:
        target.write_text(json.dumps({**found, "rows": rows}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if target == RESULT:
        CAUGHT.write_text(caught(rows), "utf-8")
    enough = bool(options.only) or found["faults"] >= LEAST
    return 0 if enough and not (found["wrong"] or found["unnoticed"] or found["blamed_without_fault"]) else 1


if __name__ == "__main__":
    sys.exit(main())
