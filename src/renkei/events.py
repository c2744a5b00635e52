"""Everything that happens in a run, as frozen events; what is written is what is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The header: who is judged, against what, with what; the digests pin plan, contracts, suites and tool.

    ``pairs`` are judged like targets, under an id of their own, and name the ``provider`` and ``consumer`` they are of.
    ``journeys`` are the life events, judged under one id, with their titles and the targets that take part.
    """

    run: str
    started: str
    plan: Mapping[str, Any]
    digests: Mapping[str, str]
    seed: int
    profile: str
    edition: str
    language: str
    tool: str
    targets: tuple[Mapping[str, Any], ...]
    pairs: tuple[Mapping[str, Any], ...] = ()
    journeys: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlanned:
    """One case of the plan; ``excluded`` is the outcome it gets without running ("" when it runs).

    ``tests`` are the suite tests that will judge it; ``waiver`` says who accepted a failure, why and until when.
    """

    case: str
    target: str
    role: str
    linkage: str
    requirement: str
    level: str
    impact: str
    excluded: str = ""
    reason: str = ""
    detail: str = ""
    tests: tuple[str, ...] = ()
    waiver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetProbed:
    """The probe of one target: ``code`` "" when it can be judged, else why it is blocked."""

    target: str
    code: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestStarted:
    """A test begins on a case; one without its end is what was running when a worker died."""

    # The name is the field's; pytest must not take it for a test class.
    __test__: ClassVar[bool] = False

    case: str
    test: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSeen:
    """An exchange took place; ``digest`` names its evidence file when ``kept``."""

    case: str
    test: str
    digest: str
    summary: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a target does where the text is open: recorded, never judged."""

    case: str
    test: str
    ambiguity: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusReplayed:
    """The fast lane went through the corpus of one operation: ``planned`` = ``executed`` + what ``reason`` left.

    ``retried`` are further sends of requests that a busy target (429, 503) had put off, not counted in ``executed``.
    """

    case: str
    operation: str
    planned: int
    executed: int
    retried: int = 0
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyPlayed:
    """A life event was played to its end or as far as it went: for all its requirements once, again for each trial.

    ``case`` is the one for which it was played, ``turn`` counts from 1. ``steps`` are the sentences of the story, each with
    its targets, linkages, evidence and how it went (``flow.journey.Taken``).
    """

    case: str
    journey: str
    turn: int
    steps: tuple[Mapping[str, Any], ...]
    assertions: int = 0
    virtual_seconds: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingMade:
    """A reproduced, re-checked violation."""

    case: str
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFinished:
    """A test ended on a case. ``reason`` is a message code; ``detail`` its parameter, redacted and short."""

    __test__: ClassVar[bool] = False

    case: str
    test: str
    outcome: Outcome
    reason: str = ""
    detail: str = ""
    fault_of: str = ""
    assertions: int = 0
    exchanges: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerEnded:
    """A target's worker process ended: ``how`` is ``finished``, ``crashed``, ``deadline``, ``memory`` or ``stopped``."""

    target: str
    how: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlJudged:
    """A control of a certification run: the conforming mock (``fault`` "") must pass a requirement, the faulty one fail it.

    Where it does not hold, no verdict of that requirement is drawn for targets of that system; ``pair`` and ``journey``
    stand for all of them.
    """

    system: str
    requirement: str
    fault: str
    outcome: Outcome
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The footer: counts of everything before it; a log without one is a truncated run."""

    finished: str
    state: str
    counts: Mapping[str, int]


Event = (
    RunStarted
    | CasePlanned
    | TargetProbed
    | TestStarted
    | ExchangeSeen
    | Observed
    | CorpusReplayed
    | JourneyPlayed
    | FindingMade
    | TestFinished
    | WorkerEnded
    | ControlJudged
    | RunFinished
)

KINDS: dict[str, type[Any]] = {
    "run-started": RunStarted,
    "case-planned": CasePlanned,
    "target-probed": TargetProbed,
    "test-started": TestStarted,
    "exchange": ExchangeSeen,
    "observed": Observed,
    "corpus": CorpusReplayed,
    "journey": JourneyPlayed,
    "finding": FindingMade,
    "test-finished": TestFinished,
    "worker-ended": WorkerEnded,
    "control": ControlJudged,
    "run-finished": RunFinished,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def to_json(event: Event) -> dict[str, Any]:
    """The event as a JSON object with its kind under ``event``."""
    flat = _FLAT.get(type(event))
    members = asdict(event) if flat is None else {name: getattr(event, name) for name in flat}
    return {"event": NAMES[type(event)], **members}


# What ties a log together and was said by nobody but us: ids of plan and contracts, codes, digests, counts.
OWN = frozenset(
    {
        "event", "run", "started", "finished", "state", "seed", "profile", "edition", "language", "tool", "digests", "counts",
        "case", "target", "role", "linkage", "requirement", "level", "impact", "excluded", "reason", "tests", "code",
        "test", "digest", "kept", "ambiguity", "operation", "planned", "executed", "retried", "seconds", "outcome",
        "fault_of", "assertions", "exchanges", "how", "system", "fault", "holds",
        "rule", "evidence", "occurrences", "because", "whose", "broken",
        "journey", "turn", "virtual_seconds", "act", "targets", "linkages", "requirements", "told", "by_hand",
    }
)  # fmt: skip


def redacted(value: Mapping[str, Any], redact: Callable[[Any], Any]) -> dict[str, Any]:
    """An event as JSON data, redacted in what targets and plans have a say in; its own members and names stay."""
    return {name: item if name in OWN else _redacted_member(name, item, redact) for name, item in value.items()}


def _redacted_member(name: str, item: Any, redact: Callable[[Any], Any]) -> Any:
    if name == "finding":
        return redacted(item, redact)
    return [redacted(step, redact) for step in item] if name == "steps" else redact(item)


def parse(value: Mapping[str, Any]) -> Event:
    """The event of a JSON object; raises ValueError for an unknown kind or unknown, missing or odd members."""
    members = dict(value)
    kind = KINDS.get(str(members.pop("event", "")))
    if kind is None:
        raise ValueError(f"unknown event {value.get('event')!r}")
    return _build(kind, members)  # type: ignore[no-any-return]  # one of the union of KINDS


# The declared type of every member, by its spelling in the class.
_TYPES = {kind: {item.name: str(item.type) for item in fields(kind)} for kind in (*KINDS.values(), Finding)}
_SCALARS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}
# Kinds without anything nested need no deep copy.
_FLAT = {kind: tuple(types) for kind, types in _TYPES.items() if _SCALARS.keys() >= set(types.values())}
_MEMBERS: dict[str, type] = {"str": str, "int": int, "Any": object, "Mapping[str, Any]": Mapping}
# A value of exactly that type needs no second look; a log has a million of them.
_PLAIN: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
_EXACT = {kind: {name: _PLAIN.get(declared) for name, declared in types.items()} for kind, types in _TYPES.items()}


def _build(kind: type[Any], members: Mapping[str, Any]) -> Any:
    exact = _EXACT[kind]
    odd = {name: item for name, item in members.items() if type(item) is not exact.get(name)}
    if odd:
        types = _TYPES[kind]
        if not odd.keys() <= types.keys():
            raise ValueError(f"unknown members {sorted(odd.keys() - types.keys())}")
        members = {**members, **{name: _typed(types[name], item) for name, item in odd.items()}}
    try:
        return kind(**members)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _typed(declared: str, value: Any) -> Any:
    if declared in _SCALARS:
        if isinstance(value, _SCALARS[declared]) and (declared == "bool" or not isinstance(value, bool)):
            return value
    elif declared == "Finding" and isinstance(value, Mapping):
        return _build(Finding, value)
    elif declared in ("Outcome", "FaultOf"):
        return Outcome(value) if declared == "Outcome" else FaultOf(value)
    elif declared.startswith("Mapping[str, ") and isinstance(value, Mapping):
        member = _MEMBERS[declared.removeprefix("Mapping[str, ").removesuffix("]")]
        if all(isinstance(item, member) for item in value.values()):
            return value
    elif declared.startswith("tuple[") and isinstance(value, list | tuple):
        member = _MEMBERS[declared.removeprefix("tuple[").removesuffix(", ...]")]
        if all(isinstance(item, member) for item in value):
            return tuple(value)
    raise ValueError(f"{declared} expected, not {type(value).__name__}")
