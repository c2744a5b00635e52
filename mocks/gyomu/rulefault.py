"""The faults that the rules themselves make: `breaks-<requirement>` for every requirement that has rules."""

import csv
import functools
from collections.abc import Iterator
from typing import Any

from mocks.gyomu import contract
from mocks.gyomu.contract import Rule, System

PREFIX = "breaks-"
# What else notices a changed cell, by the kind of the rule: emptied 必須 items, unlisted codes, wrong types and dates.
BESIDES = {
    "present_when": ("FL-09",),
    "some_present": ("FL-09",),
    "both_or_none": ("FL-09",),
    "equals_when": ("FL-11",),
    "unique": ("FL-10", "ST-01", "ST-02"),
    "pattern": ("FL-08", "FL-11", "FL-16"),
}


@functools.cache
def names() -> dict[str, str]:
    """Every such fault by name, and the system that it sits in."""
    return {f"{PREFIX}{rule.requirement}": name for name in contract.folders() for rule in contract.system(name).rules}


def rules_of(system: System, requirement: str) -> list[Rule]:
    """The rules of a requirement, in the order in which one is chosen to be broken."""
    return [rule for rule in system.rules if rule.requirement == requirement]


def facts() -> Iterator[dict[str, Any]]:
    """Every such fault as the table of a fault would say it."""
    for name, number in names().items():
        system = contract.system(number)
        requirement = name.removeprefix(PREFIX)
        said = _said(number)[requirement]
        yield {
            "name": name,
            "system": number,
            "catches": (requirement,),
            "also": touched(system, requirement),
            "title_ja": f"「{said['title_ja']}」に反する行が一つある",
            "title_en": f"One row breaks: {said['title_en']}",
            "clause": said["clause"],
        }


def touched(system: System, requirement: str) -> tuple[str, ...]:
    """The requirements that may turn red besides: those whose rules look at the same columns."""
    found = {name for rule in rules_of(system, requirement) for name in _touched(system, rule)}
    return tuple(sorted(found - {requirement}))


def _touched(system: System, rule: Rule) -> set[str]:
    columns = {column.removeprefix("-") for column in rule.columns}
    found = {
        other.requirement
        for other in system.rules
        if (other.linkage == rule.linkage and columns & {column.removeprefix("-") for column in other.columns})
        or (rule.linkage in other.others and columns & set(other.other_columns))
    }
    # A row that is put under another key leaves a gap in the history that it came from.
    own = system.linkage(rule.linkage)
    moved = rule.kind == "reference" and any(own.items[own.places[name]].key for name in columns)
    return found | set(BESIDES.get(rule.kind, ())) | ({"ST-01", "ST-02"} if moved else set())


@functools.cache
def _said(number: str) -> dict[str, dict[str, str]]:
    path = contract.folders()[number] / "requirements.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}
