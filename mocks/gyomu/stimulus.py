"""The events of the façade: what a clerk of a system would do, by name."""

from collections.abc import Callable
from typing import Any

from mocks.gyomu.ledger import Refused
from mocks.gyomu.office import Office, Offices

Values = dict[str, str]
Event = Callable[[Office, Offices, str, Values], dict[str, Any]]
PEOPLE, PROTECTION = "001o006", "001o009"
# 支援措置区分: under way, ended by decision.
UNDER_WAY, ENDED = "1", "3"


def _change(office: Office, _offices: Offices, linkage: str, values: Values) -> dict[str, Any]:
    return {"values": office.ledger.change(linkage, values)}


def _delete(office: Office, _offices: Offices, linkage: str, values: Values) -> dict[str, Any]:
    return {"values": office.ledger.delete(linkage, values)}


def _publish(office: Office, offices: Offices, linkage: str, values: Values) -> dict[str, Any]:
    return {"files": offices.publish(values.get("kind", "sabun"), office.system.id, linkage or None)}


def _clock(_office: Office, offices: Offices, _linkage: str, values: Values) -> dict[str, Any]:
    before = offices.clock.now
    return {"files": offices.advance(before, offices.clock.advance(float(values["seconds"])))}


def _people(office: Office) -> None:
    if office.system.id != "001":
        raise Refused(f"{office.system.id} keeps no residents")


def _both(office: Office, values: Values) -> dict[str, Any]:
    """The same change in both data sets of residents; the one without 個人番号 leaves that out."""
    row = office.ledger.change(PEOPLE, values)
    plain = set(office.ledger.series("001o005").linkage.header)
    office.ledger.change("001o005", {name: value for name, value in values.items() if name in plain})
    return {"values": row}


def _moved(reason: str, state: str) -> Event:
    """A row of a resident for that 異動事由, after which the resident is in that 住民状態."""

    def moved(office: Office, _offices: Offices, _linkage: str, values: Values) -> dict[str, Any]:
        _people(office)
        if not values.get("atenabango"):
            raise Refused("atenabango is needed, and for somebody new the items of the resident")
        return _both(office, {"idojiyu": reason, "juminjotai": state, "idonengappi": office.ledger.today, **values})

    return moved


def _protect(office: Office, _offices: Offices, _linkage: str, values: Values) -> dict[str, Any]:
    _people(office)
    start = values.get("shiensochikaishinengappi", office.ledger.today)
    cells = {"shiensochikubun": UNDER_WAY, **values, "shiensochikaishinengappi": start}
    return {"values": office.ledger.change(PROTECTION, cells)}


def _protect_end(office: Office, _offices: Offices, _linkage: str, values: Values) -> dict[str, Any]:
    _people(office)
    number = values["atenabango"]
    known = office.ledger.latest(PROTECTION, {"atenabango": number})
    if not known:
        raise Refused(f"{number} is not protected")
    key = {name: known[0][name] for name in ("atenabango", "shiensochikaishinengappi")}
    return {"values": office.ledger.change(PROTECTION, {**key, "shiensochikubun": ENDED})}


def _protect_lift(office: Office, _offices: Offices, _linkage: str, values: Values) -> dict[str, Any]:
    """一時解除: counts inside 001 only, so that no row comes of it."""
    _people(office)
    return {"values": {"atenabango": values["atenabango"]}}


EVENTS: dict[str, Event] = {
    "change": _change,
    "delete": _delete,
    "publish": _publish,
    "clock": _clock,
    "move-in": _moved("01", "1"),
    "move-out": _moved("10", "2"),
    "birth": _moved("03", "1"),
    "death": _moved("12", "3"),
    "protect": _protect,
    "protect-end": _protect_end,
    "protect-lift": _protect_lift,
}
