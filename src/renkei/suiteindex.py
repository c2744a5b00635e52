"""Which test judges which requirement, read from the suites' source without importing it."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from renkei.errors import UsageError
from renkei.flow.requirement import CARRIED_PREFIX

# The name of `renkei.kit.requirement`; importing the kit would take longer than most commands.
MARK = "requirement"
# In a mark: every requirement that a document of another standard brings with it.
CARRIED = "x-renkei-requirements"
# In a mark: every requirement that has rules in a table of that name.
RULED = "rules.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteTest:
    """One marked test: ``id`` is ``<file below suites>::<function>``; ``linkages`` empty means every linkage.

    ``carried`` says that it judges the requirements that a document brings with it, too.
    """

    id: str
    requirements: tuple[str, ...]
    linkages: tuple[str, ...]
    doc: str
    carried: bool = False

    def judges(self, requirement_id: str, linkage_id: str) -> bool:
        """Whether this test runs for that requirement on that linkage."""
        carried = self.carried and requirement_id.startswith(CARRIED_PREFIX)
        return (carried or requirement_id in self.requirements) and (not self.linkages or linkage_id in self.linkages)


def ruled(contracts: Path) -> tuple[str, ...]:
    """The requirements that have rules in the tables of a contracts folder."""
    found: dict[str, None] = {}
    for path in sorted(contracts.glob(f"*/{RULED}")):
        with path.open(encoding="utf-8", newline="") as stream:
            found |= dict.fromkeys(row["id"] for row in csv.DictReader(stream))
    return tuple(found)


def read_suites(suites: Path, role: str = "provider", *, rules: tuple[str, ...] = ()) -> tuple[SuiteTest, ...]:
    """Every marked test of one role's folder, in file order; raises UsageError for a file that does not parse.

    ``rules`` are the requirements that a mark for all rules stands for.
    """
    tests: list[SuiteTest] = []
    for path in sorted((suites / role).rglob("test_*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise UsageError("suite-unreadable", file=path.name, line=error.lineno) from error
        relative = path.relative_to(suites).as_posix()
        constants = _constants(tree)
        tests.extend(test for node in tree.body if (test := _marked(node, relative, constants, rules)))
    return tuple(tests)


def _constants(tree: ast.Module) -> dict[str, str]:
    """The module's own text constants, so that a mark may name a linkage by one."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= {name.id: node.value.value for name in node.targets if isinstance(name, ast.Name)}
    return found


def _texts(nodes: Iterable[ast.expr], relative: str, constants: Mapping[str, str]) -> tuple[str, ...]:
    """Literal texts, or names of constants; raises UsageError for anything that only running the file could tell."""
    texts = []
    for node in nodes:
        value = constants.get(node.id) if isinstance(node, ast.Name) else getattr(node, "value", None)
        if not isinstance(value, str):
            raise UsageError("suite-mark-not-literal", file=relative, line=node.lineno)
        texts.append(value)
    return tuple(texts)


def _marked(node: ast.stmt, relative: str, constants: Mapping[str, str], rules: tuple[str, ...]) -> SuiteTest | None:
    if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
        return None
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _name(decorator.func) == MARK:
            linkages: tuple[str, ...] = ()
            for keyword in decorator.keywords:
                if keyword.arg == "linkages":
                    linkages = _texts(getattr(keyword.value, "elts", [keyword.value]), relative, constants)
            named = _texts(decorator.args, relative, constants)
            stands_for = {RULED: rules, CARRIED: ()}
            ids = tuple(found for name in named for found in stands_for.get(name, (name,)))
            doc = (ast.get_docstring(node) or "").strip()
            return SuiteTest(
                id=f"{relative}::{node.name}",
                requirements=ids,
                linkages=linkages,
                doc=doc,
                carried=CARRIED in named,
            )
    raise UsageError("suite-test-unmarked", file=relative, test=node.name)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
