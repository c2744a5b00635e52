"""027 児童手当 and 030 申請管理: an application comes once, however often it is sent."""

import json
from typing import Any

from mocks.gyomu.ledger import Ledger, Refused
from mocks.gyomu.own import Body, Command, People, text

RECIPIENTS, BASICS = "027o901", "030o901"
GRANTED = "1"
CONVERTED, UNKNOWN = "2", "4"


class _Once:
    """What was made of each application id. The same id with another content is refused."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str, dict[str, Any]]] = {}

    def known(self, name: str, body: Body) -> dict[str, Any] | None:
        """The answer that was given, if this application was seen."""
        if name not in self._seen:
            return None
        content, answer = self._seen[name]
        if content != _content(body):
            raise Refused("the application of that id has another content")
        return {**answer, "changed": False}

    def keep(self, name: str, body: Body, answer: dict[str, Any]) -> dict[str, Any]:
        """Remember an answer."""
        self._seen[name] = (_content(body), answer)
        return answer


def _content(body: Body) -> str:
    return json.dumps(dict(body), sort_keys=True, ensure_ascii=False)


def _month_after(day: str) -> str:
    """The month in which the allowance begins: the one after the application."""
    year, month = int(day[:4]), int(day[5:7])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


class ChildAllowance:
    """Applications for the child allowance."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self._ledger = ledger
        self._people = people
        self._once = _Once()

    def commands(self) -> dict[str, Command]:
        """The application."""
        return {"shinsei": self.apply}

    def apply(self, body: Body) -> dict[str, Any]:
        """{shinseibango, atenabango, seikyunengappi, jukyushakubun, shikyutaishojidosu}: granted, one 認定番号 for one id."""
        asked = text(body, "shinseibango", "atenabango", "seikyunengappi", "jukyushakubun", "shikyutaishojidosu")
        name = asked.pop("shinseibango")
        if (known := self._once.known(name, body)) is not None:
            return known
        if asked["atenabango"] not in self._people.numbers():
            raise Refused("nobody has that 宛名番号")
        own = {
            "ninteibango": self._ledger.new_number(RECIPIENTS, "ninteibango", 15),
            "shikyujokyo": GRANTED,
            "ninteinengappi": self._ledger.today,
            "shikyukaishinengetsu": _month_after(asked["seikyunengappi"]),
            # The children come with rows of their own; the amount is their sum.
            "jidoteategetsugaku": "0",
            "shiensochitaishofuragu": "1" if self._people.is_protected(asked["atenabango"]) else "0",
        }
        row = self._ledger.change(RECIPIENTS, {**asked, **own})
        return self._once.keep(name, body, {"changed": True, "ninteibango": row["ninteibango"], "row": row})


class Applications:
    """Applications from the マイナポータル, each with one 受付番号."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self._ledger = ledger
        self._people = people
        self._once = _Once()

    def commands(self) -> dict[str, Command]:
        """The reception."""
        return {"juryo": self.receive}

    def receive(self, body: Body) -> dict[str, Any]:
        """{mainaporutaruuketsukebango, gyomuid, tetsuzukikodo, tetsuzukimei, honninkakuninhoho, atenabango or none}."""
        asked = text(
            body, "mainaporutaruuketsukebango", "gyomuid", "tetsuzukikodo", "tetsuzukimei", "honninkakuninhoho"
        )
        name = asked["mainaporutaruuketsukebango"]
        if (known := self._once.known(name, body)) is not None:
            return known
        number = str(body.get("atenabango") or "")
        found = number in self._people.numbers()
        own = {
            "uketsukebango": self._ledger.new_number(BASICS, "uketsukebango", 20),
            "totatsunengappi": self._ledger.today,
            "totatsujikoku": self._ledger.time,
            "atenabango": number if found else "",
            "uketsukejokyo": CONVERTED if found else UNKNOWN,
            "henkanfukariyu": "" if found else "宛名番号の者がいない",
            "tenpufairukensu": str(body.get("tenpufairukensu", 0)),
            "shiensochitaishofuragu": "1" if self._people.is_protected(number) else "0",
        }
        row = self._ledger.change(BASICS, {**asked, **own})
        return self._once.keep(name, body, {"changed": True, "uketsukebango": row["uketsukebango"], "row": row})
