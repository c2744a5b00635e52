"""Whether a row keeps a rule between its own cells, and by which changes it would break one."""

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from mocks.gyomu.blemish import another, shifted
from mocks.gyomu.contract import Item, Linkage, Rule, codes

Cells = Mapping[str, str]
Change = dict[str, str]
# Rules that one row alone keeps or breaks.
LOCAL = frozenset(
    {"order", "present_when", "absent_when", "equals_when", "some_present", "pattern", "sum", "both_or_none"}
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_UNSET, _SET = "0", "1"
# Somebody's number where none may stand, in half-width and full-width digits.
_NUMBERS = ("123456789012", "１２３４５６７８９０１２")
_OPEN = {"0000-01-01", "9999-12-31"}


def holds(rule: Rule, cells: Cells) -> bool:
    """Whether the row keeps the rule; rules across rows are held to be kept."""
    judge = _JUDGES.get(rule.kind)
    return judge is None or judge(rule, cells)


def _value(cells: Cells, column: str) -> str:
    return cells.get(column.removeprefix("-"), "")


def meets(rule: Rule, cells: Cells) -> bool:
    """Whether the condition of the rule is met."""
    value = _value(cells, rule.columns[0])
    return bool(value) if rule.values == ("*",) else value in rule.values


def _order(rule: Rule, cells: Cells) -> bool:
    first, second = (_value(cells, column) for column in rule.columns[:2])
    if not first or not second or {first, second} & _OPEN:
        return True
    if _NUMBER.fullmatch(first) and _NUMBER.fullmatch(second):
        return float(first) <= float(second)
    size = min(len(first), len(second))
    return first[:size] <= second[:size]


def _present(rule: Rule, cells: Cells) -> bool:
    return not meets(rule, cells) or all(_value(cells, column) for column in rule.columns[1:])


def _absent(rule: Rule, cells: Cells) -> bool:
    return not meets(rule, cells) or not any(_value(cells, column) for column in rule.columns[1:])


def _equals(rule: Rule, cells: Cells) -> bool:
    return not meets(rule, cells) or _value(cells, rule.columns[1]) in rule.then


def _some(rule: Rule, cells: Cells) -> bool:
    return any(_value(cells, column) for column in rule.columns)


def _pattern(rule: Rule, cells: Cells) -> bool:
    value = _value(cells, rule.columns[0])
    return not value or re.fullmatch(rule.values[0], value) is not None


def _sum(rule: Rule, cells: Cells) -> bool:
    try:
        total, *parts = (
            (-1 if column.startswith("-") else 1) * int(_value(cells, column) or 0) for column in rule.columns
        )
    except ValueError:
        return True
    return total == sum(parts)


def _both(rule: Rule, cells: Cells) -> bool:
    return len({bool(_value(cells, column)) for column in rule.columns}) == 1


_JUDGES: dict[str, Callable[[Rule, Cells], bool]] = {
    "order": _order,
    "present_when": _present,
    "absent_when": _absent,
    "equals_when": _equals,
    "some_present": _some,
    "pattern": _pattern,
    "sum": _sum,
    "both_or_none": _both,
}


def is_meant(condition: str, cells: Cells) -> bool:
    """Whether a row is one that the rule is about."""
    name, _, values = condition.partition("=")
    if name.endswith("!"):
        return cells.get(name[:-1]) not in values.split("|")
    return not name or cells.get(name) in values.split("|")


def _made_meant(condition: str, cells: Cells) -> Change:
    """What makes the row one that the rule is about."""
    name, _, values = condition.partition("=")
    if is_meant(condition, cells):
        return {}
    return {name[:-1]: _UNSET} if name.endswith("!") else {name: values.split("|")[0]}


class Breaking:
    """Changes to a row that break a rule; `rows` gives the latest rows of a linkage, of another system too."""

    def __init__(self, rule: Rule, linkage: Linkage, rows: Callable[[str], Iterable[Cells]]) -> None:
        self._rule = rule
        self._items = dict(zip(linkage.header, linkage.items, strict=True))
        self._rows = rows
        self._columns = [column.removeprefix("-") for column in rule.columns if column.removeprefix("-") in self._items]
        self._make: dict[str, Callable[[Cells], Iterator[Change]]] = {
            "order": self._order,
            "present_when": self._present,
            "absent_when": self._absent,
            "equals_when": self._equals,
            "some_present": self._emptied,
            "pattern": self._pattern,
            "sum": self._sum,
            "balance": self._sum,
            "both_or_none": self._both,
            "reference": self._reference,
            "absent_from": self._within,
            "flag_when_listed": self._flag,
        }

    @functools.cached_property
    def _others(self) -> list[Cells]:
        """The rows of the other linkages that the rule is about."""
        return [row for name in self._rule.others for row in self._rows(name) if is_meant(self._rule.listed, row)]

    def _taken(self, column: str) -> set[str]:
        return {row[column] for row in self._others if row.get(column)}

    def changes(self, cells: Cells) -> Iterator[Change]:
        """Candidates, the likeliest first."""
        make = self._make.get(self._rule.kind)
        yield from make(cells) if make else ()

    def _met(self, cells: Cells) -> Change:
        """What makes the condition true, if it is not."""
        first = self._rule.columns[0]
        if meets(self._rule, cells):
            return {}
        return {first: another(self._items[first], "") if self._rule.values == ("*",) else self._rule.values[0]}

    def _filled(self, column: str) -> str:
        item = self._items[column]
        return item.sample or another(item, "")

    def _order(self, cells: Cells) -> Iterator[Change]:
        first, second = self._columns[:2]
        start, end = cells[first], cells[second]
        if start and end:
            yield {second: shifted(start, -2)}
            yield {first: shifted(end, 2)}
        elif start or end:
            yield {second: shifted(start, -2)} if start else {first: shifted(end, 2)}
        else:
            sample = {column: self._filled(column) for column in (first, second)}
            yield {**sample, first: shifted(sample[second], 2)}

    def _present(self, cells: Cells) -> Iterator[Change]:
        for column in self._columns[1:]:
            yield {**self._met(cells), column: ""}

    def _absent(self, cells: Cells) -> Iterator[Change]:
        for column in self._columns[1:]:
            yield {**self._met(cells), column: self._filled(column)}

    def _equals(self, cells: Cells) -> Iterator[Change]:
        column = self._columns[1]
        from_list = (value for value in another_values(self._items[column], cells[column]))
        for value in itertools.islice((value for value in from_list if value not in self._rule.then), 3):
            yield {**self._met(cells), column: value}

    def _emptied(self, cells: Cells) -> Iterator[Change]:
        del cells
        yield dict.fromkeys(self._columns, "")

    def _pattern(self, cells: Cells) -> Iterator[Change]:
        column = self._columns[0]
        value, item = cells[column] or self._filled(column), self._items[column]
        wrong = [another(item, value), *another_values(item, value), "0" * len(value), "9" * len(value), value[::-1]]
        for text in [*wrong, "X" + value[1:], value[:-1], value + "9", _NUMBERS[item.kind == "N"]]:
            if text and not re.fullmatch(self._rule.values[0], text):
                yield {column: text}

    def _sum(self, cells: Cells) -> Iterator[Change]:
        for column in self._columns if self._rule.kind == "sum" else self._columns[:1]:
            value = cells[column]
            yield {column: str(int(value or 0) + 1) if not value or value.lstrip("-").isdigit() else "1"}

    def _both(self, cells: Cells) -> Iterator[Change]:
        for column in self._columns:
            yield {column: "" if cells[column] else self._filled(column)}

    def _reference(self, cells: Cells) -> Iterator[Change]:
        """A value that nothing refers to, of the same look."""
        for column, other in reversed(list(zip(self._columns, self._rule.other_columns, strict=False))):
            taken = self._taken(other)
            value = cells[column] or self._filled(column)
            for text in _like(value, self._items[column]):
                if text not in taken:
                    yield {column: text}
                    break

    def _within(self, cells: Cells) -> Iterator[Change]:
        """A day inside of a period in which it must not be: of the same subject, or of the one that has a period."""
        day, *keys = self._columns
        start, _, *names = self._rule.other_columns
        pairs = list(zip(keys, names, strict=False))
        own = [row for row in self._others if all(row[name] == cells[key] for key, name in pairs)]
        for row in [*own[:3], *self._others[:1]]:
            moved = {key: row[name] for key, name in pairs if row[name] != cells[key]}
            yield {**_made_meant(self._rule.when, cells), **moved, day: row[start]}

    def _flag(self, cells: Cells) -> Iterator[Change]:
        """The flag of somebody who is listed is not set, or that of somebody who is not is."""
        flag, column = self._columns[:2]
        taken = self._taken(self._rule.other_columns[0])
        if cells[column] in taken:
            yield {flag: _UNSET}
        elif cells[column] and self._rule.then == (_UNSET,):
            yield {flag: _SET}
        for value in sorted(taken)[:5]:
            yield {column: value, flag: _UNSET}


def another_values(item: Item, value: str) -> list[str]:
    """Other values of the column's type: of its list, or made up."""
    listed = [code for code in codes(item.code) if code != value]
    return listed or [another(item, value), another(item, another(item, value)), "9" * len(value or "9")]


def _like(value: str, item: Item) -> Iterator[str]:
    if not value.isdigit():
        yield another(item, value)
        return
    size = len(value)
    for start in ("79", "97", "59"):
        for number in range(1, 400):
            yield (start + str(number).zfill(size))[-size:] if size < 6 else start + str(number).zfill(size - 2)
