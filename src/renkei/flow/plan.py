"""Plans: who is tested for what; every case is selected, or excluded with a reason, before anything is sent."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from renkei.flow import document
from renkei.flow.contract import Bundle, Linkage
from renkei.flow.journey import JOURNEYS, LATENCY_SECONDS, Story
from renkei.flow.outcome import Outcome
from renkei.flow.requirement import Requirement, Role, Transport
from renkei.flow.scenario import PLANNED_BY, scenarios

AUTH_LINKAGE = "oauth"
CONCURRENCY, MAX_CONCURRENCY = 4, 64
# How long a consumer may take over one order: a system, and a person who is told what to press.
JOB_SECONDS, MANUAL_SECONDS = 60.0, 3600.0


class Profile(enum.StrEnum):
    """How deep a run goes: minutes for a vendor's CI, hours before certification."""

    SMOKE = "smoke"
    STANDARD = "standard"
    CERTIFICATION = "certification"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """Where a secret is kept: an environment variable or a file; never the secret itself."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestAccess:
    """How to reach a target's REST linkages and the token service before them.

    ``api_key_name`` is the header, query parameter or cookie that an API key goes into (targets of other standards).
    ``resident_number`` is the 宛名番号 of a synthetic former resident that the vendor loaded for the test ("" for none).
    ``concurrency`` is how many requests may be under way at once: vendors' test systems are small.
    """

    base_url: str
    token_url: str
    introspection_url: str = ""
    revocation_url: str = ""
    client_id: str = ""
    client_secret: SecretRef | None = None
    auth: str = "client_secret_jwt"
    ca_file: str = ""
    gyomuid: str = "010"
    second_client_id: str = ""
    second_client_secret: SecretRef | None = None
    second_gyomuid: str = "024"
    resident_number: str = ""
    concurrency: int = CONCURRENCY
    api_key_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesAccess:
    """The place of a target's files; option values may be secret references."""

    url: str
    options: Mapping[str, str | SecretRef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfAccess:
    """Where our own object storage listens, and how a target reaches it ("" where that is the same address)."""

    host: str = "127.0.0.1"
    port: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacadeAccess:
    """Where a façade is and how it is asked; a job may take ``seconds``."""

    url: str
    secret: SecretRef | None = None
    ca_file: str = ""
    seconds: float = JOB_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAccess:
    """A program that is started without a shell, and has ``seconds``; a first word with a "/" is a path."""

    argv: tuple[str, ...]
    seconds: float = JOB_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualAccess:
    """A person does it: told what to do, waited for so long."""

    seconds: float = MANUAL_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One accepted failure: of which requirement, why, by whom, until when (ISO date)."""

    requirement: str
    linkage: str
    owner: str
    reason: str
    link: str
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a vendor declares before the run: options it has, linkages exempt (in-package) with the reason, waivers."""

    optional: tuple[str, ...] = ()
    exempt: Mapping[str, str] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    edition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One vendor's one system, in the roles it is tested in.

    ``trigger`` makes it act as a consumer and ``readback`` tells what it holds afterwards (the same façade may be both);
    ``inbox`` is the place that the harness writes files to and the target reads them from; ``shelf`` is there when it can
    also read from object storage of the harness's own. ``parallel`` is in how many things at once (alone, in pairs) it may
    be tested.
    """

    id: str
    vendor: str
    product: str
    version: str
    system: str
    roles: tuple[Role, ...] = (Role.PROVIDER,)
    rest: RestAccess | None = None
    files: FilesAccess | None = None
    claims: Claims = field(default_factory=Claims)
    trigger: FacadeAccess | CommandAccess | ManualAccess | None = None
    readback: FacadeAccess | CommandAccess | None = None
    inbox: FilesAccess | None = None
    shelf: ShelfAccess | None = None
    parallel: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A provider and a consumer of the plan, tested with each other; no ``linkages``: all that they share.

    ``place`` is where the files are handed over; without one it is a folder of its own on our own object storage, where
    the consumer can read from that, or else below the consumer's inbox.
    """

    provider: str
    consumer: str
    linkages: tuple[str, ...] = ()
    place: FilesAccess | None = None

    @property
    def id(self) -> str:
        """The name of the pair in logs; no target can bear it."""
        return f"{self.provider}~{self.consumer}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journeys:
    """The life events that are played over targets of the plan; no ``only``: all stories that there are.

    ``latency_seconds`` is how long it may take until everybody knows. ``manual``: what a target has no façade for is done by
    a person who is told what to press.
    """

    targets: tuple[str, ...]
    only: tuple[str, ...] = ()
    latency_seconds: int = LATENCY_SECONDS
    manual: bool = False

    @property
    def id(self) -> str:
        """The name of the subject in logs; no target can bear it."""
        return JOURNEYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One certification plan, parsed from plan.toml; ``digest`` is the SHA-256 of its bytes."""

    name: str
    edition: str
    profile: Profile
    municipality: str
    seed: int
    language: str
    targets: tuple[Target, ...]
    digest: str
    source: str = ""
    pairs: tuple[Pair, ...] = ()
    journeys: Journeys | None = None

    def pair(self, pair_id: str) -> Pair | None:
        """The pair of that id; None for a target's."""
        return next((pair for pair in self.pairs if pair.id == pair_id), None)

    def claims(self, subject: str) -> Claims:
        """What was declared of a target; of a pair its provider; of journeys nothing: they belong to several vendors."""
        if subject == JOURNEYS:
            return Claims()
        pair = self.pair(subject)
        return self.target(pair.provider if pair else subject).claims

    def target(self, target_id: str) -> Target:
        """The target of that id; raises KeyError."""
        for target in self.targets:
            if target.id == target_id:
                return target
        raise KeyError(target_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to judge: target × role × linkage × requirement."""

    target: str
    role: Role
    linkage: str
    requirement: str

    @property
    def key(self) -> str:
        """The case's identity in logs and test ids."""
        return f"{self.target}/{self.role}/{self.linkage}/{self.requirement}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A case with the decision about it: ``excluded`` is None when it runs, else the outcome it gets and why.

    ``reason`` is a message code of the catalogue (``reasons.<code>``) and ``detail`` its free parameter.
    """

    case: Case
    excluded: Outcome | None = None
    reason: str = ""
    detail: str = ""


def linkages_of(bundle: Bundle, target: Target) -> tuple[Linkage, ...]:
    """The linkages that a target stands for: its system's own, and the token service before REST ones."""
    own = bundle.system(target.system).linkages
    if any(linkage.transport is Transport.REST for linkage in own):
        auth = Linkage(
            id=AUTH_LINKAGE,
            name_ja="認可サーバー",
            name_en="Authorization server",
            system=target.system,
            consumers=(),
            transport=Transport.AUTH,
        )
        return (auth, *own)
    return own


def received(bundle: Bundle, target: Target) -> tuple[Linkage, ...]:
    """The linkages of other systems that a target's system receives."""
    return tuple(
        linkage for system in bundle.systems for linkage in system.linkages if target.system in linkage.consumers
    )


def decide(target: Target, linkage: Linkage, requirement: Requirement, untested: frozenset[str]) -> Planned:
    """Whether one case runs; exclusions are declared facts (claims, transport), never results."""
    case = Case(target=target.id, role=requirement.role, linkage=linkage.id, requirement=requirement.id)
    claims = target.claims
    if linkage.id in claims.exempt:
        return Planned(case=case, excluded=Outcome.EXEMPT, reason="in-package", detail=claims.exempt[linkage.id])
    for option in (linkage.option, requirement.option):
        if option and option not in claims.optional:
            return Planned(case=case, excluded=Outcome.NOT_CLAIMED, reason="option-not-claimed", detail=option)
    if requirement.id in untested:
        return Planned(case=case, excluded=Outcome.NOT_APPLICABLE, reason="not-testable", detail=requirement.id)
    return Planned(case=case)


def shared(bundle: Bundle, provider: Target, consumer: Target) -> tuple[Linkage, ...]:
    """The linkages that one target gives and the other takes."""
    return tuple(one for one in bundle.system(provider.system).linkages if consumer.system in one.consumers)


def pair_cases(bundle: Bundle, plan: Plan, untested: frozenset[str]) -> Iterator[Planned]:
    """Every case of every pair; what either side declares of a linkage holds for both."""
    for pair in plan.pairs:
        provider, consumer = plan.target(pair.provider), plan.target(pair.consumer)
        for linkage in shared(bundle, provider, consumer):
            if pair.linkages and linkage.id not in pair.linkages:
                continue
            for requirement in bundle.requirements:
                if requirement.role is Role.PAIR and requirement.concerns(linkage.id, linkage.transport):
                    item = decide(provider, linkage, requirement, untested)
                    case = replace(item.case, target=pair.id, role=Role.PAIR)
                    declared = consumer.claims.exempt.get(linkage.id)
                    if declared and item.excluded is not Outcome.EXEMPT:
                        item = Planned(case=case, excluded=Outcome.EXEMPT, reason="in-package", detail=declared)
                    yield replace(item, case=case)


def journey_cases(bundle: Bundle, plan: Plan, untested: frozenset[str]) -> Iterator[Planned]:
    """Every requirement that the stories of the plan check; a story needs all its systems among the targets."""
    if plan.journeys is None:
        return
    present = {plan.target(name).system for name in plan.journeys.targets}
    for story in stories_of(bundle, plan.journeys):
        lacking = ", ".join(system for system in story.systems if system not in present)
        for name in story.requirements:
            requirement = bundle.requirement(name)
            case = Case(target=plan.journeys.id, role=Role.JOURNEY, linkage=story.id, requirement=requirement.id)
            if lacking:
                yield Planned(case=case, excluded=Outcome.NOT_APPLICABLE, reason="journey-lacks-system", detail=lacking)
            elif name in untested:
                yield Planned(case=case, excluded=Outcome.NOT_APPLICABLE, reason="not-testable", detail=name)
            else:
                yield Planned(case=case)


def stories_of(bundle: Bundle, journeys: Journeys) -> tuple[Story, ...]:
    """The stories that a plan plays."""
    return tuple(story for story in bundle.journeys if not journeys.only or story.id in journeys.only)


def plan_cases(bundle: Bundle, plan: Plan, untested: frozenset[str], only: frozenset[str]) -> tuple[Planned, ...]:
    """Every case of the plan, in a stable order; with ``only``, cases outside it are not part of the run."""
    planned = []
    for target in plan.targets:
        missing = _not_offered(bundle, target)
        for role, linkage in parts(bundle, target):
            for requirement in bundle.requirements:
                if requirement.role is not role or not requirement.concerns(linkage.id, linkage.transport):
                    continue
                item = decide(target, linkage, requirement, untested)
                reason = missing.get((linkage.id, requirement.id))
                if reason and item.excluded is None:
                    item = replace(item, excluded=Outcome.NOT_APPLICABLE, reason=reason, detail=linkage.id)
                planned.append(item)
    planned += pair_cases(bundle, plan, untested)
    planned += journey_cases(bundle, plan, untested)
    return tuple(item for item in planned if not only or only & names_of(item.case))


def names_of(case: Case) -> frozenset[str]:
    """What ``--only`` may call a case by."""
    return frozenset((case.target, case.role, case.linkage, case.requirement, case.key))


def parts(bundle: Bundle, target: Target) -> Iterator[tuple[Role, Linkage]]:
    """What a target stands for: as a provider its own linkages, as a consumer those of others that it receives."""
    if Role.PROVIDER in target.roles:
        yield from ((Role.PROVIDER, linkage) for linkage in linkages_of(bundle, target))
    if Role.CONSUMER in target.roles:
        yield from ((Role.CONSUMER, linkage) for linkage in received(bundle, target))


def _not_offered(bundle: Bundle, target: Target) -> dict[tuple[str, str], str]:
    """Why a scenario's requirement does not concern an operation of a foreign document, by (linkage, requirement)."""
    if not bundle.foreign or target.rest is None:
        return {}
    system = bundle.system(target.system)
    known, shown = document.operations(system.document), dict[str, frozenset[str]]()
    clients, tokens = 1 + bool(target.rest.second_client_id), bool(target.rest.token_url)
    reasons = {
        (linkage.id, one.kind): one.reason
        for linkage in system.linkages
        for one in scenarios(system.document, linkage.id, clients=clients, tokens=tokens, known=known, shown=shown)
    }
    return {
        (linkage.id, requirement): reasons[linkage.id, kind]
        for linkage in system.linkages
        for requirement, kind in PLANNED_BY.items()
    }
