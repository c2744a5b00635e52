"""036 統合収滞納: a payment is a row of its own, and the balance of its due, and of the person, follows at once."""

from typing import Any

from mocks.gyomu.ledger import Ledger, Refused
from mocks.gyomu.own import Body, Command, People, text

DUES, PAYMENTS, STANDING = "036o005", "036o006", "036o902"
KEY = ("gyomuid", "atenabango", "fukanendo", "zeimokukodo", "tsuchishobango", "kibetsu")
PERSON = KEY[:4]
PAID, PARTLY = "1", "3"


class Collection:
    """Dues and payments."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self._ledger = ledger
        del people

    def commands(self) -> dict[str, Command]:
        """The payment."""
        return {"pay": self.pay}

    def pay(self, body: Body) -> dict[str, Any]:
        """{the key of the due, shunokubun, shunokingaku_honzei, shunokingaku_tokusokutesuryo, shunokingaku_entaikin}."""
        asked = text(body, *KEY, "shunokubun", "shunokingaku_honzei")
        key = {name: asked[name] for name in KEY}
        if not (found := self._ledger.latest(DUES, key)):
            raise Refused("no such due")
        due = found[0]
        tax, fee, late = (
            int(body.get(f"shunokingaku_{part}", 0)) for part in ("honzei", "tokusokutesuryo", "entaikin")
        )
        if min(tax, fee, late) < 0 or tax > int(due["minogaku"]):
            raise Refused("more than is due, or less than nothing")
        payment = self._ledger.change(PAYMENTS, {**key, **self._payment(asked, key, (tax, fee, late))})
        return {"payment": payment, "due": self._settled(due, tax, fee, late), "standing": self._standing(key, tax)}

    def _payment(self, asked: dict[str, str], key: dict[str, str], parts: tuple[int, int, int]) -> dict[str, str]:
        before = self._ledger.latest(PAYMENTS, key)
        today = self._ledger.today
        amounts = zip(("honzei", "tokusokutesuryo", "entaikin"), parts, strict=True)
        return {
            "shunorenban": str(max((int(one["shunorenban"]) for one in before), default=0) + 1),
            "shunokubun": asked["shunokubun"],
            "ryoshunengappi": today,
            "shunonengappi": today,
            "shunokingaku": str(sum(parts)),
            **{f"shunokingaku_{name}": str(amount) for name, amount in amounts},
        }

    def _settled(self, due: dict[str, str], tax: int, fee: int, late: int) -> dict[str, str]:
        """The due after the payment: 未納額 = 調定額 - 収納額 - 不納欠損額 + 還付充当額."""
        paid, left = int(due["shunogaku"]) + tax, int(due["minogaku"]) - tax
        today = self._ledger.today
        values = {
            "shunogaku": str(paid),
            "minogaku": str(left),
            "tokusokutesuryoshunogaku": str(int(due["tokusokutesuryoshunogaku"]) + fee),
            "entaikinshunogaku": str(int(due["entaikinshunogaku"]) + late),
            "saishushunonengappi": today,
        }
        values |= {"shunojotai": PAID, "kannonengappi": today} if left == 0 else {"shunojotai": PARTLY}
        return self._ledger.change(DUES, {**due, **values})

    def _standing(self, key: dict[str, str], tax: int) -> dict[str, str] | None:
        """The person's 収納・滞納状況 of that tax and year, where there is one."""
        found = self._ledger.latest(STANDING, {name: key[name] for name in PERSON})
        if not found:
            return None
        row, left = found[0], int(found[0]["minogaku"]) - tax
        values = {
            "shunogaku": str(int(row["shunogaku"]) + tax),
            "minogaku": str(left),
            "kijunnengappi": self._ledger.today,
        }
        values["nokitoraiminogaku"] = str(max(0, int(row["nokitoraiminogaku"]) - tax))
        values["saishunofunengappi"] = self._ledger.today
        if values["nokitoraiminogaku"] == "0":
            values |= {"tainokubun": "0", "mottomofuruitainononokigen": ""}
        if left == 0:
            values["kannofuragu"] = "1"
        return self._ledger.change(STANDING, {**row, **values})
