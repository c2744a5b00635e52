"""The items of the two interfaces of 031, as the tables under `mocks/data/` list them."""

import csv
from dataclasses import dataclass
from pathlib import Path

_DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One parameter: its name on the wire, its name for people, and what is allowed in it."""

    romaji: str
    label: str
    kind: str  # X, N, DATE, TIME
    size: int
    fixed: bool
    required: bool
    codes: tuple[str, ...]
    unknown_dates: bool  # 不詳日を許容


def _read(name: str) -> tuple[Item, ...]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(
            Item(
                romaji=row["romaji"],
                label=row["komoku"],
                kind=row["kata"],
                size=int(row["keta"]),
                fixed=row["kotei"] == "1",
                required=row["hissu"] == "◎",
                codes=tuple(row["kodo"].split("/")) if row["kodo"] else (),
                unknown_dates=row["kisoku"] == "fusho",
            )
            for row in csv.DictReader(file)
        )


FUBAN = _read("items_031.csv")
SHOKAI = _read("items_031_shokai.csv")
LABELS = {item.romaji: item.label for item in (*FUBAN, *SHOKAI)}
# A result row of 照会: every request item of 付番 but the way of processing.
RECORD = tuple(item.romaji for item in FUBAN if item.romaji != "shorikubun")
REQUIRED = frozenset(item.romaji for item in FUBAN if item.required)
