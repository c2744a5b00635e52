"""The pytest plugin: parametrises marked tests with the plan's cases and hands each to a :class:`Judge`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from renkei.adapters.pytest.judge import Evidence, Judge, Trail
from renkei.events import Event, TestFinished
from renkei.flow.contract import Bundle
from renkei.flow.exchange import Exchange
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.plan import AUTH_LINKAGE, Case, Plan, Target
from renkei.flow.requirement import CARRIED_PREFIX, REST_FORM, Role, Transport
from renkei.kit.consumer import Consumer, Counterpart
from renkei.kit.expect import Expect
from renkei.kit.forall import Forall
from renkei.kit.pair import Pair
from renkei.kit.requirement import ATTRIBUTE, CARRIED, RULED
from renkei.kit.target import Provider, Tools
from renkei.ports import Validator

# The name under which pytest knows the plugin; the root conftest asks for it.
NAME = "renkei-session"


@dataclass(slots=True, kw_only=True)
class Session:
    """Everything one worker needs: one target, its selected cases, its tools, and where events go.

    ``done`` are (case, test) pairs that an earlier worker finished. ``replay`` maps a test id to a recorded example.
    ``validators`` gives the first and second validator of a linkage. ``alive`` is called with every exchange.
    ``counterpart`` gives what a consumer is driven with; each exchange with its façade is told to the function it gets.
    ``pairing`` puts the other side to a target, for the cases of a pair; ``journeying`` gives the journey of a case, with
    what records its exchanges and keeps its facts.
    """

    plan: Plan
    bundle: Bundle
    target: Target
    cases: tuple[Case, ...]
    tools: Tools
    evidence: Evidence
    emit: Callable[[Event], None]
    suites: Path
    validators: Callable[[str], tuple[Validator, Validator]]
    keep_file: Callable[[Mapping[str, Any]], str]
    done: frozenset[tuple[str, str]] = frozenset()
    only: frozenset[tuple[str, str]] = frozenset()
    replay: str = ""
    alive: Callable[[], None] = lambda: None
    scratch: dict[str, Any] = field(default_factory=dict)
    counterpart: Callable[[Callable[[Exchange], None]], Counterpart] | None = None
    pairing: Callable[[Provider], Pair] | None = None
    journeying: Callable[[Case, Callable[[Exchange], None], Callable[[Mapping[str, Any]], str]], Any] | None = None


class SuitePlugin:
    """Drives the suites for one session; pytest only collects and calls."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.__name__ = NAME
        self.expect: Expect | None = None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One item for each selected case that the test's mark names."""
        ids, linkages = getattr(metafunc.function, ATTRIBUTE, ((), ()))
        if RULED in ids:
            ids = (*ids, *(rule.requirement for system in self.session.bundle.systems for rule in system.rules))
        if CARRIED in ids:
            ids = (*ids, *(one.id for one in self.session.bundle.requirements if one.id.startswith(CARRIED_PREFIX)))
        test = self._test_id(Path(metafunc.module.__file__ or ""), metafunc.function.__name__)
        cases = [
            case
            for case in self.session.cases
            if case.requirement in ids
            and (not linkages or case.linkage in linkages)
            and (case.key, test) not in self.session.done
            and (not self.session.only or (case.key, test) in self.session.only)
        ]
        metafunc.fixturenames[:] = ["case"]
        metafunc.parametrize("case", cases, ids=[case.key for case in cases])

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out tests without a case; the plan, not pytest, accounts for them."""
        kept = [item for item in items if _case(item) is not None]
        dropped = [item for item in items if item not in kept]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
            items[:] = kept

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Judge the item; what pytest shows is only an echo of the event."""
        case = _case(pyfuncitem)
        if case is None:
            return False
        finished = self._judge(pyfuncitem, case)
        if finished.outcome is Outcome.FAILED:
            pytest.fail(f"{finished.reason}: {finished.detail}", pytrace=False)
        if finished.outcome is Outcome.HARNESS_ERROR:
            pytest.fail(f"{finished.reason}: {finished.detail}", pytrace=False)
        if finished.outcome is not Outcome.PASSED:
            pytest.skip(f"{finished.outcome}: {finished.reason} {finished.detail}".strip())
        return True

    def _judge(self, item: pytest.Function, case: Case) -> TestFinished:
        session = self.session
        trail = Trail()
        available = self._available(case, trail)
        subject = available.get("target")
        names = item.obj.__code__.co_varnames[: item.obj.__code__.co_argcount]

        def fresh() -> Expect:
            if case.role is Role.JOURNEY:
                self.expect = Expect()  # what is asked of bodies is asked where a target is judged alone
            elif case.role is Role.CONSUMER:
                # Files need no validator, and a consumer may receive those of a hundred systems.
                called = _is_called(session.bundle, case)
                first, second = session.validators(case.linkage) if called else (None, None)
                self.expect = Expect(first, second, FaultOf.CONSUMER)
            else:
                self.expect = Expect(*session.validators(case.linkage))
            return self.expect

        def call() -> Any:
            try:
                return item.obj(**{name: self.expect if name == "expect" else available[name] for name in names})
            finally:
                if isinstance(subject, Consumer):
                    subject.close()

        judge = Judge(
            case=case,
            requirement=session.bundle.requirement(case.requirement),
            test=self._test_id(item.path, item.originalname),
            trail=trail,
            evidence=session.evidence,
            emit=session.emit,
        )
        return judge.run(call, fresh)

    def _available(self, case: Case, trail: Trail) -> dict[str, Any]:
        """What a test of that case may ask for by name."""
        session = self.session
        if case.role is Role.JOURNEY:
            if session.journeying is None:
                raise LookupError("no municipality is wired for journeys")
            journey = session.journeying(case, self._recorder(trail), self._keeper(trail))
            return {"case": case, "journey": journey}
        target = self._consumer(case, trail) if case.role is Role.CONSUMER else self._provider(case, trail)
        forall = Forall(profile=session.plan.profile, seed=session.plan.seed, replay=session.replay)
        available: dict[str, Any] = {"case": case, "target": target, "forall": forall}
        if isinstance(target, Provider) and session.pairing is not None:
            available["pair"] = session.pairing(target)
        return available

    def _keeper(self, trail: Trail) -> Callable[[Mapping[str, Any]], str]:
        def keep_file(facts: Mapping[str, Any]) -> str:
            digest = self.session.keep_file(facts)
            trail.record_file(digest)
            return digest

        return keep_file

    def _recorder(self, trail: Trail) -> Callable[[Exchange], None]:
        def record(exchange: Exchange) -> None:
            trail.record(exchange)
            self.session.alive()

        return record

    def _consumer(self, case: Case, trail: Trail) -> Consumer:
        """The target as the consumer of another system's linkage."""
        session = self.session
        if session.counterpart is None:
            raise LookupError("no counterpart is wired for consumers")
        return Consumer(
            info=session.target,
            case=case,
            requirement=session.bundle.requirement(case.requirement),
            system=session.bundle.system(session.target.system),
            linkage=session.bundle.linkage(case.linkage),
            bundle=session.bundle,
            profile=session.plan.profile,
            seed=session.plan.seed,
            municipality=session.plan.municipality,
            counterpart=session.counterpart(self._recorder(trail)),
            scratch=session.scratch,
            keep_file=self._keeper(trail),
            record=self._recorder(trail),
        )

    def _provider(self, case: Case, trail: Trail) -> Provider:
        session = self.session
        system = session.bundle.system(session.target.system)
        return Provider(
            info=session.target,
            case=case,
            requirement=session.bundle.requirement(case.requirement),
            system=system,
            linkage=None if case.linkage == AUTH_LINKAGE else system.linkage(case.linkage),
            bundle=session.bundle,
            profile=session.plan.profile,
            seed=session.plan.seed,
            municipality=session.plan.municipality,
            tools=session.tools,
            record=self._recorder(trail),
            emit=session.emit,
            neighbours=tuple(
                target
                for target in session.plan.targets
                if target.vendor == session.target.vendor and target.id != session.target.id
            ),
            scratch=session.scratch,
            keep_file=self._keeper(trail),
        )

    def _test_id(self, path: Path, function: str) -> str:
        return f"{path.resolve().relative_to(self.session.suites.resolve()).as_posix()}::{function}"


def _is_called(bundle: Bundle, case: Case) -> bool:
    """Whether a case is about REST: of a REST linkage, or of the REST form of files."""
    over_rest = bundle.requirement(case.requirement).option == REST_FORM
    return over_rest or bundle.linkage(case.linkage).transport is Transport.REST


def _case(item: pytest.Item) -> Case | None:
    """The case an item was parametrised with; None for a test that no case of the plan needs."""
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return case if isinstance(case, Case) else None
