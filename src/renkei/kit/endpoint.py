"""An operation of a foreign document as its suites use it: whole requests, credentials of every kind, known values."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from renkei.flow import document
from renkei.flow.exchange import Exchange, Request
from renkei.foreign.document import PROTECTED
from renkei.foreign.wire import Wire
from renkei.kit.expect import Blocked, Expect, NotApplicable
from renkei.kit.phrases import BODY, Phrase, at, phrase
from renkei.kit.target import Provider
from renkei.ports import GeneratedRequest

OWN, SECOND, NONE, GARBLED = "own", "second", "none", "garbled"
# Stands in a path for a value that the target itself has told; filled in when the request is sent.
KNOWN = "~known~"
# What stands before a token that a request is to bear instead of ours.
BEARING = "token "
COVERED = {"smoke": 40, "standard": 150, "certification": 800}
RANDOM = {"smoke": 4, "standard": 20, "certification": 150}
KNOWN_ONES = {"smoke": 3, "standard": 6, "certification": 20}
# Answers larger than this are not kept for other tests to look at.
MAX_SHARED = 100_000
# Bytes of kept answers of all operations of a target together; of a document with hundreds of them later ones are sent anew.
MAX_KEPT = 200_000_000
# The header by which a server knows a request that it had before.
REPEATED = "idempotency-key"
# So many of an operation's own tests are looked at in search of one that is accepted.
TRIES = 6
# Phrases of where a request has parameters, and of what is known of it.
PARTS = {"path": "in-path", "query": "in-query", "header": "in-header", "cookie": "in-cookie"}
LABELS = {"valid": "valid-request", "broken": "broken-request", "unsure": "unsure-request"}

Sent = dict[str, Any]


class Endpoint:
    """The operation of the current case."""

    def __init__(self, target: Provider, operation: str = "") -> None:
        self.target = target
        self.id = operation or target.operation().id
        self.document: Mapping[str, Any] = target.system.document
        if "operations" not in target.scratch:
            target.scratch["operations"] = document.operations(self.document)
        self.all: dict[str, document.Operation] = target.scratch["operations"]
        self.operation = self.all[self.id]
        self.node: Mapping[str, Any] = document.at(self.document, self.operation.pointer)
        if target.info.rest is None:
            raise NotApplicable("no-rest", target.info.id)
        self.access = target.info.rest

    @property
    def protected(self) -> bool:
        """Whether the document asks for credentials, by a scheme or by a required parameter that holds the API key."""
        key = self.access.api_key_name.lower()
        keys = [part for part in self.node["parameters"] if key and part["name"].lower() == key]
        return bool(self.node[PROTECTED]) or any(part.get("required") for part in keys)

    @property
    def labels(self) -> list[str]:
        """The names of the path's parameters."""
        return re.findall(r"\{([^{}]*)\}", self.operation.path)

    def planned(self) -> list[Sent]:
        """Boundaries, broken and random requests, and valid ones about things that the target itself has told."""
        place = f"planned {self.id}"
        if place not in self.target.scratch:
            generated = self._generated()
            self.target.scratch[place] = [sent_of(one) for one in generated] + list(self._about_known(generated))
        planned: list[Sent] = self.target.scratch[place]
        return planned

    def valid(self) -> list[Sent]:
        """Those of them that are valid."""
        return [sent for sent in self.planned() if sent["label"] == "valid"]

    def _generated(self) -> tuple[GeneratedRequest, ...]:
        if self.target.tools.requests is None:
            raise Blocked("nothing-generated", self.id)
        profile = self.target.profile
        return self.target.tools.requests().requests(
            self.id, covered=COVERED[profile], random=RANDOM[profile], seed=self.target.seed
        )

    def _about_known(self, generated: tuple[GeneratedRequest, ...]) -> Iterator[Sent]:
        for one in [one for one in generated if one.label == "valid"][: KNOWN_ONES[self.target.profile]]:
            if path := self.about_known(one.path):
                yield sent_of(one) | {"path": path, "known": True}

    def about_known(self, path: str) -> str:
        """The path with the mark for a known value in the place of its last parameter; "" when nobody tells one."""
        if not self.labels or not self._sources():
            return ""
        pattern = re.sub(r"\\\{[^{}]*\\\}", "([^/?]*)", re.escape(self.operation.path))
        found = re.match(pattern, path)
        begin, end = found.span(len(self.labels)) if found else (0, 0)
        return path[:begin] + KNOWN + path[end:] if found else ""

    def unrepeated(self, sent: Sent) -> Sent:
        """The request as one that was never sent before: under the key of an earlier one it would make nothing new."""
        headers = [
            [name, f"renkei-{self.target.tools.unique()}"] if name.lower() == REPEATED else [name, value]
            for name, value in sent["headers"]
        ]
        return sent | {"headers": headers}

    def _sources(self) -> list[str]:
        """Operations that tell values for the last parameter of the path: creating one first, then lists."""
        parent = self.operation.path.rpartition("/{")[0]
        if not self.operation.path.endswith("}") or "{" in parent:
            return []
        found = [one for one in self.all.values() if one.path.rstrip("/") == parent and one.method in ("post", "get")]
        return [one.id for one in sorted(found, key=lambda one: one.method != "post")]

    def known(self, *, fresh: bool = False) -> str:
        """A value for the last parameter of the path that the target has told; "" when it tells none."""
        held: dict[str, str] = self.target.scratch.setdefault("known", {})
        parent = self.operation.path.rpartition("/{")[0]
        if not fresh and parent in held:
            return held[parent]
        value = next((value for source in self._sources() if (value := self._told_by(source))), "")
        if not fresh:
            held[parent] = value
        return value

    def _told_by(self, source: str) -> str:
        maker = Endpoint(self.target, source)
        return next((name for answer in maker.accepted() if (name := self.identity(answer))), "")

    def accepted(self) -> Iterator[Exchange]:
        """Exchanges in which a valid request was accepted; of a list the request with the fewest conditions first."""
        valid = [sent for sent in self.valid() if KNOWN not in sent["path"]]
        if self.operation.method == "get":
            valid = sorted(valid, key=lambda sent: len(sent["path"]))
        for sent in valid[:TRIES]:
            answer = self.send(self.unrepeated(sent))
            if 200 <= answer.status < 300:
                yield answer

    def identity(self, answer: Exchange) -> str:
        """The value that the answer tells for the last parameter of this path: by link, member, or Location."""
        name = self.labels[-1] if self.labels else ""
        try:
            body = answer.json()
        except ValueError:
            body = None
        found = named_by(_first_item(body), name)
        if found is not None:
            return found
        location = (answer.response.header("location") if answer.response else None) or ""
        return urllib.parse.unquote(urllib.parse.urlsplit(location).path.rstrip("/").rpartition("/")[2])

    def request(self, sent: Mapping[str, Any], credentials: str = OWN) -> Request:
        """The request on the wire, with those credentials."""
        path = sent["path"]
        if KNOWN in path:
            value = self.known(fresh=self.operation.method == "delete")
            if not value:
                raise Blocked("no-known-value", self.operation.path)
            path = path.replace(KNOWN, urllib.parse.quote(value, safe=""))
        headers, query = self._credentials(credentials)
        pairs = [
            (name, value) for name, value in sent["headers"] if name.lower() not in {key.lower() for key in headers}
        ]
        if not any(name.lower() == "accept" for name, _ in pairs):
            pairs.append(("Accept", "application/json, */*;q=0.5"))
        url = self.access.base_url.rstrip("/") + path
        url += ("&" if "?" in path else "?") + query if query else ""
        body = sent["text"].encode() if "text" in sent else base64.b64decode(sent["base64"])
        return Request(method=sent["method"], url=url, headers=(*pairs, *headers.items()), body=body)

    def send(self, sent: Mapping[str, Any], credentials: str = OWN) -> Exchange:
        """Send it and record the exchange."""
        return self.target.send(self.request(sent, credentials))

    def faults(self, expect: Expect, exchange: Exchange) -> tuple[str, str]:
        """Where the request that was sent breaks the document, by the first and by the second validator."""
        asked = exchange.request
        sent = GeneratedRequest(
            operation=self.id,
            phase="",
            label="",
            breaks="",
            description="",
            method=asked.method,
            path=asked.url.removeprefix(self.access.base_url.rstrip("/")),
            headers=asked.headers,
            body=asked.body,
        )
        first, second = (Wire(self.document, one, self.access.api_key_name).fault(sent) for one in expect.both())
        return first, second

    def described(self, answer: Exchange) -> tuple[document.Answer | None, str]:
        """What the document says of an answer with that status, and its status key."""
        found = self.operation.answer(answer.status)
        return found, found.status if found else ""

    def header_faults(self, expect: Expect, answer: Exchange) -> Iterator[tuple[str, str]]:
        """(name, what is wrong with it or "") of every header that the document describes for the answer's status."""
        found, status = self.described(answer)
        if found is None or answer.response is None:
            return
        described = self.node["responses"][status].get("headers", {})
        wires = [Wire(self.document, validator) for validator in expect.both()] if described else []
        for name, part in described.items():
            value = answer.response.header(name)
            if value is None:
                yield name, phrase("header-present") if part["required"] else ""
            else:
                wrong = all(wire.header_fault(self.id, status, name, value) for wire in wires)
                yield name, phrase("header-as-described") if wrong else ""

    def _credentials(self, which: str) -> tuple[dict[str, str], str]:
        """(headers, query) of credentials: our own, the second caller's, a given token, none, or ones nobody was given."""
        auth = self.access.auth
        if which == NONE or auth == "none":
            return {}, ""
        if which.startswith(BEARING):
            return {"Authorization": f"Bearer {which.removeprefix(BEARING)}"}, ""
        if auth in ("client_credentials", "client_secret_basic", "client_secret_jwt"):
            known = {OWN: 0, SECOND: 1}
            token = self.target.token(self.id, which=known[which]) if which in known else "0" * 43
            return {"Authorization": f"Bearer {token}"}, ""
        client = self.target.auth.client(which == SECOND)
        secret = _garbled(client.secret) if which == GARBLED else client.secret
        if auth == "bearer_static":
            return {"Authorization": f"Bearer {secret}"}, ""
        if auth == "basic":
            pair = base64.b64encode(f"{client.id}:{secret}".encode()).decode()
            self.target.tools.learn("basic", pair)
            return {"Authorization": f"Basic {pair}"}, ""
        name = self.access.api_key_name
        if auth == "api_key_query":
            return {}, urllib.parse.urlencode({name: secret})
        return ({"Cookie": f"{name}={secret}"} if auth == "api_key_cookie" else {name: secret}), ""


def named_by(item: Mapping[str, Any], label: str) -> str | None:
    """The value of a thing that stands for that parameter of its path, "" for one that cannot, None when it has none."""
    names = (label, "id", re.sub(r"(?i)[_-]?(id|code|no|number|key)$", "", label), "uuid", "code", "number")
    for wanted in names:
        for key, value in item.items():
            if wanted and key.lower().replace("_", "") == wanted.lower().replace("_", ""):
                return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return None


class Flood:
    """The generated requests of one operation with their answers, sent once for each target.

    A test's first look at a request is the answer that all tests share; every further look sends it again.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        scratch = endpoint.target.scratch
        self.shared: dict[str, Exchange] = scratch.setdefault(f"flood {endpoint.id}", {})
        self.seen: set[str] = set()

    def __call__(self, sent: Sent) -> Exchange:
        identity = json.dumps(sent, sort_keys=True)
        if identity in self.seen or identity not in self.shared:
            answer = self.endpoint.send(sent)
            size = len(answer.response.body) if answer.response else 0
            held = self.endpoint.target.scratch
            if size > MAX_SHARED or held.get("flood bytes", 0) + size > MAX_KEPT:
                self.seen.add(identity)
                return answer
            held["flood bytes"] = held.get("flood bytes", 0) + size
            self.shared[identity] = answer
        else:
            self.endpoint.target.record(self.shared[identity])
        self.seen.add(identity)
        return self.shared[identity]


def simpler(sent: Sent) -> Iterator[Sent]:
    """The request with one query parameter less, or one member of its JSON body less."""
    path, mark, query = sent["path"].partition("?")
    pairs = query.split("&") if mark else []
    for index in range(len(pairs)):
        rest = pairs[:index] + pairs[index + 1 :]
        yield sent | {"path": path + ("?" + "&".join(rest) if rest else "")}
    try:
        body = json.loads(sent.get("text") or "null")
    except ValueError:
        return
    if isinstance(body, dict):
        for name in body:
            less = {key: value for key, value in body.items() if key != name}
            yield sent | {"text": json.dumps(less, ensure_ascii=False)}


def request_words(sent: Sent) -> Phrase:
    """The request in a few words for a finding."""
    if sent["breaks"]:
        return phrase("broken-at", what=broken_words(sent["breaks"]))
    return phrase(LABELS[sent["label"]])


def broken_words(breaks: str) -> Phrase:
    """What a request breaks, as a judge of whole requests names it."""
    place, _, rest = breaks.partition(" ")
    if place == "missing":
        part, _, name = rest.partition(" ")
        return phrase("missing-part", part=phrase(PARTS[part], name=name)) if part in PARTS else phrase("missing-body")
    if breaks == "body is not JSON":
        return at(BODY, phrase("not-json"))
    if place in ("body", "form"):
        pointer, _, keyword = rest.rpartition(" ")
        return at(BODY if place == "body" else phrase("at-form"), pointer, phrase("unlike-keyword", keyword=keyword))
    return phrase(PARTS[place], name=rest) if place in PARTS else at(breaks)


def sent_of(one: GeneratedRequest) -> Sent:
    """A generated request as JSON values."""
    sent: Sent = {
        "method": one.method,
        "path": one.path,
        "headers": [list(pair) for pair in one.headers],
        "label": one.label,
        "breaks": one.breaks,
    }
    try:
        return sent | {"text": one.body.decode("utf-8")}
    except UnicodeDecodeError:
        return sent | {"base64": base64.b64encode(one.body).decode()}


def _first_item(body: Any) -> Mapping[str, Any]:
    """The object that a body is about: itself, or the first one of its list."""
    if isinstance(body, list):
        first = body[0] if body else {}
        # A row with values of its own is meant itself, whatever lists it holds.
        return first if isinstance(first, Mapping) and _has_values(first) else _first_item(first)
    if not isinstance(body, Mapping):
        return {}
    lists = [value for value in body.values() if isinstance(value, list) and value and isinstance(value[0], Mapping)]
    inner = [value for value in body.values() if isinstance(value, Mapping)]
    if len(lists) == 1 and "id" not in body:
        return _first_item(lists[0])
    return _first_item(inner[0]) if len(inner) == 1 and not _has_values(body) else body


def _has_values(body: Mapping[str, Any]) -> bool:
    return any(not isinstance(value, Mapping | list) for value in body.values())


def _garbled(secret: str) -> str:
    """A secret of the same length that nobody was given."""
    return "".join("0" if char != "0" else "1" for char in secret)
