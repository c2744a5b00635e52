"""032 団体内統合宛名: one 団体内統合宛名番号 for one 個人番号, and an error list for what cannot be numbered."""

from typing import Any

from mocks.gyomu.ledger import Ledger
from mocks.gyomu.own import Body, Command, People

RESULTS = "032o901"
NEW, KNOWN, ERROR = "1", "2", "9"


class Numbering:
    """Gives numbers. A business system learns that its 宛名番号 is linked, never the number itself."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self._ledger = ledger
        self._people = people
        self._numbers: dict[str, str] = {}  # by 個人番号
        self._persons: dict[str, str] = {}  # 個人番号 by 宛名番号

    def commands(self) -> dict[str, Command]:
        """Numbering, and the numbers given so far (of the mock only)."""
        return {"fuban": self.number, "bango": self.given}

    def given(self, body: Body) -> dict[str, Any]:
        """How many numbers there are, and how many 宛名番号 are linked to them."""
        del body
        return {
            "numbers": len(set(self._numbers.values())),
            "persons": len(self._numbers),
            "linked": len(self._persons),
        }

    def number(self, body: Body) -> dict[str, Any]:
        """付番依頼 of several rows {gyomuid, atenabango, kojinbango}: each is answered by itself."""
        results, errors = [], []
        for line, row in enumerate(body["rows"], 1):
            outcome = self._row({name: str(value) for name, value in row.items() if value is not None})
            (errors if outcome["shorikekka"] == ERROR else results).append({"line": line, **outcome})
        return {"results": results, "errors": errors}

    def _row(self, row: dict[str, str]) -> dict[str, str]:
        person, address = row.get("kojinbango", ""), row.get("atenabango", "")
        wrong = self._wrong(person, address)
        facts = {"gyomuid": row.get("gyomuid", ""), "atenabango": address, "dokujishisakushisutemutoid": "000"}
        if wrong:
            outcome = {"shorikekka": ERROR, "erakodo": wrong[0], "eranaiyo": wrong[1], "togoatenafuragu": "0"}
        else:
            known = person in self._numbers
            self._numbers.setdefault(person, f"{len(self._numbers) + 1:014d}")
            self._persons[address] = person
            outcome = {"shorikekka": KNOWN if known else NEW, "erakodo": "", "eranaiyo": "", "togoatenafuragu": "1"}
        if facts["gyomuid"] and address in self._people.numbers():
            stamp = {"shorinengappi": self._ledger.today, "shorijikoku": self._ledger.time}
            self._ledger.change(RESULTS, {**facts, **outcome, **stamp})
        return {**facts, **outcome}

    def _wrong(self, person: str, address: str) -> tuple[str, str] | None:
        """Why a row cannot be numbered. The reason never repeats a number: it is read by others."""
        if not is_kojinbango(person):
            return "E101", "個人番号の桁数又は検査用数字が正しくない"
        if address not in self._people.numbers():
            return "E102", "宛名番号の者がいない"
        if self._persons.get(address, person) != person:
            return "E103", "宛名番号が別の個人番号に結び付いている"
        return None


def is_kojinbango(text: str) -> bool:
    """Twelve digits, the last of them the check digit."""
    if len(text) != 12 or not (text.isascii() and text.isdigit()):
        return False
    total = sum(
        int(digit) * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(text[10::-1], start=1)
    )
    rest = total % 11
    return int(text[11]) == (0 if rest <= 1 else 11 - rest)
