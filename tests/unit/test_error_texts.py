"""Every diagnosis of log, evidence, keys and certificates has its sentences, and they fit the values it carries."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from renkei.catalogue import messages

SOURCE = Path(__file__).parents[2] / "src" / "renkei"
FILES = [
    "atomicfile.py",
    "certification.py",
    "decisionfile.py",
    "evidence.py",
    "runlock.py",
    "runlog.py",
    "verdicts.py",
    "verification.py",
    "adapters/signing/envelope.py",
    "adapters/signing/keys.py",
    "cli/certify.py",
    "cli/verify.py",
]
# What `self.error(...)` of the log reader adds to the values that it is given.
ADDED = {"error": {"path", "line"}}


def raised(file: str) -> Iterator[tuple[str, set[str]]]:
    """(code, names of its values) of every diagnosis that a module makes."""
    for node in ast.walk(ast.parse((SOURCE / file).read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        ours = name in ("TargetBlocked", *ADDED) or (name.endswith("Error") and name != "ValueError")
        if ours and isinstance(node.args[0].value, str):
            values = {keyword.arg for keyword in node.keywords if keyword.arg}
            yield node.args[0].value, values | ADDED.get(name, set())


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_diagnosis_has_its_sentences(file: str, language: str) -> None:
    """Message, expectation and hint exist in both languages and name only values that the diagnosis carries."""
    known = messages(language)
    for code, values in raised(file):
        for part in ("message", "expected", "hint"):
            text = known[f"errors.{code}.{part}"]
            places = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            assert places <= values, (code, part)
