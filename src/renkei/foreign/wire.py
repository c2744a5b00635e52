"""Requests and headers as they travel: whether a parameter's text, however it is read, fits what the document says."""

from __future__ import annotations

import copy
import functools
import json
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from renkei.flow.document import METHODS, MediaType, resolved
from renkei.flow.exchange import strict_json
from renkei.ports import GeneratedRequest, Validator

# Formats that both validators know and judge alike; of any other one nobody is blamed.
FORMATS = frozenset({"date", "date-time", "ipv4", "ipv6", "uuid"})
SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
FORM = "application/x-www-form-urlencoded"
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
UNDECIDED = "undecided"
LITERALS = ("const", "enum", "default")
# Characters that are refused honestly: control characters, private use, and what no standard has assigned.
ODD = frozenset({"Cc", "Cn", "Co", "Cs"})
# Beyond it numbers do not travel unchanged (RFC 8259 §6).
LARGEST = 2**53 - 1


def part_id(operation: str, location: str, name: str) -> str:
    """The operationId under which a judged document holds the schema of a parameter, header or form."""
    return f"{operation}:{location}:{name}"


@functools.cache
def _judged(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    parts = {
        f"/x-renkei/{number}": {"post": {"operationId": name, **_asked(schema)}}
        for number, (name, schema) in enumerate(_parts(document))
    }
    document["paths"] |= parts
    _without_hints(document)
    return document


def judged(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document for validators: parameters, headers and forms as bodies of operations of their own, no open formats."""
    return _judged(json.dumps(document))


def _asked(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for operation in _operations(document):
        name = operation["operationId"]
        for parameter in operation["parameters"]:
            if "schema" in parameter:
                yield part_id(name, parameter["in"], parameter["name"]), copy.deepcopy(parameter["schema"])
        form = operation.get("requestBody", {}).get("content", {}).get(FORM, {})
        if "schema" in form:
            yield part_id(name, "form", ""), copy.deepcopy(form["schema"])
        for status, response in operation["responses"].items():
            for header, part in response.get("headers", {}).items():
                yield part_id(name, f"header {status}", header), copy.deepcopy(part["schema"])


def _operations(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in document["paths"].values():
        yield from (item[method] for method in METHODS if method in item)


def _without_hints(document: dict[str, Any]) -> None:
    """Take out formats that validators disagree about, and examples; names of members are no keywords."""
    stack: list[tuple[Any, bool]] = [(document, False)]
    while stack:
        node, named = stack.pop()
        if isinstance(node, dict):
            if not named:
                if isinstance(node.get("format"), str) and node["format"] not in FORMATS:
                    del node["format"]
                node.pop("examples", None)
            stack.extend(
                (value, not named and key in ("properties", "patternProperties", "schemas", "headers", "paths"))
                for key, value in node.items()
                if named or key not in LITERALS
            )
        elif isinstance(node, list):
            stack.extend((value, False) for value in node)


class Wire:
    """Judges whole requests of one document by one validator of its judged form; ``key`` holds an API key, not data."""

    def __init__(self, document: Mapping[str, Any], validator: Validator, key: str = "") -> None:
        self._key = key.lower()
        self._document = document
        self._validator = validator
        self._operations = {
            operation["operationId"]: (path, operation)
            for path, item in document["paths"].items()
            for operation in (item[method] for method in METHODS if method in item)
        }

    def fault(self, sent: GeneratedRequest) -> str:
        """Where the request breaks the document ("" nowhere), or ``undecided`` when it can be read either way."""
        path, operation = self._operations[sent.operation]
        called, _, query = sent.path.partition("?")
        found = re.fullmatch(re.sub(r"\\\{[^{}]*\\\}", "([^/]*)", re.escape(path)), called)
        if not found:
            return UNDECIDED
        values = dict(zip(re.findall(r"\{([^{}]*)\}", path), found.groups(), strict=True))
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        verdicts = [
            self._parameter(operation, part, values, pairs, sent.headers)
            for part in operation["parameters"]
            if part["name"].lower() != self._key
        ]
        verdicts.append(self._body(operation, sent))
        told = [verdict for verdict in verdicts if verdict and verdict != UNDECIDED]
        return told[0] if told else UNDECIDED if UNDECIDED in verdicts else ""

    def header_fault(self, operation: str, status: str, name: str, value: str) -> bool:
        """Whether the value of a documented response header fits in no reading."""
        schema = self._operations[operation][1]["responses"][status]["headers"][name]["schema"]
        return self._text(part_id(operation, f"header {status}", name), {"schema": schema, "in": "header"}, [value])

    def _parameter(
        self,
        operation: Mapping[str, Any],
        part: Mapping[str, Any],
        path: Mapping[str, str],
        query: Sequence[tuple[str, str]],
        headers: Sequence[tuple[str, str]],
    ) -> str:
        name, location = part["name"], part["in"]
        if location == "path":
            texts = [urllib.parse.unquote(path[name])] if name in path else []
        elif location == "query":
            texts = [value for key, value in query if key == name]
            if not texts and any(key.startswith((f"{name}[", f"{name}.")) for key, _ in query):
                return UNDECIDED
        elif location == "header":
            texts = [value.strip() for key, value in headers if key.lower() == name.lower()]
        else:
            return UNDECIDED if part.get("required") or any(key.lower() == "cookie" for key, _ in headers) else ""
        if not texts:
            return f"missing {location} {name}" if part.get("required") and not self._container(part) else ""
        if "schema" not in part or self._kinds(part["schema"]) & {"object"} or part.get("style") in ("matrix", "label"):
            return UNDECIDED
        return (
            f"{location} {name}" if self._text(part_id(operation["operationId"], location, name), part, texts) else ""
        )

    def _container(self, part: Mapping[str, Any]) -> bool:
        return bool(self._kinds(part.get("schema", {})) & {"array", "object"})

    def _kinds(self, schema: Any) -> set[str]:
        """The types that a schema may mean, through references and alternatives."""
        found: set[str] = set()
        stack, seen = [schema], set()
        while stack:
            node = stack.pop()
            if not isinstance(node, Mapping):
                continue
            if "$ref" in node and node["$ref"] not in seen:
                seen.add(node["$ref"])
                stack.append(resolved(self._document, node["$ref"].removeprefix("#"))[1])
            kinds = node.get("type", [])
            found |= {kinds} if isinstance(kinds, str) else set(kinds)
            for key in ("allOf", "anyOf", "oneOf"):
                stack.extend(node.get(key, ()))
        return found

    def _text(self, part: str, about: Mapping[str, Any], texts: list[str]) -> bool:
        """Whether no reading of the texts fits."""
        readings: list[Any] = [] if len(texts) > 1 else list(_readings(texts[0]))
        if "array" in self._kinds(about["schema"]):
            separator = SEPARATORS.get(about.get("style", ""), ",")
            for parts in (texts, [piece for text in texts for piece in text.split(separator)]):
                readings.append(parts)
                readings.append([list(_readings(piece))[-1] for piece in parts])
        elif len(texts) > 1:
            readings = [reading for text in texts for reading in _readings(text)]
        return all(self._validator.request_faults(part, reading) for reading in readings)

    def _body(self, operation: Mapping[str, Any], sent: GeneratedRequest) -> str:
        about = operation.get("requestBody")
        kind = next((value for key, value in sent.headers if key.lower() == "content-type"), "")
        if about is None:
            return ""
        if not sent.body and not kind:
            return "missing body" if about["required"] else ""
        actual = MediaType.parse(kind)
        forms = {MediaType.parse(key): form for key, form in about["content"].items()}
        form = next((form for known, form in forms.items() if known.covers(actual)), None)
        if form is None or "schema" not in form:
            return UNDECIDED
        if actual.json and next(known for known in forms if known.covers(actual)) == self._first_json(forms):
            try:
                body = strict_json(sent.body)
            except ValueError:
                return "body is not JSON"
            faults = self._validator.request_faults(operation["operationId"], body)
            return f"body {faults[0].pointer} {faults[0].keyword}" if faults else ""
        if actual.name == FORM:
            return self._form(operation["operationId"], sent.body)
        return UNDECIDED

    @staticmethod
    def _first_json(forms: Mapping[MediaType, Any]) -> MediaType | None:
        return next((known for known in forms if known.json), None)

    def _form(self, operation: str, data: bytes) -> str:
        pairs = urllib.parse.parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True)
        if len({name for name, _ in pairs}) != len(pairs):
            return UNDECIDED
        readings: list[dict[str, Any]] = [dict(pairs), {name: list(_readings(text))[-1] for name, text in pairs}]
        faults = [self._validator.request_faults(part_id(operation, "form", ""), reading) for reading in readings]
        if not all(faults):
            return ""
        same = {(fault.pointer, fault.keyword) for fault in faults[0]} & {(f.pointer, f.keyword) for f in faults[1]}
        return f"form {' '.join(min(same))}" if same else UNDECIDED


def ordinary(sent: GeneratedRequest) -> bool:
    """Whether it has only characters that people write and numbers that every system holds: others are refused honestly."""
    path, _, query = sent.path.partition("?")
    texts = [urllib.parse.unquote(part) for part in path.split("/")]
    texts += [value for _, value in urllib.parse.parse_qsl(query, keep_blank_values=True)]
    if any(re.fullmatch("-?[0-9]{16,}", text) and abs(int(text[:40])) > LARGEST for text in texts):
        return False
    body = sent.body.decode("utf-8", "replace")
    try:
        values = list(_scalars(json.loads(body))) if body[:1] in ("{", "[", '"') else []
    except ValueError:
        values = []
    if any(isinstance(value, int | float) and abs(value) > LARGEST for value in values):
        return False
    texts += [body, *(value for value in values if isinstance(value, str))]
    return not any(unicodedata.category(char) in ODD and char not in "\r\n\t" for text in texts for char in text)


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if not isinstance(value, list):
        yield value
        return
    for inner in value:
        yield from _scalars(inner)


def _readings(text: str) -> Iterator[Any]:
    """The values that a server may take a text for, the text itself first."""
    yield text
    if text in ("true", "false"):
        yield text == "true"
    elif text in ("null", ""):
        yield None
    elif NUMBER.fullmatch(text) and len(text) < 300:
        number = float(text)
        yield int(text) if re.fullmatch("-?[0-9]+", text) else int(number) if number.is_integer() else number
