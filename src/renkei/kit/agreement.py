"""Rules between cells as a suite asks for them: of one row, of several rows, and of two linkages."""

from __future__ import annotations

from collections.abc import Sequence

from renkei.flow.contract import Item, RowRule, RuleKind
from renkei.kit.columns import Offence, Offences, shown_cell
from renkei.kit.datafile import DataFile, asked_column, columns_of
from renkei.kit.expect import Blocked, Expect, NotApplicable, Undecided
from renkei.kit.phrases import Phrase, phrase
from renkei.kit.series import Fold, Series, expect_clean, series_of
from renkei.kit.target import Provider
from renkei.tableports import Excerpt, RuleHits

# What a broken rule of each kind is called; its words in the catalogues, and those of what was asked, bear that name.
CODES = {
    RuleKind.ORDER: "values-out-of-order",
    RuleKind.PRESENT_WHEN: "value-absent-for-condition",
    RuleKind.ABSENT_WHEN: "value-present-against-condition",
    RuleKind.EQUALS_WHEN: "value-not-as-condition-asks",
    RuleKind.SOME_PRESENT: "all-of-them-empty",
    RuleKind.BOTH_OR_NONE: "filled-only-in-part",
    RuleKind.PATTERN: "value-of-another-form",
    RuleKind.SUM: "sum-differs",
    RuleKind.UNIQUE: "rows-alike-in-force",
    RuleKind.REFERENCE: "referred-row-absent",
    RuleKind.BALANCE: "balance-differs",
    RuleKind.FLAG_WHEN_LISTED: "flag-not-as-listed",
    RuleKind.ABSENT_FROM: "listed-where-it-must-not-be",
}
# Kinds about the state after the last file, not about the rows of each.
OF_STATE = {RuleKind.UNIQUE, RuleKind.REFERENCE, RuleKind.BALANCE, RuleKind.FLAG_WHEN_LISTED, RuleKind.ABSENT_FROM}
# Items that the rule of unknown dates is about.
DATE_WORDS = "_fushohyoki"
# So many columns of a rule are named with their cells.
NAMED = 8


def rules_of_case(target: Provider) -> tuple[RowRule, ...]:
    """The rules of the case's requirement that are about its linkage."""
    linkage = target.operation().id
    return tuple(
        rule for rule in target.system.rules if (rule.requirement, rule.linkage) == (target.requirement.id, linkage)
    )


def conditions_of_case(target: Provider) -> tuple[RowRule, ...]:
    """What the item table's own conditions ask of the case's linkage, but for what rules.csv or the dates' rule asks."""
    linkage = target.operation()
    known = {
        name
        for rule in target.system.rules
        if rule.linkage == linkage.id and rule.kind is RuleKind.PRESENT_WHEN
        for name in rule.cells[1:]
    }
    items = target.system.group(linkage.group)
    return tuple(
        _condition(target, item)
        for item in items
        if item.when and item.romaji not in known and DATE_WORDS not in item.romaji
    )


def _condition(target: Provider, item: Item) -> RowRule:
    name, _, values = item.when.partition("=")
    other = name.endswith("!")
    return RowRule(
        requirement=target.requirement.id,
        linkage=target.operation().id,
        kind=RuleKind.PRESENT_WHEN,
        columns=(name.removesuffix("!"), item.romaji),
        values=("*",) if other else tuple(values.split("|")),
        when=item.when if other else "",
        text=item.condition,
    )


def judge_rows(target: Provider, expect: Expect, rules: Sequence[RowRule]) -> int:
    """No row of any file breaks a rule between its own cells; how many rows the rules are about."""
    mine = [rule for rule in rules if rule.kind not in OF_STATE]
    if not mine:
        return 0
    series, judged = series_of(target), 0
    for file in series.files:
        _with_columns(file, columns_of(mine))
        for rule, hits in zip(mine, file.agreement(mine), strict=True):
            judged += hits.judged
            found = Offences()
            for row, cells in hits.first:
                found.add(_offence(series, rule, file.line(row), cells))
            found.add_unseen(CODES[rule.kind], hits.count - found.count)
            expect_clean(target, expect, file, found, _asked(series, rule))
    return judged


def judge_state(target: Provider, expect: Expect, rules: Sequence[RowRule]) -> int:
    """No row in force after the last file breaks a rule about several rows; how many rows the rules are about.

    Not applicable when a rule needs a linkage that neither this target nor another one of the vendor publishes, and
    the linkages at hand do not hold everything that is looked for; the other rules are judged before.
    """
    mine, judged, lacking = [rule for rule in rules if rule.kind in OF_STATE], 0, ""
    for rule in mine:
        series = series_of(target)
        if rule.kind is RuleKind.UNIQUE and {item.romaji for item in series.items if item.key} <= set(rule.cells):
            judged += _judge_keys(target, expect, series, rule)
            continue
        fold = series.current()
        others, without = _others(target, rule)
        if without and not (others and rule.kind is RuleKind.REFERENCE):
            lacking = without
            continue
        hits = _excerpt(target, series, fold, columns_of([rule])).judge(rule, others)
        if hits.count and without:
            lacking = without
            continue
        judged += hits.judged
        _expect(target, expect, (series, fold, rule), hits)
    if lacking:
        raise NotApplicable("needs-linkage", lacking)
    return judged


def _judge_keys(target: Provider, expect: Expect, series: Series, rule: RowRule) -> int:
    """Rows whose key is to be unique replace each other in the state: what is alike shows within one file alone."""
    for file in series.files:
        expect_clean(target, expect, file, doubled_keys(file, CODES[rule.kind]), _asked(series, rule))
    return sum(file.ledger.rows for file in series.files)


def doubled_keys(file: DataFile, code: str) -> Offences:
    """The rows of a file whose primary key occurred before in it, each with the line of the first one."""
    doubles, found = file.ledger.doubles(), Offences()
    for hit in doubles.first:
        found.add(Offence(rule=code, line=file.line(hit.now), shown=phrase("like-line", line=file.line(hit.before))))
    found.add_unseen(code, doubles.count - found.count)
    return found


def _expect(target: Provider, expect: Expect, about: tuple[Series, Fold, RowRule], hits: RuleHits) -> None:
    """The broken rows by the file that each stands in, in the order of files."""
    series, fold, rule = about
    found: dict[DataFile, Offences] = {}
    for row, cells in hits.first:
        file, place = fold.place(row)
        found.setdefault(file, Offences()).add(_offence(series, rule, file.line(place), cells))
    file = next(iter(found), fold.files[-1])
    told = found.setdefault(file, Offences())
    told.add_unseen(CODES[rule.kind], hits.count - told.count)
    expect_clean(target, expect, file, told, _asked(series, rule))


def _others(target: Provider, rule: RowRule) -> tuple[list[Excerpt], str]:
    """What the rule's other linkages hold of its columns, and the first of them that is nowhere to be had."""
    found: list[Excerpt] = []
    lacking = ""
    columns = tuple(dict.fromkeys((*rule.other_columns, *asked_column(rule.listed))))
    for linkage in rule.others:
        series = _looked_up(target, linkage)
        if series is None:
            lacking = lacking or linkage
            continue
        held: dict[tuple[object, ...], Excerpt] = target.scratch.setdefault("excerpts", {})
        everything = rule.kind is RuleKind.REFERENCE
        place = (linkage, columns, everything)
        if place not in held:
            held[place] = _excerpt(target, series, None if everything else series.current(), columns)
        found.append(held[place])
    return found, lacking


def _looked_up(target: Provider, linkage: str) -> Series | None:
    """The files of another linkage; None when nobody publishes it, or a neighbour that does has no file of it."""
    try:
        publisher, _ = target.publisher(linkage)
    except NotApplicable:
        return None
    try:
        return series_of(target, linkage)
    except Blocked:
        if publisher is target.info:
            raise
        return None


def _excerpt(target: Provider, series: Series, fold: Fold | None, columns: Sequence[str]) -> Excerpt:
    """These columns of the rows in force, or of all rows ever delivered."""
    found = target.tools.tables().excerpt(columns, fold.state if fold else None)
    for file in fold.files if fold else series.files:
        _with_columns(file, columns)
        file.excerpted(found, columns)
    return found


def _with_columns(file: DataFile, columns: Sequence[str]) -> None:
    """A file without a column cannot be judged by a rule about it (the header has a rule of its own)."""
    missing = [column for column in columns if column not in file.header]
    if missing:
        raise Undecided("columns-missing", ", ".join(missing))


def _offence(series: Series, rule: RowRule, line: int, cells: Sequence[str]) -> Offence:
    items = {item.romaji: item for item in series.items}
    names = rule.cells[:NAMED]
    shown = ", ".join(f"{name}={_cell(items.get(name), cell)}" for name, cell in zip(names, cells[:NAMED], strict=True))
    return Offence(rule=CODES[rule.kind], line=line, column=", ".join(names), shown=shown)


def _cell(item: Item | None, cell: str) -> str:
    return shown_cell(item, cell) if cell else "∅"


def _asked(series: Series, rule: RowRule) -> Phrase:
    """What the rule asks for, with the names of its items."""
    names = {item.romaji: item.name for item in series.items}
    first, *rest = [names.get(name, name) for name in rule.cells]
    said = {
        "first": first,
        "others": "・".join(rest) or first,
        "columns": "・".join([first, *rest]),
        "values": f"≠ {rule.when.partition('=')[2]}" if "!=" in rule.when else " | ".join(rule.values),
        "then": " | ".join(rule.then),
        "linkage": " | ".join(rule.others),
    }
    return phrase(f"asked-{CODES[rule.kind]}", **{name: said[name] for name in SPOKEN[rule.kind]})


# The values that the sentence of each kind speaks of.
SPOKEN: dict[RuleKind, tuple[str, ...]] = {
    RuleKind.ORDER: ("first", "others"),
    RuleKind.PRESENT_WHEN: ("first", "values", "others"),
    RuleKind.ABSENT_WHEN: ("first", "values", "others"),
    RuleKind.EQUALS_WHEN: ("first", "values", "others", "then"),
    RuleKind.SOME_PRESENT: ("columns",),
    RuleKind.BOTH_OR_NONE: ("columns",),
    RuleKind.PATTERN: ("first", "values"),
    RuleKind.SUM: ("first", "others"),
    RuleKind.UNIQUE: ("columns",),
    RuleKind.REFERENCE: ("columns", "linkage"),
    RuleKind.BALANCE: ("first", "linkage"),
    RuleKind.FLAG_WHEN_LISTED: ("first", "others", "linkage"),
    RuleKind.ABSENT_FROM: ("columns", "linkage"),
}
