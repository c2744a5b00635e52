"""A resident with history: every row holds every item, and no row is ever written over."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

Values = dict[str, str]

# 異動事由. The official values are not at hand; these are the provisional ones, and judged by nobody.
REASONS = {
    "国内転入": "01",
    "国外転入等": "02",
    "出生": "03",
    "職権記載（帰化等）": "04",
    "職権記載": "06",
    "異動の取消し（増）": "09",
    "国内転出": "10",
    "国外転出": "11",
    "死亡": "12",
    "職権消除": "15",
    "異動の取消し（減）": "18",
    "転居": "19",
    "職権修正": "21",
    "個人番号の職権記載": "25",
    "世帯合併": "29",
    "世帯変更": "30",
    "世帯主変更": "31",
    "旧氏の記載": "32",
    "通称の記載": "35",
    "異動の取消し（修正）": "37",
}
JAPANESE, FOREIGNER = "1", "2"
LIVING, MOVED_OUT, DEAD = "1", "2", "3"


@dataclass(slots=True, kw_only=True)
class Row:
    """One state of one resident, from a moment on; `gaps` are the times in which it counts as deleted."""

    number: str
    rireki: int
    edaban: int
    at: datetime
    values: Values
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)

    def exists(self, moment: datetime) -> bool:
        """Whether the row is in the register at that moment."""
        return self.at <= moment and not any(start <= moment < end for start, end in self.gaps)


@dataclass(slots=True, kw_only=True)
class Resident:
    """One 宛名番号: its rows so far, and the values of the last."""

    number: str
    rows: list[Row] = field(default_factory=list)
    persona: int | None = None

    @property
    def values(self) -> Values:
        """The present values."""
        return self.rows[-1].values if self.rows else {}

    @property
    def living(self) -> bool:
        """Whether the person is a resident now, 転出 still to come included."""
        return self.values.get("住民状態") == LIVING

    def record(self, at: datetime, reason: str, changes: Values, on: date | None = None) -> Row:
        """A new row: the present values with the changes; an empty value removes an item."""
        if self.rows:
            # Two events in one second still have an order.
            at = max(at, self.rows[-1].at + timedelta(seconds=1))
        values = {**self.values, "異動事由": REASONS[reason]}
        values["異動年月日"] = values["異動届出年月日"] = (on or at.date()).isoformat()
        values["異動年月日_不詳フラグ"] = "0"
        values.pop("異動年月日_不詳表記", None)
        if on and on > at.date():
            # A move announced beforehand: it was notified today.
            values["異動届出年月日"] = at.date().isoformat()
        values.update(changes)
        kept = {name: value for name, value in values.items() if value != ""}
        row = Row(number=self.number, rireki=len(self.rows) + 1, edaban=0, at=at, values=kept)
        self.rows.append(row)
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """One row of 支援措置: a decision from a moment on. 一時解除 makes none: it must not leave 001."""

    number: str
    rireki: int
    at: datetime
    start: date
    end: date
    kind: str


PROVISIONAL, CONFIRMED, ENDED = "2", "1", "3"


def kojinbango(serial: int) -> str:
    """A 個人番号 of the marked range 999990…, with its check digit; nobody's."""
    body = f"999990{serial:05d}"
    total = 0
    for place, digit in enumerate(reversed(body), start=1):
        total += int(digit) * (place + 1 if place <= 6 else place - 5)
    rest = total % 11
    return f"{body}{0 if rest <= 1 else 11 - rest}"
