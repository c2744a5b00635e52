"""Conditions of presence that no other item decides: each has its reason in a table, so that none is left unjudged unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from renkei.errors import ContractError
from renkei.flow.contract import Bundle, Item
from renkei.tables.places import Places
from renkei.tables.reader import Row, read_rows

TABLE = "common/conditions.csv"
COLUMNS = ("condition", "reason_ja", "reason_en", "ambiguities")
CONDITIONAL = "条件付き必須"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How many items are mandatory on a condition that a machine decides, and on one that is open with a reason."""

    decided: int
    open: int
    faults: tuple[ContractError, ...]


def open_conditions(bundle: Bundle, files: Mapping[str, bytes], places: Places) -> Conditions:
    """The conditions of an edition; an open one without a reason, and a reason without one, are faults."""
    text = files.get(TABLE, b"").decode("utf-8")
    rows = {row.text("condition"): row for row in read_rows(text, TABLE, COLUMNS)} if text else {}
    items = [
        (f"{system.id}_{system.romaji}/items.csv", item)
        for system in bundle.systems
        for item in system.items
        if item.output == CONDITIONAL
    ]
    without = [(file, item) for file, item in items if not item.when]
    return Conditions(
        decided=len(items) - len(without),
        open=len(without),
        faults=(*_unexplained(without, rows, places), *_reasons(without, rows, bundle)),
    )


def _unexplained(without: list[tuple[str, Item]], rows: Mapping[str, Row], places: Places) -> Iterator[ContractError]:
    for file, item in without:
        if item.condition not in rows:
            at = places.at(file, item.group, item.romaji)
            where = f"{item.group} {item.name}"
            yield ContractError(
                "contract-condition", file=at, where=where, condition=item.condition or "–", table=TABLE
            )


def _reasons(without: list[tuple[str, Item]], rows: Mapping[str, Row], bundle: Bundle) -> Iterator[ContractError]:
    used = {item.condition for _, item in without}
    known = {item.id for item in bundle.ambiguities}
    for condition, row in rows.items():
        at = f"{TABLE}:{row.line}"
        if condition not in used:
            yield ContractError("contract-unknown-name", file=at, where=condition, kind="condition", value=condition)
        row.text("reason_ja"), row.text("reason_en")
        for name in row.parts("ambiguities"):
            if name not in known:
                yield ContractError("contract-unknown-name", file=at, where=condition, kind="ambiguities", value=name)
