"""Offices of one town in the test's own process, with a messenger between them."""

from pathlib import Path
from typing import Any

from mocks import vendor
from mocks.clock import Clock
from mocks.fault import Faults
from mocks.gyomu import stimulus
from mocks.gyomu.office import Desk, Office, Offices

SYSTEMS = (
    "001", "002", "010", "015", "017", "018", "019", "020", "021", "023", "024", "025", "026", "027", "028", "030",
    "031", "032", "036",
)  # fmt: skip


class Hall:
    """Offices of one town, with a messenger who carries every file to whom it is for."""

    def __init__(self, pack: Path, place: Path, *faults: str, systems: tuple[str, ...] = SYSTEMS) -> None:
        style, where = vendor.load("alpha").style, place.as_uri()
        desk = Desk(pack=pack, systems=systems, style=style, place=where, inbox=where)
        self.offices = Offices(desk, Clock(), Faults(faults))
        self.carry()

    def office(self, system: str) -> Office:
        """An office."""
        return self.offices.office(system)

    def do(self, system: str, event: str, *, linkage: str = "", **values: str) -> dict[str, Any]:
        """An event, and the row that came of it."""
        said: dict[str, Any] = stimulus.events(self.office(system), self.offices, linkage)[event](values)
        row: dict[str, Any] = said.get("values", {})
        return row

    def carry(self) -> None:
        """Everything that changed is published and taken in."""
        told = {series.linkage.id for office in self.offices for series in office.publisher.series.values()
                if series.changed or series.gone}  # fmt: skip
        first = not any(office.consumer and any(one.sequence for one in office.consumer.intakes.values())
                        for office in self.offices)  # fmt: skip
        for name in sorted(told):
            self.offices.publish("sabun", linkage=name)
        for office in self.offices:
            for name in office.consumer.intakes if office.consumer else ():
                if first or name in told:
                    office.take(name)

    def own(self, linkage: str, **wanted: str) -> list[dict[str, str]]:
        """The latest rows of an office's own linkage."""
        return self.office(linkage[:3]).ledger.latest(linkage, wanted)

    def history(self, linkage: str, **wanted: str) -> list[dict[str, str]]:
        """All rows of an own linkage."""
        ledger = self.office(linkage[:3]).ledger
        rows = [ledger.record(linkage, row) for row in ledger.series(linkage).rows.values()]
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())]

    def move_in(self, born: str = "1985-01-01", sex: str = "1", **more: str) -> dict[str, Any]:
        """Somebody new."""
        return self.do("001", "move-in", shimei="試験　太郎", seinengappi=born, seibetsu=sex, **more)
