"""Bodies judged by jsonschema-rs: one compiled validator per request, per status and per media type."""

from __future__ import annotations

import contextlib
import json
import math
import urllib.parse
from collections.abc import Mapping
from typing import Any, NoReturn

import jsonschema_rs

from renkei.errors import ContractError
from renkei.flow.document import Content, Operation, operations
from renkei.ports import SchemaFault

BASE = "urn:renkei:contract"
MAX_FAULTS = 50
MAX_POINTER = 200
# What a fault may say beside its keyword: these come from the contract. Everything else could hold vendor data.
SPOKEN = {
    "maxLength": "limit",
    "minLength": "limit",
    "maximum": "limit",
    "minimum": "limit",
    "exclusiveMaximum": "limit",
    "exclusiveMinimum": "limit",
    "maxItems": "limit",
    "minItems": "limit",
    "maxProperties": "limit",
    "minProperties": "limit",
    "multipleOf": "multiple_of",
    "pattern": "pattern",
    "format": "format",
    "required": "property",
    "type": "types",
    "enum": "options",
    "const": "expected_value",
}


class SchemaValidator:
    """Judges the bodies of one OpenAPI 3.1 document; fulfils ``renkei.ports.Validator``.

    Raises ``ContractError`` when the document refers out of itself, has a broken schema, or is asked about an
    operation that it does not describe. Texts of faults hold keywords and limits of the contract, never a value.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._operations = operations(document)
        self._registry = jsonschema_rs.Registry(
            [(BASE, dict(document))], draft=jsonschema_rs.Draft202012, retriever=_refuse
        )
        self._compiled: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._quick: dict[tuple[str, int, str], jsonschema_rs.Draft202012Validator | None] = {}
        for operation in self._operations.values():
            for content in _contents(operation):
                if content.schema and content.schema not in self._compiled:
                    self._compiled[content.schema] = self._compile(content.schema)

    def request_faults(self, operation: str, body: Any) -> tuple[SchemaFault, ...]:
        """What is wrong with a JSON request body of that operationId (empty: it conforms)."""
        pointer = self._operation(operation).json_request
        if not pointer:
            raise ContractError("no-json-request", operation=operation)
        return self._faults(pointer, body)

    def response_faults(self, operation: str, status: int, media_type: str, body: Any) -> tuple[SchemaFault, ...]:
        """What is wrong with a JSON response; an undocumented status or media type is a fault of its own."""
        answer = self._operation(operation).answer(status)
        if answer is None:
            return (SchemaFault(pointer="", keyword="status", text=f"status {status} is not documented"),)
        if not answer.contents:
            return ()
        content = answer.content(media_type)
        if content is None:
            expected = " or ".join(str(form.media_type) for form in answer.contents)
            return (SchemaFault(pointer="", keyword="media-type", text=f"media-type {expected}"),)
        return self._faults(content.schema, body) if content.schema else ()

    def conforms(self, operation: str, status: int, media_type: str, body: Any) -> bool:
        """Whether a response conforms, without particulars and at the speed of the library.

        For bodies that were read from strict JSON text; one that holds what no text can is left to the slower way.
        """
        key = (operation, status, media_type)
        if key not in self._quick:
            answer = self._operation(operation).answer(status)
            content = answer.content(media_type) if answer else None
            self._quick[key] = self._compiled[content.schema] if content and content.schema else None
        validator = self._quick[key]
        return validator is not None and validator.is_valid(body)

    def accepts(self, operation: str, body: Any) -> bool:
        """Whether a request body conforms, without particulars; for bodies like those of :meth:`conforms`."""
        pointer = self._operation(operation).json_request
        return bool(pointer) and self._compiled[pointer].is_valid(body)

    def _operation(self, operation_id: str) -> Operation:
        try:
            return self._operations[operation_id]
        except KeyError:
            raise ContractError("no-such-operation", operation=operation_id) from None

    def _compile(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        reference = BASE + "#" + urllib.parse.quote(pointer, safe="/~:;=+,!$&'()*@-._")
        try:
            return jsonschema_rs.Draft202012Validator(
                {"$ref": reference}, registry=self._registry, validate_formats=True, retriever=_refuse
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            raise ContractError("schema-not-usable", pointer=pointer, reason=str(error).split("\n", 1)[0]) from error

    def _faults(self, pointer: str, body: Any) -> tuple[SchemaFault, ...]:
        unsound = unsound_value(body)
        if unsound:
            return (unsound,)
        validator = self._compiled[pointer]
        if validator.is_valid(body):
            return ()
        faults = []
        for error in validator.iter_errors(body):
            faults.append(_fault(error))
            if len(faults) == MAX_FAULTS:
                break
        return tuple(sorted(faults, key=lambda fault: (fault.pointer, fault.keyword, fault.text)))


def unsound_value(body: Any) -> SchemaFault | None:
    """A fault when the value cannot be JSON text in UTF-8: a lone surrogate, NaN or an infinity."""
    # Nearly every value can: writing it takes a tenth of the time of looking at each of its parts for the one that cannot.
    with contextlib.suppress(TypeError, ValueError, RecursionError):
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        return None
    stack: list[tuple[str, Any]] = [("", body)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, str):
            if not _encodable(value):
                return SchemaFault(pointer=pointer[:MAX_POINTER], keyword="encoding", text="encoding UTF-8")
        elif isinstance(value, float):
            if not math.isfinite(value):
                return SchemaFault(pointer=pointer[:MAX_POINTER], keyword="type", text="type number")
        elif isinstance(value, Mapping):
            if not all(map(_encodable, value)):
                return SchemaFault(pointer=pointer[:MAX_POINTER], keyword="encoding", text="encoding UTF-8")
            stack.extend((f"{pointer}/{key}", member) for key, member in value.items())
        elif isinstance(value, list):
            stack.extend((f"{pointer}/{index}", member) for index, member in enumerate(value))
    return None


def _encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _refuse(uri: str) -> NoReturn:
    raise ContractError("reference-outside-document", reference=uri)


def _contents(operation: Operation) -> list[Content]:
    forms = [content for content in operation.request if content.media_type.json]
    return forms + [content for answer in operation.answers for content in answer.contents]


def _fault(error: jsonschema_rs.ValidationError) -> SchemaFault:
    keyword = error.kind.name
    pointer = "".join(f"/{part}" for part in error.instance_path)[:MAX_POINTER]
    spoken = SPOKEN.get(keyword)
    text = keyword
    if spoken:
        limit = getattr(error.kind, spoken)
        text = f"{keyword} {' / '.join(map(str, limit)) if isinstance(limit, list) else limit}"
    return SchemaFault(pointer=pointer, keyword=keyword, text=text)
