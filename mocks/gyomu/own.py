"""The systems with rules of their own, each in its module; every other 業務 is what the tables say and no more."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from mocks.gyomu.contract import system
from mocks.gyomu.ledger import Ledger
from mocks.gyomu.pack import Bare
from mocks.jutogai.item import RECORD

Body = Mapping[str, Any]
Command = Callable[[Body], dict[str, Any]]
ENDED = "3"


class Own(Protocol):
    """What a system does besides keeping rows."""

    def commands(self) -> dict[str, Command]:
        """What the control interface offers of it, below /control/<業務ID>/."""


class People:
    """Who lives here, as the town's pack says: for systems that must know whom they speak of."""

    def __init__(self, pack: Bare) -> None:
        self._pack = pack
        self._numbers: dict[str, str] | None = None
        self._protected: set[str] | None = None
        self._residents: set[str] | None = None

    def numbers(self) -> dict[str, str]:
        """The 個人番号 of each 宛名番号 of a resident or 住登外者; empty where there is none."""
        if self._numbers is None:
            self._numbers = {}
            for name in ("031o901", "001o006"):
                for row in self._rows(name):
                    self._numbers[row["atenabango"]] = row.get("kojinbango", "")
        return self._numbers

    def residents(self) -> list[str]:
        """The 宛名番号 of everybody who is or was a resident."""
        return [row["atenabango"] for row in self._rows("001o006")]

    def is_resident(self, number: str) -> bool:
        """Whether that is a resident's number, leading zeros or not."""
        if self._residents is None:
            self._residents = {one.lstrip("0") for one in self.residents()}
        return number.lstrip("0") in self._residents

    def outsiders(self) -> Iterator[tuple[str, dict[str, str]]]:
        """住登外者 as they were taken over into 031: number and what was registered of each."""
        for row in self._rows("031o901"):
            kept = {name: value for name, value in row.items() if value and name in RECORD}
            yield (
                row["atenabango"],
                {**kept, "gyomuid": row["sanshogyomuid1"] or "019", "dokujishisakushisutemutoid": "000"},
            )

    def is_protected(self, number: str) -> bool:
        """Whether 支援措置 stands, also after its end date: it ends by decision only."""
        if self._protected is None:
            rows = self._rows("001o009")
            self._protected = {row["atenabango"] for row in rows if row["shiensochikubun"] != ENDED}
        return number in self._protected

    def _rows(self, name: str) -> Iterable[dict[str, str]]:
        linkage = system(name[:3]).linkage(name)
        for row in self._pack.last(linkage):
            if row[linkage.latest] == "1":
                yield dict(zip(linkage.header, row, strict=True))


def text(body: Body, *names: str) -> dict[str, str]:
    """These members of a request as text; all of them must be there."""
    if missing := [name for name in names if body.get(name) in (None, "")]:
        raise ValueError(f"no value for {', '.join(missing)}")
    return {name: str(body[name]) for name in names}


def make(name: str, ledger: Ledger, people: People) -> Own | None:
    """The module of a system, None when it has no rules of its own."""
    from mocks.gyomu import kenkokanri, kojinjuminzei, shinsei, shuno, togoatena

    made: dict[str, Callable[[Ledger, People], Own]] = {
        "010": kojinjuminzei.InhabitantTax,
        "019": kenkokanri.Health,
        "027": shinsei.ChildAllowance,
        "030": shinsei.Applications,
        "032": togoatena.Numbering,
        "036": shuno.Collection,
    }
    return made[name](ledger, people) if name in made else None
