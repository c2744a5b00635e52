"""010 個人住民税: a correction (更正) is a further row of the assessment; what was assessed before stays as it was."""

from typing import Any

from mocks.gyomu.ledger import Ledger, Refused
from mocks.gyomu.own import Body, Command, People, text

ASSESSMENT = "010o902"
CORRECTED = (
    "shichosonminzei_shotokuwarigaku",
    "shichosonminzei_kintowarigaku",
    "todofukenminzei_shotokuwarigaku",
    "todofukenminzei_kintowarigaku",
    "shinrinkankyozeigaku",
    "genmengaku",
)


class InhabitantTax:
    """Assessments of inhabitant tax."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self._ledger = ledger
        del people

    def commands(self) -> dict[str, Command]:
        """The correction."""
        return {"kosei": self.correct}

    def correct(self, body: Body) -> dict[str, Any]:
        """{atenabango, kazeinendo, koseijiyu, amounts to change}: the totals follow the amounts."""
        asked = text(body, "atenabango", "kazeinendo", "koseijiyu")
        found = self._ledger.latest(ASSESSMENT, {name: asked[name] for name in ("atenabango", "kazeinendo")})
        if not found:
            raise Refused("no assessment of that person and year")
        row = max(found, key=lambda one: int(one["kojinrirekibango"]))
        amounts = {name: int(body.get(name, row[name] or 0)) for name in CORRECTED}
        if min(amounts.values()) < 0:
            raise Refused("an amount is below zero")
        city = amounts["shichosonminzei_shotokuwarigaku"] + amounts["shichosonminzei_kintowarigaku"]
        prefecture = amounts["todofukenminzei_shotokuwarigaku"] + amounts["todofukenminzei_kintowarigaku"]
        whole = city + prefecture + amounts["shinrinkankyozeigaku"] - amounts["genmengaku"]
        values = {name: str(amount) for name, amount in amounts.items()}
        values |= {"shichosonminzeigaku": str(city), "todofukenminzeigaku": str(prefecture), "nenzeigaku": str(whole)}
        values |= {"koseijiyu": asked["koseijiyu"], "koseinengappi": self._ledger.today}
        return {"row": self._ledger.change(ASSESSMENT, {**row, **values})}
