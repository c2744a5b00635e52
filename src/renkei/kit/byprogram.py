"""A program in place of a façade: its exit code and what it prints are the answer, in the contract's own JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from renkei.errors import TargetBlocked
from renkei.flow.exchange import MAX_VALUES, strict_json
from renkei.flow.facade import Job, JobState, Order, Page, job_of, page_of
from renkei.flow.plan import CommandAccess
from renkei.neutral import neutral
from renkei.ports import Validator

JSON_TYPE = "application/json"
SHOWN = 200


class Said(Protocol):
    """What a program wrote to its standard output."""

    @property
    def output(self) -> bytes:
        """The bytes."""


Run = Callable[[CommandAccess, Mapping[str, str], bytes], Said]


class Program:
    """Fulfils ``ports.Actor`` and ``ports.Holdings``.

    The order is on its standard input as JSON (secrets are nowhere else), and ``{linkage}``, ``{action}``, ``{location}``
    in its words are filled in. Printing nothing means: done. Anything else must be a job, or a page of records.
    """

    def __init__(self, access: CommandAccess, run: Run, *, contract: Validator) -> None:
        self._access = access
        self._run = run
        self._contract = contract

    def act(self, order: Order) -> Job:
        """Run it once; it ends when the system has done its work."""
        words = {"linkage": order.linkage, "action": str(order.action), "location": order.location}
        said = self._said(words, order.members())
        if not said.strip():
            return Job(id="command", state=JobState.FINISHED, linkage=order.linkage)
        job = job_of(self._judged("trigger", 202, said))
        if not job.ended or job.linkage != order.linkage:
            raise TargetBlocked("command-garbage", program=self._name, fault=f"state={job.state}")
        return job

    def records(self, linkage: str, *, key: tuple[str, str] | None = None, after: str = "", limit: int = 500) -> Page:
        """Run it for one page."""
        words = {"linkage": linkage, "after": after, "limit": str(limit), "key": "=".join(key) if key else ""}
        body = self._judged("records", 200, self._said(words, words))
        if body["linkage"] != linkage:
            raise TargetBlocked("command-garbage", program=self._name, fault="linkage")
        return page_of(body)

    @property
    def _name(self) -> str:
        return neutral(self._access.argv[0])[:SHOWN]

    def _said(self, words: Mapping[str, str], members: Mapping[str, Any]) -> bytes:
        return self._run(self._access, words, json.dumps(members, ensure_ascii=False).encode()).output

    def _judged(self, operation: str, status: int, said: bytes) -> Any:
        try:
            body = strict_json(said, most=MAX_VALUES)
        except ValueError:
            shown = neutral(said[:SHOWN].decode("utf-8", "replace"))
            raise TargetBlocked("command-garbage", program=self._name, fault=shown) from None
        faults = self._contract.response_faults(operation, status, JSON_TYPE, body)
        if faults:
            fault = neutral(f"{faults[0].pointer} {faults[0].text}".strip())[:SHOWN]
            raise TargetBlocked("command-garbage", program=self._name, fault=fault)
        return body
