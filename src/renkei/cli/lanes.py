"""What each lane of a plan costs: requests and seconds for every linkage over REST, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renkei.flow.contract import Bundle
from renkei.flow.document import operations
from renkei.flow.plan import Plan, Profile, Target
from renkei.flow.requirement import Transport
from renkei.flow.scenario import ANSWER_SECONDS, Scenario, corpus_cost, request_cost, scenarios

DEEP, FAST = "deep", "fast"
# Tests that judge what the fast lane replayed.
CORPUS = "/test_corpus.py::"
# Requests that one test sends on one case in the deep lane, on average: measured on the mock vendor's 031, and on two of
# the sample registers.
REQUESTS = {Profile.SMOKE: 12, Profile.STANDARD: 37, Profile.CERTIFICATION: 121}
GENERIC_REQUESTS = {Profile.SMOKE: 5, Profile.STANDARD: 8, Profile.CERTIFICATION: 21}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one lane costs on one linkage: requests, how many at once, and about how many seconds."""

    target: str
    linkage: str
    lane: str
    requests: int
    concurrency: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As data of ``plan --json``."""
        return {
            "target": self.target,
            "linkage": self.linkage,
            "lane": self.lane,
            "requests": self.requests,
            "concurrency": self.concurrency,
            "seconds": round(self.seconds, 1),
        }


def offers(target: Target, bundle: Bundle, linkages: frozenset[str]) -> Iterator[tuple[str, tuple[Scenario, ...]]]:
    """(linkage, its scenarios) of each of these linkages that is asked over REST."""
    if target.rest is None:
        return
    system, clients = bundle.system(target.system), 1 + bool(target.rest.second_client_id)
    known, shown = operations(system.document), dict[str, frozenset[str]]()
    for linkage in system.linkages:
        if linkage.id in linkages and linkage.transport is Transport.REST:
            yield linkage.id, scenarios(system.document, linkage.id, clients=clients, known=known, shown=shown)


def costs(plan: Plan, bundle: Bundle, rows: Sequence[Mapping[str, Any]]) -> tuple[Cost, ...]:
    """The lanes of every linkage over REST that runs; ``rows`` are the planned cases with their tests."""
    found: list[Cost] = []
    for target in plan.targets:
        running = frozenset(row["linkage"] for row in rows if row["target"] == target.id and row["runs"])
        found += lanes_of(plan, target, bundle, rows, dict(offers(target, bundle, running)))
    return tuple(found)


def lanes_of(
    plan: Plan,
    target: Target,
    bundle: Bundle,
    rows: Sequence[Mapping[str, Any]],
    offered: Mapping[str, tuple[Scenario, ...]],
) -> Iterator[Cost]:
    """The lanes of one target's linkages over REST, whose scenarios are known."""
    tests: dict[str, int] = {}
    for row in rows:
        if row["target"] == target.id and row["runs"]:
            own = sum(CORPUS not in test for test in row["tests"])
            tests[row["linkage"]] = tests.get(row["linkage"], 0) + own
    at_once = target.rest.concurrency if target.rest else 1
    each = (GENERIC_REQUESTS if bundle.foreign else REQUESTS)[plan.profile]
    for linkage, found in offered.items():
        asked = tests[linkage] * each
        seconds = asked * ANSWER_SECONDS
        yield Cost(target=target.id, linkage=linkage, lane=DEEP, requests=asked, concurrency=1, seconds=seconds)
        if any(one.kind == "corpus" and one.eligible for one in found):
            asked, seconds = (request_cost if bundle.foreign else corpus_cost)(plan.profile, at_once)
            yield Cost(
                target=target.id, linkage=linkage, lane=FAST, requests=asked, concurrency=at_once, seconds=seconds
            )
