"""The published interface tables of the boundary systems, read as data."""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "contracts" / "boundary"
_LIST = re.compile(r"L(\d+):(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One member of a record: its type as the table writes it, whether requests have it, whether it must be there."""

    romaji: str
    label: str
    kind: str
    asked: bool
    required: bool
    codes: tuple[str, ...] = ()
    part: "tuple[Item, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Things of one kind; ``verbs`` are those of list, create, read and update that it has."""

    name: str
    path: str
    key: str
    items: tuple[Item, ...]
    changes: tuple[Item, ...]
    filters: tuple[str, ...]
    once: bool
    verbs: Mapping[str, str]

    def item(self, romaji: str) -> Item:
        """The member of that name."""
        return next(one for one in self.items if one.romaji == romaji)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One boundary system."""

    name: str
    title: str
    prefix: str
    collections: tuple[Collection, ...]


@functools.cache
def names() -> tuple[str, ...]:
    """Every boundary system, in the order of the alphabet; none where there are no tables."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/interface.toml")))


@functools.cache
def load(name: str) -> Interface:
    """The interface of that system."""
    table = tomllib.loads((FOLDER / name / "interface.toml").read_text(encoding="utf-8"))
    parts: dict[str, tuple[Item, ...]] = {}
    codes = {code: tuple(values) for code, values in table.get("code", {}).items()}
    for part, rows in table.get("part", {}).items():
        parts[part] = _items(rows, codes, {})
    return Interface(
        name=name,
        title=table["name_ja"],
        prefix=table["prefix"],
        collections=tuple(
            Collection(
                name=collection,
                path=f"{table['prefix']}/{collection}",
                key=about["key"],
                items=_items(about["items"], codes, parts),
                changes=_items(about.get("changes", ()), codes, parts),
                filters=tuple(about.get("filters", ())),
                once=about.get("once", False),
                verbs={verb: about[verb]["id"] for verb in ("list", "create", "read", "update") if verb in about},
            )
            for collection, about in table["collection"].items()
        ),
    )


def _items(
    rows: Sequence[Sequence[str]], codes: Mapping[str, tuple[str, ...]], parts: Mapping[str, tuple[Item, ...]]
) -> tuple[Item, ...]:
    return tuple(_item(row, codes, parts) for row in rows)


def _item(row: Sequence[Any], codes: Mapping[str, tuple[str, ...]], parts: Mapping[str, tuple[Item, ...]]) -> Item:
    romaji, label, kind, presence = row[:4]
    listed = _LIST.fullmatch(kind)
    return Item(
        romaji=romaji,
        label=label,
        kind=kind,
        asked=not presence.startswith("応"),
        required=presence in ("◎", "応"),
        codes=codes[kind[2:]] if kind.startswith("C:") else ("0", "1") if kind == "F" else (),
        part=parts[listed[2]] if listed else (),
    )
