"""What no committed file may hold, and what every module, class and test must say about itself."""

from __future__ import annotations

import ast
import re

import pytest
import tree

CODE = ("src/", "suites/", "mocks/", "tests/", "ci/", "contracts/")
THIS_FILE = "tests/repo/test_text.py"
# The licence's own text holds its own address.
LOCKS = ("requirements.lock", "ci/tools.lock", "ci/peers.lock", "ci/allure/package-lock.json")

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![\w.])/(work|home|Users)/[a-z]|/root/|/tmp/(x|brief|house)\b")
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.(org|com)|deb\.debian|debian\.org/debian|docker\.io/|ghcr\.io|quay\.io"
    r"|--(extra-)?index-url|\"resolved\":",
    re.IGNORECASE,
)
EXCUSE = re.compile(
    r"#\s*(noqa|type:\s*ignore|pragma: no cover|fmt: skip)(:\s*[A-Z0-9, ]+|\[[a-z, -]+\])?(?P<rest>.*)$"
)


def lines(pattern: re.Pattern[str], *folders: str) -> list[str]:
    """Every line of the committed text files that the pattern finds, as ``file:line``."""
    return [
        f"{name}:{number}: {line.strip()[:80]}"
        for name in tree.files()
        if name != THIS_FILE and (not folders or name.startswith(folders))
        for number, line in enumerate(tree.text(name).splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_is_left_to_do() -> None:
    """No file says that something is still to be done."""
    assert lines(UNFINISHED, *CODE) == []


def test_no_path_of_one_machine() -> None:
    """No file holds a path of the machine that it was written on."""
    assert lines(MACHINE) == []


def test_no_registry_is_named() -> None:
    """No file names a package or image registry: that is the configuration of the machine."""
    assert lines(REGISTRIES) == []


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_digests(name: str) -> None:
    """A lock pins by content: it holds a digest for everything that it names."""
    assert ("--hash=sha256:" in tree.text(name)) or ('"integrity": "sha512-' in tree.text(name))


def test_every_excuse_has_a_reason() -> None:
    """A comment that silences a checker says why, in words, on its line (formatting alone needs none)."""
    bare = []
    for name in tree.python(*CODE):
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            found = EXCUSE.search(line)
            if found and found[1] != "fmt: skip" and len(found["rest"].strip(" -#:")) < 8 and name != THIS_FILE:
                bare.append(f"{name}:{number}")

    assert bare == []


def test_every_broad_except_has_a_reason() -> None:
    """Catching everything is for clean-up that raises again, or stands beside a comment that names the outer edge."""
    bare = [
        f"{name}:{node.lineno}"
        for name in tree.python("src/", "suites/", "mocks/", "ci/")
        for node in ast.walk(tree.parsed(name))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
        and len(tree.text(name).splitlines()[node.lineno - 1].partition("#")[2].strip(" -:")) < 8
    ]

    assert bare == []


def public(node: ast.AST) -> bool:
    """Whether a class or function is part of what others read."""
    return isinstance(node, ast.ClassDef | tree.Function) and not node.name.startswith("_")


@pytest.mark.parametrize("folder", ["src/", "suites/", "mocks/", "tests/", "ci/"])
def test_every_module_and_class_says_what_it_is(folder: str) -> None:
    """Every module and every public class has a docstring."""
    silent = [
        name for name in tree.python(folder) if tree.text(name).strip() and not ast.get_docstring(tree.parsed(name))
    ]
    silent += [
        f"{name}:{node.lineno} {node.name}"
        for name in tree.python(folder)
        for node in ast.walk(tree.parsed(name))
        if isinstance(node, ast.ClassDef) and public(node) and not ast.get_docstring(node)
    ]

    assert silent == []


@pytest.mark.parametrize("folder", ["tests/", "suites/"])
def test_every_test_states_its_fact(folder: str) -> None:
    """Every test has a docstring, and it states the fact as one: it neither wishes nor says that it tests."""
    vague = [
        f"{name}:{function.lineno} {function.name}"
        for name in tree.python(folder)
        for function in tree.functions(name)
        if function.name.startswith("test_")
        and (
            not (said := ast.get_docstring(function) or "")
            or re.search(r"\bshould\b|^tests? that\b", said, re.IGNORECASE)
        )
    ]

    assert vague == []


def test_every_public_function_of_the_product_says_what_it_gives() -> None:
    """Every public module-level function of src/ has a docstring."""
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name in tree.python("src/")
        for node in tree.parsed(name).body
        if isinstance(node, tree.Function) and public(node) and not ast.get_docstring(node)
    ]

    assert silent == []
