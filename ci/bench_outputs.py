"""What a run of 100,000 exchanges amounts to: verdicts, JUnit, index and certificate, each made by what users call.

Two run folders are written by the real log and evidence store, with every case of the shipped edition. One is as six vendors
leave it: 100,000 exchanges took place, and of each test the first few are lines of the log. The other has 100,000 such
lines, each with its evidence file, which takes a hundred vendors. ``python ci/bench_outputs.py read FOLDER`` does, in a process of its
own, what `renkei run` does after its last test (but for the Allure report, whose row is its own); `renkei certify` is started whole.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

EXCHANGES = 100_000
# Of a standard run of a vendor whose 031 and 001 were judged: lines of exchanges for each test, and one case in so many with a
# violation, with an observation.
PER_TEST = (3, 4, 4, 3)
FAILING, OBSERVING = 50, 5
# A little less than what PER_TEST comes to.
LINES = 3.4
# A standard run of one vendor has some 16,000 exchanges, the fast lane included.
VENDORS = 6
LIMIT = 5.0
AT = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
BODY = {"shikuchosonkodo": "993018", "shorikubun": "0", "shimei": "髙﨑　𠮷野", "jusho": "東京都千代田区霞が関一丁目"}


def plan_text(vendors: int, municipality: str) -> str:
    """A plan of that many vendors, each with 031 over REST and 001 over files."""
    blocks = [
        f'[plan]\nname = "measured"\nprofile = "standard"\nmunicipality = "{municipality}"\nseed = 1\nlanguage = "ja"'
    ]
    for number in range(vendors):
        origin = f"https://127.0.0.1:{8443 + number}"
        rest = (
            f'[target.rest]\nbase_url = "{origin}"\ntoken_url = "{origin}/oauth2/token"\n'
            'client_id = "measured"\nclient_secret = {env = "MEASURED"}\n'
        )
        for system, access in (("031", rest), ("001", "")):
            blocks.append(
                f'[[target]]\nid = "vendor{number}-{system}"\nvendor = "vendor{number}"\nproduct = "総合住民情報"\n'
                f'version = "3.2"\nsystem = "{system}"\nroles = ["provider"]\n{access}'
                f'[target.files]\nurl = "file:///place/{number}"'
            )
    return "\n\n".join(blocks) + "\n"


def planned_run(folder: Path, vendors: int) -> tuple[Any, Any, Path, tuple[Any, ...]]:
    """The plan of that many vendors, the bundle, the plan's file, and every case with its tests."""
    from renkei.cli import wiring
    from renkei.pipeline import planned_events

    os.environ.setdefault("MEASURED", "measured-" + "x" * 40)
    plan_file = folder / "plan.toml"
    plan_file.write_text(plan_text(vendors, "993018"), encoding="utf-8")
    plan, bundle = wiring.open_plan(plan_file)
    cases = wiring.cases_of(plan, bundle, frozenset())
    return plan, bundle, plan_file, tuple(planned_events(cases, plan, bundle, wiring.suite_tests()))


def tests_of_a_vendor() -> int:
    """How many tests one vendor's two systems are put to."""
    with tempfile.TemporaryDirectory(prefix="renkei-outputs-") as name:
        *_, planned = planned_run(Path(name), 1)
    return sum(len(case.tests) for case in planned if not case.excluded)


class Writer:
    """Writes a run of that many vendors through the log and the evidence store of the product.

    ``lines`` counts the exchanges that are in the log, ``took_place`` all of them: ``each`` for a test, or what is in the log.
    """

    def __init__(self, folder: Path, vendors: int, each: int = 0) -> None:
        from renkei.evidence import EvidenceStore

        self.folder = folder
        self.vendors = vendors
        self.each = each
        self.lines = self.took_place = 0
        self.chance = Random(1)
        self.evidence = EvidenceStore(folder / "evidence", lambda value: value)

    def write(self) -> None:
        """The whole run."""
        from renkei.cli import runfolder
        from renkei.events import TargetProbed, WorkerEnded
        from renkei.runlog import RunLog

        plan, bundle, plan_file, planned = planned_run(self.folder, self.vendors)
        header = runfolder.header_of(plan, bundle, plan_file, frozenset())
        log = RunLog.create(self.folder / "run.jsonl", header, redact=lambda value: value)
        for event in planned:
            log.append(event)
        for target in plan.targets:
            log.append(TargetProbed(target=target.id))
            for case in planned:
                if case.target == target.id and not case.excluded:
                    for event in self.case(case):
                        log.append(event)
            log.append(WorkerEnded(target=target.id, how="finished"))
        log.finish("finished", at=AT)

    def case(self, planned: Any) -> Iterator[Any]:
        """Everything that happens on one case."""
        from renkei.events import ExchangeSeen, FindingMade, Observed, TestFinished, TestStarted
        from renkei.flow.outcome import Outcome

        kind = self.chance.random()
        failing = kind < 1 / FAILING
        for test in planned.tests:
            yield TestStarted(case=planned.case, test=test)
            number = self.chance.choice(PER_TEST)
            seen = max(self.each, number)
            self.took_place += seen
            digests = [self.exchange(planned) for _ in range(number)]
            for digest in digests:
                summary = f"POST /app_submit/v10/{planned.linkage} → {400 if failing else 200}"
                yield ExchangeSeen(case=planned.case, test=test, digest=digest, summary=summary, kept=True)
            if 1 / FAILING < kind < 1 / FAILING + 1 / OBSERVING:
                yield Observed(case=planned.case, test=test, ambiguity="C11", value="⟦two-numbers⟧ 000000000000019")
            if failing:
                yield FindingMade(case=planned.case, finding=_finding(planned, test, digests[-1]))
            yield TestFinished(
                case=planned.case,
                test=test,
                outcome=Outcome.FAILED if failing else Outcome.PASSED,
                reason="wrong-status" if failing else "",
                fault_of="provider" if failing else "",
                assertions=seen,
                exchanges=seen,
                seconds=round(self.chance.random(), 3),
            )

    def exchange(self, planned: Any) -> str:
        """One kept exchange like those of a register: a record is sent, a number comes back."""
        from renkei.flow.exchange import Exchange, Request, Response

        self.lines += 1
        asked = {**BODY, "sosashaid": f"OP{self.lines}", "banchigohoka": "１－２－３" * 12}
        given = {
            "metadata": {"title": "住登外者宛名番号付番"},
            "result": [{"atenabango": f"{self.lines:015d}", **asked}],
        }
        kind = ("Content-Type", "application/json;charset=UTF-8")
        request = Request(
            method="POST",
            url=f"https://127.0.0.1:8443/app_submit/v10/{planned.linkage}",
            headers=(kind, ("Authorization", "Bearer -")),
            body=json.dumps(asked, ensure_ascii=False).encode(),
        )
        answer = Response(status=200, headers=(kind,), body=json.dumps(given, ensure_ascii=False).encode())
        return self.evidence.keep(Exchange(request=request, response=answer))


def _finding(planned: Any, test: str, digest: str) -> Any:
    from renkei.flow.finding import Finding
    from renkei.flow.outcome import FaultOf

    return Finding(
        target=planned.target,
        role=planned.role,
        linkage=planned.linkage,
        requirement=planned.requirement,
        rule="wrong-status",
        expected="200",
        actual="400",
        where="status",
        fault_of=FaultOf.PROVIDER,
        test=test,
        evidence=(digest,),
        example='{"shimei":"髙﨑"}',
        replays="3/3",
    )


def outputs() -> list[Any]:
    """Both run folders: what their outputs take."""
    return measured(VENDORS, math.ceil(EXCHANGES / (LINES * tests_of_a_vendor())))


def measured(few: int, many: int, exchanges: int = EXCHANGES) -> list[Any]:
    """The three rows, for the numbers of vendors of the two folders."""
    from bench_rows import Figure

    one = folder_times(few, exchanges)
    whole = one["end"] + one["certify"]
    other = folder_times(many, 0)
    told = f"{other['lines']:,} lines of {other['cases']:,} cases, CPU {other['cpu']:.2f} s, {other['peak_mb']:.0f} MB"
    return [
        Figure(
            row="outputs",
            ours=f"{whole:.2f} s ({one['end']:.2f} + {one['certify']:.2f}; CPU {one['cpu'] + one['certify_cpu']:.2f} s; "
            f"{one['took_place']:,} exchanges, {one['lines']:,} in the log)",
            met=whole <= LIMIT and one["took_place"] >= EXCHANGES,
        ),
        Figure(row="outputs-lines", ours=f"{other['end']:.2f} s ({told})", met=_met(other, "end")),
        Figure(
            row="outputs-certify",
            ours=f"{other['certify']:.2f} s (CPU {other['certify_cpu']:.2f} s)",
            met=_met(other, "certify"),
        ),
    ]


def _met(times: dict[str, Any], name: str) -> bool:
    return bool(times[name] <= LIMIT and times["lines"] >= EXCHANGES)


def folder_times(vendors: int, exchanges: int) -> dict[str, Any]:
    """Make a run folder, then its outputs; ``exchanges`` took place in all, or those in the log where it is 0."""
    from bench_goals import renkei
    from bench_spine import timed

    folder = Path(tempfile.mkdtemp(prefix="renkei-outputs-"))
    try:
        writer = Writer(folder / "run", vendors, math.ceil(exchanges / (vendors * tests_of_a_vendor())))
        writer.write()
        command = [sys.executable, __file__, "read", str(folder / "run")]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        times: dict[str, Any] = json.loads(done.stdout)
        timed([renkei(), "certify", "--new-key", str(folder / "key.pem"), "--demo"])
        _, wall, cpu, peak = timed([renkei(), "certify", str(folder / "run"), "--key", str(folder / "key.pem")])
        if not (folder / "run" / "certificate.json").is_file():
            raise RuntimeError("no certificate was made")
        times |= {"certify": wall, "certify_cpu": cpu, "lines": writer.lines, "took_place": writer.took_place}
        return times | {"peak_mb": max(times["peak_mb"], peak)}
    finally:
        shutil.rmtree(folder)


def read(folder: Path) -> dict[str, Any]:
    """What `renkei run` writes after its last test."""
    from renkei.adapters.junit.document import write_junit
    from renkei.atomicfile import pretty, write_whole
    from renkei.cli import wiring
    from renkei.cli.collector import waiting_collector
    from renkei.cli.outputs import write_pages
    from renkei.record import fold
    from renkei.runlog import read_log
    from renkei.verdicts import to_verdicts

    bundle = wiring.load_bundle()
    begun, before = time.perf_counter(), time.process_time()
    with waiting_collector():
        record = fold(read_log(folder / "run.jsonl"))
        verdicts = to_verdicts(record, bundle, folder=str(folder))
        write_whole(folder / "verdicts.json", pretty(verdicts))
        write_junit(record, bundle, folder, "ja")
        write_pages(folder, record, bundle, {})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = {"end": time.perf_counter() - begun, "cpu": time.process_time() - before}
    return {**spent, "cases": len(record.results), "peak_mb": peak}


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[2]))))
