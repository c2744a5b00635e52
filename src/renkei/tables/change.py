"""One difference between two editions: what it is, whom it obliges, and whether an exchange that worked may break."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

_Named = TypeVar("_Named")


class Effect(enum.StrEnum):
    """Who has to change something so that the exchange goes on: nobody, one side, or both."""

    NONE = "none"
    PROVIDER = "provider"
    CONSUMER = "consumer"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: a message code, the place, the old and new value, who must act, and whether it breaks.

    ``name`` is what people call the place ("" when the place says it), ``linkages`` those that it is about.
    """

    code: str
    where: str
    before: str
    after: str
    effect: Effect
    breaking: bool
    name: str = ""
    linkages: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The change as JSON data."""
        return {
            "code": self.code,
            "where": self.where,
            "name": self.name,
            "linkages": list(self.linkages),
            "before": self.before,
            "after": self.after,
            "effect": str(self.effect),
            "breaking": self.breaking,
        }


def change(code: str, where: str, before: object, after: object, effect: Effect, *, breaking: bool) -> Change:
    """A change whose values are shown as people read them."""
    return Change(code=code, where=where, before=shown(before), after=shown(after), effect=effect, breaking=breaking)


def pairs(old: Mapping[str, _Named], new: Mapping[str, _Named]) -> Iterator[tuple[str, _Named | None, _Named | None]]:
    """Every name of either side with what it stands for on both."""
    for name in dict.fromkeys([*old, *new]):
        yield name, old.get(name), new.get(name)


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The leaves of nested tables by their dotted path."""
    rows: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            rows.update(flat(value, f"{prefix}{key}."))
        elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
            rows.update(flat({str(number): part for number, part in enumerate(value)}, f"{prefix}{key}."))
        else:
            rows[prefix + key] = shown(tuple(value) if isinstance(value, list) else value)
    return rows


def shown(value: object) -> str:
    """A value in a sentence: a circle for true, a dash for nothing."""
    if isinstance(value, bool):
        return "○" if value else "–"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value) or "–"
    return str(value) or "–"
