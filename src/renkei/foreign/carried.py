"""Requirements that a document brings with it: what its office's law asks, as steps of calls that a suite can judge."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from renkei.errors import ContractError
from renkei.flow.requirement import CARRIED_PREFIX, Basis, Impact, Level, Requirement, Role, Transport
from renkei.foreign.place import Place, named, shown

KEY = "x-renkei-requirements"
MOST, STEPS, MEMBERS, LONGEST = 100, 20, 50, 500
ID = re.compile(re.escape(CARRIED_PREFIX) + r"[0-9]{2,3}")
NAME = re.compile(r"[a-z][a-z0-9]{0,30}")
TEXTS = ("title_ja", "title_en", "text_ja", "text_en", "plain_ja", "plain_en", "clause")
# What a step may say: the call and what it is about, then what is kept or asked of the answer.
STEP = {
    "call": str,
    "about": str,
    "query": Mapping,
    "body": Mapping,
    "once": str,
    "judge": bool,
    "status": list,
    "keep": Mapping,
    "equal": Mapping,
    "absent": list,
    "has": Mapping,
    "lacks": Mapping,
    "ascending": str,
}
_Closed = TypeVar("_Closed", bound=StrEnum)


def carried(root: Mapping[str, Any], operations: frozenset[str], file: str) -> list[dict[str, Any]]:
    """The requirements as the document has them, checked; raises ContractError for what no suite could judge."""
    place = Place(file=file) / KEY
    rows = root.get(KEY, [])
    if not isinstance(rows, list) or len(rows) > MOST:
        raise _wrong(place, f"a list of at most {MOST}")
    made = [_read(row, operations, place / index) for index, row in enumerate(rows)]
    ids = [row["id"] for row in made]
    if len(set(ids)) < len(ids):
        raise _wrong(place, "each id once")
    return made


def requirements(document: Mapping[str, Any]) -> tuple[Requirement, ...]:
    """The requirements that a read document carries, each of one operation."""
    return tuple(_requirement(row) for row in document.get(KEY, ()))


def _requirement(row: Mapping[str, Any]) -> Requirement:
    return Requirement(
        id=row["id"],
        **{name: row[name] for name in TEXTS},
        level=Level(row["level"]),
        impact=Impact(row["impact"]),
        role=Role.PROVIDER,
        applies=Transport.REST,
        linkages=(row["operation"],),
        option="",
        basis=Basis(row["basis"]),
        ambiguities=(),
        rules=(),
    )


def _wrong(place: Place, reason: str) -> ContractError:
    return ContractError("document-wrong", place=str(place), reason=reason)


def _read(row: Any, operations: frozenset[str], place: Place) -> dict[str, Any]:
    keys = {"id", "operation", "level", "impact", "basis", "step", *TEXTS}
    if not isinstance(row, Mapping) or set(row) != keys:
        raise _wrong(place, f"an object with {', '.join(sorted(keys))}")
    if not isinstance(row["id"], str) or not ID.fullmatch(row["id"]):
        raise _wrong(place / "id", f"{CARRIED_PREFIX}01")
    if row["operation"] not in operations:
        raise _wrong(place / "operation", f"no such operation: {shown(str(row['operation']))}")
    steps = row["step"]
    if not isinstance(steps, list) or not 0 < len(steps) <= STEPS:
        raise _wrong(place / "step", f"1 … {STEPS} steps")
    read = [_step(step, operations, place / "step" / index) for index, step in enumerate(steps)]
    if not any(step.get("judge") for step in read):
        raise _wrong(place / "step", "at least one step with judge = true")
    return {
        "id": row["id"],
        "operation": row["operation"],
        **{name: _text(row[name], place / name) for name in TEXTS},
        "level": _member(row["level"], Level, place / "level"),
        "impact": _member(row["impact"], Impact, place / "impact"),
        "basis": _member(row["basis"], Basis, place / "basis"),
        "step": read,
    }


def _text(value: Any, place: Place) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(place, "a text")
    return named(value, LONGEST)


def _member(value: Any, kind: type[_Closed], place: Place) -> str:
    if value not in tuple(kind):
        raise _wrong(place, " / ".join(kind))
    return str(value)


def _step(step: Any, operations: frozenset[str], place: Place) -> dict[str, Any]:
    if not isinstance(step, Mapping) or step.get("call") not in operations:
        raise _wrong(place, "call names an operation of this document")
    for key, value in step.items():
        if key not in STEP or not isinstance(value, STEP[key]):
            raise _wrong(place / key, ", ".join(STEP))
        if isinstance(value, Mapping | list) and len(value) > MEMBERS:
            raise _wrong(place / key, f"at most {MEMBERS}")
    if not all(isinstance(code, int) and 100 <= code <= 599 for code in step.get("status", ())):
        raise _wrong(place / "status", "status codes")
    for key in ("keep", "equal"):
        pointers = step.get(key, {}).values() if key == "keep" else step.get(key, {})
        if not all(isinstance(pointer, str) and pointer.startswith("/") for pointer in pointers):
            raise _wrong(place / key, "JSON pointers")
    if not all(NAME.fullmatch(name) for name in (*step.get("keep", {}), *filter(None, [step.get("once")]))):
        raise _wrong(place, "names of small letters and digits")
    return _plain(step, place)


def _plain(step: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The step with texts only where texts are compared or sent in a query."""
    for key in ("query", "has", "lacks"):
        if not all(isinstance(value, str) for value in step.get(key, {}).values()):
            raise _wrong(place / key, "texts")
    if not all(isinstance(pointer, str) and pointer.startswith("/") for pointer in step.get("absent", ())):
        raise _wrong(place / "absent", "JSON pointers")
    return {
        key: list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        for key, value in step.items()
    }


__all__: Sequence[str] = ("KEY", "carried", "requirements")
