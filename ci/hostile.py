"""Vendors written to be as nasty as possible: each gets exactly the verdict that it deserves, and the rest goes on.

Run by ``ci/selftest``. Every behaviour of ``tests/hostile`` is one target of a plan beside a conforming target, and the
plan is run by ``renkei run``. Of each it is asked: has every planned case its outcome; did no hostile exchange outlast
the deadline by two seconds; did no process need over 300 MB more than the worker of the conforming target (the kernel's
high-water mark VmHWM of every process below the run, read each 50 ms); was the conforming target judged as if alone; and is
the outcome the one that was deserved. Writes ci/selftest-hostile.json.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "hostile"))

import body_traps
import file_traps
import store_traps
import token_traps
import wire_traps
from hostile_run import GOOD, ROOT, Ended, World, file_target, rest_target, run, world
from trap import Call, Peer, Trap, says_json

from renkei.cli.wiring import DEADLINE

RESULT = ROOT / "ci" / "selftest-hostile.json"
SPARE_SECONDS = 2.0
SPARE_MEMORY = 300 << 10  # KiB
PLACE_DEADLINE = 60.0
OUTCOMES = {
    "passed", "failed", "inconclusive", "blocked", "not_run", "not_applicable", "exempt", "not_claimed", "ambiguous",
    "waived", "harness_error",
}  # fmt: skip
QUICK = {
    "length-and-chunked", "negative-length", "unknown-coding", "duplicate-keys", "deep-array", "shift-jis", "utf-7-label",
    "token-with-line-break", "marker-deep",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Behaviours that are run in one plan, and the requirements that judge them."""

    name: str
    only: tuple[str, ...]
    traps: tuple[Any, ...]
    workers: int = 2


@dataclass(slots=True, kw_only=True)
class Row:
    """What came of one behaviour."""

    name: str
    group: str
    deserved: Mapping[str, str]
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    blocked: str = ""
    planned: int = 0
    recorded: int = 0
    seconds: float = 0.0
    memory_mb: int = 0
    struck: int = 0
    faults: list[str] = field(default_factory=list)


def groups(canary: str) -> list[Group]:
    """Every behaviour, by what judges it."""
    wire = ("TR-04", "TR-10", "TR-05")
    body = ("TR-05", "TR-06", "TR-10")
    return [
        Group(name="framing", only=wire, traps=tuple(wire_traps.FRAMING + wire_traps.CODINGS)),
        Group(name="size", only=("TR-10",), traps=tuple(wire_traps.SIZES)),
        Group(name="slow", only=("TR-10",), traps=tuple(wire_traps.SLOW), workers=8),
        Group(name="body", only=body, traps=tuple(body_traps.JSON + body_traps.ENCODINGS)),
        Group(name="text", only=("SC-06",), traps=tuple(body_traps.TEXTS)),
        Group(name="status", only=("TR-08", "TR-05"), traps=(*body_traps.STATUSES, *wire_traps.redirections(canary))),
        Group(name="token", only=("AU-04", "TR-10"), traps=tuple(token_traps.TOKENS)),
        Group(name="file", only=("FL-01", "FL-02", "FL-03", "FL-04", "FL-05", "FL-06", "FL-07", "FL-20"), traps=tuple(file_traps.FILES)),
        Group(name="store", only=("FL-01",), traps=tuple(store_traps.STORES), workers=8),
        Group(name="three-operations", only=("TR-05", "TR-08", "AU-04"), traps=(three_operations(),)),
    ]  # fmt: skip


def three_operations() -> Trap:
    """A good token service, an operation that answers a megabyte of brackets, and one that always answers 500."""
    deep, oops = says_json(b"[" * 1_000_000), says_json(b"{}", status="500 Oops")

    def act(call: Call) -> None:
        (deep if call.asked.path.endswith("bangofuban") else oops)(call)

    deserves = {
        "oauth/AU-04": "passed",
        "jutogaishaatenabangofuban/TR-05": "failed",
        "jutogaishaatenakihonjohosyokai/TR-08": "failed",
    }
    return Trap(name="three-operations", act=act, deserves=deserves)


def targets(group: Group, place: World, folder: Path) -> tuple[str, dict[str, Peer]]:
    """The targets of a group's plan as text, and the peers behind them."""
    peers: dict[str, Peer] = {}
    blocks = [rest_target(place, GOOD, str(place.ready["base_url"]))]
    if group.name in ("file", "store"):
        blocks = [file_target(GOOD, (place.folder / "mocks/alpha/place").as_uri())]
    for trap in group.traps:
        if isinstance(trap, file_traps.FileTrap):
            where = folder / "places" / trap.name
            file_traps.lay(trap, place.folder / "mocks" / "alpha" / "place", where)
            blocks.append(file_target(trap.name, where.as_uri()))
            continue
        peers[trap.name] = Peer(trap, place.upstream)
        if group.name == "store":
            (folder / "s3.secret").write_text("s3cr3t" * 6)
            options = (
                f'[target.files.options]\nkey = {{file = "{folder}/s3.secret"}}\nsecret = {{file = "{folder}/s3.secret"}}\n'
                f'endpoint_url = "{peers[trap.name].url}"\n'
            )
            blocks.append(file_target(trap.name, f"s3://{trap.name}", options))
        else:
            blocks.append(rest_target(place, trap.name, peers[trap.name].url))
    return "\n".join(blocks), peers


def prove(group: Group, place: World) -> tuple[list[Row], list[str]]:
    """Run one group; a row per behaviour, and what is wrong with the run as a whole."""
    folder = place.folder / group.name
    folder.mkdir()
    text, peers = targets(group, place, folder)
    plan = folder / "plan.toml"
    plan.write_text(
        f'[plan]\nname = "{group.name}"\nmunicipality = "{place.ready["municipality"]}"\nseed = 1\n\n{text}'
    )
    try:
        ended = run(plan, folder / "run", group.only, group.workers)
    finally:
        for peer in peers.values():
            peer.stop()
    rows = [row_of(group, trap, ended, peers.get(trap.name)) for trap in group.traps]
    shutil.rmtree(folder / "places", ignore_errors=True)
    return rows, whole(ended)


def row_of(group: Group, trap: Any, ended: Ended, peer: Peer | None) -> Row:
    """What came of one behaviour, and what is wrong with it."""
    row = Row(name=trap.name, group=group.name, deserved=trap.deserves, planned=ended.planned.get(trap.name, 0))
    target = next((one for one in ended.verdicts.get("targets", ()) if one["id"] == trap.name), {"results": []})
    for result in target["results"]:
        row.recorded += result["outcome"] in OUTCOMES
        for key in (result["requirement"], f"{result['linkage']}/{result['requirement']}"):
            row.outcomes.setdefault(key, []).append(result["outcome"])
    row.blocked = ended.probes.get(trap.name, "")
    row.memory_mb = max(0, ended.peaks.get(trap.name, 0) - ended.peaks.get(GOOD, 0)) >> 10
    if peer:
        row.seconds, row.struck = round(peer.longest, 2), peer.struck
    row.faults = list(faults_of(row, group))
    return row


def faults_of(row: Row, group: Group) -> Iterator[str]:
    """Everything that one row should not say."""
    if not row.planned or row.planned != row.recorded:
        yield f"{row.recorded} of {row.planned} cases recorded"
    limit = (PLACE_DEADLINE if group.name == "store" else DEADLINE) + SPARE_SECONDS
    if row.seconds > limit:
        yield f"exchange took {row.seconds} s"
    if row.memory_mb > SPARE_MEMORY >> 10:
        yield f"{row.memory_mb} MB above the conforming target's worker"
    for key, wanted in row.deserved.items():
        if key == "blocked":
            if not row.blocked.startswith(wanted):
                yield f"blocked by {row.blocked or 'nothing'}, not {wanted}"
            continue
        got = row.outcomes.get(key, [])
        if not got or set(got) - {wanted, "exempt"}:
            yield f"{key}: {', '.join(sorted(set(got))) or 'absent'}, not {wanted}"
    for key, got in row.outcomes.items():
        if "harness_error" in got:
            yield f"{key}: harness_error"


def whole(ended: Ended) -> list[str]:
    """What is wrong with the run as a whole: its exit code, its memory, and the conforming target's verdict."""
    found = []
    if ended.verdicts.get("state") != "finished":
        return [f"the run did not finish: exit {ended.code}: {ended.output[-600:]}"]
    good = next(one for one in ended.verdicts["targets"] if one["id"] == GOOD)
    wrong = {r["requirement"]: r["outcome"] for r in good["results"] if r["outcome"] not in ("passed", "exempt")}
    if wrong:
        found.append(f"the conforming target: {wrong}")
    if ended.code != (3 if ended.verdicts["verdict"] == "blocked" else 1):
        found.append(f"exit {ended.code} for {ended.verdicts['verdict']}")
    if ended.peaks["run"] - ended.peaks[GOOD] > SPARE_MEMORY:
        found.append(f"the run itself needed {ended.peaks['run'] >> 10} MB")
    if any(ord(char) < 32 and char not in "\n\t\r" for char in ended.output):
        found.append("control characters on the terminal")
    return found


def show(row: Row) -> str:
    """One line of the table."""
    said = row.blocked or " ".join(
        f"{key}={'+'.join(sorted(set(got)))}" for key, got in row.outcomes.items() if "/" not in key
    )
    mark = "ok  " if not row.faults else "WRONG"
    return f"{mark} {row.group:9} {row.name:30} {row.recorded:3}/{row.planned:<3} {row.seconds:6.2f} s {row.memory_mb:4} MB  {said} {'; '.join(row.faults)}"  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every behaviour (or a few of each kind); exit 1 when one gets what it does not deserve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these behaviours or groups")
    parser.add_argument("--quick", action="store_true", help="a dozen behaviours, for tests")
    parser.add_argument("--keep", type=Path, help="leave plans and run folders here")
    args = parser.parse_args(arguments)
    wanted = QUICK if args.quick else set(args.names)
    with contextlib.ExitStack() as stack:
        folder = args.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="renkei-hostile-")))
        folder.mkdir(parents=True, exist_ok=True)
        canary = stack.enter_context(socket.create_server(("127.0.0.2", 0)))
        canary.settimeout(0.0)
        place = stack.enter_context(world(folder.resolve()))
        rows: list[Row] = []
        wrong: list[str] = []
        host, port = canary.getsockname()
        for group in chosen(groups(f"{host}:{port}"), wanted):
            begun = time.monotonic()
            found, faults = prove(group, place)
            for row in found:
                print(show(row), flush=True)
            print(f"---- {group.name}: {time.monotonic() - begun:.0f} s {'; '.join(faults)}", flush=True)
            rows += found
            wrong += [f"{group.name}: {fault}" for fault in faults]
        with contextlib.suppress(BlockingIOError):
            canary.accept()
            wrong.append("somebody followed a redirect")
    return report(rows, wrong, keep=not args.quick)


def chosen(found: list[Group], wanted: set[str]) -> list[Group]:
    """The groups, cut down to what is wanted."""
    if not wanted:
        return found
    cut = [
        dataclasses.replace(
            group, traps=tuple(trap for trap in group.traps if group.name in wanted or trap.name in wanted)
        )
        for group in found
    ]
    return [group for group in cut if group.traps]


def report(rows: list[Row], wrong: list[str], *, keep: bool) -> int:
    """Print the figures; write them down, in place of those of the same behaviours of an earlier run."""
    bad = [row for row in rows if row.faults]
    for fault in wrong:
        print(f"WRONG {fault}")
    longest = max((row.seconds for row in rows), default=0)
    most = max((row.memory_mb for row in rows), default=0)
    if keep:
        write_down([dataclasses.asdict(row) for row in rows], wrong)
    print(f"behaviours={len(rows)} longest exchange={longest} s most memory=+{most} MB")
    print(f"{len(rows) - len(bad)} passed, {len(bad) + len(wrong)} failed")
    return 1 if bad or wrong else 0


def write_down(rows: list[dict[str, Any]], wrong: list[str]) -> None:
    """The committed figures: these rows, and the earlier ones of other behaviours that still exist."""
    before = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {"rows": [], "runs_wrong": []}
    here = {row["group"] for row in rows}
    named = {(row["group"], row["name"]): row for row in before["rows"]} | {
        (row["group"], row["name"]): row for row in rows
    }
    known = {(group.name, trap.name) for group in groups("") for trap in group.traps}
    kept = [row for key, row in named.items() if key in known]
    figures = {
        "schema": "renkei.selftest-hostile/1",
        "behaviours": len(kept),
        "survived": sum(not row["faults"] for row in kept),
        "runs_wrong": [told for told in before["runs_wrong"] if told.partition(":")[0] not in here] + wrong,
        "longest_exchange_seconds": max(row["seconds"] for row in kept if row["group"] != "store"),
        "deadline_seconds": DEADLINE,
        "most_memory_mb": max(row["memory_mb"] for row in kept),
        "rows": kept,
    }
    RESULT.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
