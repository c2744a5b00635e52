"""Faults made of the rules themselves: `breaks-<requirement>` breaks the first breakable rule of that requirement, in one place."""

from collections.abc import Callable, Iterable

from mocks.gyomu import contract
from mocks.gyomu.contract import CITY, STAMP, Linkage, Rule, System
from mocks.gyomu.pack import Bare, Row
from mocks.gyomu.publication import Key
from mocks.gyomu.rule import LOCAL, Breaking, Change, holds
from mocks.gyomu.rulefault import PREFIX, rules_of

# So many rows are looked at for a change that breaks nothing else.
TRIED = 300
# What a change costs besides: of another requirement, of the key, of history.
OTHER, KEYED = 10, 25


class Breach:
    """The rows of one system that break a rule on purpose; none when no such fault is on."""

    def __init__(self, system: System, pack: Bare, fault: Callable[[str], bool]) -> None:
        self._system = system
        self._pack = pack
        self._changes: dict[str, dict[Key, dict[int, str]]] = {}
        for requirement in dict.fromkeys(rule.requirement for rule in system.rules):
            if fault(f"{PREFIX}{requirement}"):
                self._break(rules_of(system, requirement))

    def of(self, linkage: Linkage) -> Callable[[Row], Row]:
        """How the rows of a linkage are changed."""
        changes = self._changes.get(linkage.id)
        if not changes:
            return _same

        def change(row: Row) -> Row:
            found = changes.get(tuple(row[place] for place in linkage.keys))
            return [found.get(place, cell) for place, cell in enumerate(row)] if found else row

        return change

    def _break(self, rules: list[Rule]) -> None:
        """Break the first rule that a row of the town can break: small towns have no rows of rare data sets."""
        for rule in rules:
            linkage = self._system.linkage(rule.linkage)
            rows = self._candidates(linkage)
            change = self._twins(rule, linkage, rows) if rule.kind == "unique" else self._best(rule, linkage, rows)
            if change is not None:
                self._plant(linkage, *change)
                return
        raise ValueError(f"{PREFIX}{rules[0].requirement}: no row of this town could break the rule; make a larger one")

    def _plant(self, linkage: Linkage, row: Row, cells: Change) -> None:
        key = tuple(row[place] for place in linkage.keys)
        places = {linkage.places[name]: value for name, value in cells.items()}
        self._changes.setdefault(linkage.id, {}).setdefault(key, {}).update(places)

    def _candidates(self, linkage: Linkage) -> list[Row]:
        """Latest rows of the end; those that are the whole history of their subject, and were there from the start, first."""
        rows = self._pack.last(linkage)
        if linkage.latest >= 0:
            rows = [row for row in rows if row[linkage.latest] == "1"]
        begun = next(iter(self._pack.files(linkage.id)), None)
        first = {tuple(row) for row in self._pack.rows(linkage, begun)} if begun else set()
        rows.sort(key=lambda row: (tuple(row) not in first, linkage.serial >= 0 and row[linkage.serial] != "1"))
        return rows[:TRIED]

    def _latest(self, name: str) -> list[dict[str, str]]:
        linkage = contract.system(name[:3]).linkage(name)
        rows = (row for row in self._pack.last(linkage) if linkage.latest < 0 or row[linkage.latest] == "1")
        return [dict(zip(linkage.header, row, strict=True)) for row in rows]

    def _best(self, rule: Rule, linkage: Linkage, rows: Iterable[Row]) -> tuple[Row, Change] | None:
        """The row and the change that break the rule, and little else."""
        breaking = Breaking(rule, linkage, self._latest)
        best: tuple[int, Row, Change] | None = None
        for row in rows:
            cells = dict(zip(linkage.header, row, strict=True))
            for change in breaking.changes(cells):
                changed = {**cells, **change}
                if changed == cells or (rule.kind in LOCAL and holds(rule, changed)):
                    continue
                cost = self._cost(rule, linkage, cells, change)
                if best is None or cost < best[0]:
                    best = (cost, row, change)
            if best and best[0] == 0:
                break
        return (best[1], best[2]) if best else None

    def _cost(self, rule: Rule, linkage: Linkage, cells: dict[str, str], change: Change) -> int:
        """How much else the change breaks or touches."""
        changed, cost = {**cells, **change}, 0
        for other in self._system.rules:
            if other.linkage != linkage.id or other.requirement == rule.requirement:
                continue
            across = other.kind not in LOCAL and set(other.columns) & set(change)
            if across or (holds(other, cells) and not holds(other, changed)):
                cost += OTHER
        for item in linkage.items:
            value = change.get(item.romaji)
            if value == "" and item.required:
                cost += OTHER
            if value is not None and (item.key or item.romaji in (CITY, *STAMP)):
                cost += KEYED
            if _is_called_for(item.when, changed) and not changed[item.romaji]:
                cost += OTHER
            if value and item.kind == "9" and not value.isdecimal():
                cost += OTHER
            if value and item.code and value not in contract.codes(item.code):
                cost += OTHER
        return cost + len(change) - 1

    def _twins(self, rule: Rule, linkage: Linkage, rows: list[Row]) -> tuple[Row, Change] | None:
        """A row that gets what is another row's own."""
        free = [name for name in rule.columns if not linkage.items[linkage.places[name]].key]
        same = [name for name in rule.columns if name not in free]
        seen: dict[tuple[str, ...], Row] = {}
        for row in rows:
            mine = tuple(row[linkage.places[name]] for name in same)
            if (other := seen.setdefault(mine, row)) is row or not free:
                continue
            if all(other[linkage.places[name]] for name in free):
                return row, {name: other[linkage.places[name]] for name in free}
        return self._moved(rule, linkage, rows)

    @staticmethod
    def _moved(rule: Rule, linkage: Linkage, rows: list[Row]) -> tuple[Row, Change] | None:
        """Where the unique columns are part of the key: the row goes under another row's, as one more latest row of it."""
        serial = linkage.serial
        apart = [place for place in linkage.keys if linkage.header[place] not in rule.columns and place != serial]
        for one, row in enumerate(rows):
            for other in rows[:one]:
                change = {name: other[linkage.places[name]] for name in rule.columns}
                if any(row[place] != other[place] for place in apart):
                    return row, change
                if not apart:
                    return row, {
                        **change,
                        linkage.header[serial]: str(int(other[serial]) + 1),
                    } if serial >= 0 else change
        return None


def _is_called_for(when: str, cells: dict[str, str]) -> bool:
    name, mark, values = when.partition("=")
    return bool(mark) and cells.get(name) in values.split("|")


def _same(row: Row) -> Row:
    return row
