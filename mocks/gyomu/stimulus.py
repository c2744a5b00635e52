"""The events of the façade (contracts/facade/events.csv): what every office has, and what its clerks do."""

from typing import Any

from mocks.gyomu.clerk.work import Answer, Event, Values
from mocks.gyomu.office import Office, Offices


def events(office: Office, offices: Offices, linkage: str) -> dict[str, Event]:
    """Everything that can be asked of an office, by name."""

    def change(values: Values) -> Answer:
        return {"values": office.ledger.change(linkage, values)}

    def delete(values: Values) -> Answer:
        return {"values": office.ledger.delete(linkage, values)}

    def publish(values: Values) -> Answer:
        return {"files": offices.publish(values.get("kind", "sabun"), office.system.id, linkage or None)}

    def clock(values: Values) -> Answer:
        before = offices.clock.now
        return {"files": offices.advance(before, offices.clock.advance(float(values["seconds"])))}

    made: dict[str, Any] = {"change": change, "delete": delete, "publish": publish, "clock": clock}
    return {**made, **office.events()}
