"""What there is to judge by: systems, linkages, items, requirements, tests and faults, counted in the tree itself."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench_rows import ROOT

from renkei.cli import wiring
from renkei.cli.coverage import boundary_bundle, coverage, totals
from renkei.cli.requirements import (
    AROUND,
    FOREIGN,
    PAIRS,
    all_traces,
    boundary_faults,
    planted_faults,
    proven_faults,
    rule_faults,
)
from renkei.flow.requirement import Basis, Role, Transport
from renkei.tables.trace import Trace

HEADS = {"en": ("there is", "number", "of these"), "ja": ("あるもの", "数", "内訳")}
BASES = {
    "en": {Basis.SOURCED: "sourced", Basis.INTERPRETATION: "interpretation", Basis.AMBIGUOUS: "ambiguous (recorded only)"},
    "ja": {Basis.SOURCED: "明文", Basis.INTERPRETATION: "解釈", Basis.AMBIGUOUS: "未確定（記録のみ）"},
}  # fmt: skip
PARTS = {
    "en": {
        "file": "files", "rest": "REST", "linkage": "carried by these linkages", "boundary": "by boundary systems alone",
        "outside": "outside, with the reason", "provider": "provider", "consumer": "consumer", "pair": "pair", "journey": "life events",
        "journeys": "life events", "security": "security", "generic": "any document",
        "own": "of providers, one by one", "received": "of consumers", "pairs": "of pairs", "rules": "made of rules between cells", "documents": "sample servers",
        "around": "boundary systems", "systems": "systems",
    },
    "ja": {
        "file": "ファイル", "rest": "REST", "linkage": "上の連携で運ぶ", "boundary": "境界システムの操作だけで運ぶ",
        "outside": "対象の外（理由つき）", "provider": "提供側", "consumer": "利用側", "pair": "組", "journey": "できごと",
        "journeys": "できごと", "security": "安全", "generic": "任意の文書",
        "own": "提供側（一つずつ書いたもの）", "received": "利用側", "pairs": "組", "rules": "セルの間の決まりから作るもの", "documents": "見本のサーバー",
        "around": "境界システム", "systems": "システム",
    },
}  # fmt: skip
ROWS = {
    "systems": ("systems of the standard, 業務 and common features", "標準の業務・共通機能のシステム"),
    "linkages": ("linkages, each with its contract", "契約のある連携"),
    "numbers": ("numbers of the standard's linkages (L01 …)", "標準の連携の番号（L01 …）"),
    "operations": ("operations of boundary systems", "境界システムの操作"),
    "items": ("items of data", "データ項目"),
    "codes": ("code lists", "コード表"),
    "requirements": ("requirements on these linkages", "これらの連携への要件"),
    "generic": ("requirements on any OpenAPI document", "任意の OpenAPI 文書への要件"),
    "around": ("requirements of the boundary systems", "境界システムの要件"),
    "tests": ("tests that judge", "判定する試験"),
    "faults": ("planted faults", "仕込んだ故障"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One row: how many of a thing there are, and how many of which part; parts without any are left out."""

    row: str
    number: int
    parts: tuple[tuple[str, int], ...] = ()


@functools.cache
def counts() -> tuple[Count, ...]:
    """Every row, counted anew."""
    bundle, around, traces = wiring.load_bundle(), boundary_bundle(ROOT), all_traces(ROOT)
    linkages = [linkage for system in bundle.systems for linkage in system.linkages]
    items = [item for system in bundle.systems for item in system.items]
    of = totals(coverage(ROOT, traces))
    operations = [linkage for system in around.systems for linkage in system.linkages] if around else []
    own, generic = bundle.requirements, [one for one in traces if one.requirement.id.startswith("GN-")]
    known = {one.id for one in own} | {one.requirement.id for one in generic}
    others = [one for one in traces if one.requirement.id not in known]
    tests = {suite: len(wiring.suite_tests(suite)) for suite in wiring.SUITES}
    planted = planted_faults(ROOT / "mocks" / "faults")
    received = [name for name in planted if "/" in name]
    faults = {
        "own": len(planted) - len(received),
        "received": len(received),
        "pairs": len(proven_faults(ROOT / "mocks" / PAIRS)),
        "rules": len(rule_faults(bundle)),
        "documents": len(json.loads((ROOT / "mocks" / FOREIGN).read_text("utf-8"))["faults"]),
        "around": len(boundary_faults(ROOT / "mocks" / AROUND)),
    }
    return (
        Count(row="systems", number=len(bundle.systems)),
        Count(row="linkages", number=len(linkages), parts=_parts(linkage.transport for linkage in linkages)),
        Count(row="numbers", number=of["numbers"], parts=_named(of)),
        Count(row="operations", number=len(operations), parts=(("systems", len(around.systems) if around else 0),)),
        Count(row="items", number=len(items), parts=_parts((item.basis for item in items), Basis)),
        Count(row="codes", number=len(bundle.codes)),
        Count(
            row="requirements",
            number=len(own),
            parts=(*_parts((one.basis for one in own), Basis), *_parts((one.role for one in own), Role)),
        ),
        Count(row="generic", number=len(generic), parts=_of(generic)),
        Count(row="around", number=len(others), parts=_of(others)),
        Count(row="tests", number=sum(tests.values()), parts=tuple(tests.items())),
        Count(row="faults", number=sum(faults.values()), parts=tuple(faults.items())),
    )


def _of(traces: Iterable[Trace]) -> tuple[tuple[str, int], ...]:
    return _parts((one.requirement.basis for one in traces), Basis)


def _parts(values: Iterable[Any], order: Iterable[Any] = Transport) -> tuple[tuple[str, int], ...]:
    found = Counter(map(str, values))
    return tuple((str(part), found[str(part)]) for part in order)


def _named(of: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return (("linkage", of["by_linkage"]), ("boundary", of["by_boundary"]), ("outside", of["outside"]))


def table(language: str) -> str:
    """The counts as a table of a README."""
    words = PARTS[language] | {str(basis): name for basis, name in BASES[language].items()}
    comma = ", " if language == "en" else "、"
    lines = [HEADS[language], ("---", "---:", "---")]
    for count in counts():
        parts = comma.join(f"{words[part]} {number:,}" for part, number in count.parts if number)
        lines.append((ROWS[count.row][language == "ja"], f"{count.number:,}", parts))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
