"""Things of a foreign contract: made, written and read in rounds, many at once where their order does not matter."""

from __future__ import annotations

import copy
import functools
import json
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from renkei.flow.exchange import Exchange, Request
from renkei.flow.resource import Field, Resource, fields, parameters, resource_of
from renkei.kit.endpoint import KNOWN, OWN, Endpoint, Sent, named_by
from renkei.kit.expect import Blocked, Expect, NotApplicable
from renkei.kit.generate.schema import compiled
from renkei.kit.phrases import answered, phrase
from renkei.kit.target import Provider

# The longest that the requests of one step may take together.
SECONDS = 120.0
DRAWS = 12
DONE = (200, 201, 204)
CHANGING = ("put", "patch")
# One change: (JSON pointer, name of the case, value).
Change = list[Any]


def together(target: Provider, requests: Sequence[Callable[[], Request]]) -> list[Exchange]:
    """The answers to requests whose order does not matter, as many at once as the plan allows; in their order."""
    lane, rest = target.tools.lane, target.info.rest
    if lane is None or rest is None or len(requests) < 2:
        return [target.send(make()) for make in requests]
    answers: list[Exchange] = []

    def see(_number: int, exchange: Exchange) -> None:
        target.record(exchange)
        answers.append(exchange)

    stopped = lane.replay((make() for make in requests), see, limit=rest.concurrency, seconds=SECONDS)
    if stopped.executed < len(requests):
        raise Blocked("lane-stopped", stopped.reason)
    return answers


class Ahead:
    """First looks at examples, all made ahead and at once; every further look at one is made alone."""

    def __init__(self, look: Callable[[Sequence[Any]], list[Any]], examples: Sequence[Any]) -> None:
        self._look = look
        self._made = dict(zip(map(_mark, examples), look(examples), strict=True)) if examples else {}

    def __call__(self, example: Any) -> Any:
        found = self._made.pop(_mark(example), None)
        return found if found is not None else self._look([example])[0]


def _mark(example: Any) -> str:
    return json.dumps(example, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One thing written and read: its name, the body that was sent, and the answers; ``shown`` is what was read."""

    name: str
    sent: Any
    wrote: Exchange
    read: Exchange | None = None
    shown: Mapping[str, Any] | None = None

    @property
    def on(self) -> tuple[Exchange, ...]:
        """What a finding cites."""
        return (self.wrote, self.read) if self.read else (self.wrote,)


class Things:
    """The things that the current operation is about."""

    def __init__(self, target: Provider, expect: Expect) -> None:
        self.target = target
        self.endpoint = Endpoint(target)
        self.expect = expect
        found = resource_of(self.endpoint.all, self.endpoint.operation)
        if found is None:
            raise NotApplicable("creates-nothing-readable", self.endpoint.id)
        self.about: Resource = found

    def of(self, operation: str) -> Endpoint:
        """The endpoint of one of the thing's operations; not applicable when there is none."""
        if not operation:
            raise NotApplicable("no-partner-operation", self.about.item)
        return Endpoint(self.target, operation)

    @property
    def reader(self) -> Endpoint:
        """The operation that reads one thing."""
        return self.of(self.about.read)

    @property
    def maker(self) -> Endpoint:
        """The operation that creates one."""
        return self.of(self.about.create)

    def fields(self, endpoint: Endpoint) -> tuple[Field, ...]:
        """The members of an operation's JSON body."""
        return fields(endpoint.document, endpoint.operation.json_request)

    def body(self, endpoint: Endpoint, number: int = 0) -> Any:
        """A valid JSON body of many members; the same for the same seed and number."""
        place = f"bodies {endpoint.id}"
        drawn = self.target.scratch.setdefault(place, {})
        if number not in drawn:
            drawn[number] = self._drawn(endpoint, number)
        return copy.deepcopy(drawn[number])

    def _drawn(self, endpoint: Endpoint, number: int) -> Any:
        first, second = self.expect.both()
        make = _maker(endpoint)
        source = Random(f"{self.target.seed}|{endpoint.id}|{number}")
        for _ in range(DRAWS if make else 0):
            try:
                body = make(source) if make else None
            except (ValueError, LookupError, TypeError, RecursionError):
                break
            if isinstance(body, dict) and not first.request_faults(endpoint.id, body):
                return body
        bodies = [json.loads(sent["text"]) for sent in endpoint.valid() if sent.get("text", "").startswith("{")]
        fitting = [body for body in bodies if not second.request_faults(endpoint.id, body)]
        if not fitting:
            raise Blocked("nothing-generated", endpoint.id)
        return max(fitting, key=len)

    def changed(self, endpoint: Endpoint, body: Any, changes: Iterable[Change]) -> Any:
        """The body with these changes made, None when it would not fit the document any more."""
        made = copy.deepcopy(body)
        for pointer, _, value in changes:
            if not put(made, pointer, value):
                return None
        return made if fits(self.expect, endpoint, made) else None

    def sent(self, endpoint: Endpoint, *, name: str = "", body: Any = None, tag: str = "") -> Sent:
        """A request to an operation about that thing; ``tag`` is the state it starts from."""
        return request_to(endpoint, name=name, body=body, tag=tag)

    def ask(self, endpoint: Endpoint, *, name: str = "", body: Any = None, tag: str = "", by: str = OWN) -> Exchange:
        """The answer to that request."""
        return endpoint.send(self.sent(endpoint, name=name, body=body, tag=tag), by)

    def made(self, number: int = 0, changes: Iterable[Change] = ()) -> Round:
        """A new thing; blocked when it cannot be created."""
        body = self.body(self.maker, number)
        body = self.changed(self.maker, body, changes) or body
        return self.existing(self.ask(self.maker, body=body), body)

    def existing(self, answer: Exchange, body: Any) -> Round:
        """The thing that an answer says was created."""
        name = self.reader.identity(answer) if 200 <= answer.status < 300 else ""
        if not name:
            raise Blocked("control-failed", phrase("nothing-created"))
        return Round(name=name, sent=body, wrote=answer)

    def read(self, name: str, by: str = OWN) -> Exchange:
        """The answer that reads a thing."""
        return self.ask(self.reader, name=name, by=by)

    def rounds(self, examples: Sequence[Sequence[Change]]) -> list[Round]:
        """Each example's changes written by the current operation, and the thing read: step by step, all at once."""
        writer, reader = self.endpoint, self.reader
        bases = [self.body(writer, number) for number in range(len(examples))]
        bodies = [self.changed(writer, base, one) or base for base, one in zip(bases, examples, strict=True)]
        if writer.id == self.about.create:
            wrote = self._all([self.sent(writer, body=body) for body in bodies], writer)
            names = [reader.identity(one) if 200 <= one.status < 300 else "" for one in wrote]
        else:
            names = self._names(len(examples))
            tags = self._tags(names) if takes_tag(writer) else [""] * len(names)
            plans = [
                self.sent(writer, name=name, body=body, tag=tag)
                for name, body, tag in zip(names, bodies, tags, strict=True)
            ]
            wrote = self._all(plans, writer)
        # What is only taken for later cannot be read at once.
        done = [at for at, one in enumerate(wrote) if one.status in DONE and names[at]]
        answers = self._all([self.sent(reader, name=names[at]) for at in done], reader)
        read = dict(zip(done, answers, strict=True))
        return [
            Round(
                name=names[at],
                sent=body,
                wrote=wrote[at],
                read=read.get(at),
                shown=record(read[at], body) if at in read else None,
            )
            for at, body in enumerate(bodies)
        ]

    def _names(self, count: int) -> list[str]:
        """So many new things of which nobody else knows."""
        maker = self.maker
        answers = self._all([self.sent(maker, body=self.body(maker, number)) for number in range(count)], maker)
        return [self.existing(one, None).name for one in answers]

    def _tags(self, names: Sequence[str]) -> list[str]:
        answers = self._all([self.sent(self.reader, name=name) for name in names], self.reader)
        return [tag_of(one) for one in answers]

    def _all(self, plans: Sequence[Sent], endpoint: Endpoint) -> list[Exchange]:
        return together(self.target, [functools.partial(endpoint.request, plan) for plan in plans])

    def fresh(self) -> Sent:
        """A request of the current operation about a new thing, from the state in which that is."""
        made = self.made()
        tag = tag_of(self.control(self.read(made.name))) if takes_tag(self.endpoint) else ""
        body = self.body(self.endpoint) if self.endpoint.operation.json_request else None
        return self.sent(self.endpoint, name=made.name, body=body, tag=tag)

    def control(self, answer: Exchange) -> Exchange:
        """An answer on which the rest depends; blocked unless it is a success."""
        if not 200 <= answer.status < 300:
            raise Blocked("control-failed", answered(answer))
        return answer


def working(target: Provider, expect: Expect) -> list[Callable[[], Sent]]:
    """Ways to make requests that the target should carry out.

    A change is about a new thing where one can be made: an old one may be in a state that does not take it.
    """
    endpoint = Endpoint(target)
    known = sorted(endpoint.valid(), key=lambda sent: KNOWN not in sent["path"])
    plain: list[Callable[[], Sent]] = [functools.partial(dict, sent) for sent in known]
    about = resource_of(endpoint.all, endpoint.operation)
    makes = about is not None and bool(about.create) and endpoint.operation.method in CHANGING
    return [Things(target, expect).fresh, *plain] if takes_tag(endpoint) or makes else plain


def _maker(endpoint: Endpoint) -> Callable[[Random], Any] | None:
    place = f"maker {endpoint.id}"
    scratch = endpoint.target.scratch
    if place not in scratch:
        try:
            scratch[place] = compiled(endpoint.target.request_schema(endpoint.id), endpoint.document, fill=1.0)
        except (ValueError, LookupError, TypeError, RecursionError):
            # Of a schema that cannot be compiled the engine's own requests are used.
            scratch[place] = None
    made: Callable[[Random], Any] | None = scratch[place]
    return made


def request_to(
    endpoint: Endpoint, *, name: str = "", body: Any = None, tag: str = "", query: Mapping[str, str] | None = None
) -> Sent:
    """A request with nothing optional but what is given here."""
    known = parameters(endpoint.document, endpoint.operation)
    needed = {key for key, part in known.items() if part.get("required") and key[0] in ("query", "header")}
    valid = next(iter(sorted(endpoint.valid(), key=lambda sent: len(sent["path"]))), None) if needed else None
    path, pairs, headers = endpoint.operation.path, [], []
    if valid is not None:
        asked = urllib.parse.parse_qsl(valid["path"].partition("?")[2], keep_blank_values=True)
        pairs = [(key, value) for key, value in asked if ("query", key) in needed and key not in (query or {})]
        lower = {key.lower() for location, key in needed if location == "header"}
        headers = [
            list(pair) for pair in valid["headers"] if pair[0].lower() in lower and pair[0].lower() != "if-match"
        ]
    if name:
        path = path.rpartition("{")[0] + urllib.parse.quote(name, safe="")
    encoded = urllib.parse.urlencode([*pairs, *(query or {}).items()])
    if tag:
        headers.append(["If-Match", tag])
    if body is not None:
        kind = next((str(form.media_type) for form in endpoint.operation.request if form.media_type.json), "")
        headers.append(["Content-Type", kind or "application/json"])
    return {
        "method": endpoint.operation.method.upper(),
        "path": path + (f"?{encoded}" if encoded else ""),
        "headers": headers,
        "label": "valid",
        "breaks": "",
        "text": "" if body is None else json.dumps(body, ensure_ascii=False),
    }


def fits(expect: Expect, endpoint: Endpoint, body: Any) -> bool:
    """Whether both validators call a body valid: only such a one may be blamed for coming back changed."""
    return not any(one.request_faults(endpoint.id, body) for one in expect.both())


def takes_tag(endpoint: Endpoint) -> bool:
    """Whether an operation asks for the state that a change starts from."""
    return any(part["name"].lower() == "if-match" for part in endpoint.node["parameters"])


def tag_of(answer: Exchange) -> str:
    """The entity tag of an answer, "" when it has none."""
    return (answer.response.header("etag") or "") if answer.response else ""


def put(body: Any, pointer: str, value: Any) -> bool:
    """Set a member of a body by its pointer; False when the objects that lead to it are not there."""
    *way, last = pointer.split("/")[1:]
    for name in way:
        if not isinstance(body, dict) or not isinstance(body.get(name), dict):
            return False
        body = body[name]
    if not isinstance(body, dict):
        return False
    body[last] = value
    return True


def value_at(body: Any, pointer: str) -> tuple[bool, Any]:
    """(whether it is there, its value)."""
    for name in pointer.split("/")[1:]:
        if not isinstance(body, Mapping) or name not in body:
            return False, None
        body = body[name]
    return True, body


def record(answer: Exchange, like: Any) -> Mapping[str, Any] | None:
    """The object of an answer that shows a thing with members like these: the body, one of its objects, or its only row."""
    try:
        body = answer.json()
    except ValueError:
        return None
    if not 200 <= answer.status < 300 or not isinstance(like, Mapping):
        return None
    found = [one for one in _objects(body) if set(one) & set(like)]
    return max(found, key=lambda one: len(set(one) & set(like)), default=None)


def _objects(body: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(body, Mapping):
        yield body
        for value in body.values():
            if isinstance(value, Mapping):
                yield value
            elif isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping):
                yield value[0]
    elif isinstance(body, list) and len(body) == 1 and isinstance(body[0], Mapping):
        yield body[0]


def pointer_of(one: Field) -> str:
    """The JSON pointer of a member."""
    return "".join(f"/{name}" for name in one.path)


__all__ = [
    "Ahead",
    "Change",
    "Round",
    "Things",
    "fits",
    "named_by",
    "pointer_of",
    "put",
    "record",
    "request_to",
    "tag_of",
    "takes_tag",
    "together",
    "value_at",
    "working",
]
