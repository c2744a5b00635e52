"""The repository as data: its files, parsed once, for the tests in this folder."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def files() -> tuple[str, ...]:
    """Every file that is committed or about to be, by path from the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


@functools.cache
def text(name: str) -> str:
    """A file's text; "" when it is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@functools.cache
def python(*folders: str) -> tuple[str, ...]:
    """The Python files below these folders (all of them when none is named)."""
    return tuple(name for name in files() if name.endswith(".py") and (not folders or name.startswith(folders)))


@functools.cache
def parsed(name: str) -> ast.Module:
    """A Python file's syntax tree."""
    return ast.parse(text(name), name)


def module(name: str) -> str:
    """The dotted name of a file below src/, mocks/ and the like."""
    dotted = name.removeprefix("src/").removesuffix(".py").replace("/", ".")
    return dotted.removesuffix(".__init__")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import of one module by one file, wherever it stands: top, function or type-checking block."""

    file: str
    line: int
    target: str

    @property
    def top(self) -> str:
        """The first part of the imported name."""
        return self.target.partition(".")[0]

    @property
    def foreign(self) -> bool:
        """Whether it is neither the standard library nor part of this repository."""
        return self.top not in sys.stdlib_module_names and self.top not in {"renkei", "mocks"}

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"


@functools.cache
def imports(name: str) -> tuple[Import, ...]:
    """Every import of a file; ``from a import b`` counts as ``a.b``, since b may be a module."""
    return tuple(_imports(name))


def _imports(name: str) -> Iterator[Import]:
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file=name, line=node.lineno, target=alias.name)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                target = (
                    f"{node.module or ''}.{alias.name}" if node.level == 0 else "." * node.level + (node.module or "")
                )
                yield Import(file=name, line=node.lineno, target=target)


def functions(name: str) -> Iterator[Function]:
    """Every function and method of a file."""
    return (node for node in ast.walk(parsed(name)) if isinstance(node, Function))
