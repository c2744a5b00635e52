"""Requirement, test and fault lead to each other, and every system is whole."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
import tomllib
from collections import Counter
from typing import Any

import pytest
import tree

from renkei.suiteindex import read_suites

PARTS = ("system.toml", "items.csv", "linkages.csv", "requirements.csv", "openapi.yaml", "CHANGES.md")
MINIMUM_OF_FAULTS = 30
FAULT_KEYS = {"name", "system", "catches", "also", "title_ja", "title_en", "clause"}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table."""
    return list(csv.DictReader(io.StringIO(tree.text(name))))


@functools.cache
def requirements() -> dict[str, dict[str, str]]:
    """Every requirement of the edition by id."""
    tables = [name for name in tree.files() if re.fullmatch(r"contracts/[^/]+/requirements\.csv", name)]
    return {row["id"]: row for name in tables for row in rows(name)}


@functools.cache
def untested() -> dict[str, str]:
    """The requirements that cannot be judged from outside, with the reason."""
    return {row["id"]: row["reason_ja"] for row in rows("contracts/common/untested.csv")}


@functools.cache
def judged() -> Counter[str]:
    """How many tests of the suites judge each requirement."""
    rules = tuple(
        row["id"] for name in tree.files() if re.fullmatch(r"contracts/[^/]+/rules\.csv", name) for row in rows(name)
    )
    suites = tree.ROOT / "suites"
    tests = [
        test
        for suite in ("provider", "consumer", "pair", "journeys", "generic")
        for test in read_suites(suites, suite, rules=rules)
    ]
    return Counter(found for test in tests for found in test.requirements)


@functools.cache
def faults() -> dict[str, dict[str, Any]]:
    """Every planted fault by the name of its file."""
    names = [name for name in tree.files() if re.fullmatch(r"mocks/faults/(consumer/)?[^/]+\.toml", name)]
    return {name.rpartition("/")[2].removesuffix(".toml"): tomllib.loads(tree.text(name)) for name in names}


def systems() -> list[str]:
    """The folders of business systems below contracts/."""
    found = {name.split("/")[1] for name in tree.files() if re.match(r"contracts/\d{3}_[a-z0-9]+/", name)}
    return sorted(found)


def test_there_are_systems() -> None:
    """The spine's two systems are there."""
    assert {name[:3] for name in systems()} >= {"001", "031"}


@pytest.mark.parametrize("system", systems())
@pytest.mark.parametrize("part", PARTS)
def test_a_system_is_whole(system: str, part: str) -> None:
    """A system's folder has every part."""
    assert f"contracts/{system}/{part}" in tree.files()


@pytest.mark.parametrize("system", systems())
def test_a_systems_folder_bears_its_names(system: str) -> None:
    """The folder is named by the 業務ID and the romaji that system.toml holds."""
    about = tomllib.loads(tree.text(f"contracts/{system}/system.toml"))

    assert system == f"{about['id']}_{about['romaji']}"


def test_a_requirement_id_is_given_once() -> None:
    """No two requirements share an id, in whatever table they stand."""
    tables = [name for name in tree.files() if re.fullmatch(r"contracts/[^/]+/requirements\.csv", name)]
    ids = Counter(row["id"] for name in tables for row in rows(name))

    assert [found for found, count in ids.items() if count > 1] == []


@pytest.mark.parametrize(
    "column", ["title_ja", "text_ja", "plain_ja", "title_en", "text_en", "plain_en", "clause", "level"]
)
def test_a_requirement_says_everything(column: str) -> None:
    """Each requirement has its titles, texts, plain sentences, clause and level."""
    assert [found for found, row in requirements().items() if not row[column].strip()] == []


def test_every_requirement_has_a_test_or_a_reason() -> None:
    """A requirement is judged by at least one test, or stands in untested.csv with the reason why none can."""
    assert sorted(set(requirements()) - set(judged()) - set(untested())) == []


def test_a_reason_excuses_what_no_test_judges() -> None:
    """untested.csv names existing requirements that no test judges, each with its reason."""
    assert sorted(set(untested()) - set(requirements())) == []
    assert sorted(set(untested()) & set(judged())) == []
    assert [found for found, reason in untested().items() if len(reason) < 10] == []


def test_every_test_judges_known_requirements() -> None:
    """No test of the suites names a requirement that no table has."""
    assert sorted(set(judged()) - set(requirements())) == []


def test_there_are_enough_faults() -> None:
    """At least 30 faults are planted."""
    assert len(faults()) >= MINIMUM_OF_FAULTS


def test_a_fault_describes_itself() -> None:
    """A fault's file has exactly the known keys, bears its own name and names at least one requirement to catch it."""
    wrong = {
        name: sorted(set(fault) ^ FAULT_KEYS) or fault["name"]
        for name, fault in faults().items()
        if set(fault) - {"role"} != FAULT_KEYS or fault["name"] != name or not fault["catches"]
    }

    assert wrong == {}


def test_a_fault_names_requirements_that_exist() -> None:
    """Whatever a fault says is caught, or may turn red beside it, is a requirement of the edition."""
    unknown = {
        name: sorted({*fault["catches"], *fault["also"]} - set(requirements())) for name, fault in faults().items()
    }

    assert {name: ids for name, ids in unknown.items() if ids} == {}


def test_a_fault_is_caught_by_what_a_test_judges() -> None:
    """No fault relies on a requirement without a test."""
    idle = {name: sorted(set(fault["catches"]) - set(judged())) for name, fault in faults().items()}

    assert {name: ids for name, ids in idle.items() if ids} == {}


def test_the_faults_of_pairs_are_those_of_the_committed_proof() -> None:
    """Each fault of a pair proves what failed when it was put on who planted it; every requirement of pairs has one."""
    found = json.loads(tree.text("ci/selftest-attribution.json"))["rows"]
    right = {
        f"pair {row['fault']}": row["requirements"]
        for row in found
        if row["requirements"] and row["named"] == row["party"]
    }

    assert json.loads(tree.text("mocks/faults-pairs.json"))["faults"] == right
    assert {name for ids in right.values() for name in ids} == {
        row["id"] for row in rows("contracts/pair/requirements.csv")
    }


def test_every_requirement_of_pairs_has_the_fault_of_its_control() -> None:
    """What a certification run tries its tests of pairs with: one planted fault for each requirement."""
    proving = tomllib.loads(tree.text("mocks/controls-pairs.toml"))
    planted = {
        name.rpartition("/")[2].removesuffix(".toml") for name in tree.files() if name.startswith("mocks/faults/")
    }

    assert sorted(proving) == sorted(row["id"] for row in rows("contracts/pair/requirements.csv"))
    assert set(proving.values()) <= planted


def test_every_fault_is_built_into_the_mock() -> None:
    """Each fault's name is asked for in the mock's code."""
    code = "".join(tree.text(name) for name in tree.python("mocks/"))

    assert sorted(name for name in faults() if f'"{name}"' not in code) == []


@pytest.mark.parametrize("vendor", ["alpha", "beta", "gamma"])
def test_a_mock_vendor_is_one_table(vendor: str) -> None:
    """Each of the three vendors is a table, and the faults it carries exist: of a table, or of a requirement with rules."""
    about = tomllib.loads(tree.text(f"mocks/vendors/{vendor}.toml"))
    ruled = [name for name in tree.files() if re.fullmatch(r"contracts/[^/]+/rules\.csv", name)]
    known = set(faults()) | {f"breaks-{row['id']}" for name in ruled for row in rows(name)}

    assert {re.sub(r"^[0-9]{3}:", "", name) for name in about.get("faults", ())} <= known
