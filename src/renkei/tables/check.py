"""Consistency of an edition: everything that is named exists, and nothing is said twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from renkei.errors import ContractError
from renkei.flow.contract import Bundle, Item, Linkage, RowRule, RuleKind, System
from renkei.flow.requirement import Transport
from renkei.tables.document import MEANINGS
from renkei.tables.edition import EDITION, Sources, compile_documents, digests
from renkei.tables.fields import violations
from renkei.tables.source import REQUEST, RESULT, SystemTables

SCOPE = re.compile(r"[0-9]{3}:[^: /][^: ]*:[A-Z][A-Za-z]*")
AUTH = "oauth"


def faults(sources: Sources, bundle: Bundle) -> tuple[ContractError, ...]:
    """Every inconsistency of the tables, in a stable order."""
    found: list[ContractError] = []
    for tables in sources.systems:
        found += _items(tables, sources)
        found += _linkages(tables, sources)
    found += _once("linkages.csv", "id", (item.id for system in bundle.systems for item in system.linkages))
    found += _rules(bundle)
    found += _requirements(bundle)
    return tuple(found)


def stale(sources: Sources, files: Mapping[str, bytes], write: Callable[[object], bytes]) -> tuple[str, ...]:
    """Paths whose committed content differs from what the tables give, and digests that are out of date."""
    documents = compile_documents(sources)
    old = [path for path, document in documents.items() if files.get(path) != write(document)]
    recorded = sources.head.get("digests", {})
    actual = {path: digest for path, digest in digests(files).items() if path != EDITION}
    return tuple(old) if old else tuple([EDITION] if recorded != actual else [])


def _once(file: str, kind: str, values: Iterable[str]) -> Iterator[ContractError]:
    for value, count in Counter(values).items():
        if count > 1:
            yield ContractError("contract-duplicate", file=file, kind=kind, value=value)


def _unknown(file: str, where: str, kind: str, value: str) -> ContractError:
    return ContractError("contract-unknown-name", file=file, where=where, kind=kind, value=value)


def _items(tables: SystemTables, sources: Sources) -> Iterator[ContractError]:
    file = f"{tables.folder}/items.csv"
    for name in dict.fromkeys(item.group for item in tables.items):
        group = tables.group(name)
        romaji = {item.romaji for item in group}
        yield from _once(file, f"{name} ローマ字", (item.romaji for item in group))
        yield from _once(file, f"{name} 項番", (str(item.number) for item in group if item.number))
        for item in group:
            if item.code and item.code not in sources.codes.values:
                yield _unknown(file, f"{name} {item.name}", "コード", item.code)
            if item.when and item.when.partition("=")[0].removesuffix("!") not in romaji:
                yield _unknown(file, f"{name} {item.name}", "条件式", item.when)
            if item.system != tables.id:
                yield _unknown(file, f"{name} {item.name}", "業務ID", item.system)
            yield from _sample(file, item, sources)


def _sample(file: str, item: Item, sources: Sources) -> Iterator[ContractError]:
    # Samples of several lines are lists of cases for readers; the published 個人番号 and codes are single values.
    if item.sample and "\n" not in item.sample:
        broken = violations(item, item.sample, codes=sources.codes.closed_list(item), text_only=True)
        if broken:
            where = f"{item.group} {item.name} {item.sample}"
            yield ContractError("contract-sample", file=file, where=where, rules=", ".join(broken))


def _linkages(tables: SystemTables, sources: Sources) -> Iterator[ContractError]:
    file = f"{tables.folder}/linkages.csv"
    services = sources.codes.values.get("gyomuid", {})
    for linkage in tables.linkages:
        for consumer in linkage.consumers:
            if consumer not in services:
                yield _unknown(file, linkage.id, "consumers", consumer)
        yield from _rest(file, linkage, tables) if linkage.transport is Transport.REST else _file(file, linkage, tables)


def _rest(file: str, linkage: Linkage, tables: SystemTables) -> Iterator[ContractError]:
    for suffix in (REQUEST, RESULT):
        if not tables.group(linkage.group + suffix):
            yield _unknown(file, linkage.id, "group", linkage.group + suffix)
    if not linkage.path.startswith("/") or not SCOPE.fullmatch(linkage.scope) or linkage.path[1:] not in linkage.scope:
        yield _unknown(file, linkage.id, "path / scope", f"{linkage.path} {linkage.scope}")
    described = {node.status for node in tables.responses if node.linkage == linkage.id}
    for status in MEANINGS:
        if status not in described:
            yield _unknown(f"{tables.folder}/responses.csv", linkage.id, "状態コード", status)


def _file(file: str, linkage: Linkage, tables: SystemTables) -> Iterator[ContractError]:
    items = tables.group(linkage.group)
    if not items:
        yield _unknown(file, linkage.id, "group", linkage.group)
    elif not any(item.key for item in items):
        yield _unknown(file, linkage.id, "主キー", linkage.group)
    if not linkage.kinds or set(linkage.kinds) - {"zenken", "sabun"}:
        yield _unknown(file, linkage.id, "kinds", ";".join(linkage.kinds))


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


def _rules(bundle: Bundle) -> Iterator[ContractError]:
    columns = {
        linkage.id: {item.romaji for item in system.group(linkage.group)}
        for system in bundle.systems
        for linkage in system.linkages
    }
    requirements = {item.id: item for item in bundle.requirements}
    for system in bundle.systems:
        file = f"{system.id}_{system.romaji}/rules.csv"
        for rule in system.rules:
            owner = requirements.get(rule.requirement)
            if owner is None or not rule.requirement.startswith(system.id) or rule.linkage not in owner.linkages:
                yield _unknown(file, rule.requirement, "id / linkage", f"{rule.requirement} {rule.linkage}")
            yield from _rule(file, rule, columns)


def _rule(file: str, rule: RowRule, columns: Mapping[str, set[str]]) -> Iterator[ContractError]:
    where = f"{rule.requirement} {rule.kind}"
    least, more = ARITY[rule.kind]
    if len(rule.columns) < least or (len(rule.columns) > least and not more):
        yield _unknown(file, where, "columns", ";".join(rule.columns))
    for name in (*rule.cells, *_asked(rule.when)):
        if name not in columns.get(rule.linkage, set()):
            yield _unknown(file, where, "columns", name)
    for other in rule.others:
        for name in (*rule.other_columns, *_asked(rule.listed)):
            if name not in columns.get(other, set()):
                yield _unknown(file, where, "other_columns", f"{other} {name}")
    if rule.others and len(rule.other_columns) - len(rule.columns) not in MORE.get(rule.kind, (0,)):
        yield _unknown(file, where, "other_columns", ";".join(rule.other_columns))
    if rule.kind is RuleKind.PATTERN and not _expression(rule.values[0]):
        yield _unknown(file, where, "values", rule.values[0])


def _asked(condition: str) -> tuple[str, ...]:
    """The column that a condition asks for."""
    return (condition.partition("=")[0].removesuffix("!"),) if condition else ()


def _expression(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _requirements(bundle: Bundle) -> Iterator[ContractError]:
    file = "requirements.csv"
    linkages = {linkage.id: linkage for system in bundle.systems for linkage in system.linkages}
    ambiguities = {item.id for item in bundle.ambiguities}
    yield from _once(file, "id", (item.id for item in bundle.requirements))
    yield from _once("common/ambiguities.csv", "id", (item.id for item in bundle.ambiguities))
    for item in bundle.requirements:
        for name in item.linkages:
            if name != AUTH and (name not in linkages or linkages[name].transport is not item.applies):
                yield _unknown(file, item.id, "linkages", name)
        for name in item.ambiguities:
            if name not in ambiguities:
                yield _unknown(file, item.id, "ambiguities", name)
        if item.id[:3].isdigit() and not _owned(item.id[:3], item.linkages, bundle.systems):
            yield _unknown(file, item.id, "linkages", ";".join(item.linkages))
    known = {item.id for item in bundle.requirements}
    yield from (_unknown("common/untested.csv", name, "id", name) for name in bundle.untested if name not in known)


def _owned(system: str, linkages: tuple[str, ...], systems: tuple[System, ...]) -> bool:
    own = {linkage.id for item in systems if item.id == system for linkage in item.linkages}
    return bool(linkages) and set(linkages) <= own
