"""The published tables of the systems, read as data: linkages, their columns, and the rules between cells."""

import csv
import functools
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Another folder of tables, for a system that stands on another edition.
OWN_TABLES = "RENKEI_MOCK_CONTRACTS"
FOLDER = Path(os.environ.get(OWN_TABLES) or Path(__file__).resolve().parents[2] / "contracts")
SERIAL, BRANCH = "rirekibango", "_edaban"
LATEST, DELETED = "saishinfuragu", "sakujofuragu"
STAMP = ("sosashaid", "sosanengappi", "sosajikoku")
CITY = "shikuchosonkodo"
# The flag beside an address that is not to be shown.
UNSHOWN = "jushohihyojifuragu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One column. `when` is the condition of a 条件付き必須 item, as `romaji=value|value`."""

    romaji: str
    label: str
    kind: str
    size: str
    fixed: bool
    key: bool
    required: bool
    code: str
    sample: str
    when: str
    nullable: bool


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """One file linkage: its columns in order, who receives it, how often."""

    id: str
    system: str
    name: str
    consumers: tuple[str, ...]
    kinds: tuple[str, ...]
    timing: tuple[str, ...]
    items: tuple[Item, ...]

    @functools.cached_property
    def header(self) -> list[str]:
        """The names on the first line."""
        return [item.romaji for item in self.items]

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """The place of each column."""
        return {name: place for place, name in enumerate(self.header)}

    @functools.cached_property
    def keys(self) -> tuple[int, ...]:
        """The places of the primary key."""
        return tuple(place for place, item in enumerate(self.items) if item.key)

    @functools.cached_property
    def serial(self) -> int:
        """The place of the history serial: the last key column of that name; -1 when there is no history."""
        found = [place for place in self.keys if self.header[place].endswith(SERIAL)]
        return found[-1] if found else -1

    @functools.cached_property
    def branch(self) -> int:
        """The place of the branch of the history serial; -1 when it has none."""
        return next((place for place in self.keys if self.header[place].endswith(f"{SERIAL}{BRANCH}")), -1)

    @functools.cached_property
    def subject(self) -> tuple[int, ...]:
        """The places of the key without serial and branch: whose history a row belongs to."""
        return tuple(place for place in self.keys if place not in {self.serial, self.branch})

    @functools.cached_property
    def numbers(self) -> tuple[int, ...]:
        """The places of 宛名番号."""
        return tuple(place for place, item in enumerate(self.items) if item.romaji == "atenabango")

    @functools.cached_property
    def times(self) -> tuple[int, ...]:
        """The places of times."""
        return tuple(place for place, item in enumerate(self.items) if item.kind == "TIME")

    @property
    def whole(self) -> bool:
        """Whether it is agreed to be sent without deltas."""
        return "sabun" not in self.kinds

    @property
    def latest(self) -> int:
        """The place of the latest flag, -1 when there is none."""
        return self.places.get(LATEST, -1)

    @property
    def deleted(self) -> int:
        """The place of the deleted flag, -1 when there is none."""
        return self.places.get(DELETED, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule between cells, and the requirement that it belongs to.

    `when` and `listed` (`column=v|w` or `column!=v|w`) say which rows, and which rows of the others, it is about.
    """

    requirement: str
    linkage: str
    kind: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    then: tuple[str, ...]
    others: tuple[str, ...]
    other_columns: tuple[str, ...]
    when: str = ""
    listed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One 業務: what it provides as files, and what must hold there."""

    id: str
    name: str
    linkages: tuple[Linkage, ...]
    rules: tuple[Rule, ...]

    def linkage(self, name: str) -> Linkage:
        """The linkage of that id."""
        for one in self.linkages:
            if one.id == name:
                return one
        raise ValueError(f"{self.id} has no linkage {name!r}")


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _parts(text: str, mark: str = ";") -> tuple[str, ...]:
    return tuple(part for part in text.split(mark) if part)


def folders() -> dict[str, Path]:
    """The folder of each system by its id."""
    return {path.name[:3]: path for path in sorted(FOLDER.glob("[0-9][0-9][0-9]_*"))}


@functools.cache
def system(name: str) -> System:
    """The system of that id."""
    folder = folders().get(name)
    if folder is None:
        raise ValueError(f"no such system: {name!r}; known: {', '.join(folders())}")
    facts = tomllib.loads((folder / "system.toml").read_text(encoding="utf-8"))
    groups = _groups(folder, facts)
    linkages = tuple(
        _linkage(name, row, groups) for row in rows_of(folder / "linkages.csv") if row["transport"] == "file"
    )
    rules = tuple(_rule(row) for row in rows_of(folder / "rules.csv"))
    return System(id=name, name=facts["name_ja"], linkages=linkages, rules=rules)


def _groups(folder: Path, facts: dict[str, object]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = {}
    for row in rows_of(folder / "items.csv"):
        groups.setdefault(row["グループ"], []).append(_item(row))
    derived = facts.get("derived", [])
    for one in derived if isinstance(derived, list) else []:
        groups[one["group"]] = [item for item in groups[one["from"]] if item.romaji not in one["without"]]
    return groups


def _item(row: dict[str, str]) -> Item:
    return Item(
        romaji=row["データ項目（ローマ字）"],
        label=row["データ項目"],
        kind=row["データ型"].replace("Ｎ", "N"),
        size=row["桁数"],
        fixed=bool(row["固定桁"]),
        key=bool(row["主キー"]),
        required=row["データ出力条件"] == "必須",
        code=row["コード"],
        sample=row["サンプル値"],
        when=row["条件式"],
        nullable=bool(row["null設定有無"]),
    )


def _linkage(name: str, row: dict[str, str], groups: dict[str, list[Item]]) -> Linkage:
    return Linkage(
        id=row["id"],
        system=name,
        name=row["name_ja"],
        consumers=_parts(row["consumers"]),
        kinds=_parts(row["kinds"]),
        timing=_parts(row["timing"]),
        items=tuple(groups[row["group"]]),
    )


def _rule(row: dict[str, str]) -> Rule:
    whole = row["kind"] == "pattern"  # an expression may hold the separators
    values, _, then = (row["values"], "", "") if whole else row["values"].partition(";")
    when = listed = ""
    if row["kind"] == "flag_when_listed":
        listed, values = values, ""
    elif row["kind"] == "absent_from":
        when, listed, values, then = values, then, "", ""
    return Rule(
        requirement=row["id"],
        linkage=row["linkage"],
        kind=row["kind"],
        columns=_parts(row["columns"]),
        values=(values,) if whole else _parts(values, "|"),
        then=_parts(then, "|"),
        others=_parts(row["other"], "|"),
        other_columns=_parts(row["other_columns"]),
        when=when,
        listed=listed,
    )


@functools.cache
def codes(name: str) -> tuple[str, ...]:
    """The values of a code list, none when it is not published."""
    return tuple(row["コード値"] for row in rows_of(FOLDER / "codes" / f"{name}.csv")) if name else ()


@functools.cache
def meanings(name: str) -> dict[str, str]:
    """What the values of a code list mean."""
    return {row["コード値"]: row["コード値の内容"] for row in rows_of(FOLDER / "codes" / f"{name}.csv")}


@functools.cache
def addressee(linkage: str) -> str:
    """The column that names whose address a row shows where it is another person's row; empty where it is none."""
    for rule in system(linkage[:3]).rules:
        if rule.linkage == linkage and rule.kind == "flag_when_listed" and rule.columns[0] == UNSHOWN:
            return rule.columns[1]
    return ""


def received(by: str) -> list[Linkage]:
    """The linkages of all systems that a system receives."""
    return [one for name in folders() for one in system(name).linkages if by in one.consumers]


@functools.cache
def _accepted() -> dict[str, list[list[str]]]:
    path = FOLDER / "edition.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found: dict[str, list[list[str]]] = {}
    for edition in table.get("accepted", []):
        for linkage, heading in edition.get("headings", {}).items():
            found.setdefault(linkage, []).append(heading.split(","))
    return found


def accepted_headings(linkage: str) -> list[list[str]]:
    """The headings of older editions that are still accepted, where a linkage had other columns in them."""
    return _accepted().get(linkage, [])
