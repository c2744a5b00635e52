"""OpenAPI documents as plain data: their operations, and references that stay inside the document."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.errors import ContractError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
REFERENCES = ("$ref", "$dynamicRef", "operationRef", "$id")
MAX_CHAIN = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaType:
    """A media type with its parameters, compared without regard to case, spaces, quotes and order."""

    name: str
    parameters: frozenset[tuple[str, str]]

    @classmethod
    def parse(cls, text: str) -> MediaType:
        """The media type of a Content-Type value or of a ``content`` key; never raises."""
        name, *rest = text.split(";")
        pairs = (part.partition("=") for part in rest if part.strip())
        return cls(
            name=name.strip().lower(),
            parameters=frozenset((key.strip().lower(), value.strip().strip('"').lower()) for key, _, value in pairs),
        )

    def __str__(self) -> str:
        return ";".join((self.name, *(f"{key}={value}" for key, value in sorted(self.parameters))))

    def covers(self, other: MediaType) -> bool:
        """Whether a documented media type (perhaps a range such as ``application/*``) admits an actual one.

        Parameters that are documented must be there, and no others; where none are documented any may come.
        """
        kind, _, subtype = self.name.partition("/")
        named = self.name == other.name or (subtype == "*" and kind in ("*", other.name.partition("/")[0]))
        return named and self.parameters in (frozenset(), other.parameters)

    @property
    def looseness(self) -> tuple[int, int]:
        """The order of preference among documented media types that admit an actual one: exact ones first."""
        return self.name.count("*"), -len(self.parameters)

    @property
    def json(self) -> bool:
        """Whether bodies of this type are JSON."""
        return self.name == "application/json" or self.name.endswith("+json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One body form: its media type and the JSON pointer of its schema ("" when it has none)."""

    media_type: MediaType
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One documented response: the status key ("200", "5XX", "default") and its body forms (none: any body)."""

    status: str
    contents: tuple[Content, ...]

    def content(self, media_type: str) -> Content | None:
        """The body form of an actual Content-Type, the most exactly matching one first."""
        actual = MediaType.parse(media_type)
        fitting = [content for content in self.contents if content.media_type.covers(actual)]
        return min(fitting, key=lambda content: content.media_type.looseness, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: operationId, method, path template, its request forms and documented responses."""

    id: str
    method: str
    path: str
    pointer: str
    request: tuple[Content, ...]
    answers: tuple[Answer, ...]

    def answer(self, status: int) -> Answer | None:
        """The documented response of a status: the exact code, else its range, else the default."""
        documented = {answer.status.upper(): answer for answer in self.answers}
        keys = (str(status), f"{status // 100}XX", "DEFAULT")
        return next((documented[key] for key in keys if key in documented), None)

    @property
    def json_request(self) -> str:
        """The pointer of the schema of the JSON request body ("" when there is none)."""
        return next((content.schema for content in self.request if content.media_type.json), "")


def operations(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Every operation that has an operationId, in document order.

    Raises ``ContractError`` for a reference that leads out of the document (it would be fetched) or to nowhere.
    """
    for reference in sorted(set(references(document))):
        if not reference.startswith("#"):
            raise ContractError("reference-outside-document", reference=reference)
        at(document, _pointer(reference))
    return {operation.id: operation for operation in _operations(document)}


def references(node: Any) -> Iterator[str]:
    """Every reference of a document: ``$ref`` and the like, and ``$id``, which would give references another base."""
    stack = [node]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            yield from (value[key] for key in REFERENCES if isinstance(value.get(key), str))
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)


def at(document: Mapping[str, Any], pointer: str) -> Any:
    """The node at a JSON pointer ("" is the document itself); raises ``ContractError`` when there is none."""
    node: Any = document
    if pointer and not pointer.startswith("/"):
        raise ContractError("no-such-pointer", pointer=pointer)
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(key)] if isinstance(node, list) else node[key]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise ContractError("no-such-pointer", pointer=pointer) from error
    return node


def resolved(document: Mapping[str, Any], pointer: str) -> tuple[str, Any]:
    """The pointer and node that are meant once chains of local ``$ref`` are followed."""
    for _ in range(MAX_CHAIN):
        node = at(document, pointer)
        if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
            return pointer, node
        pointer = _pointer(node["$ref"])
    raise ContractError("reference-without-end", pointer=pointer)


def escaped(key: str) -> str:
    """A member name as one part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _pointer(reference: str) -> str:
    return urllib.parse.unquote(reference.removeprefix("#"))


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path in document.get("paths", {}):
        pointer, item = resolved(document, f"/paths/{escaped(path)}")
        for method in METHODS:
            if isinstance(item.get(method), Mapping) and "operationId" in item[method]:
                yield _operation(document, f"{pointer}/{method}", method, path)


def _operation(document: Mapping[str, Any], pointer: str, method: str, path: str) -> Operation:
    node = at(document, pointer)
    return Operation(
        id=node["operationId"],
        method=method,
        path=path,
        pointer=pointer,
        request=_contents(document, f"{pointer}/requestBody") if "requestBody" in node else (),
        answers=tuple(
            Answer(status=str(status), contents=_contents(document, f"{pointer}/responses/{status}"))
            for status in node.get("responses", {})
        ),
    )


def _contents(document: Mapping[str, Any], pointer: str) -> tuple[Content, ...]:
    pointer, node = resolved(document, pointer)
    return tuple(
        Content(
            media_type=MediaType.parse(key),
            schema=f"{pointer}/content/{escaped(key)}/schema" if "schema" in form else "",
        )
        for key, form in node.get("content", {}).items()
    )
