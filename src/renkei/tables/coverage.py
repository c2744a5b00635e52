"""Coverage: linkages × requirements × tests, as a run would plan them, and every gap.

Each number of the outline is carried by data sets or by operations of boundary systems; each of those is asked what a plan
that claims everything would ask of it, judged by tests, which planted faults prove.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from renkei.flow.contract import Bundle, System
from renkei.flow.outcome import Outcome
from renkei.flow.plan import AUTH_LINKAGE, Claims, Pair, Plan, Profile, RestAccess, Target, plan_cases
from renkei.flow.requirement import Basis, Requirement, Role, Transport
from renkei.tables.outline import Entry

ORIGIN = "https://localhost"
ABSENT = "not-testable"


class Judge(Protocol):
    """A test of the suites."""

    @property
    def id(self) -> str:
        """Its file and name."""

    def judges(self, requirement_id: str, linkage_id: str) -> bool:
        """Whether it runs for that requirement on that linkage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Contracts with the tests that judge them, and by requirement the faults that prove the tests."""

    bundle: Bundle
    tests: Sequence[Judge]
    faults: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One thing that is not covered: its kind, what it is about, where, and why ("" when nobody said).

    ``kind`` is untested, no-test or no-fault of a requirement on linkages; no-role of a role on numbers; outside of a number.
    """

    kind: str
    subject: str
    places: tuple[str, ...]
    reason_ja: str = ""
    reason_en: str = ""

    def reason(self, language: str) -> str:
        """Why, in ``ja`` or ``en``."""
        return self.reason_ja if language == "ja" else self.reason_en

    def to_json(self) -> dict[str, Any]:
        """The gap as JSON data."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "places": list(self.places),
            "reason_ja": self.reason_ja,
            "reason_en": self.reason_en,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of one data set or operation: requirement → the tests that judge it there, on each role."""

    linkage: str
    system: str
    transport: Transport
    requirements: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, Role]

    def to_json(self) -> dict[str, Any]:
        """It as JSON data, by test: most tests judge several requirements."""
        tests: dict[str, list[str]] = {}
        for requirement, judges in self.requirements.items():
            for test in judges:
                tests.setdefault(test, []).append(requirement)
        return {
            "linkage": self.linkage,
            "system": self.system,
            "transport": str(self.transport),
            "requirements": len(self.requirements),
            "tests": tests,
            "not_judged": [name for name, judges in self.requirements.items() if not judges],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number of the outline, summed up: counts are of different requirements, tests and faults."""

    entry: Entry
    carriers: tuple[str, ...]
    asked: Mapping[Basis, int]
    judged: Mapping[Role, int]
    tests: int
    faults: int
    gaps: int

    def to_json(self) -> dict[str, Any]:
        """The line as JSON data."""
        return {
            "number": self.entry.number,
            "provider": list(self.entry.providers),
            "consumers": list(self.entry.consumers),
            "data": self.entry.data,
            "method": self.entry.method,
            "linkages": [name for name in self.carriers if name not in self.entry.operations],
            "operations": list(self.entry.operations),
            "requirements": {str(basis): self.asked.get(basis, 0) for basis in Basis},
            "judged": {str(role): self.judged.get(role, 0) for role in Role},
            "tests": self.tests,
            "faults": self.faults,
            "gaps": self.gaps,
            "note_ja": self.entry.note_ja,
            "note_en": self.entry.note_en,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All of it: the numbers in order, what carries them, and the gaps."""

    lines: tuple[Line, ...]
    asked: Mapping[str, Asked]
    gaps: tuple[Gap, ...]

    @property
    def unexplained(self) -> tuple[Gap, ...]:
        """The gaps that nobody gave a reason for."""
        return tuple(gap for gap in self.gaps if not (gap.reason_ja and gap.reason_en))


def cover(entries: tuple[Entry, ...], sources: Iterable[Source]) -> Coverage:
    """The coverage of an outline by the contracts that carry it."""
    held = tuple(sources)
    asked = {one.linkage: one for source in held for one in _asked(source)}
    requirements = {item.id: item for source in held for item in source.bundle.requirements}
    faults = {name: found for source in held for name, found in source.faults.items()}
    reasons = {name: why for source in held for name, why in source.bundle.untested.items()}
    gaps = tuple(_requirement_gaps(asked, requirements, faults, reasons))
    missing = {(gap.subject, place) for gap in gaps for place in gap.places}
    own = held[0].bundle
    lines = []
    for entry in entries:
        carriers = tuple(linkage.id for linkage in entry.carriers(own))
        if any(asked[name].transport is Transport.REST for name in carriers):
            carriers = (AUTH_LINKAGE, *carriers)
        carriers += tuple(name for name in entry.operations if name in asked)
        lines.append(_line(entry, [asked[name] for name in carriers], requirements, faults, missing))
    return Coverage(lines=tuple(lines), asked=asked, gaps=(*gaps, *_outline_gaps(lines)))


def _asked(source: Source) -> Iterator[Asked]:
    """What a plan that claims everything asks of each linkage."""
    requirements = {item.id: item for item in source.bundle.requirements}
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    owner: dict[str, tuple[str, Transport]] = {AUTH_LINKAGE: ("", Transport.AUTH)}
    for system in source.bundle.systems:
        owner |= {linkage.id: (system.id, linkage.transport) for linkage in system.linkages}
    targets = tuple(_target(system, source.bundle) for system in source.bundle.systems)
    plan = Plan(
        name="-",
        edition="",
        profile=Profile.CERTIFICATION,
        municipality="",
        seed=0,
        language="ja",
        targets=targets,
        digest="",
        pairs=tuple(_pairs(source.bundle)),
    )
    for planned in plan_cases(source.bundle, plan, frozenset(source.bundle.untested), frozenset()):
        if planned.excluded is Outcome.NOT_APPLICABLE and planned.reason != ABSENT:
            continue
        case = planned.case
        tests = tuple(test.id for test in source.tests if test.judges(case.requirement, case.linkage))
        found.setdefault(case.linkage, {})[case.requirement] = tests
    for linkage, (system_id, transport) in owner.items():
        if transport is Transport.AUTH and linkage not in found:
            continue
        own = found.get(linkage, {})
        roles = {name: requirements[name].role for name in own}
        yield Asked(linkage=linkage, system=system_id, transport=transport, requirements=own, roles=roles)


def _pairs(bundle: Bundle) -> Iterator[Pair]:
    """For each linkage one provider and one consumer of it."""
    systems = {system.id for system in bundle.systems}
    for system in bundle.systems:
        for linkage in system.linkages:
            other = next((name for name in linkage.consumers if name in systems and name != system.id), None)
            if other:
                yield Pair(provider=system.id, consumer=other, linkages=(linkage.id,))


def _target(system: System, bundle: Bundle) -> Target:
    """A target of that system that claims everything, over every transport, for every role."""
    options = {linkage.option for linkage in system.linkages} | {item.option for item in bundle.requirements}
    rest = RestAccess(base_url=ORIGIN, token_url=f"{ORIGIN}/token", client_id="1", second_client_id="2")
    return Target(
        id=system.id,
        vendor="-",
        product="-",
        version="-",
        system=system.id,
        roles=tuple(Role),
        rest=rest,
        claims=Claims(optional=tuple(sorted(options))),
    )


def _requirement_gaps(
    asked: Mapping[str, Asked],
    requirements: Mapping[str, Requirement],
    faults: Mapping[str, tuple[str, ...]],
    reasons: Mapping[str, tuple[str, str]],
) -> Iterator[Gap]:
    """Requirements that no test judges on some linkage, or whose tests no fault proves."""
    for name, requirement in requirements.items():
        where = [one for one in asked.values() if name in one.requirements]
        bare = tuple(one.linkage for one in where if not one.requirements[name])
        judged = tuple(one.linkage for one in where if one.requirements[name])
        if bare and name in reasons:
            yield Gap(
                kind="untested", subject=name, places=bare, reason_ja=reasons[name][0], reason_en=reasons[name][1]
            )
        elif bare:
            yield Gap(kind="no-test", subject=name, places=bare)
        # what only records how an open text was read judges nobody, and needs no proof
        if judged and name not in faults and requirement.basis is not Basis.AMBIGUOUS:
            yield Gap(kind="no-fault", subject=name, places=judged)


def _line(
    entry: Entry,
    carriers: list[Asked],
    requirements: Mapping[str, Requirement],
    faults: Mapping[str, tuple[str, ...]],
    missing: set[tuple[str, str]],
) -> Line:
    named = dict.fromkeys(name for one in carriers for name in one.requirements)
    judged = {name for one in carriers for name, tests in one.requirements.items() if tests}
    tests = {test for one in carriers for tests in one.requirements.values() for test in tests}
    return Line(
        entry=entry,
        carriers=tuple(one.linkage for one in carriers),
        asked=Counter(requirements[name].basis for name in named),
        judged=Counter(requirements[name].role for name in judged),
        tests=len(tests),
        faults=len({fault for name in judged for fault in faults.get(name, ())}),
        gaps=len({name for one in carriers for name in one.requirements if (name, one.linkage) in missing}),
    )


def _outline_gaps(lines: Iterable[Line]) -> Iterator[Gap]:
    """Numbers that nothing here carries, and roles that nothing asks anything of."""
    held = tuple(lines)
    for line in held:
        if not line.carriers:
            entry = line.entry
            yield Gap(
                kind="outside",
                subject=entry.number,
                places=(entry.number,),
                reason_ja=entry.note_ja,
                reason_en=entry.note_en,
            )
    for role in Role:
        bare = tuple(line.entry.number for line in held if line.carriers and not line.judged.get(role))
        if bare:
            yield Gap(kind="no-role", subject=str(role), places=bare)
