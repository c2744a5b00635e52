"""The fast lane: a corpus replayed on one target, every answer looked at once, and what looks wrong kept as a suspect.

A suspect is not a finding. It is an example for the deep lane, which sends it alone, asks both validators, makes it
small and replays it; only then anybody is blamed.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from renkei.errors import HarnessError
from renkei.events import CorpusReplayed
from renkei.flow.exchange import Exchange, Request, strict_json
from renkei.flow.plan import Profile
from renkei.flow.scenario import CORPUS_SIZES
from renkei.kit.answer import DOCUMENTED, misjudged
from renkei.kit.corpus import Corpus, Entry, Key, contract_digest, opened
from renkei.kit.expect import CONTRACT_TYPE, OK
from renkei.kit.generate.boundary import TIMES
from renkei.kit.generate.recipe import BROKEN_OF
from renkei.kit.generate.register import recipe
from renkei.kit.jutogai import SYLLABLES, TAG_LENGTH, Register
from renkei.kit.shape import owner
from renkei.kit.strategies.breaking import flat
from renkei.kit.strategies.dates import EDGE_DATES, OUTSIDE_CALENDAR
from renkei.kit.target import JSON_TYPE, Provider
from renkei.ports import Validator

# The longest that one operation's corpus may take; a slow target gets as far as it gets, and the rest is told.
SECONDS = {Profile.SMOKE: 60.0, Profile.STANDARD: 600.0, Profile.CERTIFICATION: 3600.0}
SHAPED = {200: "SC-01", 400: "SC-02"}
ANSWERED = "TR-08"
# Suspects are told in the order of items, and then of rules, as the deep lane walks them: a defect is then told of the
# same item and rule by both.
RULES = {
    rule: at
    for at, rule in enumerate(
        (
            *BROKEN_OF,
            "variation selectors",
            "surrogate pairs",
            *TIMES,
            *(f"edge-{date}" for date in EDGE_DATES),
            *(f"outside-calendar-{date}" for date in OUTSIDE_CALENDAR),
        )
    )
}
# Suspects kept for each requirement: one for each item and rule, these many in all.
SUSPECTS = 24
KEPT = 3


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What a replay came to. ``planned`` = ``executed`` + ``left``, where ``reason`` says why any are left.

    ``retried`` counts further sends of requests that a busy target had put off.

    ``judged`` counts the answers that were looked at for each requirement, ``strange`` those that looked wrong, and
    ``kept`` are the first few. ``speaks_of`` are the requirements that the corpus can say anything about.
    """

    planned: int
    executed: int = 0
    retried: int = 0
    reason: str = ""
    seconds: float = 0.0
    judged: Counter[str] = field(default_factory=Counter)
    strange: Counter[str] = field(default_factory=Counter)
    suspects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    kept: dict[str, list[Exchange]] = field(default_factory=dict)
    speaks_of: frozenset[str] = frozenset()

    @property
    def left(self) -> int:
        """How many were not sent."""
        return self.planned - self.executed


class Watch:
    """Looks at exchanges as they come; cheap for answers that are as they must be."""

    def __init__(
        self,
        operation: str,
        names: frozenset[str],
        conforms: Callable[[str, int, str, Any], bool],
        first: Validator,
        into: Replayed,
    ) -> None:
        self._operation = operation
        self._names = set(names)
        self._conforms = conforms
        self._first = first
        self._into = into
        self._seen: set[tuple[str, str, str]] = set()

    def look(self, entry: Entry, exchange: Exchange) -> None:
        """Judge one exchange for every requirement that it says something about."""
        into, status = self._into, exchange.status
        into.statuses[status] += 1
        self._judged(ANSWERED, exchange)
        if status not in DOCUMENTED:
            self._suspect(ANSWERED, entry, exchange)
        shaped = SHAPED.get(status, "")
        if shaped and self._shape(exchange, shaped):
            self._suspect(shaped, entry, exchange)
        if entry.requirement and exchange.response is not None:
            self._judged(entry.requirement, exchange)
            broken = facts(entry) if entry.codes else None
            if misjudged(broken, exchange, self._names) if broken else status != OK:
                self._suspect(entry.requirement, entry, exchange)

    def _shape(self, exchange: Exchange, requirement: str) -> bool:
        """Whether the body has a fault that belongs to the requirement."""
        response = exchange.response
        if response is None:
            return False
        try:
            body = strict_json(response.body)
        except ValueError:
            # Whether it can be read at all is judged by a requirement of its own.
            return False
        self._judged(requirement, exchange)
        if self._conforms(self._operation, response.status, CONTRACT_TYPE, body):
            return False
        faults = self._first.response_faults(self._operation, response.status, CONTRACT_TYPE, body)
        mistyped = frozenset(fault.pointer for fault in faults if fault.keyword == "type")
        return any(owner(fault, response.status, body, mistyped) == requirement for fault in faults)

    def _judged(self, requirement: str, exchange: Exchange) -> None:
        self._into.judged[requirement] += 1
        if self._into.judged[requirement] <= KEPT:
            self._into.kept.setdefault(requirement, []).append(exchange)

    def _suspect(self, requirement: str, entry: Entry, exchange: Exchange) -> None:
        into = self._into
        into.strange[requirement] += 1
        mark = (requirement, entry.item if entry.requirement == requirement else "", f"{entry.rule}{exchange.status}")
        kept = into.suspects.setdefault(requirement, [])
        if mark not in self._seen and len(kept) < SUSPECTS:
            self._seen.add(mark)
            kept.append(facts(entry) | {"body": json.loads(exchange.request.body)})


def facts(entry: Entry) -> dict[str, Any]:
    """What the deep lane has to know of an entry, as JSON values."""
    return {
        "kind": entry.kind,
        "item": entry.item,
        "rule": entry.rule,
        "name": entry.name,
        "codes": list(entry.codes),
        "breaks": entry.rule if entry.kind == "broken" else "",
    }


def corpus_of(target: Provider, folders: tuple[Path, ...]) -> Corpus:
    """The corpus of the case's operation for the profile and seed of the run."""
    operation, root = target.operation().id, target.system.document
    schema = target.request_schema()
    key = Key(
        operation=operation,
        contract=contract_digest(schema, root),
        seed=target.seed,
        size=CORPUS_SIZES[target.profile],
    )
    return opened(key, recipe(operation), schema, root, folders)


def replayed(target: Provider, first: Validator) -> Replayed:
    """The replay of the case's operation, made once for each target and kept for the tests after."""
    place = f"corpus {target.operation().id}"
    if place in target.scratch:
        known: Replayed = target.scratch[place]
        for exchange in known.kept.get(target.requirement.id, ()):
            target.record(exchange)
        return known
    made = target.scratch[place] = _replay(target, first)
    return made


def _replay(target: Provider, first: Validator) -> Replayed:
    tools, operation = target.tools, target.operation().id
    if tools.lane is None or target.info.rest is None:
        raise HarnessError("no-lane", target=target.info.id)
    corpus = corpus_of(target, tools.corpora)
    speaks_of = frozenset(entry.requirement for entry in corpus.entries) | {ANSWERED, *SHAPED.values()}
    into = Replayed(planned=len(corpus.entries), speaks_of=speaks_of)
    names = frozenset(item.name for item in target.items("要求"))
    watch = Watch(operation, names, tools.conforms, first, into)
    begun = time.monotonic()

    def see(number: int, exchange: Exchange) -> None:
        target.record(exchange)
        watch.look(corpus.entries[number], exchange)

    limit, seconds = target.info.rest.concurrency, SECONDS[target.profile]
    stopped = tools.lane.replay(requests(target, corpus), see, limit=limit, seconds=seconds)
    place = {name: at for at, name in enumerate(flat(target.request_schema(), target.system.document)["properties"])}
    for suspects in into.suspects.values():
        suspects.sort(key=lambda example: (place.get(example["item"], -1), RULES.get(example["rule"], -1)))
    into.executed, into.reason, into.seconds = stopped.executed, stopped.reason, time.monotonic() - begun
    into.retried = stopped.retried
    accounted(into)
    tell(target, operation, into)
    return into


def tell(target: Provider, operation: str, into: Replayed) -> None:
    """Write the counts of a replay into the log of the run."""
    target.emit(
        CorpusReplayed(
            case=target.case.key,
            operation=operation,
            planned=into.planned,
            executed=into.executed,
            retried=into.retried,
            reason=into.reason,
            seconds=round(into.seconds, 3),
        )
    )


def accounted(into: Replayed) -> None:
    """Every planned request was sent and looked at, or it is said why not: silence would look like a pass."""
    looked = into.judged[ANSWERED]
    if looked != into.executed or into.executed > into.planned or (into.left and not into.reason):
        raise HarnessError("lane-lost-count", planned=into.planned, executed=into.executed, judged=looked)


def requests(target: Provider, corpus: Corpus) -> Iterator[Request]:
    """The requests of a corpus, each made when it is taken: the token is one that lives."""
    register, url = Register(target), target.url()
    begun = f"{target.info.id}|{target.seed}|{register.tag()}"
    slots = {b"municipality": target.municipality.encode(), b"gyomuid": register.gyomuid().encode()}
    held = ""
    headers: tuple[tuple[str, str], ...] = ()
    for number, entry in enumerate(corpus.entries):
        token = target.token()
        if token != held:
            held, headers = token, _headers(token)
        if len(entry.parts) > 1:
            slots[b"unique"] = _unique(begun, number)
        yield Request(method="POST", url=url, headers=headers, body=entry.wire(slots))


def _headers(token: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", JSON_TYPE), ("Accept", JSON_TYPE), ("Authorization", f"Bearer {token}"))


def _unique(begun: str, number: int) -> bytes:
    """Katakana that no other request of this run, or of an earlier one, bears."""
    digest = hashlib.sha256(f"{begun}|{number}".encode()).digest()
    return "".join(SYLLABLES[byte % len(SYLLABLES)] for byte in islice(digest, TAG_LENGTH)).encode()
