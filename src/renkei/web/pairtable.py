"""The pairs of one run for its page: who does not work with whom, on which linkage, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renkei.record import RunRecord
from renkei.verdicts import pair_rows
from renkei.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """One pair on one linkage in words."""

    provider: str
    consumer: str
    linkage: str
    verdict: str
    word: str
    turn: str
    why: str
    evidence: tuple[str, ...]


def pair_table(record: RunRecord, wording: Wording, run: str) -> tuple[PairRow, ...]:
    """A row for each linkage of each pair, those that do not work first."""
    targets = {str(target.get("id")): target for target in record.header.targets}
    rows = [_row(row, targets, wording) for row in pair_rows(record, wording, run)]
    return tuple(sorted(rows, key=lambda row: row.verdict == "passed"))


def _row(row: Mapping[str, Any], targets: Mapping[str, Mapping[str, Any]], wording: Wording) -> PairRow:
    provider, consumer = (targets.get(row[side], {}) for side in ("provider", "consumer"))
    return PairRow(
        provider=str(provider.get("vendor", row["provider"])),
        consumer=str(consumer.get("vendor", row["consumer"])),
        linkage=wording.linkage(str(provider.get("system", "")), row["linkage"]),
        verdict=row["verdict"],
        word=wording.catalogue.choice("pair_states", row["verdict"]),
        turn=wording.turn(row["fault_of"]),
        why=row["why"],
        evidence=_evidence(row["findings"]),
    )


def _evidence(findings: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    digests = dict.fromkeys(digest for finding in findings for digest in finding["evidence"])
    return tuple(f"evidence/{digest}.json" for digest in list(digests)[:4])
