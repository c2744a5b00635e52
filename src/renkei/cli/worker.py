"""One worker process: one target's cases through pytest, events as JSON lines on a pipe, limits set first."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from renkei import events
from renkei.adapters.pytest.plugin import Session
from renkei.adapters.pytest.session import run_session
from renkei.cli import wiring
from renkei.cli.counterparts import counterpart_of
from renkei.cli.journeying import journeying_of
from renkei.cli.manual import Desk
from renkei.cli.pairing import Surroundings, pairing_of
from renkei.cli.spawn import ALIVE, DONE, LEARNED
from renkei.errors import PlanError
from renkei.evidence import EvidenceStore
from renkei.flow.contract import Bundle
from renkei.flow.plan import Case, Plan
from renkei.flow.requirement import Role
from renkei.redaction import Redactor

MEMORY = 4 << 30
FILES = 1024
# Of the columnar engine: each has a stack and an arena that count as memory, and vendors are judged side by side.
THREADS = 8
ALIVE_SECONDS = 5.0


def main() -> int:
    """Run the job of the file named on the command line; events go to the file descriptor it names."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    _limit()
    _end_with_listener(job["pipe"])
    plan, bundle = wiring.open_plan(Path(job["plan"]), profile=job["profile"], seed=job["seed"])
    if plan.digest != job["digest"]:
        raise PlanError("plan-changed", file=job["plan"])
    pair = plan.pair(job["target"])
    journeys = plan.journeys if plan.journeys and plan.journeys.id == job["target"] else None
    target = plan.target(journeys.targets[0] if journeys else pair.provider if pair else job["target"])
    redactor = _redactor(plan, bundle)
    evidence = EvidenceStore(Path(job["run"]) / "evidence", redactor.value)
    with os.fdopen(job["pipe"], "w", encoding="utf-8", buffering=1) as pipe:

        def emit(event: events.Event) -> None:
            pipe.write(json.dumps(events.redacted(events.to_json(event), redactor.value)) + "\n")

        def learn(label: str, value: str) -> None:
            redactor.learn(label, value)
            pipe.write(json.dumps({LEARNED: [label, value]}) + "\n")

        told = 0.0

        def alive(sequence: int = 0) -> None:
            """A test may take long over many slow answers: whoever listens learns that it is not hung, and how far it is."""
            nonlocal told
            if time.monotonic() - told > ALIVE_SECONDS:
                told = time.monotonic()
                pipe.write(json.dumps({ALIVE: sequence}) + "\n")

        tools = wiring.tools_for(target, bundle, redactor)
        tools.learn = learn
        run, resumed = Path(job["run"]), bool(job.get("resumed"))
        desk = Desk(run, plan.language, alive) if job.get("attended") else None
        about = Surroundings(plan=plan, bundle=bundle, run=run, redactor=redactor, emit=emit, resumed=resumed)
        session = Session(
            plan=plan,
            bundle=bundle,
            target=target,
            cases=tuple(_case(row) for row in job["cases"]),
            tools=tools,
            evidence=evidence,
            emit=emit,
            alive=alive,
            suites=wiring.home() / "suites",
            validators=wiring.validators_for(bundle, target.system),
            keep_file=evidence.keep_file,
            done=frozenset((case, test) for case, test in job["done"]),
            only=frozenset((case, test) for case, test in job.get("only", ())),
            replay=job.get("replay", ""),
        )
        with contextlib.ExitStack() as leaving:
            _equip(session, about, job["target"], desk, leaving, alive)
            code = run_session(session)
        pipe.write(json.dumps({DONE: code}) + "\n")
        return code


def _equip(
    session: Session,
    about: Surroundings,
    subject: str,
    desk: Desk | None,
    leaving: contextlib.ExitStack,
    alive: Callable[[int], None],
) -> None:
    """What a session needs besides its target: the others of a journey, the other side of a pair, the way to a consumer."""
    plan = about.plan
    pair = plan.pair(subject)
    if plan.journeys and plan.journeys.id == subject:
        session.journeying = journeying_of(
            about, session.keep_file, alive, leaving, attended=desk is not None, replay=session.replay
        )
    elif pair:
        session.pairing = pairing_of(pair, about)
    elif Role.CONSUMER in session.target.roles:
        session.counterpart = counterpart_of(session.target, desk)


def _redactor(plan: Plan, bundle: Bundle) -> Redactor:
    """A redactor that knows the plan's secrets and what other workers met; these come on the standard input."""
    redactor = wiring.redactor_for(plan, bundle)
    for label, value in json.load(sys.stdin):
        redactor.learn(label, value)
    return redactor


def _end_with_listener(pipe: int) -> None:
    """When the run is gone, however it went, this process asks the target nothing more."""

    def wait() -> None:
        poll = select.poll()
        poll.register(pipe, 0)  # asks for nothing, so only the closed other end wakes it
        poll.poll()
        os._exit(4)

    threading.Thread(target=wait, daemon=True).start()


def _case(row: dict[str, str]) -> Case:
    return Case(target=row["target"], role=Role(row["role"]), linkage=row["linkage"], requirement=row["requirement"])


def _limit() -> None:
    """A target that exhausts memory or files costs this process, not the machine.

    Memory is what the process may write to (RLIMIT_DATA), not its address space: the columnar engine reserves several
    times the memory that it uses, and more with every core, so that a limit on addresses would depend on the machine.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", str(min(THREADS, os.cpu_count() or 1)))
    for kind, limit in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_NOFILE, FILES)):
        hard = resource.getrlimit(kind)[1]
        wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
