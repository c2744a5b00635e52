"""What passes through a façade: an order to act, the job that comes of it, and the records held afterwards."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, str | None]


class Action(enum.StrEnum):
    """What a consumer is told to do."""

    IMPORT = "import"
    PULL = "pull"
    CALL = "call"


class JobState(enum.StrEnum):
    """How far a job is."""

    ACCEPTED = "accepted"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One trigger: which linkage, what to do, and where the other side is ("" where that does not matter).

    ``audience`` is whom an assertion to the token service is made out to, where that is not ``token_url`` itself.
    ``endpoint`` is the address of the object storage that ``location`` is on; ``client_id`` and ``client_secret`` are its key.
    """

    linkage: str
    action: Action
    location: str = ""
    endpoint: str = ""
    token_url: str = ""
    audience: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    ca: str = field(default="", repr=False)
    values: Values = field(default_factory=dict)
    municipality: str = ""
    edition: str = ""

    def members(self) -> dict[str, Any]:
        """The order as the contract's JSON object; what is empty is left out."""
        given = {
            "linkage": self.linkage,
            "action": str(self.action),
            "location": self.location,
            "endpoint": self.endpoint,
            "token_url": self.token_url,
            "audience": self.audience,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "ca": self.ca,
            "values": dict(self.values),
            "municipality": self.municipality,
            "edition": self.edition,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of one row: taken in or refused (``code`` is the 業務 error code), and the cells that name it."""

    accepted: bool
    file: str = ""
    line: int = 0
    code: str = ""
    message: str = ""
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one file: ``taken``, ``duplicate``, ``waiting`` or ``refused``."""

    name: str
    result: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as its system tells it; ``accepted`` and ``rejected`` are None where it does not count."""

    id: str
    state: JobState
    linkage: str
    message: str = ""
    accepted: int | None = None
    rejected: int | None = None
    files: tuple[FileResult, ...] = ()
    rows: tuple[RowResult, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (JobState.FINISHED, JobState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row that a system holds; ``suppressed`` is None where it does not say whether the address is hidden."""

    values: Values
    current: bool = True
    suppressed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer to a question for records: ``following`` continues it ("" at the end), ``total`` is -1 where untold."""

    records: tuple[Record, ...]
    history: bool = False
    total: int = -1
    following: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a stimulus did: the cells of the row that came of it, and the files that were written."""

    event: str
    values: Values = field(default_factory=dict)
    files: tuple[str, ...] = ()


def job_of(body: Mapping[str, Any]) -> Job:
    """The job of a body that conforms to the contract."""
    counts = body.get("counts") or {}
    return Job(
        id=body["id"],
        state=JobState(body["state"]),
        linkage=body["linkage"],
        message=body.get("message", ""),
        accepted=counts.get("accepted"),
        rejected=counts.get("rejected"),
        files=tuple(
            FileResult(name=one["name"], result=one["result"], message=one.get("message", ""))
            for one in body.get("files", ())
        ),
        rows=tuple(_row(one) for one in body.get("rows", ())),
    )


def _row(one: Mapping[str, Any]) -> RowResult:
    return RowResult(
        accepted=one["result"] == "accepted",
        file=one.get("file", ""),
        line=one.get("line", 0),
        code=one.get("code", ""),
        message=one.get("message", ""),
        values=one.get("values", {}),
    )


def page_of(body: Mapping[str, Any]) -> Page:
    """The page of a body that conforms to the contract."""
    return Page(
        records=tuple(
            Record(values=one["values"], current=one.get("current", True), suppressed=one.get("suppressed"))
            for one in body["records"]
        ),
        history=body.get("history", False),
        total=body.get("total", -1),
        following=body.get("next") or "",
    )


def effect_of(body: Mapping[str, Any]) -> Effect:
    """The effect of a body that conforms to the contract."""
    return Effect(event=body["event"], values=body.get("values", {}), files=tuple(body.get("files", ())))
