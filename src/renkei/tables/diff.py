"""What changed between two editions, whom it obliges, and whether an exchange that worked may break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from renkei.flow.contract import Bundle, Linkage, RowRule
from renkei.flow.requirement import Ambiguity, Requirement, Role, Transport
from renkei.tables.change import Change, Effect, change, flat, pairs
from renkei.tables.itemdiff import item_changes
from renkei.tables.source import REQUEST

__all__ = ["Change", "Effect", "compare"]

# What a body or document says of itself and not of the exchange.
ASIDE = ("x-renkei", "title", "description", "info.", "summary")


def compare(old: Bundle, new: Bundle) -> tuple[Change, ...]:
    """Every difference between two editions, in a stable order: linkages, items, code lists, rules, requirements."""
    return (
        *_systems(old, new),
        *_linkages(old, new),
        *item_changes(old, new),
        *_answers(old, new),
        *_codes(old, new),
        *_rules(old, new),
        *_documents("file-profile", old.file_profile, new.file_profile),
        *_documents("auth", old.auth_document, new.auth_document),
        *_requirements(old, new),
        *_ambiguities(old, new),
    )


def _systems(old: Bundle, new: Bundle) -> Iterator[Change]:
    before_all = {system.id: system.name_ja for system in old.systems}
    for name, before, after in pairs(before_all, {system.id: system.name_ja for system in new.systems}):
        if before is None:
            yield change("system-added", name, "", after, Effect.NONE, breaking=False)
        elif after is None:
            yield change("system-removed", name, before, "", Effect.BOTH, breaking=True)


def _linkages(old: Bundle, new: Bundle) -> Iterator[Change]:
    def table(bundle: Bundle) -> dict[str, Linkage]:
        return {linkage.id: linkage for system in bundle.systems for linkage in system.linkages}

    for name, before, after in pairs(table(old), table(new)):
        if before is None and after is not None:
            found = [change("linkage-added", name, "", after.consumers, Effect.PROVIDER, breaking=False)]
        elif after is None and before is not None:
            found = [change("linkage-removed", name, before.consumers, "", Effect.CONSUMER, breaking=True)]
        elif before is not None and after is not None:
            found = [*_linkage(name, before, after)]
        title = after or before
        for one in found:
            yield replace(one, name=title.name_ja if title else "", linkages=(name,))


def _linkage(name: str, before: Linkage, after: Linkage) -> Iterator[Change]:
    for attribute in ("transport", "path", "scope", "group", "kinds", "method"):
        was, now = getattr(before, attribute), getattr(after, attribute)
        if was != now:
            yield change(f"linkage-{attribute}", name, was, now, Effect.BOTH, breaking=True)
    more = tuple(one for one in after.consumers if one not in before.consumers)
    less = tuple(one for one in before.consumers if one not in after.consumers)
    if more:
        yield change("linkage-consumer-added", name, "", more, Effect.BOTH, breaking=False)
    if less:
        yield change("linkage-consumer-removed", name, less, "", Effect.CONSUMER, breaking=True)
    if before.timing != after.timing:
        lost = set(before.timing) - set(after.timing)
        effect = Effect.BOTH if lost else Effect.PROVIDER
        yield change("linkage-timing", name, before.timing, after.timing, effect, breaking=bool(lost))
    if before.option != after.option:
        stricter = bool(before.option and not after.option)
        effect = Effect.PROVIDER if stricter else Effect.NONE
        yield change("linkage-option", name, before.option, after.option, effect, breaking=stricter)
    for attribute in ("name_ja", "purpose", "basis"):
        was, now = getattr(before, attribute), getattr(after, attribute)
        if was != now:
            code = f"linkage-{attribute.removesuffix('_ja')}"
            yield change(code, name, was, now, Effect.NONE, breaking=False)


def _answers(old: Bundle, new: Bundle) -> Iterator[Change]:
    """Bodies of answers: what the item tables do not hold (fixed texts, error codes, the shape around the result)."""
    before_all, after_all = _bodies(old), _bodies(new)
    for place, before, after in pairs(before_all, after_all):
        linkage = place.partition(" ")[0]
        if before != after and before is not None and after is not None:
            for path, was, now in pairs(before, after):
                if was != now and not any(part.startswith(ASIDE) for part in path.split(".")):
                    found = change("answer", f"{place} {path}", was or "", now or "", Effect.BOTH, breaking=True)
                    yield replace(found, linkages=(linkage,))


def _bodies(bundle: Bundle) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for system in bundle.systems:
        schemas: Mapping[str, Any] = system.document["components"]["schemas"]
        for linkage in system.linkages:
            for status in ("S01", "E400", "E401", "E503"):
                name = f"{linkage.id}_{status}"
                if linkage.transport is Transport.REST and name in schemas:
                    found[f"{linkage.id} {'200' if status == 'S01' else status[1:]}"] = flat(schemas[name])
    return found


def _codes(old: Bundle, new: Bundle) -> Iterator[Change]:
    for name, before, after in pairs(old.codes, new.codes):
        receiver, sender, linkages = _users(name, new if name in new.codes else old)
        found = [*_code_values(name, before or {}, after or {}, receiver, sender)]
        if before is None or after is None:
            code, effect = ("code-list-added", Effect.NONE) if before is None else ("code-list-removed", Effect.BOTH)
            found = [change(code, name, "", "", effect, breaking=after is None)]
        elif (name in old.closed_codes) is not (name in new.closed_codes):
            closed = name in new.closed_codes
            effect = sender if closed else receiver
            found.append(change("code-closed", name, not closed, closed, effect, breaking=closed))
        yield from (replace(one, linkages=linkages) for one in found)


def _code_values(
    name: str, before: Mapping[str, str], after: Mapping[str, str], receiver: Effect, sender: Effect
) -> Iterator[Change]:
    for value, was, now in pairs(before, after):
        if was is None and now is not None:
            yield change("code-added", f"{name} {value}", "", now, receiver, breaking=True)
        elif was is not None and now is None:
            yield change("code-removed", f"{name} {value}", was, "", sender, breaking=True)
        elif was != now:
            yield change("code-meaning", f"{name} {value}", was, now, Effect.BOTH, breaking=True)


def _users(name: str, bundle: Bundle) -> tuple[Effect, Effect, tuple[str, ...]]:
    """Who receives the values of a code list and who sends them, and the linkages that carry them."""
    groups = [(item.system, item.group) for system in bundle.systems for item in system.items if item.code == name]
    requests = {group.endswith(REQUEST) for _, group in groups}
    linkages = tuple(
        linkage.id
        for system in bundle.systems
        for linkage in system.linkages
        if any(one == system.id and group.partition("/")[0] == linkage.group for one, group in groups)
    )
    if not requests:
        return Effect.NONE, Effect.NONE, ()
    if len(requests) > 1:
        return Effect.BOTH, Effect.BOTH, linkages
    sides = (Effect.PROVIDER, Effect.CONSUMER) if True in requests else (Effect.CONSUMER, Effect.PROVIDER)
    return (*sides, linkages)


def _rules(old: Bundle, new: Bundle) -> Iterator[Change]:
    def table(bundle: Bundle) -> dict[str, RowRule]:
        return {
            f"{rule.requirement} {rule.linkage} {rule.kind} {';'.join(rule.columns)} {'|'.join(rule.others)}": rule
            for system in bundle.systems
            for rule in system.rules
        }

    for name, before, after in pairs(table(old), table(new)):
        rule = after or before
        if before is None and after is not None:
            found = change("rule-added", name, "", after.text, Effect.PROVIDER, breaking=True)
        elif after is None and before is not None:
            found = change("rule-removed", name, before.text, "", Effect.NONE, breaking=False)
        elif before is not None and after is not None and before != after:
            same = replace(before, text=after.text) == after
            effect = Effect.NONE if same else Effect.PROVIDER
            found = change("rule-changed", name, _rule(before), _rule(after), effect, breaking=not same)
        else:
            continue
        yield replace(found, linkages=(rule.linkage,) if rule else ())


def _rule(rule: RowRule) -> str:
    values = " ".join(filter(None, ("|".join(rule.values), "|".join(rule.then), rule.when, rule.listed)))
    return f"{rule.text}（{values}）" if values else rule.text


def _documents(code: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, before, after in pairs(flat(old), flat(new)):
        if before != after and name not in ("basis", "clause") and not name.startswith(ASIDE):
            yield change(code, name, before or "", after or "", Effect.BOTH, breaking=True)


def _requirements(old: Bundle, new: Bundle) -> Iterator[Change]:
    def table(bundle: Bundle) -> dict[str, Requirement]:
        return {item.id: item for item in bundle.requirements}

    for name, before, after in pairs(table(old), table(new)):
        found: list[Change] = []
        if before is None and after is not None:
            counts = after.level.required
            effect = _side(after) if counts else Effect.NONE
            found = [change("requirement-added", name, "", after.title_ja, effect, breaking=counts)]
        elif after is None and before is not None:
            found = [change("requirement-removed", name, before.title_ja, "", Effect.NONE, breaking=False)]
        elif before is not None and after is not None:
            found = [*_requirement(name, before, after)]
        title = after or before
        for one in found:
            yield replace(one, name=title.title_ja if title else "", linkages=title.linkages if title else ())


def _side(item: Requirement) -> Effect:
    return Effect.CONSUMER if item.role is Role.CONSUMER else Effect.PROVIDER


def _requirement(name: str, before: Requirement, after: Requirement) -> Iterator[Change]:
    if before.level != after.level:
        stricter = after.level.required and not before.level.required
        effect = _side(after) if stricter else Effect.NONE
        yield change("requirement-level", name, before.level, after.level, effect, breaking=stricter)
    for attribute in ("role", "applies", "linkages", "option"):
        was, now = getattr(before, attribute), getattr(after, attribute)
        if was != now:
            yield change(f"requirement-{attribute}", name, was, now, _side(after), breaking=after.level.required)
    if before.text_ja != after.text_ja:
        yield change("requirement-text", name, before.text_ja, after.text_ja, _side(after), breaking=False)
    for attribute in ("title_ja", "basis", "clause", "impact", "ambiguities"):
        was, now = getattr(before, attribute), getattr(after, attribute)
        if was != now:
            code = f"requirement-{attribute.removesuffix('_ja')}"
            yield change(code, name, was, now, Effect.NONE, breaking=False)


def _ambiguities(old: Bundle, new: Bundle) -> Iterator[Change]:
    def table(bundle: Bundle) -> dict[str, Ambiguity]:
        return {item.id: item for item in bundle.ambiguities}

    for name, before, after in pairs(table(old), table(new)):
        was, now = before.text_ja if before else "", after.text_ja if after else ""
        if was != now:
            code = "ambiguity-added" if not was else "ambiguity-removed" if not now else "ambiguity-text"
            yield change(code, name, was, now, Effect.NONE, breaking=False)
