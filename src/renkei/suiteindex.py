"""Which test judges which requirement, read from the suites' source without importing it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from renkei.errors import UsageError
from renkei.kit.requirement import requirement as mark


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteTest:
    """One marked test: ``id`` is ``<file below suites>::<function>``; ``linkages`` empty means every linkage."""

    id: str
    requirements: tuple[str, ...]
    linkages: tuple[str, ...]
    doc: str

    def judges(self, requirement_id: str, linkage_id: str) -> bool:
        """Whether this test runs for that requirement on that linkage."""
        return requirement_id in self.requirements and (not self.linkages or linkage_id in self.linkages)


def read_suites(suites: Path, role: str = "provider") -> tuple[SuiteTest, ...]:
    """Every marked test of one role's folder, in file order; raises UsageError for a file that does not parse."""
    tests: list[SuiteTest] = []
    for path in sorted((suites / role).rglob("test_*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise UsageError("suite-unreadable", file=path.name, line=error.lineno) from error
        relative = path.relative_to(suites).as_posix()
        tests.extend(test for node in tree.body if (test := _marked(node, relative)))
    return tuple(tests)


def _marked(node: ast.stmt, relative: str) -> SuiteTest | None:
    if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
        return None
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _name(decorator.func) == mark.__name__:
            linkages: tuple[str, ...] = ()
            for keyword in decorator.keywords:
                if keyword.arg == "linkages":
                    linkages = tuple(ast.literal_eval(keyword.value))
            ids = tuple(ast.literal_eval(argument) for argument in decorator.args)
            doc = (ast.get_docstring(node) or "").strip()
            return SuiteTest(id=f"{relative}::{node.name}", requirements=ids, linkages=linkages, doc=doc)
    raise UsageError("suite-test-unmarked", file=relative, test=node.name)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
