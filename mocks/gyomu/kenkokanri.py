"""019 健康管理: one record for each vaccine and dose of a person, and answers to other municipalities' inquiries."""

from typing import Any

from mocks.gyomu.ledger import Ledger
from mocks.gyomu.own import Body, Command, People, text

DOSES = "019o930"
KEY = ("atenabango", "wakuchinshurui", "sesshukaisu")
ANSWERED, NOTHING, BY_HAND = "2", "3", "4"


class Health:
    """Vaccinations."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self._ledger = ledger
        self._people = people

    def commands(self) -> dict[str, Command]:
        """A dose of ours, doses that another municipality tells, and the inquiry of another municipality."""
        return {"sesshu": self.vaccinate, "kaito": self.take_answer, "shokai": self.answer}

    def vaccinate(self, body: Body) -> dict[str, Any]:
        """A dose. The same told twice is one record; told otherwise, it is the next row of its history."""
        values = {**text(body, *KEY), **{name: str(value) for name, value in body.items()}}
        values = {"tennyumaesesshufuragu": "0", **values}
        known = self._ledger.latest(DOSES, {name: values[name] for name in KEY})
        if known and values.items() <= known[0].items():
            return {"changed": False, "row": known[0]}
        return {"changed": True, "row": self._ledger.change(DOSES, values)}

    def take_answer(self, body: Body) -> dict[str, Any]:
        """The answer of the former municipality: {atenabango, rows}; its doses count as given before 転入."""
        number = text(body, "atenabango")["atenabango"]
        own = {"atenabango": number, "tennyumaesesshufuragu": "1"}
        return {"results": [self.vaccinate({**row, **own}) for row in body["rows"]]}

    def answer(self, body: Body) -> dict[str, Any]:
        """情報照会: everything that is recorded; nothing by itself of somebody who is protected (自動応答不可)."""
        number = text(body, "atenabango")["atenabango"]
        if self._people.is_protected(number):
            return {"shokaishorijokyo": BY_HAND, "rows": []}
        rows = self._ledger.latest(DOSES, {"atenabango": number})
        return {"shokaishorijokyo": ANSWERED if rows else NOTHING, "rows": rows}
