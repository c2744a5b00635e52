"""Pairs in plans and runs: which there are, where they meet, when they may run, and what their rows say."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from renkei.cli.wiring import load_bundle
from renkei.errors import PlanError
from renkei.events import CasePlanned, Event, TargetProbed, TestFinished
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Case, Pair, Plan, Planned, Profile, Target, pair_cases
from renkei.flow.requirement import Role
from renkei.pipeline import Job, Runner
from renkei.planfile import read_plan

HEAD = """
[plan]
name = "p"
profile = "smoke"
municipality = "993018"
"""


def giver(name: str, claims: str = "") -> str:
    """A provider of 001."""
    return f"""
[[target]]
id = "{name}"
vendor = "{name}"
product = "P"
version = "1"
system = "001"
[target.files]
url = "file:///places/{name}"
{claims}
"""


def taker(name: str, system: str = "010", more: str = "") -> str:
    """A consumer."""
    return f"""
[[target]]
id = "{name}"
vendor = "{name}"
product = "P"
version = "1"
system = "{system}"
roles = ["consumer"]
{more}
[target.facade]
url = "http://127.0.0.1:9/{name}"
secret = {{env = "NAME"}}
[target.inbox]
url = "file:///inboxes/{name}"
"""


def plan(tmp_path: Path, *parts: str) -> Plan:
    """The plan of these parts."""
    path = tmp_path / "plan.toml"
    path.write_text(HEAD + "".join(parts), "utf-8")
    return read_plan(path, load_bundle(), today=dt.date(2026, 11, 22))


def test_without_pairs_every_provider_meets_every_consumer_that_shares_a_linkage(tmp_path: Path) -> None:
    """Two providers and two consumers are four pairs."""
    found = plan(tmp_path, giver("a"), giver("b"), taker("c"), taker("d"))
    assert [pair.id for pair in found.pairs] == ["a~c", "a~d", "b~c", "b~d"]


def test_named_pairs_are_all_there_are(tmp_path: Path) -> None:
    """One [[pair]] is one pair, on the linkages that it names."""
    named = '[[pair]]\nprovider = "a"\nconsumer = "c"\nlinkages = ["001o006"]\n'
    found = plan(tmp_path, giver("a"), giver("b"), taker("c"), named)
    cases = list(pair_cases(load_bundle(), found, frozenset()))
    assert {item.case.linkage for item in cases} == {"001o006"}
    assert {item.case.target for item in cases} == {"a~c"}
    assert {item.case.role for item in cases} == {Role.PAIR}


def test_what_either_side_declares_exempt_is_exempt_for_both(tmp_path: Path) -> None:
    """An in-package linkage of the provider is no case of the pair."""
    claims = '[target.claims]\nexempt = {"001o006" = "同一パッケージ"}\n'
    found = plan(tmp_path, giver("a", claims), taker("c"))
    cases = list(pair_cases(load_bundle(), found, frozenset()))
    assert {str(item.excluded) for item in cases if item.case.linkage == "001o006"} == {"exempt"}


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        ('provider = "c"\nconsumer = "c"', "plan-pair-unknown"),
        ('provider = "a"\nconsumer = "a"', "plan-pair-unknown"),
        ('provider = "a"\nconsumer = "nobody"', "plan-pair-unknown"),
        ('provider = "a"\nconsumer = "c"\nlinkages = ["010o901"]', "plan-unknown-linkage"),
        ('provider = "a"\nconsumer = "c"\nlinkages = "001o006"', "plan-wrong-value"),
        ('provider = "a"\nconsumer = "c"\nport = 1', "plan-unknown-key"),
        ('provider = "a"\nconsumer = "c"\n[pair.place]\nurl = "file:///places/a/x"', "plan-pair-place"),
        ('provider = "a"\nconsumer = "c"\n[pair.place]\nurl = "file:///inboxes"', "plan-pair-place"),
    ],
)
def test_a_wrong_pair_is_a_diagnosis(tmp_path: Path, pair: str, code: str) -> None:
    """Unknown sides, linkages and keys, and a place that is somebody else's, are refused before anything is sent."""
    with pytest.raises(PlanError) as caught:
        plan(tmp_path, giver("a"), taker("c"), f"[[pair]]\n{pair}\n")
    assert caught.value.code == code


def test_two_pairs_never_share_a_place(tmp_path: Path) -> None:
    """The same place for two pairs is refused by the name of the other pair; so is the same pair twice."""
    one = '[[pair]]\nprovider = "a"\nconsumer = "{}"\n[pair.place]\nurl = "file:///between/{}"\n'
    with pytest.raises(PlanError) as caught:
        plan(tmp_path, giver("a"), taker("c"), taker("d"), one.format("c", "x"), one.format("d", "x/"))
    assert (caught.value.code, caught.value.values["other"]) == ("plan-pair-place", "a~c")
    with pytest.raises(PlanError, match="plan-overlap"):
        plan(tmp_path, giver("a"), taker("c"), one.format("c", "x"), one.format("c", "y"))


@pytest.mark.parametrize("value", ["0", "17", "true", '"2"'])
def test_the_limit_of_a_target_is_a_small_number(tmp_path: Path, value: str) -> None:
    """parallel is 1 to 16."""
    with pytest.raises(PlanError, match="plan-wrong-value"):
        plan(tmp_path, giver("a"), taker("c", more=f"parallel = {value}"))


class Watched:
    """A worker that takes a moment, and knows how many of each target were at work with it."""

    busy: ClassVar[dict[str, int]] = {}
    most: ClassVar[dict[str, int]] = {}
    lock: ClassVar = threading.Lock()

    def __init__(self, job: Job, targets: tuple[str, ...]) -> None:
        self.job, self.targets = job, targets

    def events(self) -> Iterator[Event]:
        with self.lock:
            for name in self.targets:
                self.busy[name] = self.busy.get(name, 0) + 1
                self.most[name] = max(self.most.get(name, 0), self.busy[name])
        time.sleep(0.02)
        for case in self.job.cases:
            yield TestFinished(case=case.key, test="t", outcome=Outcome.PASSED, assertions=1)
        with self.lock:
            for name in self.targets:
                self.busy[name] -= 1

    def ended(self) -> tuple[str, str]:
        return ("finished", "")

    def stop(self) -> None:
        """Nothing to end."""


def run_pairs(
    limits: dict[str, int], pairs: list[tuple[str, str]], workers: int = 6
) -> tuple[list[Event], dict[str, int]]:
    """The events of a run of these pairs, and how many things each target was tested in at once."""
    Watched.busy, Watched.most = {}, {}
    targets = tuple(
        Target(id=name, vendor=name, product="p", version="1", system="001", parallel=limit)
        for name, limit in limits.items()
    )
    made = Plan(
        name="p",
        edition="e",
        profile=Profile.SMOKE,
        municipality="993018",
        seed=1,
        language="ja",
        targets=targets,
        digest="",
        pairs=tuple(Pair(provider=one, consumer=other) for one, other in pairs),
    )
    cases = [Case(target=pair.id, role=Role.PAIR, linkage="l", requirement="PR-05") for pair in made.pairs]
    planned = tuple(
        CasePlanned(
            case=case.key,
            target=case.target,
            role="pair",
            linkage="l",
            requirement="PR-05",
            level="必須",
            impact="degrades",
            tests=("t",),
        )
        for case in cases
    )
    events: list[Event] = []

    def spawn(job: Job) -> Any:
        pair = made.pair(job.target)
        assert pair is not None
        return Watched(job, (pair.provider, pair.consumer))

    runner = Runner(
        plan=made,
        planned=planned,
        cases=tuple(Planned(case=case) for case in cases),
        append=events.append,
        probe=lambda target: TargetProbed(target=target.id, code="connect-refused" if target.id == "down" else ""),
        spawn=spawn,
        progress=lambda _: None,
        workers=workers,
    )
    assert runner.run() == "finished"
    return events, Watched.most


def test_a_target_is_never_in_more_things_at_once_than_it_allows() -> None:
    """Whatever the number of workers, a limit of 1 is kept, and a greater one is made use of."""
    events, most = run_pairs({"a": 1, "b": 1, "c": 3}, [("a", "c"), ("b", "c"), ("a", "b"), ("b", "a")])
    assert most["a"] == most["b"] == 1
    assert most["c"] <= 3
    assert sum(isinstance(event, TestFinished) for event in events) == 4


def test_pairs_that_share_nobody_run_beside_each_other() -> None:
    """Four pairs of eight targets do not wait for each other."""
    pairs = [(f"p{n}", f"c{n}") for n in range(4)]
    begun = time.monotonic()
    run_pairs({name: 1 for pair in pairs for name in pair}, pairs)
    assert time.monotonic() - begun < 4 * 0.02 + 0.5


def test_a_pair_whose_provider_is_down_is_blocked_and_the_others_go_on() -> None:
    """The probe of a provider speaks for its pairs; pairs of others are tested."""
    events, _ = run_pairs({"down": 1, "up": 1, "c": 1}, [("down", "c"), ("up", "c")])
    probed = {event.target: event.code for event in events if isinstance(event, TargetProbed)}
    assert probed == {"down~c": "connect-refused", "up~c": ""}
    assert [event.case for event in events if isinstance(event, TestFinished)] == ["up~c/pair/l/PR-05"]


def test_a_worker_that_cannot_be_started_ends_the_run() -> None:
    """What breaks in one subject is not hidden, and no further subject begins."""
    targets = tuple(Target(id=n, vendor=n, product="p", version="1", system="001") for n in ("a", "b"))
    made = Plan(
        name="p",
        edition="e",
        profile=Profile.SMOKE,
        municipality="993018",
        seed=1,
        language="ja",
        targets=targets,
        digest="",
    )
    cases = [Case(target=name, role=Role.PROVIDER, linkage="l", requirement="X-1") for name in ("a", "b")]

    def broken(_job: Job) -> Any:
        raise OSError("no more processes")

    runner = Runner(
        plan=made,
        planned=(),
        cases=tuple(Planned(case=case) for case in cases),
        append=lambda _: None,
        probe=lambda target: TargetProbed(target=target.id),
        spawn=broken,
        progress=lambda _: None,
        workers=3,
    )
    with pytest.raises(OSError, match="no more processes"):
        runner.run()
