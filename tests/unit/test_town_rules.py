"""The town's tax and collection data sets hold every item and rule of their contracts, and every amount adds up."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from renkei.flow.contract import Item, RowRule, RuleKind
from renkei.tables.edition import Sources, read_sources
from renkei.tables.fields import violations
from renkei.town import shard as blocks
from renkei.town import source
from renkei.town.dataset import SOURCES
from renkei.town.order import CLOSING, DELTAS, FULL, Moment
from renkei.town.sheet import Sheet

CONTRACTS = Path(__file__).parents[2] / "contracts"
# The systems whose data sets are judged here; another system is one entry more.
SYSTEMS = (
    "001", "002", "003", "004", "005", "006", "007", "008", "009", "010", "011", "012", "013", "014", "015", "016",
    "017", "018", "019", "020", "021", "022", "023", "024", "025", "026", "027", "028", "030", "031", "032", "033",
    "036", "038", "039",
)  # fmt: skip
# Those of the registers, elections, schools and health; what of them is rare is judged over a larger block in
# test_town_registers.py.
REGISTERS = (
    "001",
    "002",
    "003",
    "004",
    "005",
    "006",
    "007",
    "008",
    "009",
    "017",
    "018",
    "019",
    "030",
    "031",
    "033",
    "038",
    "039",
)
RARE = {
    "009o901", "009o902", "019o911", "019o913", "019o914", "019o918", "019o932", "019o934", "038o903", "038o904", "038o905",
}  # fmt: skip
MUNICIPALITY = "993018"
HOUSEHOLDS = 40
# The state after each delta is judged as well as the last one.
MOMENTS = (FULL, *DELTAS, Moment(at=DELTAS[-1].at, kind="zenken"), CLOSING)
NEVER = "9999-12-31"
Row = Mapping[str, str]


@functools.cache
def contracts() -> Sources:
    """The contracts of the repository."""
    files = (path for path in CONTRACTS.rglob("*") if path.is_file())
    return read_sources({str(path.relative_to(CONTRACTS)): path.read_bytes() for path in files})


@functools.cache
def tables() -> Mapping[str, tuple[Item, ...]]:
    """The items of every file linkage."""
    return {
        linkage.id: system.group(linkage.group)
        for system in contracts().systems
        for linkage in system.linkages
        if linkage.transport.value == "file"
    }


@functools.cache
def rules() -> tuple[RowRule, ...]:
    """The rules of every system."""
    return tuple(rule for system in contracts().systems for rule in system.rules)


@functools.cache
def block() -> blocks.Shard:
    """The first block of a small town: it holds the personas."""
    made = blocks.make(seed=1, municipality=MUNICIPALITY, number=0, households=HOUSEHOLDS)
    made.facts["tables"] = tables()
    return made


@functools.cache
def files(linkage: str) -> tuple[tuple[Row, ...], ...]:
    """The rows of each file of a linkage, by moment."""
    items = tables()[linkage]
    sheet = Sheet(items, MUNICIPALITY, MOMENTS)
    chains = source.chains(linkage, items, rules(), contracts().codes.values, block())
    return tuple(
        tuple(csv.DictReader(io.StringIO(sheet.header + "".join(lines)))) for lines in sheet.write(chains)
    )  # fmt: skip


def rows(linkage: str) -> tuple[Row, ...]:
    """The rows of a linkage at the end of the town's time."""
    return files(linkage)[-1]


def latest(linkage: str, place: int = -1) -> list[Row]:
    """Those rows of a full file that are the latest of their subject."""
    return [row for row in files(linkage)[place] if row.get("saishinfuragu", "1") == "1"]


OWN = sorted(name for name in tables() if name[:3] in SYSTEMS)


@pytest.mark.parametrize("linkage", OWN)
def test_a_linkage_has_a_source_of_its_own_and_rows(linkage: str) -> None:
    """No linkage is left to be filled by its item table alone."""
    assert linkage in SOURCES
    assert rows(linkage) or linkage in RARE


@pytest.mark.parametrize("linkage", OWN)
def test_a_source_gives_only_columns_of_its_linkage(linkage: str) -> None:
    """No value is lost because its column is misspelt: only columns of a twin linkage may be left out."""
    twins = {"kojinbango", "gyomuid", "shoninnengappi", "todokedenengappi"}
    names = {item.romaji for item in tables()[linkage]} | twins
    assert not {name for chain in SOURCES[linkage](block()) for line in chain for name in line.values} - names


@pytest.mark.parametrize("linkage", OWN)
def test_every_cell_is_legal(linkage: str) -> None:
    """Each value fits its item: characters, length, dates, code list, and what has to be there is there."""
    found: Counter[tuple[str, str, str]] = Counter()
    for item in tables()[linkage]:
        codes = contracts().codes.values.get(item.code) if item.code else None
        for value, count in Counter(row[item.romaji] for row in rows(linkage)).items():
            for fault in violations(item, value, codes=codes, text_only=True):
                found[item.romaji, fault, value] += count
        missing = sum(not row[item.romaji] and (item.output == "必須" or _wanted(item, row)) for row in rows(linkage))
        if missing:
            found[item.romaji, "missing", ""] += missing
    assert not found


def _wanted(item: Item, row: Row) -> bool:
    name, _, values = item.when.partition("=")
    return bool(values) and row.get(name, "") in values.split("|")


@pytest.mark.parametrize("linkage", OWN)
def test_no_key_occurs_twice(linkage: str) -> None:
    """The primary key tells rows apart, and one row of each subject is the latest."""
    keys = [item.romaji for item in tables()[linkage] if item.key]
    counted = Counter(tuple(row[key] for key in keys) for row in rows(linkage))
    assert not [key for key, count in counted.items() if count > 1]
    serial = next((key for key in reversed(keys) if key.endswith("rirekibango")), "")
    counted = Counter(tuple(row[key] for key in keys if key != serial) for row in latest(linkage))
    assert not [key for key, count in counted.items() if count > 1]


@pytest.mark.parametrize("linkage", OWN)
def test_the_rows_keep_the_rules(linkage: str) -> None:
    """Every rule of the contract between cells and data sets holds, in the first full file and in the last one.

    A data set that is filled by its item table alone agrees with no other; rules that look into it wait for its source.
    """
    broken = [
        (rule.requirement, rule.kind.value, rule.columns, place, fault)
        for rule in rules()
        if rule.linkage == linkage and SOURCES.keys() >= set(rule.others)
        for place in (0, -1)
        for fault in list(_broken(rule, place))[:2]
    ]
    assert not broken


@pytest.mark.parametrize("linkage", OWN)
def test_the_deltas_of_a_linkage_come_to_its_next_full_file(linkage: str) -> None:
    """Full file and deltas fold to the closing state."""
    keys = [item.romaji for item in tables()[linkage] if item.key]
    opening, *deltas, closing, _ = files(linkage)
    state = {tuple(row[key] for key in keys): row for row in opening}
    for row in (row for delta in deltas for row in delta):
        key = tuple(row[name] for name in keys)
        state.pop(key, None)
        if row["sakujofuragu"] == "0":
            state[key] = row
    assert state == {tuple(row[key] for key in keys): row for row in closing}


def test_most_linkages_change_in_the_time_of_the_deltas() -> None:
    """Deltas are worth reading: only masters, yearly and rare data sets are still in March."""
    still = {name for name in OWN if name[:3] not in REGISTERS and not any(files(name)[1:4])}
    assert len(still) <= 12, sorted(still)


def _holds_when(condition: str, row: Row) -> bool:
    name, _, values = condition.partition("=")
    if not name:
        return True
    inside = row[name.removesuffix("!")] in values.split("|")
    return inside is not name.endswith("!")


def _others(rule: RowRule, place: int) -> Iterator[tuple[str, ...]]:
    for other in rule.others:
        full = rule.kind is RuleKind.REFERENCE
        for row in files(other)[place] if full else latest(other, place):
            if _holds_when(rule.listed, row):
                yield tuple(row[name] for name in rule.other_columns)


def _broken(rule: RowRule, place: int) -> Iterator[str]:
    across = _ACROSS.get(rule.kind)
    if across is not None:
        mine = [row for row in latest(rule.linkage, place) if _holds_when(rule.when, row)]
        yield from across(rule, mine, list(_others(rule, place)))
    else:
        mine = [row for row in files(rule.linkage)[place] if _holds_when(rule.when, row)]
        yield from (str(dict(row)) for row in mine if not _holds(rule, row))


def _key(row: Row, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[name] for name in names)


def _unique(rule: RowRule, mine: list[Row], _theirs: list[tuple[str, ...]]) -> Iterator[str]:
    counted = Counter(_key(row, rule.cells) for row in mine)
    return (str(key) for key, count in counted.items() if count > 1 and all(key))


def _reference(rule: RowRule, mine: list[Row], theirs: list[tuple[str, ...]]) -> Iterator[str]:
    there = set(theirs)
    found = {_key(row, rule.cells) for row in mine}
    return (str(key) for key in found if all(key) and key not in there)


def _balance(rule: RowRule, mine: list[Row], theirs: list[tuple[str, ...]]) -> Iterator[str]:
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for amount, *key in theirs:
        sums[tuple(key)] += int(amount or 0)
    for row in mine:
        amount, *key = _key(row, rule.cells)
        if int(amount) != sums[tuple(key)]:
            yield f"{key}: {amount} != {sums[tuple(key)]}"


def _flagged(rule: RowRule, mine: list[Row], theirs: list[tuple[str, ...]]) -> Iterator[str]:
    listed = set(theirs)
    for row in mine:
        flag, *key = _key(row, rule.cells)
        if (flag != "1" and tuple(key) in listed) or (
            "*" not in rule.then and flag == "1" and tuple(key) not in listed
        ):
            yield str(key)


def _absent_from(rule: RowRule, mine: list[Row], theirs: list[tuple[str, ...]]) -> Iterator[str]:
    dated = len(rule.other_columns) > len(rule.cells)
    listed: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for cells in theirs:
        begin, end = cells[:2] if dated else ("", "")
        listed[cells[2 * dated :]].append((begin, end or NEVER))
    for row in mine:
        cells = _key(row, rule.cells)
        day = cells[0] if dated else NEVER[:4]
        if any(begin <= day <= end for begin, end in listed[cells[dated:]]):
            yield str(cells)


_ACROSS: Mapping[RuleKind, Callable[[RowRule, list[Row], list[tuple[str, ...]]], Iterator[str]]] = {
    RuleKind.UNIQUE: _unique,
    RuleKind.REFERENCE: _reference,
    RuleKind.BALANCE: _balance,
    RuleKind.FLAG_WHEN_LISTED: _flagged,
    RuleKind.ABSENT_FROM: _absent_from,
}


def _holds(rule: RowRule, row: Row) -> bool:
    first, *rest = _key(row, rule.cells)
    given = bool(first) if "*" in rule.values else first in rule.values
    match rule.kind:
        case RuleKind.ORDER:
            return not first or not rest[0] or _ordered(first, rest[0])
        case RuleKind.PRESENT_WHEN:
            return not given or all(rest)
        case RuleKind.ABSENT_WHEN:
            return not given or not any(rest)
        case RuleKind.EQUALS_WHEN:
            return not given or not rest[0] or "*" in rule.then or rest[0] in rule.then
        case RuleKind.SOME_PRESENT:
            return bool(first) or any(rest)
        case RuleKind.BOTH_OR_NONE:
            return all((first, *rest)) or not any((first, *rest))
        case RuleKind.PATTERN:
            return not first or re.fullmatch(rule.values[0], first) is not None
        case _:
            signed = zip(rule.columns[1:], rest, strict=True)
            return int(first or 0) == sum((-1 if name[0] == "-" else 1) * int(cell or 0) for name, cell in signed)


def _ordered(first: str, second: str) -> bool:
    try:
        return int(first) <= int(second)
    except ValueError:
        return first <= second
