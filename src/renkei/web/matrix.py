"""Requirement by requirement, vendor beside vendor; and what each vendor does where the standard is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from renkei.flow.contract import Bundle
from renkei.flow.outcome import NEUTRAL, Outcome, worst
from renkei.record import CaseResult, RunRecord
from renkei.wording import Wording

MAX_VALUES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One vendor's outcome ("" when nothing was planned) and its word."""

    outcome: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement of one linkage, a cell per vendor."""

    requirement: str
    title: str
    clause: str
    linkage: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The rows in three parts: where something is not met or differs, met by all, judged for nobody."""

    vendors: tuple[str, ...]
    differing: tuple[Row, ...]
    met: tuple[Row, ...]
    unjudged: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPoint:
    """One ambiguity with the values seen, a tuple per vendor."""

    id: str
    text: str
    values: tuple[tuple[str, ...], ...]


def _vendors(record: RunRecord) -> dict[str, str]:
    return {str(item.get("id", "")): str(item.get("vendor", item.get("id", ""))) for item in record.header.targets}


def matrix(record: RunRecord, wording: Wording) -> Matrix:
    """The comparison of all vendors of a run."""
    vendor_of = _vendors(record)
    systems = {str(item.get("id", "")): str(item.get("system", "")) for item in record.header.targets}
    vendors = tuple(dict.fromkeys(vendor_of.values()))
    grouped: dict[tuple[str, str, str, str], dict[str, list[CaseResult]]] = {}
    for result in record.results:
        planned = result.planned
        if planned.target not in vendor_of:
            continue  # of a pair, which has a table of its own
        key = (systems.get(planned.target, ""), planned.role, planned.linkage, planned.requirement)
        vendor = vendor_of.get(planned.target, planned.target)
        grouped.setdefault(key, {}).setdefault(vendor, []).append(result)
    cells = {outcome: _cell(outcome, wording) for outcome in (None, *Outcome)}
    parts: dict[str, list[Row]] = {"differing": [], "met": [], "unjudged": []}
    for (system, _, linkage, requirement), by_vendor in grouped.items():
        outcomes = [
            worst([result.outcome for result in by_vendor[vendor]]) if vendor in by_vendor else None
            for vendor in vendors
        ]
        row = Row(
            requirement=requirement,
            title=wording.title(requirement),
            clause=wording.clause(requirement),
            linkage=wording.linkage(system, linkage),
            cells=tuple(cells[outcome] for outcome in outcomes),
        )
        parts[_part([outcome for outcome in outcomes if outcome])].append(row)
    return Matrix(vendors=vendors, **{name: tuple(rows) for name, rows in parts.items()})


def _cell(outcome: Outcome | None, wording: Wording) -> Cell:
    if outcome is None:
        return Cell(outcome="", word=wording.catalogue.text("pages.not-planned"))
    return Cell(outcome=outcome.value, word=wording.catalogue.choice("short", outcome))


def _part(outcomes: Sequence[Outcome]) -> str:
    if all(outcome is Outcome.PASSED for outcome in outcomes):
        return "met"
    if all(outcome in NEUTRAL and outcome is not Outcome.WAIVED for outcome in outcomes):
        return "unjudged"
    return "differing"


def open_points(record: RunRecord, bundle: Bundle, wording: Wording) -> tuple[OpenPoint, ...]:
    """What was observed where the text is open, side by side by vendor."""
    vendor_of = _vendors(record)
    vendors = tuple(dict.fromkeys(vendor_of.values()))
    texts = {item.id: item.text_ja if wording.language == "ja" else item.text_en for item in bundle.ambiguities}
    seen: dict[str, dict[str, dict[str, None]]] = {}
    for result in record.results:
        vendor = vendor_of.get(result.planned.target, "")
        for observed in result.observations:
            seen.setdefault(observed.ambiguity, {}).setdefault(vendor, {})[wording.value(observed.value)] = None
    return tuple(
        OpenPoint(
            id=identifier,
            text=texts.get(identifier, ""),
            values=tuple(_values(by_vendor.get(vendor, {}), wording) for vendor in vendors),
        )
        for identifier, by_vendor in sorted(seen.items(), key=lambda item: _number(item[0]))
    )


def _values(values: dict[str, None], wording: Wording) -> tuple[str, ...]:
    listed = tuple(values)
    if len(listed) <= MAX_VALUES:
        return listed
    return (*listed[:MAX_VALUES], wording.catalogue.text("pages.values-more", count=len(listed) - MAX_VALUES))


def _number(identifier: str) -> tuple[str, int]:
    letters = identifier.rstrip("0123456789")
    return letters, int(identifier[len(letters) :][:9] or 0)
