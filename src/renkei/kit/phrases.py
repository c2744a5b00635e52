"""What a suite says in words: phrases by code, which every report puts into its own language."""

from __future__ import annotations

import re

from renkei.flow.exchange import Exchange
from renkei.flow.phrase import Phrase, joined, phrase, raw
from renkei.ports import SchemaFault

__all__ = [
    "BODY",
    "STATUS",
    "Phrase",
    "answered",
    "asked_by",
    "at",
    "at_pointer",
    "case_words",
    "joined",
    "json_kind",
    "phrase",
    "raw",
    "unreadable",
]

STATUS, BODY = phrase("at-status"), phrase("at-body")
# Keywords of JSON Schema that have words of their own; the rest are shown as they are.
KEYWORDS = {
    "additionalProperties": "schema-no-more-members",
    "const": "schema-const",
    "encoding": "schema-encoding",
    "enum": "schema-enum",
    "format": "schema-format",
    "maxItems": "schema-max-items",
    "maxLength": "schema-max-length",
    "maximum": "schema-maximum",
    "media-type": "schema-media-type",
    "minItems": "schema-min-items",
    "minLength": "schema-min-length",
    "minimum": "schema-minimum",
    "pattern": "schema-pattern",
    "required": "schema-required",
    "type": "schema-type",
}
_NAMED = re.compile(r"(?P<code>[a-z]+(?:-[a-z]+)*)(?:-(?P<value>[0-9][0-9-]*))?")


def at(*parts: object) -> Phrase:
    """A place of several parts: a JSON pointer or a name, and phrases."""
    return joined(parts)


def answered(exchange: Exchange) -> Phrase:
    """The status of an answer, or why there is none."""
    if exchange.response is None:
        return phrase("no-answer", why=case_words(exchange.error))
    return raw(exchange.status)


def case_words(name: str) -> Phrase:
    """The phrase of a case by its name; what is no such name stays raw.

    A number at its end is a value: ``outside-calendar-2023-02-29`` is the phrase ``outside-calendar`` of that day.
    """
    found = _NAMED.fullmatch(name.replace(" ", "-"))
    if found is None:
        return raw(name)
    return phrase(found["code"], **({"value": found["value"]} if found["value"] else {}))


def unreadable(error: ValueError) -> Phrase:
    """Why bytes are no JSON text, as far as words are worth it."""
    return phrase("not-utf8" if isinstance(error, UnicodeDecodeError) else "not-json")


def json_kind(value: object) -> Phrase:
    """What kind of JSON value something is."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return phrase(f"type-{kinds.get(type(value), 'null')}")


def asked_by(fault: SchemaFault) -> Phrase:
    """What a schema asks for where a value does not fit."""
    keyword, _, limit = fault.text.partition(" ")
    if keyword not in KEYWORDS:
        return phrase("schema-other", keyword=fault.text)
    if keyword == "type":
        return phrase(KEYWORDS[keyword], limit=joined((case_words(f"type-{one}") for one in limit.split(" / ")), " / "))
    return phrase(KEYWORDS[keyword], limit=limit)


def at_pointer(fault: SchemaFault) -> Phrase:
    """The place of a fault; the whole body has an empty pointer."""
    return raw(fault.pointer) or BODY
