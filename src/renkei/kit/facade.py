"""The client of a façade (``contracts/facade/openapi.yaml``): every answer is judged by the contract before it is believed.

facade = HttpFacade(FacadeAccess(url="https://vendor.example"), secret, tools.transport.send, contract=validator)
job = facade.act(Order(linkage="001o006", action=Action.IMPORT, location="s3://bucket/alpha"))
held = list(held_records(facade, "001o006"))          # every page
facade.stimulus("publish", linkage="001o006", values={"kind": "sabun"})
facade.reset(("001o006",))
"""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from renkei.errors import TargetBlocked
from renkei.flow.exchange import Exchange, Request
from renkei.flow.facade import Effect, Job, Order, Page, Record, Values, effect_of, job_of, page_of
from renkei.flow.plan import FacadeAccess
from renkei.neutral import neutral
from renkei.ports import Holdings, Validator

JSON_TYPE = "application/json"
FIRST_WAIT, LONGEST_WAIT = 0.05, 2.0
SHOWN = 200
MAX_PAGES = 20_000
BUSY, UNAVAILABLE, ABSENT = 409, 503, frozenset({404, 405, 410})
# How long one request may take; jobs take as long as the plan allows.
PER_REQUEST = 30.0


class Send(Protocol):
    """Sends one request and gives what came of it."""

    def __call__(self, request: Request, *, deadline: float | None = None) -> Exchange:
        """One exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    operation: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None


class HttpFacade:
    """Fulfils ``ports.Facade`` over HTTP; ``contract`` judges every answer."""

    def __init__(
        self,
        access: FacadeAccess,
        secret: str,
        send: Send,
        *,
        contract: Validator,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._access = access
        self._secret = secret
        self._send = send
        self._contract = contract
        self._sleep = sleep
        self._now = now

    def trigger(self, order: Order) -> Job:
        """Start a job and do not wait for its end; while the system is busy the order is given again."""
        until = self._now() + self._access.seconds
        asked = _Asked(operation="trigger", method="POST", path="/renkei/trigger", body=order.members())
        for wait in _waits():
            exchange, body = self._ask(asked, allowed=(202, BUSY))
            if exchange.status != BUSY:
                return _fitting(job_of(body), order.linkage)
            if self._now() + wait > until:
                raise TargetBlocked("facade-job-deadline", state="busy", seconds=self._access.seconds)
            self._sleep(wait)
        raise AssertionError("waits never end")

    def job(self, job_id: str) -> Job:
        """A job as it is now."""
        path = f"/renkei/jobs/{urllib.parse.quote(job_id, safe='')}"
        return job_of(self._ask(_Asked(operation="job", method="GET", path=path), allowed=(200,))[1])

    def act(self, order: Order) -> Job:
        """Give the order and follow the job to its end."""
        until = self._now() + self._access.seconds
        job = self.trigger(order)
        for wait in _waits():
            if job.ended:
                return job
            if self._now() + wait > until:
                raise TargetBlocked("facade-job-deadline", state=str(job.state), seconds=self._access.seconds)
            self._sleep(wait)
            job = _same(self.job(job.id), job)
        raise AssertionError("waits never end")

    def records(self, linkage: str, *, key: tuple[str, str] | None = None, after: str = "", limit: int = 500) -> Page:
        """One page of the records of a linkage; ``key`` (item, value) narrows it to one subject."""
        query = {"linkage": linkage, "limit": str(limit)}
        if key:
            query["key"] = f"{key[0]}={key[1]}"
        if after:
            query["after"] = after
        path = f"/renkei/records?{urllib.parse.urlencode(query)}"
        _, body = self._ask(_Asked(operation="records", method="GET", path=path), allowed=(200,))
        if body["linkage"] != linkage:
            raise TargetBlocked("facade-unlike-contract", operation="records", status=200, fault="linkage")
        return page_of(body)

    def stimulus(self, event: str, *, linkage: str = "", values: Values | None = None) -> Effect:
        """Let one thing happen inside the system."""
        given = {"event": event, "linkage": linkage, "values": dict(values or {})}
        members = {name: value for name, value in given.items() if value}
        asked = _Asked(operation="stimulus", method="POST", path="/renkei/stimulus", body=members)
        return effect_of(self._ask(asked, allowed=(200,))[1])

    def reset(self, linkages: tuple[str, ...] | None = None) -> None:
        """Forget everything received of those linkages; None: of all."""
        members = {} if linkages is None else {"linkages": list(linkages)}
        self._ask(_Asked(operation="reset", method="POST", path="/renkei/reset", body=members), allowed=(200,))

    def _ask(self, asked: _Asked, *, allowed: tuple[int, ...]) -> tuple[Exchange, Any]:
        exchange = self.exchange(asked.method, asked.path, asked.body)
        body = self.judged(asked.operation, exchange)
        if exchange.status not in allowed:
            problem, said = (neutral(str(body.get(name, "")))[:SHOWN] for name in ("code", "message"))
            raise TargetBlocked(
                "facade-refused", operation=asked.operation, status=exchange.status, problem=problem, said=said
            )
        return exchange, body

    def exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, secret: str | None = None
    ) -> Exchange:
        """One request as it is; ``secret`` replaces the plan's ("" sends none). A transport code is an obstacle."""
        bearer = self._secret if secret is None else secret
        headers = [("Accept", JSON_TYPE)]
        if bearer:
            headers.append(("Authorization", f"Bearer {bearer}"))
        data = b""
        if body is not None:
            headers.append(("Content-Type", JSON_TYPE))
            data = json.dumps(body, ensure_ascii=False).encode()
        url = self._access.url.rstrip("/") + path
        exchange = self._send(Request(method=method, url=url, headers=tuple(headers), body=data), deadline=PER_REQUEST)
        if exchange.error:
            raise TargetBlocked(exchange.error, url=_bare(url))
        return exchange

    def fault(self, operation: str, exchange: Exchange) -> str:
        """Where an answer differs from the contract; "" when it is as contracted."""
        return self._read(operation, exchange)[1]

    def _read(self, operation: str, exchange: Exchange) -> tuple[Any, str]:
        """The body of an answer, and where it differs from the contract."""
        kind = (exchange.response.header("content-type") if exchange.response else None) or ""
        try:
            body = exchange.json()
        except ValueError:
            return None, "JSON (UTF-8)"
        faults = self._contract.response_faults(operation, exchange.status, kind, body)
        return body, neutral(f"{faults[0].pointer} {faults[0].text}".strip())[:SHOWN] if faults else ""

    def judged(self, operation: str, exchange: Exchange) -> Any:
        """The body of an answer that the contract allows; an obstacle otherwise."""
        url = _bare(exchange.request.url)
        if exchange.status == 401:
            raise TargetBlocked("facade-secret-refused", url=url)
        body, fault = self._read(operation, exchange)
        if fault and exchange.status in ABSENT:
            raise TargetBlocked("facade-missing", operation=operation, url=url, status=exchange.status)
        if fault:
            raise TargetBlocked("facade-unlike-contract", operation=operation, status=exchange.status, fault=fault)
        return body


def held_pages(source: Holdings, linkage: str, key: tuple[str, str] | None = None) -> Iterator[Page]:
    """Every page of a linkage; a façade whose pages go round or on for ever is an obstacle."""
    after, seen = "", set[str]()
    while True:
        page = source.records(linkage, key=key, after=after)
        yield page
        after = page.following
        if not after:
            return
        if after in seen or len(seen) >= MAX_PAGES:
            raise TargetBlocked("facade-pages-endless", linkage=linkage, pages=len(seen) + 1)
        seen.add(after)


def held_records(source: Holdings, linkage: str, key: tuple[str, str] | None = None) -> Iterator[Record]:
    """Every record of a linkage, page by page."""
    for page in held_pages(source, linkage, key):
        yield from page.records


def _waits() -> Iterator[float]:
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(wait * 1.6, LONGEST_WAIT)


def _fitting(job: Job, linkage: str) -> Job:
    if job.linkage != linkage:
        raise TargetBlocked("facade-unlike-contract", operation="trigger", status=202, fault="linkage")
    return job


def _same(job: Job, before: Job) -> Job:
    if (job.id, job.linkage) != (before.id, before.linkage):
        raise TargetBlocked("facade-unlike-contract", operation="job", status=200, fault="id, linkage")
    return job


def _bare(url: str) -> str:
    """The URL without its query: it may hold a number of somebody."""
    return url.partition("?")[0]
