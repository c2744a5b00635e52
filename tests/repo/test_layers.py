"""The one-way street of ARCHITECTURE.md, in the words that import-linter cannot say; lazy and type-only imports count."""

from __future__ import annotations

import sys
from collections import defaultdict

import pytest
import tree

# Third-party libraries outside adapters/, each with the reason why it cannot be behind a port.
ALLOWED = {
    ("renkei.kit.forall", "hypothesis"): "the search for counterexamples is what the kit gives to suites",
    ("renkei.kit.strategies", "hypothesis"): "strategies are hypothesis's own vocabulary",
    ("renkei.cli.suite", "pytest"): "the root conftest loads it by name",
}

# A library that more than one adapter may use, because it is a foundation of both and has no behaviour to hide.
SHARED = {"yaml", "pytest", "hypothesis", "uvloop"}


def owner(module: str) -> str:
    """The adapter folder of a module, or the module itself."""
    parts = module.split(".")
    return ".".join(parts[:3]) if parts[:2] == ["renkei", "adapters"] else module


def allowed(module: str, library: str) -> bool:
    """Whether a module outside the adapters may import that library."""
    return any(library == name and (module + ".").startswith(place + ".") for place, name in ALLOWED)


def test_flow_knows_only_the_standard_library_and_errors() -> None:
    """Nothing in flow/ imports anything but the standard library, flow and renkei.errors."""
    strange = [
        str(found)
        for name in tree.python("src/renkei/flow/")
        for found in tree.imports(name)
        if not (
            found.top in sys.stdlib_module_names or (found.target + ".").startswith(("renkei.flow.", "renkei.errors."))
        )
    ]

    assert strange == []


IMPURE = {
    "asyncio",
    "ftplib",
    "http",
    "multiprocessing",
    "os",
    "pathlib",
    "shutil",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
}
IMPURE |= {"subprocess", "tempfile", "threading", "time", "urllib.request", "random"}


def test_flow_does_no_input_or_output() -> None:
    """Nothing in flow/ imports a module of files, sockets, processes, time or chance, or opens a file."""
    strange = [
        str(found)
        for name in tree.python("src/renkei/flow/")
        for found in tree.imports(name)
        if found.top in IMPURE or found.target.startswith("urllib.request")
    ]
    opened = [name for name in tree.python("src/renkei/flow/") if "open(" in tree.text(name)]

    assert strange + opened == []


def test_a_library_is_imported_by_adapters_only() -> None:
    """Outside adapters/ no module imports a third-party library, but for the few that are listed with their reason."""
    strange = [
        str(found)
        for name in tree.python("src/renkei/")
        for found in tree.imports(name)
        if found.foreign and not name.startswith("src/renkei/adapters/") and not allowed(tree.module(name), found.top)
    ]

    assert strange == []


def test_a_library_has_one_adapter() -> None:
    """Each third-party library is imported in one adapter folder only, so that changing it is one folder's work."""
    places: dict[str, set[str]] = defaultdict(set)
    for name in tree.python("src/renkei/adapters/"):
        for found in tree.imports(name):
            if found.foreign:
                places[found.top].add(owner(tree.module(name)))
    many = {library: sorted(names) for library, names in places.items() if len(names) > 1 and library not in SHARED}

    assert many == {}


def test_an_adapter_imports_no_other_adapter() -> None:
    """No module below adapters/ imports another adapter's folder."""
    strange = [
        str(found)
        for name in tree.python("src/renkei/adapters/")
        for found in tree.imports(name)
        if found.target.startswith("renkei.adapters.") and owner(found.target) != owner(tree.module(name))
    ]

    assert strange == []


@pytest.mark.parametrize(("folder", "forbidden"), [("mocks/", "renkei"), ("src/", "mocks"), ("mocks/", "suites")])
def test_the_judge_and_the_accused_share_no_code(folder: str, forbidden: str) -> None:
    """Mocks import nothing of Renkei and Renkei nothing of the mocks."""
    strange = [str(found) for name in tree.python(folder) for found in tree.imports(name) if found.top == forbidden]

    assert strange == []


def test_suites_import_pytest_and_the_kit_only() -> None:
    """A suite imports the standard library, pytest, its own folder and renkei.kit; nothing else of Renkei."""
    own = {"suites"} | {name.rpartition("/")[2].removesuffix(".py") for name in tree.python("suites/")}
    strange = [
        str(found)
        for name in tree.python("suites/")
        for found in tree.imports(name)
        if found.top not in own | {"pytest"} | sys.stdlib_module_names
        and not (found.target + ".").startswith("renkei.kit.")
    ]

    assert tree.python("suites/"), "there are no suites"
    assert strange == []


def test_src_uses_no_relative_import() -> None:
    """Imports are absolute: a line says by itself where it leads."""
    strange = [
        str(found) for name in tree.python("src/", "mocks/") for found in tree.imports(name) if found.target[0] == "."
    ]

    assert strange == []


def test_the_root_conftest_is_one_statement() -> None:
    """The root conftest loads the plugin and does nothing else."""
    statements = tree.parsed("conftest.py").body

    assert len(statements) == 2, "a docstring and one statement"
