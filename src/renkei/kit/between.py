"""One exchange between two vendors, each half judged by itself: what the consumer sent, what the provider answered."""

from __future__ import annotations

import copy
import functools
import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from renkei.flow.attribution import Breach, Side, Sighting
from renkei.flow.document import Answer, MediaType, Operation, at, operations, resolved
from renkei.flow.exchange import MAX_VALUES, Headers, strict_json
from renkei.flow.phrase import Phrase, phrase, raw
from renkei.kit.phrases import BODY, STATUS, asked_by, at_pointer, case_words, unreadable
from renkei.ports import SchemaFault, Validator
from renkei.wirebody import Body

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
UTF8 = ("utf-8", "utf8")
BEARER = re.compile(r"(?i:bearer) +[A-Za-z0-9._~+/-]+=*")
# What the receiver cannot take in, as opposed to what is not HTTP.
UNBOUNDED = frozenset({"too-large", "too-many-headers", "request-too-large"})
# Answers that the text neither documents nor rules out: a missing scope (U1), nobody found (U12).
NO_SCOPE, NOT_FOUND = 403, 404
# Ways of leaving a parameter out whose meaning is open: null (C19) and the empty text (U7).
OPEN_VALUES: tuple[tuple[str, Any], ...] = (("C19", None), ("U7", ""))

_parsed = functools.lru_cache(maxsize=1024)(MediaType.parse)


class Quick(Protocol):
    """Says quickly whether a body that was read from strict JSON text conforms; where it does not, look closer."""

    def accepts(self, operation: str, body: Any) -> bool:
        """A request body."""

    def conforms(self, operation: str, status: int, media_type: str, body: Any) -> bool:
        """A response body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of judging one half: its breaches, or why it was not judged (""), and its body where it is JSON or a form."""

    breaches: tuple[Breach, ...] = ()
    unjudged: str = ""
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation as it is reached through the proxy.

    ``kinds`` are the exact Content-Types that the contract asks for, by status; ``bearer`` tells that a token is
    needed, ``reading`` that it only looks things up.
    """

    operation: Operation
    first: Validator
    second: Validator
    quick: Quick | None
    kinds: Mapping[str, MediaType]
    bearer: bool
    reading: bool
    known: dict[int, Answer | None] = field(default_factory=dict)


class Unreadable(Exception):
    """A body that cannot be judged by a schema; ``breach`` says what is wrong, ``unjudged`` why it is left."""

    def __init__(self, breach: Breach | None = None, unjudged: str = "") -> None:
        super().__init__(unjudged)
        self.breach = breach
        self.unjudged = unjudged


class Between:
    """Judges sightings by the operation that their method and path belong to; ``decoded`` caps what is unpacked."""

    def __init__(self, routes: Mapping[tuple[str, str], Route], decoded: int = 2 << 20) -> None:
        self._routes = routes
        self._templates = [
            (method, re.compile(re.sub(r"\\\{[^{}/]*\\\}", "[^/]+", re.escape(path))), route)
            for (method, path), route in routes.items()
            if "{" in path
        ]
        self._paths = {path for _, path in routes}
        self._decoded = decoded

    def route(self, sighting: Sighting) -> Route | None:
        """The operation that an exchange belongs to."""
        request = sighting.exchange.request
        path = _path(request.url)
        found = self._routes.get((request.method, path))
        if found is None and self._templates:
            fitting = (
                one for method, form, one in self._templates if method == request.method and form.fullmatch(path)
            )
            found = next(fitting, None)
        return found

    def request(self, sighting: Sighting) -> Judged:
        """The consumer's half."""
        part, request, route = sighting.request, sighting.exchange.request, self.route(sighting)
        if part.violations:
            return Judged(breaches=_wire(Side.REQUEST, part.violations))
        if not part.complete and not request.method:
            return Judged(unjudged="request-incomplete")
        if route is None:
            return Judged(breaches=(self._stray(request.method, request.url),))
        breaches = _token(route, request.headers)
        if not part.complete:
            return Judged(breaches=breaches, unjudged="request-incomplete")
        if not route.operation.request:
            return Judged(breaches=breaches)
        if part.cut:
            return Judged(breaches=breaches, unjudged="too-large")
        try:
            body = self._body(Side.REQUEST, request.headers, request.body)
        except Unreadable as why:
            return Judged(breaches=(*breaches, *((why.breach,) if why.breach else ())), unjudged=why.unjudged)
        kind = _parsed(_header(request.headers, "content-type"))
        if not any(_same_form(content.media_type, kind) for content in route.operation.request):
            expected = " / ".join(str(content.media_type) for content in route.operation.request)
            return Judged(breaches=(*breaches, _kind_breach(Side.REQUEST, expected, str(kind))))
        if route.quick and _plain(request.headers, request.body) and route.quick.accepts(route.operation.id, body):
            return Judged(breaches=breaches, body=body)
        return Judged(breaches=(*breaches, *_some(_asked_again(route, body))), body=body)

    def response(self, sighting: Sighting) -> Judged:
        """The provider's half."""
        part, answer, route = sighting.response, sighting.exchange.response, self.route(sighting)
        if part.violations:
            return Judged(breaches=_wire(Side.RESPONSE, part.violations))
        if answer is None or sighting.exchange.error:
            return Judged(unjudged=sighting.exchange.error or "no-answer")
        if route is None:
            return Judged(unjudged="path-not-in-contract")
        told = _told(route, answer.status)
        if told is None or not told.contents or sighting.exchange.request.method == "HEAD":
            return Judged(breaches=() if told else (_status_breach(route, answer.status),))
        if part.cut:
            return Judged(unjudged="too-large")
        said = answer.header("content-type") or ""
        strange = _kind(route, told, said)
        described = told.content(said)
        if described is not None and not described.media_type.json:
            return Judged(breaches=_some(strange), unjudged="not-json-described")
        try:
            body = self._body(Side.RESPONSE, answer.headers, answer.body, charset=strange is None)
        except Unreadable as why:
            return Judged(breaches=_some(strange, why.breach), unjudged=why.unjudged)
        plain = strange is None and _plain(answer.headers, answer.body)
        if plain and route.quick and route.quick.conforms(route.operation.id, answer.status, said, body):
            return Judged(body=body)
        return Judged(breaches=_some(strange, _unlike(route, answer.status, said, body)), body=body)

    def _stray(self, method: str, url: str) -> Breach:
        known = _path(url) in self._paths
        return Breach(
            side=Side.REQUEST,
            rule="method-not-in-contract" if known else "path-not-in-contract",
            expected=phrase("address-of-contract"),
            actual=raw(f"{method} {_path(url)}"),
            where=phrase("at-address"),
        )

    def _body(self, side: Side, headers: Headers, data: bytes, *, charset: bool = True) -> Any:
        """The JSON value or the members of a form; raises ``Unreadable``."""
        coding = ",".join(value for name, value in headers if name.lower() == "content-encoding")
        kind = _parsed(_header(headers, "content-type"))
        if charset:
            said = dict(kind.parameters).get("charset", UTF8[0])
            if said not in UTF8:
                raise Unreadable(_kind_breach(side, "charset=UTF-8", f"charset={said}"))
        if coding:
            data = self._unpacked(side, coding, data)
        try:
            return _form(data) if kind.name == FORM else strict_json(data, most=MAX_VALUES)
        except ValueError as error:
            if "more than" in str(error):
                raise Unreadable(unjudged="too-large") from error
            said_so = _unreadable(error)
        expected = phrase("object-in-utf8")
        raise Unreadable(Breach(side=side, rule="body-not-json", expected=expected, actual=said_so, where=BODY))

    def _unpacked(self, side: Side, coding: str, data: bytes) -> bytes:
        body = Body(coding, self._decoded)
        body.add(data)
        plain = body.end()
        if body.violation:
            raise Unreadable(_wire(side, (body.violation,))[0])
        if body.full:
            raise Unreadable(unjudged="too-large")
        return plain


def routes_of(
    document: Mapping[str, Any],
    address: Callable[[Operation], str],
    first: Validator,
    second: Validator,
    quick: Quick | None = None,
) -> dict[tuple[str, str], Route]:
    """The routes of one document; ``address`` gives the path under which an operation is reached ("" leaves it out)."""
    found = {}
    for operation in operations(document).values():
        if path := address(operation):
            node = at(document, operation.pointer)
            asked = node.get("security", document.get("security", ()))
            found[operation.method.upper(), path] = Route(
                operation=operation,
                first=first,
                second=second,
                quick=quick,
                kinds=_kinds(document, operation),
                bearer=bool(asked) and all(asked),
                reading=any(scope.endswith(":Read") for one in asked for scopes in one.values() for scope in scopes),
            )
    return found


def with_forms(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with every form also described as a JSON object, so that validators of JSON can judge its members."""
    copied: dict[str, Any] = copy.deepcopy(dict(document))
    for item in copied["paths"].values():
        for node in item.values():
            content = node.get("requestBody", {}).get("content", {}) if isinstance(node, dict) else {}
            if FORM in content:
                content.setdefault(JSON, content[FORM])
    return copied


def _told(route: Route, status: int) -> Answer | None:
    """What the contract says of a status; remembered, for it is asked of every answer."""
    if status not in route.known:
        route.known[status] = route.operation.answer(status)
    return route.known[status]


def _kinds(document: Mapping[str, Any], operation: Operation) -> dict[str, MediaType]:
    found = {}
    for answer in operation.answers:
        _, node = resolved(document, f"{operation.pointer}/responses/{answer.status}")
        if "x-renkei-content-type" in node:
            found[answer.status] = MediaType.parse(node["x-renkei-content-type"])
    return found


def _same_form(documented: MediaType, actual: MediaType) -> bool:
    return documented.name == actual.name or documented.covers(actual)


def _path(url: str) -> str:
    """The path of an absolute URL."""
    return url[url.find("/", 8) :].partition("?")[0]


def _header(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _plain(headers: Headers, data: bytes) -> bool:
    """Whether a body is what it seems: half a surrogate pair can hide behind an escape or a coding."""
    return b"\\u" not in data and not _header(headers, "content-encoding")


def _some(*breaches: Breach | None) -> tuple[Breach, ...]:
    return tuple(breach for breach in breaches if breach is not None)


def _wire(side: Side, codes: tuple[str, ...]) -> tuple[Breach, ...]:
    """Breaches of HTTP itself, named as the provider suites name them."""
    rules = {
        Side.REQUEST: ("request-malformed", "request-beyond-bounds"),
        Side.RESPONSE: ("http-malformed", "answer-beyond-bounds"),
    }[side]
    return tuple(
        Breach(
            side=side,
            rule=rules[code in UNBOUNDED],
            expected=raw("RFC 9112"),
            actual=case_words(code),
            where=phrase("at-message"),
        )
        for code in codes
    )


def _token(route: Route, headers: Headers) -> tuple[Breach, ...]:
    """One bearer token where the contract asks for one; whether it is a good one is the provider's to say."""
    given = [value for name, value in headers if name.lower() == "authorization"]
    if not route.bearer or (len(given) == 1 and BEARER.fullmatch(given[0])):
        return ()
    return (
        Breach(
            side=Side.REQUEST,
            rule="request-without-token",
            expected=phrase("bearer-token"),
            actual=phrase("nothing-like-it"),
            where=phrase("at-message"),
        ),
    )


def _kind_breach(side: Side, expected: str, said: str) -> Breach:
    return Breach(
        side=side, rule="content-type-wrong", expected=raw(expected), actual=raw(said), where=raw("Content-Type")
    )


def _kind(route: Route, told: Answer, said: str) -> Breach | None:
    """The Content-Type of an answer against the exact one of the contract, or else against those that are described."""
    wanted = route.kinds.get(told.status)
    if _parsed(said) == wanted or (wanted is None and told.content(said) is not None):
        return None
    described = str(wanted) if wanted else " / ".join(str(content.media_type) for content in told.contents)
    return _kind_breach(Side.RESPONSE, described, said)


def _status_breach(route: Route, status: int) -> Breach:
    """A status that the contract does not have; the two that its text leaves open are no more than recorded."""
    ambiguity = ""
    if status == NO_SCOPE and route.bearer:
        ambiguity = "U1"
    if status == NOT_FOUND and route.reading:
        ambiguity = "U12"
    return Breach(
        side=Side.RESPONSE,
        rule="status-not-documented",
        expected=raw(" / ".join(answer.status for answer in route.operation.answers)),
        actual=raw(status),
        where=STATUS,
        open=ambiguity,
    )


def _unlike(route: Route, status: int, said: str, body: Any) -> Breach | None:
    """Where an answer's body breaks the contract, if the second validator agrees; a wrong Content-Type is told apart."""
    operation, kind = route.operation.id, said
    told = route.operation.answer(status)
    if told is not None and told.content(said) is None:
        kind = str(told.contents[0].media_type)
    faults = route.first.response_faults(operation, status, kind, body)
    if not faults:
        return None
    return _breach(Side.RESPONSE, faults, route.second.response_faults(operation, status, kind, body))


def _asked_again(route: Route, body: Any) -> Breach | None:
    """The breach of a request's body, if there is one; open when it lies only in values that may stand for none."""
    operation = route.operation.id
    faults = route.first.request_faults(operation, body)
    if not faults:
        return None
    for ambiguity, value in OPEN_VALUES:
        if not route.first.request_faults(operation, _without(body, value)):
            return _breach(Side.REQUEST, faults, faults, ambiguity)
    return _breach(Side.REQUEST, faults, route.second.request_faults(operation, body))


def _without(body: Any, value: Any) -> Any:
    """The body without the members that hold just that value."""
    if isinstance(body, dict):
        return {name: _without(item, value) for name, item in body.items() if item != value}
    return [_without(item, value) for item in body] if isinstance(body, list) else body


def _breach(
    side: Side, faults: tuple[SchemaFault, ...], confirmed: tuple[SchemaFault, ...], ambiguity: str = ""
) -> Breach:
    words = raw("; ".join(f"{fault.pointer} {fault.keyword}" for fault in confirmed[:5]))
    return Breach(
        side=side,
        rule="body-not-as-contracted",
        expected=asked_by(faults[0]),
        actual=phrase("unlike-contract"),
        where=at_pointer(faults[0]),
        open=ambiguity,
        disputed=not confirmed,
        second_opinion=phrase("second-validator-finds", faults=words) if confirmed else "",
    )


def _unreadable(error: ValueError) -> Phrase:
    if "duplicate member" in str(error):
        return phrase("duplicate-member")
    return phrase("nested-too-deep") if "nested" in str(error) else unreadable(error)


def _form(data: bytes) -> dict[str, str]:
    """The members of a form; raises ValueError for bad UTF-8 and for a name that comes twice."""
    pairs = urllib.parse.parse_qsl(data.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member name")
    return members
