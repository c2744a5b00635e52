"""What is wrong with the rows of a provider that gets a data rule wrong, told by what a column is, not by its system."""

from collections.abc import Callable
from datetime import date

from mocks.gyomu.contract import CITY, STAMP, Item, Linkage, codes

Row = list[str]
Asked = Callable[[str], bool]


class Blemish:
    """The defects of one linkage's values. Calling it gives a row as such a vendor would write it."""

    def __init__(self, linkage: Linkage, fault: Asked) -> None:
        self._linkage = linkage
        self._fault = fault
        self._changes = [change for name, change in self._known() if fault(name)]

    def __call__(self, row: Row) -> Row:
        if not self._changes:
            return row
        changed = list(row)
        for change in self._changes:
            change(changed)
        return changed

    def _known(self) -> list[tuple[str, Callable[[Row], None]]]:
        return [
            ("name_characters_replaced", self._characters),
            ("half_width_in_file", self._half_width),
            ("leading_zeros_lost_in_file", self._zeros),
            ("kojinbango_check_digit_wrong", self._check_digits("kojinbango", 12)),
            ("municipality_check_digit_wrong", self._check_digits(CITY, 6)),
            ("municipality_code_five_digits", self._five_digits),
            ("value_too_long", self._long),
            ("sex_code_unlisted", self._sex),
            ("required_cell_empty", self._required),
            ("date_with_slashes", self._slashes),
            ("unknown_date_notation_missing", self._notation),
            ("open_end_sentinel_in_birth_date", self._sentinel),
            ("two_latest_rows", self._two_latest),
            ("latest_row_missing", self._no_latest),
            ("history_number_gap", self._gap),
            ("delivered_row_rewritten", self._rewritten),
        ]

    # Which columns something happens to.

    def _columns(self, wanted: Callable[[Item], bool]) -> list[int]:
        return [place for place, item in enumerate(self._linkage.items) if wanted(item)]

    def _free(self, kind: str) -> list[int]:
        """Columns of a type that are neither key nor code nor envelope."""
        return self._columns(
            lambda item: item.kind == kind and not item.key and not item.code and item.romaji not in (CITY, *STAMP)
        )

    # Characters and numbers.

    def _characters(self, row: Row) -> None:
        for place in self._free("N"):
            row[place] = "".join("〓" if _is_rare(char) else char for char in row[place])

    def _half_width(self, row: Row) -> None:
        for place in self._free("N")[:1]:
            row[place] = row[place] and row[place][:-1] + "A"

    def _zeros(self, row: Row) -> None:
        """The column went through a number: of the 町字コード where there is one, else of codes with a fixed length."""
        named = self._columns(lambda item: item.romaji.endswith("choazakodo"))
        fixed = self._columns(lambda item: item.kind == "X" and item.fixed and item.size != "1" and not item.key)
        for place in named or [place for place in fixed if place != self._linkage.places[CITY]]:
            row[place] = row[place].lstrip("0")

    def _check_digits(self, ending: str, size: int) -> Callable[[Row], None]:
        places = self._columns(lambda item: item.romaji.endswith(ending) and item.size == str(size))

        def change(row: Row) -> None:
            for place in places:
                if len(row[place]) == size:
                    row[place] = row[place][:-1] + str((int(row[place][-1]) + 1) % 10)

        return change

    def _five_digits(self, row: Row) -> None:
        for place in self._columns(lambda item: item.romaji.endswith(CITY)):
            row[place] = row[place][:5]

    # Values.

    def _long(self, row: Row) -> None:
        """A name, or the first text of the data set, goes on past its length."""
        places = self._free("N") or self._free("X")
        for place in places[:1]:
            if row[place]:
                filler = "号" if self._linkage.items[place].kind == "N" else "9"
                row[place] += filler * int(self._linkage.items[place].size)

    def _sex(self, row: Row) -> None:
        for place in self._columns(lambda item: item.code == "seibetsu"):
            row[place] = "8" if row[place] == "2" else row[place]

    def _required(self, row: Row) -> None:
        if self._linkage.latest < 0 or row[self._linkage.latest] == "1":
            row[self._linkage.places[STAMP[0]]] = ""

    def _slashes(self, row: Row) -> None:
        dates = self._columns(lambda item: item.kind == "DATE" and not item.key and item.romaji != STAMP[1])
        for place in dates[:1] or [self._linkage.places[STAMP[1]]]:
            row[place] = row[place].replace("-", "/")

    def _notation(self, row: Row) -> None:
        for place in self._columns(lambda item: item.romaji.endswith("_fushohyoki")):
            row[place] = ""

    def _sentinel(self, row: Row) -> None:
        places = self._linkage.places
        if row[places["seinengappi_fushofuragu"]] == "1" if "seinengappi_fushofuragu" in places else False:
            row[places["seinengappi"]] = "0000-01-01"

    # History.

    def _serial(self, row: Row) -> int:
        return int(row[self._linkage.serial] or 0) if self._linkage.serial >= 0 else 0

    def _two_latest(self, row: Row) -> None:
        if self._serial(row) == 1 and self._linkage.latest >= 0:
            row[self._linkage.latest] = "1"

    def _no_latest(self, row: Row) -> None:
        if self._serial(row) == 2 and self._linkage.latest >= 0:
            row[self._linkage.latest] = "0"

    def _gap(self, row: Row) -> None:
        if self._serial(row) > 1:
            row[self._linkage.serial] = str(self._serial(row) + 1)

    def _rewritten(self, row: Row) -> None:
        """A row that is no longer the latest is written over when that is told."""
        if self._linkage.latest >= 0 and row[self._linkage.latest] == "0":
            row[self._linkage.places[STAMP[0]]] = "OVER"


def another(item: Item, value: str) -> str:
    """Some other value that the column may hold by its type: a listed code, a later day, a greater number."""
    listed = [code for code in codes(item.code) if code != value]
    if listed:
        return listed[0]
    if item.kind == "DATE":
        return shifted(value, 1) or "2026-03-01"
    if item.kind in {"9", "S9", "9V", "YEAR"} and value.lstrip("-").isdigit():
        return str(int(value) + 1)
    if item.kind == "N":
        return (value + "別")[-int(item.size) :]
    size = int(item.size)
    digits = value if value.isdigit() else "0" * (size if item.fixed else min(size, 4))
    return str((int(digits) + 1) % 10 ** len(digits)).zfill(len(digits))


def shifted(value: str, years: int) -> str:
    """A date, month, year or number so many years (ones) later; empty when it is none of these."""
    if len(value) == 10 and value[4] == value[7] == "-":
        try:
            day = date.fromisoformat(value)
            return day.replace(year=day.year + years, day=min(day.day, 28)).isoformat()
        except ValueError:
            # Not in the calendar (不詳), or past its last year.
            return ""
    if len(value) == 7 and value[4] == "-":
        return f"{int(value[:4]) + years:04d}{value[4:]}"
    whole, point, rest = value.partition(".")
    return f"{int(whole) + years}{point}{rest}" if whole.lstrip("-").isdigit() else ""


def _is_rare(char: str) -> bool:
    return ord(char) > 0xFFFF and not 0xE0100 <= ord(char) <= 0xE01EF
