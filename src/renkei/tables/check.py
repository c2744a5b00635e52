"""Consistency of an edition: everything that is named exists, and nothing is said twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from renkei.errors import ContractError
from renkei.flow.contract import Bundle, Item, Linkage, RowRule, RuleKind, System
from renkei.flow.requirement import Transport
from renkei.tables.conditions import open_conditions
from renkei.tables.document import MEANINGS
from renkei.tables.edition import EDITION, Sources, compile_documents, digests
from renkei.tables.fields import violations
from renkei.tables.places import Places
from renkei.tables.rings import rings
from renkei.tables.source import REQUEST, RESULT, SystemTables

SCOPE = re.compile(r"[0-9]{3}:[^: /][^: ]*:[A-Z][A-Za-z]*")
AUTH = "oauth"
AMBIGUITIES = "common/ambiguities.csv"


def faults(sources: Sources, bundle: Bundle, files: Mapping[str, bytes]) -> tuple[ContractError, ...]:
    """Every inconsistency of the tables, in a stable order; ``files`` are the tables, so that each has its row."""
    found: list[ContractError] = []
    places = Places(files)
    for tables in sources.systems:
        found += _items(tables, sources, places)
        found += _linkages(tables, sources, places)
    linkages = [(linkage.id, (linkage.id,)) for system in bundle.systems for linkage in system.linkages]
    found += _once(places, "linkages.csv", "id", linkages)
    found += _rules(bundle, places)
    found += _cycles(bundle, places)
    found += _requirements(bundle, places)
    found += open_conditions(bundle, files, places).faults
    return tuple(found)


def stale(sources: Sources, files: Mapping[str, bytes], write: Callable[[object], bytes]) -> tuple[str, ...]:
    """Paths whose committed content differs from what the tables give, and digests that are out of date."""
    documents = compile_documents(sources)
    old = [path for path, document in documents.items() if files.get(path) != write(document)]
    recorded = sources.head.get("digests", {})
    actual = {path: digest for path, digest in digests(files).items() if path != EDITION}
    return tuple(old) if old else tuple([EDITION] if recorded != actual else [])


def _once(
    places: Places, file: str, kind: str, values: Iterable[tuple[str, tuple[str, ...]]]
) -> Iterator[ContractError]:
    """A diagnosis for each second of values that have to be different; beside each, the cells that name its row."""
    seen: Counter[str] = Counter()
    for value, cells in values:
        seen[value] += 1
        if seen[value] == 2:
            first, second = places.at(file, *cells), places.at(file, *cells, nth=2)
            yield ContractError("contract-duplicate", file=second, kind=kind, value=value, first=first)


def _unknown(at: str, where: str, kind: str, value: str) -> ContractError:
    return ContractError("contract-unknown-name", file=at, where=where, kind=kind, value=value)


def _items(tables: SystemTables, sources: Sources, places: Places) -> Iterator[ContractError]:
    file = f"{tables.folder}/items.csv"
    for name in dict.fromkeys(item.group for item in tables.items):
        group = tables.group(name)
        romaji = {item.romaji for item in group}
        rows = [(item.romaji, (name, item.romaji)) for item in group]
        yield from _once(places, file, f"{name} ローマ字", rows)
        numbers = [(str(item.number), (name, str(item.number))) for item in group if item.number]
        yield from _once(places, file, f"{name} 項番", numbers)
        for item in group:
            at = places.at(file, name, item.romaji)
            if item.code and item.code not in sources.codes.values:
                yield _unknown(at, f"{name} {item.name}", "コード", item.code)
            if item.when and item.when.partition("=")[0].removesuffix("!") not in romaji:
                yield _unknown(at, f"{name} {item.name}", "条件式", item.when)
            if item.system != tables.id:
                yield _unknown(at, f"{name} {item.name}", "業務ID", item.system)
            yield from _sample(at, item, sources)


def _sample(at: str, item: Item, sources: Sources) -> Iterator[ContractError]:
    # Samples of several lines are lists of cases for readers; the published 個人番号 and codes are single values.
    if item.sample and "\n" not in item.sample:
        broken = violations(item, item.sample, codes=sources.codes.closed_list(item), text_only=True)
        if broken:
            where = f"{item.group} {item.name} {item.sample}"
            yield ContractError("contract-sample", file=at, where=where, rules=", ".join(broken))


def _linkages(tables: SystemTables, sources: Sources, places: Places) -> Iterator[ContractError]:
    services = sources.codes.values.get("gyomuid", {})
    for linkage in tables.linkages:
        at = places.at(f"{tables.folder}/linkages.csv", linkage.id)
        for consumer in linkage.consumers:
            if consumer not in services:
                yield _unknown(at, linkage.id, "consumers", consumer)
        yield from _rest(at, linkage, tables) if linkage.transport is Transport.REST else _file(at, linkage, tables)


def _rest(at: str, linkage: Linkage, tables: SystemTables) -> Iterator[ContractError]:
    for suffix in (REQUEST, RESULT):
        if not tables.group(linkage.group + suffix):
            yield _unknown(at, linkage.id, "group", linkage.group + suffix)
    if not linkage.path.startswith("/") or not SCOPE.fullmatch(linkage.scope) or linkage.path[1:] not in linkage.scope:
        yield _unknown(at, linkage.id, "path / scope", f"{linkage.path} {linkage.scope}")
    described = {node.status for node in tables.responses if node.linkage == linkage.id}
    for status in MEANINGS:
        if status not in described:
            yield _unknown(f"{tables.folder}/responses.csv", linkage.id, "状態コード", status)


def _file(at: str, linkage: Linkage, tables: SystemTables) -> Iterator[ContractError]:
    items = tables.group(linkage.group)
    if not items:
        yield _unknown(at, linkage.id, "group", linkage.group)
    elif not any(item.key for item in items):
        yield _unknown(at, linkage.id, "主キー", linkage.group)
    if not linkage.kinds or set(linkage.kinds) - {"zenken", "sabun"}:
        yield _unknown(at, linkage.id, "kinds", ";".join(linkage.kinds))


# How many columns a rule has: at least, and whether more are allowed.
ARITY = {
    RuleKind.ORDER: (2, False),
    RuleKind.PRESENT_WHEN: (2, True),
    RuleKind.ABSENT_WHEN: (2, True),
    RuleKind.EQUALS_WHEN: (2, False),
    RuleKind.SOME_PRESENT: (2, True),
    RuleKind.PATTERN: (1, False),
    RuleKind.SUM: (2, True),
    RuleKind.UNIQUE: (1, True),
    RuleKind.REFERENCE: (1, True),
    RuleKind.BALANCE: (2, True),
    RuleKind.BOTH_OR_NONE: (2, True),
    RuleKind.FLAG_WHEN_LISTED: (2, True),
    RuleKind.ABSENT_FROM: (1, True),
}
# How many more columns of the others a rule has than of its own: a flag stands on one side only; an absence may be for
# the time of a period (date;key… against begin;end;key…).
MORE = {RuleKind.FLAG_WHEN_LISTED: (-1,), RuleKind.ABSENT_FROM: (0, 1)}


def _rules(bundle: Bundle, places: Places) -> Iterator[ContractError]:
    columns = {
        linkage.id: {item.romaji for item in system.group(linkage.group)}
        for system in bundle.systems
        for linkage in system.linkages
    }
    requirements = {item.id: item for item in bundle.requirements}
    for system in bundle.systems:
        file = f"{system.id}_{system.romaji}/rules.csv"
        for rule in system.rules:
            at = places.at(file, *_cells(rule))
            owner = requirements.get(rule.requirement)
            if owner is None or not rule.requirement.startswith(system.id) or rule.linkage not in owner.linkages:
                yield _unknown(at, rule.requirement, "id / linkage", f"{rule.requirement} {rule.linkage}")
            yield from _rule(at, rule, columns)


def _cells(rule: RowRule) -> tuple[str, ...]:
    """The cells that name a rule's row."""
    return (rule.requirement, rule.linkage, rule.kind, ";".join(rule.columns), "|".join(rule.others), rule.text)


def _rule(at: str, rule: RowRule, columns: Mapping[str, set[str]]) -> Iterator[ContractError]:
    where = f"{rule.requirement} {rule.kind}"
    least, more = ARITY[rule.kind]
    if len(rule.columns) < least or (len(rule.columns) > least and not more):
        yield _unknown(at, where, "columns", ";".join(rule.columns))
    for name in (*rule.cells, *_asked(rule.when)):
        if name not in columns.get(rule.linkage, set()):
            yield _unknown(at, where, "columns", name)
    for other in rule.others:
        for name in (*rule.other_columns, *_asked(rule.listed)):
            if name not in columns.get(other, set()):
                yield _unknown(at, where, "other_columns", f"{other} {name}")
    if rule.others and len(rule.other_columns) - len(rule.columns) not in MORE.get(rule.kind, (0,)):
        yield _unknown(at, where, "other_columns", ";".join(rule.other_columns))
    if rule.kind is RuleKind.PATTERN and not _expression(rule.values[0]):
        yield _unknown(at, where, "values", rule.values[0])


def _asked(condition: str) -> tuple[str, ...]:
    """The column that a condition asks for."""
    return (condition.partition("=")[0].removesuffix("!"),) if condition else ()


def _expression(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _requirements(bundle: Bundle, places: Places) -> Iterator[ContractError]:
    file = "requirements.csv"
    linkages = {linkage.id: linkage for system in bundle.systems for linkage in system.linkages}
    ambiguities = {item.id for item in bundle.ambiguities}
    yield from _once(places, file, "id", [(item.id, (item.id,)) for item in bundle.requirements])
    yield from _once(places, AMBIGUITIES, "id", [(item.id, (item.id,)) for item in bundle.ambiguities])
    for item in bundle.requirements:
        at = places.at(file, item.id)
        for name in item.linkages:
            if name != AUTH and (name not in linkages or linkages[name].transport is not item.applies):
                yield _unknown(at, item.id, "linkages", name)
        for name in item.ambiguities:
            if name not in ambiguities:
                yield _unknown(at, item.id, "ambiguities", name)
        if item.id[:3].isdigit() and not _owned(item.id[:3], item.linkages, bundle.systems):
            yield _unknown(at, item.id, "linkages", ";".join(item.linkages))
    known = {item.id for item in bundle.requirements}
    for name in bundle.untested:
        if name not in known:
            yield _unknown(places.at("common/untested.csv", name), name, "id", name)


def _cycles(bundle: Bundle, places: Places) -> Iterator[ContractError]:
    """Data sets of several systems that refer to each other in a ring: nobody could publish the first of them."""
    system_of = {linkage.id: system for system in bundle.systems for linkage in system.linkages}
    asked: dict[str, dict[str, RowRule]] = {}
    for system in bundle.systems:
        for rule in system.rules:
            if rule.kind is RuleKind.REFERENCE and len(rule.others) == 1:
                asked.setdefault(rule.linkage, {}).setdefault(rule.others[0], rule)
    for ring in rings({name: tuple(others) for name, others in asked.items()}):
        systems = {system_of[name].id for name in ring if name in system_of}
        if len(systems) > 1:
            rule = asked[ring[0]][ring[1 % len(ring)]]
            owner = system_of[ring[0]]
            at = places.at(f"{owner.id}_{owner.romaji}/rules.csv", *_cells(rule))
            yield ContractError("contract-cycle", file=at, ring=" → ".join((*ring, ring[0])))


def _owned(system: str, linkages: tuple[str, ...], systems: tuple[System, ...]) -> bool:
    own = {linkage.id for item in systems if item.id == system for linkage in item.linkages}
    return bool(linkages) and set(linkages) <= own
