"""What the paths of a contract say of one kind of thing: who writes, lists and reads it, and how a list is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow.document import Operation, resolved

LIMITS = frozenset(["limit", "count", "size", "pagesize", "perpage", "maxresults", "rows", "take", "top"])
OFFSETS = frozenset(["offset", "start", "skip", "startindex"])
PAGES = frozenset(["page", "pageno", "pagenumber", "pagenum"])
CURSORS = frozenset(["cursor", "after", "pagetoken", "nexttoken", "continuation"])
SORTS = frozenset(["sort", "sortby", "orderby", "sortkey"])
ORDERS = frozenset(["order", "direction", "sortorder", "sortdirection", "dir"])
TOTALS = frozenset(["total", "totalcount", "totalitems", "totalresults", "resultcount", "xtotalcount"])
# A flag of a thing whose name says that it is not for everybody.
PROTECTION = re.compile(r"(?i)protect|confidential|restrict|secret|private|shien|hitoku|支援措置|秘匿|保護|非公開")
# Members of members that are looked at.
DEPTH = 3
BOUNDS = {"from": "from", "since": "from", "min": "from", "to": "to", "until": "to", "max": "to"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One member of a JSON body that is no object: the names that lead to it, and its schema."""

    path: tuple[str, ...]
    schema: Mapping[str, Any]

    @property
    def kinds(self) -> frozenset[str]:
        """Its JSON types."""
        kinds = self.schema.get("type", ())
        return frozenset((kinds,) if isinstance(kinds, str) else kinds)

    @property
    def free(self) -> bool:
        """Whether any text may stand in it, its length apart."""
        return "string" in self.kinds and not {"enum", "const", "pattern", "format"} & set(self.schema)

    @property
    def instant(self) -> bool:
        """Whether it holds a point in time."""
        return "string" in self.kinds and self.schema.get("format") == "date-time"

    @property
    def numeric(self) -> bool:
        """Whether it holds a number that nothing but bounds limits."""
        return bool(self.kinds & {"number", "integer"}) and not {"enum", "const"} & set(self.schema)

    @property
    def digits(self) -> bool:
        """Whether a pattern makes it a text of digits, perhaps among other signs."""
        pattern = str(self.schema.get("pattern", ""))
        return "string" in self.kinds and ("0-9" in pattern or "\\d" in pattern)

    @property
    def protects(self) -> bool:
        """Whether it is a flag that keeps a thing from others."""
        return "boolean" in self.kinds and PROTECTION.search(self.path[-1]) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The operations on one kind of thing ("" where there is none): those of a collection, and of one thing in it."""

    collection: str
    item: str
    label: str
    create: str = ""
    list: str = ""
    read: str = ""
    replace: str = ""
    amend: str = ""
    remove: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The query parameters by which a list is asked for, each by what it does ("" where there is none).

    ``bounds`` are (parameter, member, ``from`` or ``to``).
    """

    limit: str = ""
    offset: str = ""
    page: str = ""
    cursor: str = ""
    sort: str = ""
    order: str = ""
    filters: tuple[str, ...] = ()
    bounds: tuple[tuple[str, str, str], ...] = ()

    @property
    def pages(self) -> bool:
        """Whether one can walk from page to page."""
        return bool(self.limit and (self.offset or self.page or self.cursor))


def plain(name: str) -> str:
    """A name without regard to case and to how its words are joined."""
    return re.sub(r"[-_.\s]", "", name).lower()


def followed(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    """The object that is meant once references are followed; an empty one when there is none."""
    while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
        _, node = resolved(document, node["$ref"].removeprefix("#"))
    return node if isinstance(node, Mapping) else {}


def resource_of(known: Mapping[str, Operation], operation: Operation) -> Resource | None:
    """The kind of thing that an operation is about; None when its paths tell of none."""
    base, _, last = operation.path.rstrip("/").rpartition("/")
    collection = base if re.fullmatch(r"\{[^{}]+\}", last) else operation.path.rstrip("/")
    if "{" in collection or not collection:
        return None
    by_path: dict[str, dict[str, str]] = {}
    for one in known.values():
        by_path.setdefault(one.path.rstrip("/"), {})[one.method] = one.id
    items = [path for path in by_path if re.fullmatch(re.escape(collection) + r"/\{[^{}/]+\}", path)]
    if len(items) != 1:
        return None
    whole, one_thing = by_path.get(collection, {}), by_path[items[0]]
    return Resource(
        collection=collection,
        item=items[0],
        label=items[0].rpartition("{")[2].rstrip("}"),
        create=whole.get("post", ""),
        list=whole.get("get", ""),
        read=one_thing.get("get", ""),
        replace=one_thing.get("put", ""),
        amend=one_thing.get("patch", ""),
        remove=one_thing.get("delete", ""),
    )


def parameters(document: Mapping[str, Any], operation: Operation) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The parameters of an operation by (location, name)."""
    node = resolved(document, operation.pointer)[1]
    parts = [followed(document, one) for one in node.get("parameters", ())]
    return {(str(part.get("in", "")), str(part.get("name", ""))): part for part in parts}


def fields(document: Mapping[str, Any], pointer: str) -> tuple[Field, ...]:
    """The members of the JSON value of that schema, those of its objects included; none for an empty pointer."""
    return tuple(_fields(document, resolved(document, pointer)[1], ())) if pointer else ()


def _fields(document: Mapping[str, Any], schema: Any, path: tuple[str, ...]) -> Iterator[Field]:
    found = followed(document, schema)
    if path and "properties" not in found:
        yield Field(path=path, schema=found)
    if len(path) < DEPTH:
        for part in found.get("allOf", ()):
            yield from _fields(document, part, path) if "properties" in followed(document, part) else ()
        for name, part in found.get("properties", {}).items():
            yield from _fields(document, part, (*path, name))


def rows(document: Mapping[str, Any], operation: Operation) -> frozenset[str]:
    """The members of the rows that a 200 answer lists."""
    answer = operation.answer(200)
    schema = next((content.schema for content in answer.contents if content.schema), "") if answer else ""
    if not schema:
        return frozenset()
    whole = followed(document, resolved(document, schema)[1])
    lists = [whole, *(followed(document, part) for part in whole.get("properties", {}).values())]
    items = (followed(document, one.get("items", {})) for one in lists if "items" in one)
    return frozenset(name for item in items for name in item.get("properties", {}))


def total_told(document: Mapping[str, Any], operation: Operation) -> bool:
    """Whether the list tells how many things there are, in a member or a header."""
    answer = operation.answer(200)
    if answer is None:
        return False
    schema = next((content.schema for content in answer.contents if content.schema), "")
    members = followed(document, resolved(document, schema)[1]).get("properties", {}) if schema else {}
    return any(plain(name) in TOTALS for name in (*members, *headers(document, operation, answer.status)))


def headers(document: Mapping[str, Any], operation: Operation, status: str) -> frozenset[str]:
    """The headers that are described for an answer of that status key."""
    node = resolved(document, operation.pointer)[1]
    return frozenset(followed(document, node.get("responses", {}).get(status, {})).get("headers", {}))


def asking(document: Mapping[str, Any], operation: Operation) -> Asking:
    """How the list of an operation is asked for."""
    queries = [name for location, name in parameters(document, operation) if location == "query"]
    shown = rows(document, operation)

    def first(known: frozenset[str]) -> str:
        return next((name for name in queries if plain(name) in known and name not in shown), "")

    return Asking(
        limit=first(LIMITS),
        offset=first(OFFSETS),
        page=first(PAGES),
        cursor=first(CURSORS),
        sort=first(SORTS),
        order=first(ORDERS),
        filters=tuple(name for name in queries if name in shown),
        bounds=tuple(found for name in queries if (found := _bound(name, shown))),
    )


def _bound(name: str, shown: frozenset[str]) -> tuple[str, str, str] | None:
    for separator in ("_", "-", "."):
        member, _, end = name.rpartition(separator)
        if member in shown and end.lower() in BOUNDS:
            return name, member, BOUNDS[end.lower()]
    return None
