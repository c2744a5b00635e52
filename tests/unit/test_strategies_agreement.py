"""The conforming mock, whose checks were written apart from ours, takes valid data and refuses broken data as we expect."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mocks.fault import Faults
from mocks.jutogai.check import Checker
from mocks.vendor import Style
from renkei.adapters.folder.bundle import load_bundle
from renkei.kit import (
    KINDS,
    breakers,
    from_schema,
    hard_characters,
    hard_dates,
    inquiry,
    minimal,
    persons,
    sample,
)

FUBAN = "jutogaishaatenabangofuban"
SHOKAI = "jutogaishaatenakihonjohosyokai"
Check = Callable[[dict[str, Any]], list[dict[str, str]]]


@cache
def document() -> Any:
    """The document of 031."""
    return load_bundle(Path(__file__).parents[2] / "contracts").system("031").document


def schema(operation: str) -> Any:
    """The request schema of an operation."""
    return document()["components"]["schemas"][f"{operation}_R01"]


@pytest.fixture(params=["E0001", "E0004"])
def checker(request: pytest.FixtureRequest) -> Checker:
    """The checks of a conforming vendor, in both readings of C7."""
    return Checker(Style(missing_number_code=request.param), Faults())


def test_valid_data_is_taken(checker: Checker) -> None:
    """No valid person, compiled body, hard text or hard date is refused."""
    bodies = sample(persons("993018"), 100, 1) + sample(from_schema(schema(FUBAN), document()), 100, 2)
    bodies += [minimal("131016", seed, kind) for seed in range(20) for kind in KINDS]
    bodies += [minimal("131016", 1, shimei=text) for _, text in hard_characters(100)]
    bodies += [minimal("131016", 1) | members for _, members in hard_dates()]
    assert [problems for body in bodies if (problems := checker.fuban(body))] == []
    inquiries = sample(from_schema(schema(SHOKAI), document()), 100, 3)
    assert [problems for body in inquiries if (problems := checker.shokai(body))] == []


def test_decided_breakers_get_their_code(checker: Checker) -> None:
    """Every decided variant is refused with exactly one error, whose code is among the expected ones."""
    cases: tuple[tuple[str, dict[str, Any], Check], ...] = (
        (FUBAN, minimal("131016", 3), checker.fuban),
        (SHOKAI, inquiry("131016", shimei="佐藤"), checker.shokai),
    )
    for operation, body, check in cases:
        assert check(body) == []
        decided = [broken for broken in breakers(schema(operation), body, root=document()) if broken["decided"]]
        assert len(decided) > 20
        for broken in decided:
            (problem,) = check(broken["body"])
            assert problem["code"] in broken["codes"], broken
