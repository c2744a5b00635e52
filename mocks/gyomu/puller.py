"""Everything of a file linkage fetched over its REST form: the reference profile, for systems that have no file transport."""

from collections.abc import Callable, Mapping
from typing import Any

from mocks.gyomu.caller import Answer, Caller, CallError
from mocks.gyomu.intake import Intake, Job, Taken
from mocks.gyomu.reference import path, scope

OWN = {"gyomuid", "dokujishisakushisutemutoid", "kensakuhoho", "rirekikensaku"}
CAME = "REST"


class Puller(Caller):
    """One business system's way to all rows that a provider has of a linkage."""

    def __init__(self, order: Mapping[str, Any], intake: Intake, system: str, fault: Callable[[str], bool]) -> None:
        name = intake.linkage.id
        super().__init__(order, {"id": name, "path": path(name), "scope": scope(name)}, system, fault)
        self._intake = intake
        self._reading = True

    def fetch(self) -> Job:
        """Ask for everything; the answer replaces what was held, a failure leaves it."""
        return self.run({})

    def _body(self) -> dict[str, Any]:
        body = {name: value for name, value in super()._body().items() if name not in OWN}
        if self._fault("puller_tells_its_own_name"):
            body["gyomuid"] = self._system
        return body

    def _understood(self, answer: Answer, job: Job, held: dict[str, dict[str, Any]]) -> None:
        del held  # rows of a data set are held as those of its files are
        body = answer.json()
        rows = body.get("result") if isinstance(body, dict) else None
        if answer.status != 200 or not isinstance(rows, list):
            if not self._fault("puller_empties_on_failure"):
                raise CallError(f"the provider answered {answer.status}")
            rows = []
        intake, form = self._intake, self._intake.linkage
        intake.rows = {}
        for row in rows:
            cells = [self._cell(row.get(name)) for name in form.header]
            intake.rows[intake.key(cells)] = Taken(cells=cells, file=CAME)
            job.counts["accepted"] += 1

    def _cell(self, value: Any) -> str:
        text = "" if value is None else str(value)
        if self._fault("puller_makes_numbers") and text.isascii() and text.isdigit():
            return str(int(text))
        return text
