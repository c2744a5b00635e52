"""Boundary systems: one interface table each, and the table that says which flow uses which of their operations."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renkei.errors import ContractError
from renkei.tables.reader import Row, read_rows

FOLDER = "boundary/"
TABLE = "interface.toml"
OPERATIONS = f"{FOLDER}operations.csv"
COLUMNS = ("system", "operation", "method", "path", "flow", "linkage", "source")
VERBS = {"list": ("get", "Read"), "create": ("post", "Create"), "read": ("get", "Read"), "update": ("put", "Update")}
PRESENCES = ("◎", "", "応", "応任")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a record. ``presence`` is ◎ (必須), "" (任意), 応 (応答だけにあり必須) or 応任 (応答だけ、任意)."""

    romaji: str
    name: str
    type: str
    presence: str
    sample: str
    description: str

    @property
    def asked(self) -> bool:
        """Whether it may stand in a request."""
        return not self.presence.startswith("応")

    @property
    def always(self) -> bool:
        """Whether it is always there."""
        return self.presence in ("◎", "応")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Things of one kind: their items, the item that names one, and what can be done with them by verb."""

    name: str
    title: str
    key: str
    entries: tuple[Entry, ...]
    changes: tuple[Entry, ...]
    filters: tuple[str, ...]
    once: bool
    verbs: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """The table of one boundary system."""

    folder: str
    head: Mapping[str, Any]
    codes: Mapping[str, Mapping[str, str]]
    parts: Mapping[str, tuple[Entry, ...]]
    collections: tuple[Collection, ...]
    requirements: tuple[Mapping[str, Any], ...]
    coverage: Mapping[str, Row]

    @property
    def name(self) -> str:
        """The romaji of the system."""
        return self.folder.rpartition("/")[2]

    @property
    def path(self) -> str:
        """The file of the table."""
        return f"{self.folder}/{TABLE}"


def read_interfaces(files: Mapping[str, bytes]) -> tuple[Interface, ...]:
    """Every boundary system of a contracts folder, each operation with its row of the table of operations."""
    paths = sorted(path for path in files if path.startswith(FOLDER) and path.endswith(f"/{TABLE}"))
    if not paths:
        return ()
    if OPERATIONS not in files:
        raise ContractError("contract-file-missing", file=OPERATIONS)
    rows = tuple(read_rows(files[OPERATIONS].decode("utf-8"), OPERATIONS, COLUMNS))
    made = tuple(_interface(path, files[path], rows) for path in paths)
    told = {name for one in made for name in one.coverage}
    for row in rows:
        if row["operation"] not in told:
            raise unknown(OPERATIONS, row["system"], "operation", row["operation"])
    return made


def _interface(path: str, data: bytes, rows: Sequence[Row]) -> Interface:
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError("contract-toml", file=path, reason=str(error)) from error
    folder = path.rpartition("/")[0]
    own = {row["operation"]: row for row in rows if row["system"] == folder.rpartition("/")[2]}
    made = Interface(
        folder=folder,
        head={key: table[key] for key in ("name_ja", "name_en", "prefix", "clause", "about_ja")},
        codes=table.get("code", {}),
        parts={name: _entries(path, part) for name, part in table.get("part", {}).items()},
        collections=tuple(_collection(path, name, part) for name, part in table["collection"].items()),
        requirements=tuple(table.get("requirement", ())),
        coverage=own,
    )
    operations = {id_of: (method, where) for id_of, method, where in operations_of(made)}
    for name, (method, where) in operations.items():
        if name not in own:
            raise unknown(path, name, "operations.csv", name)
        if (own[name]["method"], own[name]["path"]) != (method.upper(), where):
            raise unknown(OPERATIONS, name, "method / path", f"{method.upper()} {where}")
    for name in set(own) - set(operations):
        raise unknown(OPERATIONS, made.name, "operation", name)
    for one in made.requirements:
        for step in ({"call": one["operation"]}, *one["step"]):
            if step["call"] not in operations:
                raise unknown(path, one["id"], "call", step["call"])
    return made


def _collection(path: str, name: str, part: Mapping[str, Any]) -> Collection:
    entries = _entries(path, part["items"])
    filters = tuple(part.get("filters", ()))
    for wanted in (part["key"], *filters):
        if wanted not in {one.romaji for one in entries}:
            raise unknown(path, name, "item", wanted)
    return Collection(
        name=name,
        title=part["title"],
        key=part["key"],
        entries=entries,
        changes=_entries(path, part.get("changes", ())),
        filters=filters,
        once=part.get("once", False),
        verbs={verb: part[verb] for verb in VERBS if verb in part},
    )


def _entries(path: str, rows: Sequence[Sequence[str]]) -> tuple[Entry, ...]:
    made = []
    for row in rows:
        if len(row) != 6 or row[3] not in PRESENCES:
            raise ContractError("contract-value", file=path, row=0, column="items", value=str(row)[:80], expected="6")
        made.append(Entry(**dict(zip(Entry.__slots__, row, strict=True))))
    return tuple(made)


def unknown(file: str, where: str, kind: str, value: str) -> ContractError:
    """The diagnosis of a name that the tables do not have."""
    return ContractError("contract-unknown-name", file=file, where=where, kind=kind, value=value)


def operations_of(made: Interface) -> Iterator[tuple[str, str, str]]:
    """(operationId, method, path) of every operation."""
    for one in made.collections:
        for verb, about in one.verbs.items():
            yield about["id"], VERBS[verb][0], path_of(made, one, verb)


def path_of(made: Interface, one: Collection, verb: str) -> str:
    """The path of an operation: of the collection, or of one thing in it."""
    base = f"{made.head['prefix']}/{one.name}"
    return base if verb in ("list", "create") else f"{base}/{{{one.key}}}"
