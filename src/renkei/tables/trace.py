"""Requirement → tests that judge it → planted faults that prove them, and the gaps with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.errors import ContractError
from renkei.flow.contract import Bundle
from renkei.flow.requirement import Basis, Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One requirement with the tests and faults that name it; ``gap`` is a message code, "" when it is proven."""

    requirement: Requirement
    tests: tuple[str, ...]
    faults: tuple[str, ...]
    gap: str
    reason_ja: str = ""
    reason_en: str = ""

    def reason(self, language: str) -> str:
        """Why it is not tested, in ``ja`` or ``en`` ("" when no reason is recorded)."""
        return self.reason_ja if language == "ja" else self.reason_en

    def to_json(self) -> dict[str, Any]:
        """The trace as JSON data."""
        item = self.requirement
        return {
            "id": item.id,
            "level": str(item.level),
            "impact": str(item.impact),
            "basis": str(item.basis),
            "applies": str(item.applies),
            "linkages": list(item.linkages),
            "clause": item.clause,
            "rules": list(item.rules),
            "ambiguities": list(item.ambiguities),
            "title_ja": item.title_ja,
            "title_en": item.title_en,
            "tests": list(self.tests),
            "faults": list(self.faults),
            "gap": self.gap,
            "reason_ja": self.reason_ja,
            "reason_en": self.reason_en,
        }


def trace(
    bundle: Bundle, tests: Iterable[tuple[str, tuple[str, ...]]], faults: Mapping[str, tuple[str, ...]]
) -> tuple[Trace, ...]:
    """Trace every requirement; ``tests`` pairs a test with the ids it judges, ``faults`` a fault with those it proves.

    Raises ContractError when a test or fault names a requirement that the edition does not have.
    """
    known = {item.id for item in bundle.requirements}
    pairs = tuple(tests)
    for name, ids in (*pairs, *faults.items()):
        for unknown in sorted(set(ids) - known):
            raise ContractError("trace-unknown-requirement", name=name, value=unknown)
    return tuple(
        _trace(
            item,
            tuple(name for name, ids in pairs if item.id in ids),
            tuple(sorted(name for name, ids in faults.items() if item.id in ids)),
            bundle.untested.get(item.id),
        )
        for item in bundle.requirements
    )


def _trace(
    item: Requirement, tests: tuple[str, ...], faults: tuple[str, ...], untested: tuple[str, str] | None
) -> Trace:
    reason_ja, reason_en = untested or ("", "")
    if untested and not tests:
        gap = "untested"
    elif not tests:
        gap = "no-test"
    elif not faults and item.basis is not Basis.AMBIGUOUS:
        gap = "no-fault"
    else:
        gap = ""
    return Trace(requirement=item, tests=tests, faults=faults, gap=gap, reason_ja=reason_ja, reason_en=reason_en)
