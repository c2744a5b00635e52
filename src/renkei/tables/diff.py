"""What changed between two editions, whom it obliges, and whether an exchange that worked may break."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from renkei.flow.contract import Bundle, Item, Linkage
from renkei.flow.requirement import Requirement
from renkei.tables.source import REQUEST

_Named = TypeVar("_Named")


class Effect(enum.StrEnum):
    """Who has to change something so that the exchange goes on: nobody, one side, or both."""

    NONE = "none"
    PROVIDER = "provider"
    CONSUMER = "consumer"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: a message code, the place, the old and new value, who must act, and whether it breaks."""

    code: str
    where: str
    before: str
    after: str
    effect: Effect
    breaking: bool

    def to_json(self) -> dict[str, Any]:
        """The change as JSON data."""
        return {
            "code": self.code,
            "where": self.where,
            "before": self.before,
            "after": self.after,
            "effect": str(self.effect),
            "breaking": self.breaking,
        }


def compare(old: Bundle, new: Bundle) -> tuple[Change, ...]:
    """Every difference between two editions, in a stable order: linkages, items, code lists, requirements."""
    return (
        *_linkages(old, new),
        *_items(old, new),
        *_codes(old, new),
        *_file_profile(old, new),
        *_requirements(old, new),
    )


def _pairs(old: Mapping[str, _Named], new: Mapping[str, _Named]) -> Iterator[tuple[str, _Named | None, _Named | None]]:
    for name in dict.fromkeys([*old, *new]):
        yield name, old.get(name), new.get(name)


def _change(code: str, where: str, before: object, after: object, effect: Effect, *, breaking: bool) -> Change:
    return Change(code=code, where=where, before=_shown(before), after=_shown(after), effect=effect, breaking=breaking)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "○" if value else "–"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value) or "–"


def _linkages(old: Bundle, new: Bundle) -> Iterator[Change]:
    def table(bundle: Bundle) -> dict[str, Linkage]:
        return {linkage.id: linkage for system in bundle.systems for linkage in system.linkages}

    for name, before, after in _pairs(table(old), table(new)):
        if before is None or after is None:
            code = "linkage-added" if before is None else "linkage-removed"
            effect = Effect.PROVIDER if before is None else Effect.CONSUMER
            yield _change(code, name, _name(before), _name(after), effect, breaking=after is None)
            continue
        for attribute in ("transport", "path", "scope", "kinds"):
            was, now = getattr(before, attribute), getattr(after, attribute)
            if was != now:
                yield _change(f"linkage-{attribute}", name, was, now, Effect.BOTH, breaking=True)


def _name(linkage: Linkage | None) -> str:
    return linkage.name_ja if linkage else ""


def _items(old: Bundle, new: Bundle) -> Iterator[Change]:
    def table(bundle: Bundle) -> dict[str, Item]:
        return {f"{i.system} {i.group} {i.romaji}": i for system in bundle.systems for i in system.items}

    before_all, after_all = table(old), table(new)
    renamed = _renamed(before_all, after_all)
    for place, before, after in _pairs(before_all, after_all):
        if before is None and after is not None:
            if place not in renamed.values():
                yield _added(place, after)
        elif before is not None and after is None:
            if place in renamed:
                now = after_all[renamed[place]].romaji
                yield _change("item-renamed", place, before.romaji, now, Effect.BOTH, breaking=True)
            else:
                yield _change("item-removed", place, before.name, "", Effect.BOTH, breaking=True)
        elif before is not None and after is not None:
            yield from _altered(place, before, after)
    yield from _order(old, new)


def _renamed(old: Mapping[str, Item], new: Mapping[str, Item]) -> dict[str, str]:
    fresh = {(i.system, i.group, i.name): place for place, i in new.items() if place not in old}
    gone = {place: i for place, i in old.items() if place not in new}
    names = {place: fresh.get((i.system, i.group, i.name)) for place, i in gone.items()}
    return {place: name for place, name in names.items() if name is not None}


def _added(place: str, item: Item) -> Change:
    request, required = item.group.endswith(REQUEST), item.output == "必須"
    file = "/" not in item.group
    effect = Effect.BOTH if file or (request and required) else Effect.PROVIDER
    return _change("item-added", place, "", f"{item.name} {item.type}{item.length}", effect, breaking=file or required)


def _altered(place: str, before: Item, after: Item) -> Iterator[Change]:
    request = after.group.endswith(REQUEST)
    sender, receiver = (Effect.CONSUMER, Effect.PROVIDER) if request else (Effect.PROVIDER, Effect.CONSUMER)
    if (before.type, before.code, before.key) != (after.type, after.code, after.key):
        for attribute in ("type", "code", "key"):
            was, now = getattr(before, attribute), getattr(after, attribute)
            if was != now:
                yield _change(f"item-{attribute}", place, was, now, Effect.BOTH, breaking=True)
    if before.length != after.length or before.fixed != after.fixed:
        shorter = _size(after) < _size(before) or (after.fixed and not before.fixed)
        was, now = _width(before), _width(after)
        yield _change("item-length", place, was, now, sender if shorter else receiver, breaking=True)
    if before.output != after.output:
        stricter = after.output == "必須"
        yield _change(
            "item-output", place, before.output, after.output, sender if stricter else receiver, breaking=True
        )
    if before.nullable != after.nullable:
        effect = receiver if after.nullable else sender
        yield _change("item-nullable", place, before.nullable, after.nullable, effect, breaking=True)
    if (before.condition, before.when) != (after.condition, after.when):
        yield _change(
            "item-condition",
            place,
            before.condition or before.when,
            after.condition or after.when,
            sender,
            breaking=before.when != after.when,
        )


def _size(item: Item) -> int:
    return sum(int(part) for part in item.length.split(",") if part)


def _width(item: Item) -> str:
    return f"{item.length}{'（固定）' if item.fixed else ''}"


def _order(old: Bundle, new: Bundle) -> Iterator[Change]:
    def columns(bundle: Bundle) -> dict[str, tuple[str, ...]]:
        return {
            linkage.id: tuple(item.romaji for item in system.group(linkage.group))
            for system in bundle.systems
            for linkage in system.linkages
            if linkage.kinds
        }

    for name, before, after in _pairs(columns(old), columns(new)):
        if before and after and before != after:
            kept_before = tuple(column for column in before if column in after)
            kept_after = tuple(column for column in after if column in before)
            if kept_before != kept_after:
                moved = tuple(a for a, b in zip(kept_after, kept_before, strict=True) if a != b)
                yield _change("column-order", name, "", moved[:5], Effect.BOTH, breaking=True)


def _codes(old: Bundle, new: Bundle) -> Iterator[Change]:
    for name, before, after in _pairs(old.codes, new.codes):
        for value, was, now in _pairs(before or {}, after or {}):
            if was is None and now is not None:
                yield _change("code-added", f"{name} {value}", "", now, Effect.CONSUMER, breaking=True)
            elif was is not None and now is None:
                yield _change("code-removed", f"{name} {value}", was, "", Effect.PROVIDER, breaking=True)
            elif was != now:
                yield _change("code-meaning", f"{name} {value}", was, now, Effect.BOTH, breaking=True)


def _file_profile(old: Bundle, new: Bundle) -> Iterator[Change]:
    for name, before, after in _pairs(_flat(old.file_profile), _flat(new.file_profile)):
        if before != after and name not in ("basis", "clause"):
            yield _change("file-profile", name, before or "", after or "", Effect.BOTH, breaking=True)


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    rows: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            rows.update(_flat(value, f"{prefix}{key}."))
        else:
            rows[prefix + key] = _shown(tuple(value) if isinstance(value, list) else value)
    return rows


def _requirements(old: Bundle, new: Bundle) -> Iterator[Change]:
    def table(bundle: Bundle) -> dict[str, Requirement]:
        return {item.id: item for item in bundle.requirements}

    def title(item: Requirement | None) -> str:
        return item.title_ja if item else ""

    for name, before, after in _pairs(table(old), table(new)):
        if before is None or after is None:
            code = "requirement-added" if before is None else "requirement-removed"
            counts = after is not None and after.level.required
            effect = Effect.PROVIDER if counts else Effect.NONE
            yield _change(code, name, title(before), title(after), effect, breaking=counts)
        elif (before.level, before.basis) != (after.level, after.basis):
            was, now = f"{before.level} {before.basis}", f"{after.level} {after.basis}"
            stricter = after.level.required and not before.level.required
            effect = Effect.PROVIDER if stricter else Effect.NONE
            yield _change("requirement-level", name, was, now, effect, breaking=stricter)
        elif before.text_ja != after.text_ja:
            yield _change("requirement-text", name, before.text_ja, after.text_ja, Effect.PROVIDER, breaking=False)
