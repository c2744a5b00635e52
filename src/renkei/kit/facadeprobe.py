"""What a façade lacks: each operation asked once in a way that changes nothing, and its answer judged by the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.errors import TargetBlocked
from renkei.kit.facade import HttpFacade
from renkei.neutral import neutral

# A linkage, job and event that nobody has: a façade refuses them in the contract's words.
NOBODY, NO_JOB, NO_EVENT = "999o999", "renkei-doctor", "renkei-doctor"
ABSENT = 501
SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One operation: what was in the way ("" when it is as contracted), and whether the façade says that it has none."""

    operation: str
    code: str = ""
    absent: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    operation: str
    method: str
    path: str
    allowed: tuple[int, ...]
    body: Mapping[str, Any] | None = None
    needed: bool = True


def questions(linkage: str) -> tuple[_Question, ...]:
    """The questions about a system that receives that linkage ("" for one that receives nothing)."""
    trigger = {"linkage": NOBODY, "action": "import", "location": "file:///renkei-doctor"}
    known = (200,) if linkage else (404, ABSENT)
    return (
        _Question(operation="trigger", method="POST", path="/renkei/trigger", body=trigger, allowed=(400, 404, ABSENT)),
        _Question(operation="job", method="GET", path=f"/renkei/jobs/{NO_JOB}", allowed=(404,)),
        _Question(
            operation="records",
            method="GET",
            path=f"/renkei/records?linkage={linkage or NOBODY}&limit=1",
            allowed=known,
        ),
        _Question(
            operation="stimulus",
            method="POST",
            path="/renkei/stimulus",
            body={"event": NO_EVENT},
            allowed=(400, ABSENT),
            needed=False,
        ),
        _Question(operation="reset", method="POST", path="/renkei/reset", body={"linkages": []}, allowed=(200,)),
    )


def examined(facade: HttpFacade, linkage: str) -> tuple[Probe, ...]:
    """Every operation of one façade, and before them whether it wants its secret."""
    return tuple(_secret(facade, linkage)) + tuple(_asked(facade, one) for one in questions(linkage))


def _asked(facade: HttpFacade, question: _Question) -> Probe:
    def ask() -> int:
        exchange = facade.exchange(question.method, question.path, question.body)
        facade.judged(question.operation, exchange)
        return exchange.status

    return _judged(question.operation, ask, question.allowed)


def _judged(operation: str, ask: Callable[[], int], allowed: tuple[int, ...]) -> Probe:
    try:
        status = ask()
    except TargetBlocked as obstacle:
        values = {name: neutral(str(value))[:SHOWN] for name, value in obstacle.values.items()}
        return Probe(operation=operation, code=obstacle.code, values={"operation": operation, **values})
    if status not in allowed:
        fault = f"{status} ≠ {' / '.join(map(str, allowed))}"
        values = {"operation": operation, "status": str(status), "fault": fault}
        return Probe(operation=operation, code="facade-unlike-contract", values=values)
    return Probe(operation=operation, absent=status == ABSENT)


def _secret(facade: HttpFacade, linkage: str) -> Iterator[Probe]:
    """Without the secret, and with another one, the façade says 401 in the contract's form."""
    path = f"/renkei/records?linkage={linkage or NOBODY}&limit=1"
    for given in ("", "renkei-doctor-has-no-such-secret"):

        def ask(secret: str = given) -> int:
            exchange = facade.exchange("GET", path, secret=secret)
            if exchange.status != 401:
                return exchange.status
            fault = facade.fault("records", exchange)
            if fault:
                raise TargetBlocked("facade-unlike-contract", operation="records", status=401, fault=fault)
            return 401

        yield _judged("secret", ask, (401,))
