"""The columns of the linkages of 001, as `mocks/data/items_001.csv` lists them."""

import csv
from dataclasses import dataclass
from pathlib import Path

_DATA = Path(__file__).parent.parent / "data" / "items_001.csv"
RESIDENTS, PROTECTED = "住民情報", "支援措置対象者情報"
NOTICED, CERTIFIED = "戸籍附票記載事項通知", "番号紐付情報"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One column."""

    romaji: str
    label: str
    kind: str
    size: int
    key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """One file linkage: its columns in order."""

    id: str
    group: str
    items: tuple[Item, ...]

    @property
    def header(self) -> list[str]:
        """The names on the first line."""
        return [item.romaji for item in self.items]


def _read() -> dict[str, tuple[Item, ...]]:
    groups: dict[str, list[Item]] = {}
    with _DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            item = Item(
                romaji=row["romaji"],
                label=row["komoku"],
                kind=row["kata"],
                size=int(row["keta"]),
                key=row["shukey"] == "1",
            )
            groups.setdefault(row["gurupu"], []).append(item)
    return {name: tuple(items) for name, items in groups.items()}


_GROUPS = _read()
LABELS = frozenset(item.label for item in _GROUPS[RESIDENTS])
WITH_NUMBER = Linkage(id="001o006", group=RESIDENTS, items=_GROUPS[RESIDENTS])
# 001o005 is the same without 個人番号.
WITHOUT_NUMBER = Linkage(
    id="001o005",
    group=RESIDENTS,
    items=tuple(item for item in _GROUPS[RESIDENTS] if item.romaji != "kojinbango"),
)
PROTECTION = Linkage(id="001o009", group=PROTECTED, items=_GROUPS[PROTECTED])
NOTICES = Linkage(id="001o901", group=NOTICED, items=_GROUPS[NOTICED])
CERTIFICATES = Linkage(id="001o902", group=CERTIFIED, items=_GROUPS[CERTIFIED])
LINKAGES = (WITHOUT_NUMBER, WITH_NUMBER, PROTECTION, NOTICES, CERTIFICATES)
