"""Every code that a test can give as rule or reason has a sentence for people."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from renkei.catalogue import LANGUAGES, Catalogue

ROOT = Path(__file__).parents[2]
PLACES = ("suites", "src/renkei/kit", "src/renkei/adapters/pytest")
REASONED = {"Undecided", "Blocked", "NotApplicable", "NotRun", "Disagreement"}
# Position of the rule among the arguments of the kit's expectations.
RULE_AT = {"that": 1, "equal": 2, "Violation": 0}


def trees() -> list[ast.Module]:
    """Every module of suites and kit."""
    paths = [path for place in PLACES for path in sorted((ROOT / place).rglob("*.py"))]
    return [ast.parse(path.read_text("utf-8")) for path in paths]


def codes() -> Iterator[tuple[str, str]]:
    """(table, code) of every literal rule and reason in suites and kit, helpers' ``rule`` parameters included."""
    nodes = [node for tree in trees() for node in ast.walk(tree)]
    positions = dict(RULE_AT)
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg != "self"]
            if "rule" in names and node.name not in positions and not node.name.startswith("__"):
                positions[node.name] = names.index("rule")
            yield from _defaults_of(node)
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _codes_of(node, positions)


def _codes_of(call: ast.Call, positions: dict[str, int]) -> Iterator[tuple[str, str]]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in REASONED and call.args:
        yield from _literal("reasons", call.args[0])
    if name in positions and len(call.args) > positions[name]:
        yield from _literal("rules", call.args[positions[name]])
    for keyword in call.keywords:
        if keyword.arg == "rule":
            yield from _literal("rules", keyword.value)


def _defaults_of(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if argument.arg == "rule" and default is not None:
            yield from _literal("rules", default)


def _literal(table: str, node: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield table, node.value
    if isinstance(node, ast.IfExp):
        yield from _literal(table, node.body)
        yield from _literal(table, node.orelse)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_and_reason_of_the_suites_has_words(language: str) -> None:
    """No reader meets a bare code: each literal rule and reason is in the catalogue."""
    catalogue = Catalogue(language)

    silent = {f"{table}.{code}" for table, code in codes() if not catalogue.has(f"{table}.{code}")}

    assert silent == set()
