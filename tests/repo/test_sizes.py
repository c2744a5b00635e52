"""Sizes that keep a file readable in one sitting, and names that say what is inside."""

from __future__ import annotations

import pytest
import tree

FILE_LINES = 400
FUNCTION_LINES = 60
FOLDERS = ("src/", "suites/", "mocks/", "tests/", "ci/")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "base", "manager", "tools"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_file_has_at_most_400_lines(folder: str) -> None:
    """No Python file is longer than 400 lines."""
    lengths = {name: tree.text(name).count("\n") for name in tree.python(folder)}

    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_has_at_most_60_lines(folder: str) -> None:
    """No function is longer than 60 lines, its decorators and docstring included."""
    long = {
        f"{name}:{function.lineno} {function.name}": lines
        for name in tree.python(folder)
        for function in tree.functions(name)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    }

    assert long == {}


def test_no_module_is_named_for_nothing() -> None:
    """No module is called utils, helpers or the like: a module is a noun that says what it holds."""
    named = [name for name in tree.python() if name.rpartition("/")[2].removesuffix(".py") in EMPTY_NAMES]

    assert named == []


def test_test_files_have_names_of_their_own() -> None:
    """No two test files share a name: pytest would take one for the other."""
    names = [name.rpartition("/")[2] for name in tree.python("tests/") if "/test_" in name]

    assert sorted({name for name in names if names.count(name) > 1}) == []
