"""How a receiving system keeps a row: as it came, or as one of its defects leaves it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mocks.gyomu.contract import STAMP, Linkage

if TYPE_CHECKING:
    from mocks.gyomu.intake import Intake

Row = list[str]
# 異動事由: a 個人番号 that was written later, and 異動の取消し.
ARRIVED = {"01", "02"}
NUMBERED, CANCELLED = "25", {"09", "18", "37"}
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_IMPOSSIBLE = re.compile(r"\d{4}-(00|99|\d\d-(00|99)|02-30|02-31|0[469]-31|11-31).*")


def kept(form: Linkage, row: Row, fault: Callable[[str], bool]) -> Row:
    """The row as it is stored."""
    if fault("intake_strips_selectors"):
        row = [_SELECTOR.sub("", cell) for cell in row]
    if fault("intake_loses_rare_characters"):
        row = [_printable(cell) for cell in row]
    if fault("intake_trims_spaces"):
        row = [cell.replace("\u3000", " ").strip() for cell in row]
    if fault("intake_loses_zeros"):
        # Keys stay: a row under another key would be another row, which is a defect of its own.
        items = zip(form.items, row, strict=True)
        row = [cell if item.key else _number(item.kind, item.romaji, cell) for item, cell in items]
    if fault("intake_loses_unknown_dates"):
        row = [
            "" if item.kind == "DATE" and _IMPOSSIBLE.fullmatch(cell) else cell
            for item, cell in zip(form.items, row, strict=True)
        ]
    if fault("intake_shifts_days") and "idonengappi" in form.places:
        row = _with(form, row, "idonengappi", _day_before(row[form.places["idonengappi"]]))
    if fault("intake_unknown_day_as_date") and "idonengappi_fushofuragu" in form.places:
        row = _with(form, _with(form, row, "idonengappi_fushofuragu", "0"), "idonengappi_fushohyoki", "")
    if fault("intake_ignores_later_number") and form.id == "001o006" and row[form.places["idojiyu"]] == NUMBERED:
        row = _with(form, row, "kojinbango", "")
    if fault("intake_cuts_long_cells"):
        row = [cell[:40] for cell in row]
    return row


def is_ignored(form: Linkage, row: Row, fault: Callable[[str], bool]) -> bool:
    """Whether a receiving system quietly leaves out a row of a resident: only by a defect."""
    if form.id not in {"001o005", "001o006"}:
        return False
    cells = dict(zip(form.header, row, strict=True))
    if fault("intake_loses_cancellation") and cells["idojiyu"] in CANCELLED:
        return True
    if fault("intake_waits_for_own_counter") and cells["idojiyu"] in ARRIVED:
        return True
    if fault("intake_two_current") and cells["saishinfuragu"] == "0":
        return True
    if fault("intake_needs_head") and not cells["tsuzukigarakodo1"]:
        return True
    return fault("intake_needs_name") and cells["juminshubetsu"] == "1" and not cells["shimei"]


def _with(form: Linkage, row: Row, name: str, value: str) -> Row:
    changed = list(row)
    changed[form.places[name]] = value
    return changed


def _day_before(text: str) -> str:
    try:
        return (date.fromisoformat(text) - timedelta(days=1)).isoformat()
    except ValueError:
        return text


def _printable(cell: str) -> str:
    """Characters beyond the first plane and of the private areas as a geta mark, as an old font would have it."""
    return "".join("〓" if ord(char) > 0xFFFF or 0xE000 <= ord(char) <= 0xF8FF else char for char in cell)


def _number(kind: str, name: str, cell: str) -> str:
    """A code that went through a number; 宛名番号 are kept as they are."""
    if kind != "X" or name.endswith("bango") or not cell.isascii() or not cell.isdigit():
        return cell
    return cell.lstrip("0") or "0"


def erase(intake: "Intake", row: Row) -> None:
    """Drop what lies between a row and an earlier one that said the same: as if it had never been."""
    form, subject = intake.linkage, intake.subject(row)
    silent = {*form.keys, form.latest, form.deleted, *(form.places[name] for name in STAMP)}

    def said(cells: Row) -> Row:
        return [cell for place, cell in enumerate(cells) if place not in silent]

    own = intake.key(row)
    history = [
        (key, one.cells) for key, one in intake.rows.items() if key != own and intake.subject(one.cells) == subject
    ]
    if any(said(cells) == said(row) for _, cells in history):
        for key, cells in history:
            if said(cells) != said(row):
                del intake.rows[key]
