"""Expectations: every assertion is counted, every violation says what was expected, what came, and where."""

from __future__ import annotations

import json
from typing import Any

from renkei.flow.exchange import Exchange, Response
from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import Phrase, joined, phrase, raw, whole
from renkei.kit.phrases import BODY, STATUS, asked_by, at_pointer, case_words, unreadable
from renkei.ports import SchemaFault, Validator

MAX_LISTED = 20
OK = 200
CONTRACT_TYPE = "application/json;charset=UTF-8"


class Verdictless(Exception):
    """A test ends without a pass or a violation; ``reason`` is a message code under ``reasons``.

    ``fault_of`` is the party where it is another than the usual one of that kind of ending.
    """

    def __init__(self, reason: str, detail: str = "", *, fault_of: FaultOf | None = None) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = whole(detail)
        self.fault_of = fault_of


class Undecided(Verdictless):
    """Seen but not reproducible, or the evidence is not good enough: ``inconclusive``."""


class Blocked(Verdictless):
    """The target could not be asked (no token, no test data): ``blocked``."""


class NotApplicable(Verdictless):
    """The rule does not concern this target's way of linking: ``not_applicable``."""


class NotRun(Verdictless):
    """This profile does not go that far (e.g. a wait longer than it allows): ``not_run``."""


class Ambiguous(Verdictless):
    """The text is open: the observed value is recorded under the ambiguity's id."""

    def __init__(self, ambiguity: str, observed: str) -> None:
        super().__init__("text-open", observed)
        self.ambiguity = ambiguity


class Disagreement(Verdictless):
    """The two validators disagree: our own fault, never the vendor's."""


class Violation(AssertionError):
    """A rule is broken: ``rule`` is a kebab-case code that is constant per check.

    ``because`` says why it is this party's, where it could be another's (a code under ``between``); ``whose`` are the
    targets that have to mend it, where a case is of several. ``broken`` is the requirement that is broken, where the case
    asks that many others hold ("" for its own). ``also`` are others that the same test found and made sure of.
    """

    def __init__(
        self,
        rule: str,
        *,
        expected: Any,
        actual: Any,
        where: str = "",
        on: tuple[Exchange, ...] = (),
        files: tuple[str, ...] = (),
        fault_of: FaultOf = FaultOf.PROVIDER,
        second_opinion: str = "",
    ) -> None:
        self.rule = rule
        self.because = ""
        self.whose: tuple[str, ...] = ()
        self.broken = ""
        self.also: tuple[Violation, ...] = ()
        self.expected = shown(expected)
        self.actual = shown(actual)
        self.where = whole(where)
        self.on = on
        self.files = files
        self.fault_of = fault_of
        self.second_opinion = whole(second_opinion)
        self.example = ""
        self.replays = ""
        super().__init__(f"{rule}: expected {self.expected}, got {self.actual} at {where or '-'}")


def shown(value: Any) -> Phrase:
    """A value as short text for a finding: phrases and raw values in their wire form."""
    if value is None or (isinstance(value, list | tuple | set | frozenset) and not value):
        return phrase("nothing")
    if isinstance(value, list | tuple):
        return joined((*map(shown, value[:MAX_LISTED]), *(["…"] if len(value) > MAX_LISTED else [])), by=", ")
    if isinstance(value, bool):
        return raw(str(value).lower())
    if isinstance(value, str):
        return raw(value) if value else phrase("empty")
    return raw(repr(value))


class Expect:
    """Counts the assertions of one test on one case and raises ``Violation`` at the first broken rule."""

    def __init__(
        self, first: Validator | None = None, second: Validator | None = None, fault_of: FaultOf = FaultOf.PROVIDER
    ) -> None:
        self.assertions = 0
        self.fault_of = fault_of
        self.observations: list[tuple[str, str]] = []
        self._first = first
        self._second = second

    def that(
        self,
        holds: bool,
        rule: str,
        *,
        expected: Any,
        actual: Any,
        where: str = "",
        on: Exchange | tuple[Exchange, ...] = (),
        files: tuple[str, ...] = (),
        second_opinion: str = "",
    ) -> None:
        """Count one assertion; raise ``Violation`` with the given particulars when it does not hold."""
        self.assertions += 1
        if not holds:
            exchanges = (on,) if isinstance(on, Exchange) else on
            raise Violation(
                rule,
                expected=expected,
                actual=actual,
                where=where,
                on=exchanges,
                files=files,
                fault_of=self.fault_of,
                second_opinion=second_opinion,
            )

    def equal(
        self, actual: Any, expected: Any, rule: str, *, where: str = "", on: Exchange | tuple[Exchange, ...] = ()
    ) -> None:
        """Count one assertion that ``actual`` equals ``expected`` and has its type."""
        same = type(actual) is type(expected) and actual == expected
        self.that(same, rule, expected=expected, actual=actual, where=where, on=on)

    def answer(self, exchange: Exchange) -> Response:
        """The answer, whatever it says; silence is undecided: it is neither a refusal nor an acceptance."""
        if exchange.response is None:
            raise Undecided("no-answer", case_words(exchange.error))
        return exchange.response

    def status(self, exchange: Exchange, *allowed: int, rule: str = "wrong-status") -> None:
        """Count one assertion that the answer has one of these status codes; a transport error is undecided."""
        self.answer(exchange)
        expected = " / ".join(map(str, allowed))
        self.that(
            exchange.status in allowed, rule, expected=expected, actual=exchange.status, where=STATUS, on=exchange
        )

    def accepted(self, operation: str, exchange: Exchange, rule: str, *, where: str = STATUS) -> None:
        """Count one assertion that a request of ours is answered 200; both validators must call a refused one valid."""
        self.answer(exchange)
        if exchange.status != OK:
            self.valid_request(operation, json.loads(exchange.request.body))
        self.that(
            exchange.status == OK,
            rule,
            expected=OK,
            actual=_refusal(exchange),
            where=where,
            on=exchange,
            second_opinion=phrase("request-called-valid"),
        )

    def looked(self, count: int) -> None:
        """Count assertions that the fast lane made: answers that were looked at, and were not strange."""
        self.assertions += count

    @property
    def quick(self) -> Validator:
        """The first validator, whose opinion alone blames nobody."""
        return self.both()[0]

    def observe(self, ambiguity: str, value: Any) -> None:
        """Record what the target does where the text is open; counts as one observation, not as an assertion."""
        self.observations.append((ambiguity, shown(value)))

    def valid_request(self, operation: str, body: Any) -> None:
        """Make sure, by both validators, that a request which we call valid is valid; else our fault, not theirs."""
        for validator in self.both():
            faults = validator.request_faults(operation, body)
            if faults:
                raise Disagreement("own-request-invalid", _words(faults))

    def broken_request(self, operation: str, body: Any) -> None:
        """Make sure, by both validators, that a request which we call broken is broken; else undecided."""
        broken = [bool(validator.request_faults(operation, body)) for validator in self.both()]
        if not all(broken):
            raise Disagreement("own-request-not-broken", str(broken))

    def valid_response(self, operation: str, exchange: Exchange, *, rule: str = "body-not-as-contracted") -> Any:
        """The JSON body of an answer after checking it against the contract; a fault needs both validators."""
        response = self.answer(exchange)
        try:
            body = exchange.json()
        except ValueError as error:
            self.that(
                False, "body-not-json", expected="JSON (UTF-8)", actual=unreadable(error), where=BODY, on=exchange
            )
        media_type = response.header("content-type") or ""
        first, second = self.both()
        faults = first.response_faults(operation, exchange.status, media_type, body)
        self.assertions += 1
        if not faults:
            return body
        confirmed = second.response_faults(operation, exchange.status, media_type, body)
        if not confirmed:
            raise Disagreement("validators-disagree", _words(faults))
        raise Violation(
            rule,
            expected=asked_by(faults[0]),
            actual=phrase("unlike-contract"),
            where=at_pointer(faults[0]),
            on=(exchange,),
            fault_of=self.fault_of,
            second_opinion=phrase("second-validator-finds", faults=_words(confirmed)),
        )

    def response_faults(self, operation: str, exchange: Exchange, body: Any) -> tuple[SchemaFault, ...]:
        """What both validators find wrong with a JSON body, whatever Content-Type it came with; counts one assertion.

        For suites that divide the faults of one answer among several requirements.
        """
        first, second = self.both()
        self.assertions += 1
        faults = first.response_faults(operation, exchange.status, CONTRACT_TYPE, body)
        if faults and not second.response_faults(operation, exchange.status, CONTRACT_TYPE, body):
            raise Disagreement("validators-disagree", _words(faults))
        return faults

    def both(self) -> tuple[Validator, Validator]:
        """The first and the second validator; our own fault when there are none."""
        if self._first is None or self._second is None:
            raise Disagreement("no-validator")
        return self._first, self._second


def _refusal(exchange: Exchange) -> str:
    """The status, and the first error's code when there is one."""
    try:
        code = exchange.json()["errors"][0]["code"]
    except (ValueError, LookupError, TypeError):
        return str(exchange.status)
    return f"{exchange.status} {code}"


def _words(faults: tuple[SchemaFault, ...]) -> Phrase:
    return raw("; ".join(f"{fault.pointer} {fault.keyword}" for fault in faults[:5]))
