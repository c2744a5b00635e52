"""The façade (contracts/facade): what a certification tool asks a system to do, and what it is shown afterwards."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.gyomu import stimulus
from mocks.gyomu.caller import Caller, CallError, linkages
from mocks.gyomu.contract import CITY, DELETED, LATEST, STAMP, addressee
from mocks.gyomu.intake import Consumer, Intake
from mocks.gyomu.intake import Job as Import
from mocks.gyomu.ledger import Refused
from mocks.gyomu.office import Office, Offices
from mocks.gyomu.publication import Key
from mocks.gyomu.puller import Puller
from mocks.gyomu.storage import storage_key

# So long a trigger waits for the end, so that most orders need no second question.
PATIENCE = 0.3
MOST = 1000
LISTED = ("taken", "duplicate", "waiting", "refused")
Answer = tuple[int, dict[str, Any]]


class Problem(Exception):
    """An answer other than 2xx: status, code, message, and what else the body holds."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(code)
        self.status, self.body = status, {"code": code, "message": message, **more}


@dataclass(slots=True)
class _Job:
    number: int
    linkage: str
    action: str
    work: Future[Import] | None = None

    def as_json(self, lies: bool) -> dict[str, Any]:
        """The job as it is now."""
        told: dict[str, Any] = {"id": f"job-{self.number}", "linkage": self.linkage, "action": self.action}
        if self.work is None or not self.work.done():
            return told | {"state": "running"}
        if error := self.work.exception():
            why = str(error) if isinstance(error, CallError) else type(error).__name__
            return told | {"state": "failed", "message": why}
        done = self.work.result()
        rejected = 0 if lies else done.counts["rejected"]
        return told | {
            "state": "finished",
            "counts": {"accepted": done.counts["accepted"] + done.counts["rejected"] - rejected, "rejected": rejected},
            "files": [_file(name, said) for name, said in done.files.items()],
            "rows": [] if lies else [*map(_row, done.refused), *map(_answered, done.answered)],
        }


def _file(name: str, said: str) -> dict[str, str]:
    result, _, why = said.partition(": ")
    return {"name": name, "result": result if result in LISTED else "refused"} | ({"message": why} if why else {})


def _row(one: dict[str, Any]) -> dict[str, Any]:
    place = {name: one[name] for name in ("file", "line") if name in one}
    return place | {"result": "rejected", "code": one.get("code", "E-ROW"), "message": one["reason"][:500]}


def _answered(values: dict[str, Any]) -> dict[str, Any]:
    return {"result": "accepted", "values": values}


@dataclass(slots=True)
class Facade:
    """The façades of every office of the process: below /<業務ID>, and of the only one without that as well."""

    offices: Offices
    secret: str
    fault: Callable[[str], bool]
    jobs: list[_Job] = field(default_factory=list)
    held: dict[tuple[str, str], dict[str, dict[str, Any]]] = field(default_factory=dict)
    crew: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def routes(self) -> list[Route]:
        """One route for each operation."""
        names = [office.system.id for office in self.offices]
        return [
            Route(f"{prefix}/renkei/{path}", self._guarded(system, call), methods=[verb])
            for system in names
            for prefix in ([f"/{system}", ""] if len(names) == 1 else [f"/{system}"])
            for path, verb, call in (
                ("trigger", "POST", self.trigger),
                ("jobs/{id}", "GET", self.job),
                ("records", "GET", self.records),
                ("stimulus", "POST", self.stimulus),
                ("reset", "POST", self.reset),
            )
            if not (path == "records" and self.fault("facade_without_records"))
        ]

    def _guarded(
        self, system: str, call: Callable[[Office, Request, Any], Awaitable[Answer]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def handler(request: Request) -> Response:
            kind, _, given = request.headers.get("authorization", "").partition(" ")
            if kind != "Bearer" or not hmac.compare_digest(given.encode(), self.secret.encode()):
                return JSONResponse({"code": "unauthorized", "message": "wrong secret"}, 401)
            try:
                body = json.loads(await request.body() or b"{}")
                if not isinstance(body, dict):
                    raise Problem(400, "unusable", "expected a JSON object")
                status, said = await call(self.offices.office(system), request, body)
            except Problem as problem:
                status, said = problem.status, problem.body
            except (KeyError, ValueError, TypeError) as error:
                status, said = 400, {"code": "unusable", "message": f"{type(error).__name__}: {error}"[:500]}
            return JSONResponse(said, status)

        return handler

    async def trigger(self, office: Office, _request: Request, body: dict[str, Any]) -> Answer:
        """Start an import."""
        linkage = str(body["linkage"])
        called = linkages(office.system.id).get(linkage)
        if called is None:
            _intake(office, linkage)
        if body["action"] not in (("call",) if called else ("import", "pull")):
            raise Problem(501, "not-implemented", "import or pull for files, call for REST")
        job = _Job(len(self.jobs) + 1, linkage, body["action"])
        self.jobs.append(job)
        if self.fault("facade_job_never_ends"):
            return 202, job.as_json(False)
        if self.fault("facade_answers_garbage"):
            return 202, {"ok": True}
        if called:
            caller = Caller(body, called, office.system.id, self.fault)
            job.work = self.crew.submit(caller.run, self.held.setdefault((office.system.id, linkage), {}))
        elif body["action"] == "pull":
            puller = Puller(body, _intake(office, linkage), office.system.id, self.fault)
            job.work = self.crew.submit(puller.fetch)
        else:
            job.work = self.crew.submit(_import, office, linkage, body)
        await asyncio.wait([asyncio.wrap_future(job.work)], timeout=PATIENCE)
        return 202, job.as_json(self.fault("facade_hides_refusals"))

    async def job(self, _office: Office, request: Request, _body: Any) -> Answer:
        """A job as it is now."""
        name = request.path_params["id"].removeprefix("job-")
        if not name.isdigit() or not 0 < int(name) <= len(self.jobs):
            raise Problem(404, "unknown-job", "no such job")
        return 200, self.jobs[int(name) - 1].as_json(self.fault("facade_hides_refusals"))

    async def records(self, office: Office, request: Request, _body: Any) -> Answer:
        """What is held, page by page."""
        asked = request.query_params
        linkage = asked["linkage"]
        called = linkage in linkages(office.system.id)
        intake = None if called else _intake(office, linkage)
        kept = self.held.get((office.system.id, linkage), {})
        rows = {key: one.cells for key, one in intake.rows.items()} if intake else kept
        keys: list[Any] = list(rows)
        item, _, wanted = asked.get("key", "").partition("=")
        if item and not self.fault("facade_ignores_key"):
            place = intake.linkage.places.get(item, -1) if intake else item
            keys = [key for key in keys if place != -1 and _same(item, rows[key][place] or "", wanted)]
        start, limit = int(asked.get("after", "0")), int(asked.get("limit", str(MOST)))
        if start < 0 or not 1 <= limit <= MOST:
            raise Problem(400, "unusable", "after or limit")
        end = start + limit
        page = keys[start:end]
        held = (
            _held(_consumer(office), intake, page)
            if intake
            else [{"values": kept[key], "current": True} for key in page]
        )
        if intake and self.fault("facade_shows_another_person") and len(held) > 1:
            held[0] = held[0] | {"values": held[0]["values"] | _person_of(held[-1], intake)}
        return 200, {
            "linkage": linkage,
            "history": not called,
            "total": len(keys),
            "records": held,
            "next": str(end) if end < len(keys) else None,
        }

    async def stimulus(self, office: Office, _request: Request, body: dict[str, Any]) -> Answer:
        """What a clerk does, by name."""
        event, events = body["event"], stimulus.events(office, self.offices, str(body.get("linkage", "")))
        if event not in events:
            raise Problem(400, "unknown-event", "no such event", known=sorted(events))
        values = {name: value or "" for name, value in body.get("values", {}).items()}
        try:
            said = events[event](values)
        except Refused as error:
            raise Problem(400, "unusable", str(error)[:500]) from error
        return 200, {"event": event, **said}

    async def reset(self, office: Office, _request: Request, body: dict[str, Any]) -> Answer:
        """Forget what was received."""
        consumer = office.consumer
        calls = list(linkages(office.system.id))
        known = [*(consumer.intakes if consumer else ()), *calls]
        wanted = body.get("linkages", known)
        for name in wanted:
            if name not in known:
                raise Problem(404, "unknown-linkage", f"this system does not receive {name}"[:500])
        for name in wanted:
            if name in calls:
                self.held.pop((office.system.id, name), None)
            else:
                _consumer(office).forget(name)
        return 200, {"linkages": list(wanted)}


def _import(office: Office, linkage: str, order: dict[str, Any]) -> Import:
    if order.get("location"):
        _consumer(office).look_in(order["location"], storage_key(order))
    return office.take(linkage)


def _consumer(office: Office) -> Consumer:
    if office.consumer is None:
        raise Problem(501, "not-implemented", "this system receives nothing")
    return office.consumer


def _intake(office: Office, linkage: str) -> Intake:
    consumer = _consumer(office)
    if linkage not in consumer.intakes:
        raise Problem(404, "unknown-linkage", f"this system does not receive {linkage}"[:500])
    return consumer.intakes[linkage]


def _same(item: str, value: str, wanted: str) -> bool:
    if item.endswith("atenabango"):
        return value.lstrip("0") == wanted.lstrip("0")
    return value == wanted


def _person_of(record: dict[str, Any], intake: Intake) -> dict[str, Any]:
    """Every cell of a record that is about the person and not about the row."""
    form = intake.linkage
    row = {form.header[place] for place in form.keys} | {LATEST, DELETED, CITY, *STAMP}
    return {name: value for name, value in record["values"].items() if name not in row}


def _held(consumer: Consumer, intake: Intake, keys: list[Key]) -> list[dict[str, Any]]:
    """The records of these rows."""
    header = intake.linkage.header
    current = intake.current()
    people, listed = "jusho_todofuken" in header, addressee(intake.linkage.id)
    extra = consumer.neighbours(intake.linkage.id)
    found = []
    for key in keys:
        one = intake.rows[key]
        values: dict[str, str | None] = {name: cell or None for name, cell in zip(header, one.cells, strict=True)}
        record: dict[str, Any] = {"values": values, "current": key in current}
        number = (values.get("atenabango") or "").lstrip("0")
        if people or intake.linkage.id == "001o009":
            record["suppressed"] = consumer.hides(number)
        elif listed:
            record["suppressed"] = consumer.hides_listed(number, (values.get(listed) or "").lstrip("0"))
        if number in extra:
            values["kojinbango"] = extra[number]
        found.append(record)
    return found
