"""Whole requests of an operation of any document: ordinary ones, edges, and one part of the description broken at a time.

Nothing of a request is believed to be valid or broken but what an independent judge says of it once it is on the wire.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from random import Random
from typing import Any

from renkei.flow.document import MediaType
from renkei.foreign.wire import FORM, UNDECIDED, ordinary
from renkei.kit.generate.item import Maker
from renkei.kit.generate.leaf import Leaf, breaking, fitting, leaves, whole
from renkei.kit.generate.schema import compiled
from renkei.ports import GeneratedRequest

Values = dict[tuple[str, str], Any]
Fault = Callable[[GeneratedRequest], str]

VALID, BROKEN, UNSURE = "valid", "broken", "unsure"
ORDINARY, EDGE = "ordinary", "edge"
MAX_BODY = 100_000
# Parts of a schema that are compiled for one body.
LARGEST = 3_000
SHARES = {ORDINARY: 0.4, EDGE: 0.25, BROKEN: 0.35}
# How often an optional part is there beside the one that is changed.
FEW = 0.2
# So many attempts for each request that is asked for.
TRIES = 6
# What may stand in a path as it is, and the braces of its parameters.
PATH = "/{}%:@!$&'()*+,;=-._~"
SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One parameter as it is made and as it travels."""

    location: str
    name: str
    schema: Mapping[str, Any]
    required: bool
    style: str
    explode: bool
    as_json: bool
    make: Maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request before it is on the wire; ``body`` is ``...`` when there is none."""

    kind: str
    values: Values
    body: Any


class RequestMaker:
    """Makes requests of one operation of a document; ``fault`` judges them, ``key`` holds an API key and is left out."""

    def __init__(self, root: Mapping[str, Any], path: str, method: str, fault: Fault, key: str = "") -> None:
        self._root, self._path, self._method, self._fault = root, path, method, fault
        node = root["paths"][path][method]
        self._id: str = node["operationId"]
        self._parts = [
            _part(one, root)
            for one in node["parameters"]
            if one["name"].lower() != key.lower() and (one["in"] != "cookie" or one.get("required"))
        ]
        self._kind, schema = _form(node.get("requestBody", {}).get("content", {}))
        self._needs_body = node.get("requestBody", {}).get("required") is True
        self._schema = schema
        self._some = compiled(schema, root, fill=0.5, largest=LARGEST)
        self._full = compiled(schema, root, fill=1.0, largest=LARGEST)
        self._leaves = leaves(schema, root) if self._kind else ()

    def requests(self, *, size: int, seed: int) -> Iterator[GeneratedRequest]:
        """Up to ``size`` different requests, kinds in turn, the same for the same seed."""
        source = Random(f"{self._id}|{seed}")
        seen: set[tuple[str, tuple[tuple[str, str], ...], bytes]] = set()
        makers = {ORDINARY: self._ordinary, EDGE: self._edges, BROKEN: self._broken}
        streams = [islice(self._judged(makers[kind](source), seen), round(size * SHARES[kind])) for kind in makers]
        for row in zip_longest(*streams):
            yield from (one for one in row if one is not None)

    def _judged(self, drafts: Iterator[Draft], seen: set[Any]) -> Iterator[GeneratedRequest]:
        """The drafts that can be sent and that the judge finds to be what they claim, each once."""
        idle = 0
        for draft in drafts:
            sent = self._sent(draft)
            mark = (sent.path, sent.headers, sent.body) if sent else None
            told = self._labelled(sent, draft) if sent and mark not in seen else None
            idle = 0 if told else idle + 1
            if told:
                seen.add(mark)
                yield told
            elif idle > TRIES * 40:
                return

    def _labelled(self, sent: GeneratedRequest, draft: Draft) -> GeneratedRequest | None:
        fault = self._fault(sent)
        if draft.kind == BROKEN:
            return replace(sent, label=BROKEN, breaks=fault) if fault not in ("", UNDECIDED) else None
        if fault == UNDECIDED:
            return sent
        return replace(sent, label=VALID) if not fault and ordinary(sent) else None

    def _draft(self, source: Random, kind: str, fill: float) -> Draft:
        values = {
            (part.location, part.name): part.make(source)
            for part in self._parts
            if part.required or source.random() < fill
        }
        return Draft(kind=kind, values=values, body=self._body(source, fill))

    def _body(self, source: Random, fill: float) -> Any:
        if not self._kind or (not self._needs_body and source.random() > (fill + 1) / 2):
            return ...
        return (self._full if fill == 1.0 else self._some)(source)

    def _ordinary(self, source: Random) -> Iterator[Draft]:
        yield self._draft(source, ORDINARY, 0.0)
        yield self._draft(source, ORDINARY, 1.0)
        while True:
            yield self._draft(source, ORDINARY, 0.5)

    def _edges(self, source: Random) -> Iterator[Draft]:
        """One part of an otherwise ordinary request at an edge, every part in its turn, again and again."""
        changes = _in_turn(
            *(_each(part, fitting(part.schema)) for part in self._parts),
            *(_each(leaf, fitting(leaf.schema)) for leaf in self._leaves if leaf.way),
        )
        yield from self._changed(source, EDGE, changes)

    def _broken(self, source: Random) -> Iterator[Draft]:
        """One part of an otherwise ordinary request broken, every part in its turn, again and again."""
        parts = [
            [*([(part, ...)] if part.required and part.location != "path" else []), *_each(part, breaking(part.schema))]
            for part in self._parts
        ]
        within = [
            [*([(leaf, ...)] if leaf.required and leaf.way else []), *_each(leaf, breaking(leaf.schema))]
            for leaf in self._leaves
        ]
        if self._needs_body:
            within.append([(self._leaves[0], ...)])
        yield from self._changed(source, BROKEN, _in_turn(*parts, *within))

    def _changed(self, source: Random, kind: str, changes: Sequence[tuple[Part | Leaf, Any]]) -> Iterator[Draft]:
        while changes:
            for place, value in changes:
                if isinstance(place, Leaf):
                    yield from self._with(source, kind, place, value)
                    continue
                base = self._draft(source, kind, FEW)
                key = (place.location, place.name)
                rest = {name: held for name, held in base.values.items() if name != key}
                yield replace(base, values=rest if value is ... else rest | {key: value})

    def _with(self, source: Random, kind: str, leaf: Leaf, value: Any) -> Iterator[Draft]:
        """A draft whose body has that value at the leaf (``...``: nothing), if its body has that place."""
        base = self._draft(source, kind, 1.0 if len(leaf.way) > 1 or source.random() < 0.5 else FEW)
        if base.body is ...:
            base = replace(base, body=self._full(source))
        changed = _set(base.body, leaf.way, value) if leaf.way or value is not ... else (...,)
        if changed is not None:
            yield replace(base, body=changed[0])

    def _sent(self, draft: Draft) -> GeneratedRequest | None:
        """The request on the wire, None when it cannot be put there."""
        try:
            return self._wire(draft)
        except (ValueError, TypeError, KeyError, RecursionError):
            # Not every value has a form on the wire (a null in a path, a list of lists in a query).
            return None

    def _wire(self, draft: Draft) -> GeneratedRequest:
        path, query, headers = urllib.parse.quote(self._path, safe=PATH), [], []
        for part in self._parts:
            key = (part.location, part.name)
            if key not in draft.values:
                continue
            pairs = list(_pairs(part, draft.values[key]))
            if part.location == "path":
                path = path.replace(f"{{{part.name}}}", _segment(pairs[0][1]))
            elif part.location == "query":
                query += pairs
            else:
                headers.append(
                    (part.name, pairs[0][1]) if part.location == "header" else ("Cookie", "=".join(pairs[0]))
                )
        kind, body = (self._kind, _bytes(self._kind, draft.body)) if draft.body is not ... else ("", b"")
        if len(body) > MAX_BODY or "{" in path:
            raise ValueError("too large, or a path with a hole")
        for _, value in headers:
            if not value.isascii() or value != value.strip() or not value.isprintable():
                raise ValueError("no header")
        return GeneratedRequest(
            operation=self._id,
            phase="corpus",
            label=UNSURE,
            breaks="",
            description=draft.kind,
            method=self._method.upper(),
            path=path + (f"?{urllib.parse.urlencode(query)}" if query else ""),
            headers=(*headers, *((("Content-Type", kind),) if kind else ())),
            body=body,
        )


def _each(place: Part | Leaf, values: Iterable[Any]) -> list[tuple[Part | Leaf, Any]]:
    return [(place, value) for value in values]


def _in_turn(*rows: Sequence[tuple[Part | Leaf, Any]]) -> tuple[tuple[Part | Leaf, Any], ...]:
    """One change of each place after the other, so that a few requests have something of every place."""
    return tuple(change for row in zip_longest(*rows) for change in row if change is not None)


def _part(node: Mapping[str, Any], root: Mapping[str, Any]) -> Part:
    as_json = "content" in node
    schema = next(iter(node["content"].values())).get("schema", {}) if as_json else node.get("schema", {})
    style = node.get("style", "form" if node["in"] in ("query", "cookie") else "simple")
    return Part(
        location=node["in"],
        name=node["name"],
        schema=whole(schema, root),
        required=node.get("required") is True,
        style=style,
        explode=node.get("explode", style == "form") is True,
        as_json=as_json,
        make=compiled(schema, root, largest=LARGEST),
    )


def _form(content: Mapping[str, Any]) -> tuple[str, Any]:
    """The media type that is sent, JSON first, and its schema."""
    for wanted in (lambda kind: kind.json, lambda kind: kind.name == FORM, lambda kind: "*" not in kind.name):
        for name, form in content.items():
            if wanted(MediaType.parse(name)):
                return name, form.get("schema", {})
    return ("application/json", next(iter(content.values())).get("schema", {})) if content else ("", {})


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list) or value is None:
        raise ValueError("no text")
    return json.dumps(value)


def _pairs(part: Part, value: Any) -> Iterator[tuple[str, str]]:
    """(name, text) of a parameter's value in its style."""
    if part.as_json:
        yield part.name, json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        if part.location != "query" or not value:
            raise ValueError("no such style")
        for name, inner in value.items():
            yield (f"{part.name}[{name}]" if part.style == "deepObject" else name), _text(inner)
    elif isinstance(value, list):
        texts = [_text(inner) for inner in value]
        if not texts:
            raise ValueError("nothing to send")
        if part.location == "query" and part.explode:
            yield from ((part.name, text) for text in texts)
        else:
            yield part.name, SEPARATORS.get(part.style, ",").join(texts)
    else:
        yield part.name, _text(value)


def _segment(text: str) -> str:
    """A value in a path; empty ones, dots and slashes would make another path of it."""
    if text in ("", ".", "..") or "/" in text or "\\" in text:
        raise ValueError("another path")
    return urllib.parse.quote(text, safe="")


def _bytes(kind: str, body: Any) -> bytes:
    media = MediaType.parse(kind)
    if media.json:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    if media.name == FORM:
        return urllib.parse.urlencode(list(_fields(body))).encode()
    if media.name.startswith("text/") or media.name.endswith("+xml") or "octet-stream" in media.name:
        return _text(body).encode()
    raise ValueError("no such form")


def _fields(body: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(body, Mapping):
        raise ValueError("no form")
    for name, value in body.items():
        yield from ((name, _text(inner)) for inner in (value if isinstance(value, list) else [value]))


def _set(body: Any, way: tuple[str | int, ...], value: Any) -> tuple[Any] | None:
    """The body with another value at that place (``...``: without it); None when the place is not there."""
    if not way:
        return (value,)
    first, rest = way[0], way[1:]
    if isinstance(first, int):
        if not isinstance(body, list) or len(body) <= first:
            return None
        inner = _set(body[first], rest, value)
        return ([*body[:first], inner[0], *body[first + 1 :]],) if inner and inner[0] is not ... else None
    if not isinstance(body, dict) or (rest and first not in body) or (value is ... and first not in body):
        return None
    inner = _set(body.get(first), rest, value)
    if inner is None:
        return None
    without = {name: held for name, held in body.items() if name != first}
    return (without,) if inner[0] is ... else (body | {first: inner[0]},)
