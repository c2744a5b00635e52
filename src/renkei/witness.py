"""What was seen between two vendors: every exchange judged or counted with its reason, kept as evidence, put on a party."""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from renkei.errors import RenkeiError
from renkei.events import Event, ExchangeSeen
from renkei.flow.attribution import REFUSED, Attribution, Breach, Sighting, attribute
from renkei.flow.exchange import Exchange
from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import mapped
from renkei.kit.between import Between, Judged

# Exchanges kept for each operation and status, and for each thing that is broken.
KEPT = 3
# What is judged beside the loop: bodies that take long to parse, and whatever takes a second opinion or a file.
HEAVY = 64 << 10
# Waiting for judgement at most; beyond it the proxy waits too.
MOST_WAITING, MOST_BYTES = 256, 32 << 20
MAX_CHARGES = 200
MAX_SECRETS = 4096
SECRET_MEMBERS = ("client_assertion", "client_secret", "token", "access_token", "refresh_token")


class Evidence(Protocol):
    """Keeps exchanges, content-addressed and redacted."""

    def keep(self, exchange: Exchange) -> str:
        """The digest under which the exchange is kept."""

    def redact(self, text: str) -> str:
        """The text without secrets and personal numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One thing that was broken, or that stands in the way, however often: the stuff of a finding.

    ``reason`` is the message code of the sentence that says why it is this party's; ``breach`` None when a connection
    or a refusal is all there is. ``evidence`` are digests of kept exchanges.
    """

    party: FaultOf
    reason: str
    operation: str
    status: int
    error: str
    breach: Breach | None
    occurrences: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that was seen: ``seen`` = ``judged`` + the sum of ``unjudged``.

    ``parties`` counts exchanges by party ("" for nobody), ``charges`` the first ``MAX_CHARGES`` different ones.
    """

    seen: int
    judged: int
    unjudged: Mapping[str, int]
    parties: Mapping[str, int]
    operations: Mapping[str, int]
    charges: tuple[Charge, ...]
    charges_left_out: int

    @property
    def whole(self) -> bool:
        """Whether nothing is missing in the account."""
        return self.seen == self.judged + sum(self.unjudged.values())


@dataclass(slots=True)
class _Tally:
    seen: int = 0
    judged: int = 0
    unjudged: Counter[str] = field(default_factory=Counter)
    parties: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    kept: Counter[tuple[str, int, bool]] = field(default_factory=Counter)
    charges: dict[tuple[object, ...], Charge] = field(default_factory=dict)
    left_out: int = 0


class Witness:
    """Takes sightings one by one, in order; ``emit`` gets an event for each, ``case`` and ``test`` are its labels.

    What is quickly judged and conforms is judged at once; the rest is judged aside by one thread, in order.
    """

    def __init__(
        self,
        between: Between,
        evidence: Evidence,
        *,
        emit: Callable[[Event], None],
        learn: Callable[[str, str], None],
        case: str = "",
        test: str = "",
    ) -> None:
        self._between = between
        self._evidence = evidence
        self._emit = emit
        self._learn = learn
        self._case = case
        self._test = test
        self._tally = _Tally()
        self._lock = threading.Lock()
        self._secrets: set[str] = set()
        self._aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="witness")
        self._waiting: deque[tuple[Future[None], int]] = deque()
        self._failures: list[OSError | RenkeiError] = []

    def see(self, sighting: Sighting) -> None:
        """Judge and record one exchange; waits when too much is waiting to be judged."""
        known = self._learn_headers(sighting.exchange)
        size = sighting.request.size + sighting.response.size
        route = self._between.route(sighting)
        operation, status = route.operation.id if route else "", sighting.exchange.status
        quiet = not (sighting.request.violations or sighting.response.violations or sighting.exchange.error)
        quiet = quiet and status < REFUSED and size < HEAVY
        if quiet and route is not None and not self._keeps(operation, status, blamed=False):
            halves = self._halves(sighting)
            known = known and self._learn_bodies(halves)
            if halves is not None and known and not any(half.breaches for half in halves):
                self._settle(sighting, operation, halves, kept=False)
                return
        self._put_aside(sighting, operation, known, size)

    def close(self) -> Account:
        """Judge what is waiting, and tell all; raises what kept evidence from being written."""
        self._aside.shutdown(wait=True)
        for future, _ in self._waiting:
            future.result()
        if self._failures:
            raise self._failures[0]
        tally = self._tally
        return Account(
            seen=tally.seen,
            judged=tally.judged,
            unjudged=dict(tally.unjudged),
            parties=dict(tally.parties),
            operations=dict(tally.operations),
            charges=tuple(tally.charges.values()),
            charges_left_out=tally.left_out,
        )

    def _put_aside(self, sighting: Sighting, operation: str, known: bool, size: int) -> None:
        while self._waiting and self._waiting[0][0].done():
            self._waiting.popleft()
        held = sum(waiting for _, waiting in self._waiting)
        while self._waiting and (held + size > MOST_BYTES or len(self._waiting) >= MOST_WAITING):
            future, waited = self._waiting.popleft()
            future.result()
            held -= waited
        kept_bytes = len(sighting.exchange.request.body)
        kept_bytes += len(sighting.exchange.response.body) if sighting.exchange.response else 0
        self._waiting.append((self._aside.submit(self._look, sighting, operation, known), kept_bytes))

    def _look(self, sighting: Sighting, operation: str, known: bool) -> None:
        halves = self._halves(sighting)
        known = self._learn_bodies(halves) and known
        try:
            self._settle(sighting, operation, halves, kept=known)
        except (OSError, RenkeiError) as error:
            self._failures.append(error)  # evidence that cannot be written ends the account, not the traffic

    def _halves(self, sighting: Sighting) -> tuple[Judged, Judged] | None:
        """Both halves judged; None when judging itself broke."""
        try:
            return self._between.request(sighting), self._between.response(sighting)
        except Exception:  # noqa: BLE001 - the outer edge of judging: traffic goes on, and the account says it
            return None

    def _settle(self, sighting: Sighting, operation: str, halves: tuple[Judged, Judged] | None, *, kept: bool) -> None:
        """Count the exchange once, keep it where it is worth it, and tell of it."""
        exchange = sighting.exchange
        breaches = tuple(breach for half in halves or () for breach in half.breaches)
        unjudged = _why_unjudged(halves, breaches)
        broken = Attribution(party=FaultOf.HARNESS, reason="judging-broke")
        party = attribute(breaches, sighting, halves[1].body) if halves else broken
        with self._lock:
            tally = self._tally
            tally.seen += 1
            tally.judged += not unjudged
            if unjudged:
                tally.unjudged[unjudged] += 1
            tally.parties[party.party if party else ""] += 1
            tally.operations[operation] += 1
        digest = ""
        if kept and self._keeps(operation, exchange.status, blamed=party is not None):
            self._kept(operation, exchange.status, blamed=party is not None)
            digest = self._evidence.keep(exchange)
        if party is not None:
            digest = self._charge(party, breaches, sighting, operation, digest, kept)
        summary = f"{operation or '?'} {exchange.status or exchange.error}"
        event = ExchangeSeen(
            case=self._case, test=self._test, digest=digest or _digest(sighting), summary=summary, kept=bool(digest)
        )
        with self._lock:
            self._emit(event)

    def _charge(
        self,
        party: Attribution,
        breaches: tuple[Breach, ...],
        sighting: Sighting,
        operation: str,
        digest: str,
        keeping: bool,
    ) -> str:
        """Write the exchange to its charges; the digest of its evidence when there is any."""
        exchange = sighting.exchange
        for breach in breaches or (None,):
            place = (breach.side, breach.rule, breach.where, breach.open) if breach else ()
            key = (party.party, party.reason, operation, exchange.status, exchange.error, *place)
            known = self._tally.charges.get(key)
            if known is None and len(self._tally.charges) >= MAX_CHARGES:
                self._tally.left_out += 1
                continue
            evidence = known.evidence if known else ()
            if keeping and len(evidence) < KEPT:
                digest = digest or self._evidence.keep(exchange)
                evidence = evidence if digest in evidence else (*evidence, digest)
            if known is None:
                known = Charge(
                    party=party.party,
                    reason=party.reason,
                    operation=operation,
                    status=exchange.status,
                    error=exchange.error,
                    breach=self._clean(breach),
                    occurrences=0,
                    evidence=(),
                )
            self._tally.charges[key] = replace(known, occurrences=known.occurrences + 1, evidence=evidence)
        return digest

    def _clean(self, breach: Breach | None) -> Breach | None:
        """The breach without secrets and personal numbers."""
        if breach is None:
            return None
        redact = self._evidence.redact
        return replace(
            breach,
            expected=mapped(breach.expected, redact),
            actual=mapped(breach.actual, redact),
            where=mapped(breach.where, redact),
        )

    def _keeps(self, operation: str, status: int, *, blamed: bool) -> bool:
        return self._tally.kept[operation, status, blamed] < KEPT

    def _kept(self, operation: str, status: int, *, blamed: bool) -> None:
        self._tally.kept[operation, status, blamed] += 1

    def _learn_headers(self, exchange: Exchange) -> bool:
        """Know the credentials of a request by value; False when there are too many to know them all."""
        for name, value in exchange.request.headers:
            if name.lower() == "authorization" and value not in self._secrets:
                scheme, _, credentials = value.partition(" ")
                if not (self._secret(value, "credentials") and self._secret(credentials.strip(), "credentials")):
                    return False
                if scheme.lower() == "basic" and not self._secret(_password(credentials), "basic"):
                    return False
        return True

    def _learn_bodies(self, halves: tuple[Judged, Judged] | None) -> bool:
        members = [half.body for half in halves or () if isinstance(half.body, dict)]
        values = [body.get(name) for body in members for name in SECRET_MEMBERS]
        known = [self._secret(value, "token") for value in values if isinstance(value, str)]
        return all(known)

    def _secret(self, value: str, label: str) -> bool:
        if value not in self._secrets:
            if len(self._secrets) >= MAX_SECRETS:
                return False
            self._secrets.add(value)
            self._learn(label, value)
        return True


def _why_unjudged(halves: tuple[Judged, Judged] | None, breaches: tuple[Breach, ...]) -> str:
    """Why an exchange counts as not judged: a half that nobody could judge, unless something was found all the same."""
    if halves is None:
        return "harness"
    if any(breach.disputed for breach in breaches):
        return "validators-disagree"
    if breaches:
        return ""
    return next((half.unjudged for half in halves if half.unjudged), "")


def _digest(sighting: Sighting) -> str:
    """What stands for an exchange that is not kept: its status and the digests of its bodies."""
    text = f"{sighting.exchange.status} {sighting.request.digest} {sighting.response.digest}"
    return hashlib.sha256(text.encode()).hexdigest()


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def plain(account: Account) -> dict[str, Any]:
    """The counts of an account as JSON."""
    return {
        "seen": account.seen,
        "judged": account.judged,
        "unjudged": dict(account.unjudged),
        "parties": dict(account.parties),
        "operations": dict(account.operations),
        "charges": len(account.charges) + account.charges_left_out,
    }
