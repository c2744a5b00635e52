"""What changed in the items between two editions: the sender has to follow what is stricter, the receiver what is wider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from renkei.flow.contract import Bundle, Item
from renkei.tables.change import Change, Effect, change, pairs
from renkei.tables.source import REQUEST, RESULT


def item_changes(old: Bundle, new: Bundle) -> Iterator[Change]:
    """Every difference of an item, with its name and the linkages that carry it."""
    carried = _carried(old) | _carried(new)
    for place, item, found in _items(old, new):
        yield replace(found, name=item.name, linkages=carried.get((item.system, item.group), ()), where=place)
    yield from _order(old, new)


def _carried(bundle: Bundle) -> dict[tuple[str, str], tuple[str, ...]]:
    """The linkages by the group of items that they carry."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for system in bundle.systems:
        for linkage in system.linkages:
            for group in (linkage.group, linkage.group + REQUEST, linkage.group + RESULT):
                found[(system.id, group)] = (*found.get((system.id, group), ()), linkage.id)
    return found


def _table(bundle: Bundle) -> dict[str, Item]:
    return {f"{i.system} {i.group} {i.romaji}": i for system in bundle.systems for i in system.items}


def _items(old: Bundle, new: Bundle) -> Iterator[tuple[str, Item, Change]]:
    before_all, after_all = _table(old), _table(new)
    renamed = _renamed(before_all, after_all)
    for place, before, after in pairs(before_all, after_all):
        if before is None and after is not None:
            if place not in renamed.values():
                yield place, after, _added(place, after)
        elif before is not None and after is None:
            if place in renamed:
                later = after_all[renamed[place]]
                yield place, before, _changed("renamed", before.romaji, later.romaji, Effect.BOTH)
                yield from ((place, later, found) for found in _altered(before, later))
            else:
                yield place, before, _changed("removed", before.name, "", Effect.BOTH)
        elif before is not None and after is not None:
            yield from ((place, after, found) for found in _altered(before, after))


def _changed(code: str, before: object, after: object, effect: Effect, *, breaking: bool = True) -> Change:
    return change(f"item-{code}", "", before, after, effect, breaking=breaking)


def _renamed(old: Mapping[str, Item], new: Mapping[str, Item]) -> dict[str, str]:
    fresh = {(i.system, i.group, i.name): place for place, i in new.items() if place not in old}
    gone = {place: i for place, i in old.items() if place not in new}
    names = {place: fresh.get((i.system, i.group, i.name)) for place, i in gone.items()}
    return {place: name for place, name in names.items() if name is not None}


def _added(place: str, item: Item) -> Change:
    request, required = item.group.endswith(REQUEST), item.output == "必須"
    file = "/" not in item.group
    effect = Effect.BOTH if file or (request and required) else Effect.PROVIDER
    what = f"{item.type}{item.length} {item.output}"
    return change("item-added", place, "", what, effect, breaking=file or required)


def _altered(before: Item, after: Item) -> Iterator[Change]:
    request = after.group.endswith(REQUEST)
    sender, receiver = (Effect.CONSUMER, Effect.PROVIDER) if request else (Effect.PROVIDER, Effect.CONSUMER)
    for attribute in ("type", "code", "key", "repeat"):
        was, now = getattr(before, attribute), getattr(after, attribute)
        if was != now:
            yield _changed(attribute, was, now, Effect.BOTH)
    yield from _size_changes(before, after, sender, receiver)
    if before.output != after.output:
        stricter = _strictness(after) > _strictness(before)
        yield _changed("output", before.output, after.output, sender if stricter else receiver)
    if before.nullable != after.nullable:
        yield _changed("nullable", before.nullable, after.nullable, receiver if after.nullable else sender)
    if (before.condition, before.when) != (after.condition, after.when):
        yield _changed("condition", _condition(before), _condition(after), sender, breaking=before.when != after.when)
    if before.implementation != after.implementation:
        stricter = bool(after.implementation)
        effect = Effect.PROVIDER if stricter else Effect.NONE
        yield _changed("implementation", before.implementation, after.implementation, effect, breaking=stricter)
    for attribute in ("name", "description", "basis"):
        was, now = getattr(before, attribute), getattr(after, attribute)
        if was != now:
            yield _changed(attribute, was, now, Effect.NONE, breaking=False)


def _size_changes(before: Item, after: Item, sender: Effect, receiver: Effect) -> Iterator[Change]:
    if before.length != after.length:
        shorter = _size(after) < _size(before)
        code = "shorter" if shorter else "longer"
        yield _changed(code, _width(before), _width(after), sender if shorter or after.fixed else receiver)
    elif before.fixed != after.fixed:
        yield _changed("fixed", _width(before), _width(after), sender if after.fixed else receiver)


def _strictness(item: Item) -> int:
    return ("任意", "条件付き必須", "必須").index(item.output)


def _condition(item: Item) -> str:
    text = item.condition.removeprefix("※※")
    return f"{text}（{item.when}）" if text and item.when else text or item.when


def _size(item: Item) -> tuple[int, ...]:
    return tuple(int(part) for part in item.length.split(",") if part)


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

    for name, before, after in pairs(columns(old), columns(new)):
        if before and after and before != after:
            kept_before = tuple(column for column in before if column in after)
            kept_after = tuple(column for column in after if column in before)
            if kept_before != kept_after:
                moved = tuple(a for a, b in zip(kept_after, kept_before, strict=True) if a != b)
                found = change("column-order", name, "", moved[:5], Effect.BOTH, breaking=True)
                yield replace(found, linkages=(name,))
