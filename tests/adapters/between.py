"""A proxy before a peer for the length of a block, with all that it saw; and a client that sends bytes as they are."""

from __future__ import annotations

import contextlib
import functools
import json
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract_sample import DOCUMENT, GOOD_OK, GOOD_REQUEST, JSON_UTF8, changed
from hostile import answer

from renkei.adapters.httptools.message import Caps
from renkei.adapters.httptools.proxy import ObservingProxy, Stand
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.adapters.openapi_core.validator import SecondValidator
from renkei.events import Event
from renkei.evidence import EvidenceStore
from renkei.flow.attribution import Sighting
from renkei.kit.between import Between, routes_of
from renkei.redaction import Redactor
from renkei.witness import Account, Witness

PATH = "/app_submit/v10/jutogaishaatenabangofuban"
BODY = json.dumps(GOOD_REQUEST, ensure_ascii=False).encode()
ANSWER = json.dumps(GOOD_OK, ensure_ascii=False).encode()
KIND = f"Content-Type: {JSON_UTF8}"
HEAD = f"HTTP/1.1 200 OK\r\n{KIND}\r\n"
CHUNKED_HEAD = f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode()


@functools.cache
def routes() -> dict[tuple[str, str], Any]:
    """The routes of the sample contract, both validators built once."""
    first = SchemaValidator(DOCUMENT)
    return routes_of(DOCUMENT, lambda operation: operation.path, first, SecondValidator(DOCUMENT), first)


@dataclass(slots=True)
class Watched:
    """What a proxy saw; the account is there once it has stopped."""

    origin: str = ""
    sightings: list[Sighting] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    account: Account | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.origin.rpartition(":")[2])

    def parties(self) -> dict[str, int]:
        """Exchanges by party, and that nothing is missing in the account."""
        assert self.account is not None
        assert self.account.whole
        assert self.account.seen == len(self.sightings) == len(self.events)
        return {str(party): count for party, count in self.account.parties.items()}

    def rules(self) -> set[tuple[str, str]]:
        """(half, rule) of everything that was broken."""
        assert self.account is not None
        return {(str(charge.breach.side), charge.breach.rule) for charge in self.account.charges if charge.breach}

    def actuals(self) -> str:
        """What came, of everything that was broken."""
        assert self.account is not None
        return " ".join(charge.breach.actual for charge in self.account.charges if charge.breach)


@contextlib.contextmanager
def proxied(upstream: str, *, deadline: float = 5.0, caps: Caps | None = None, **more: Any) -> Iterator[Watched]:
    """A proxy before that origin, judging by the sample contract."""
    redactor, watched = Redactor({}), Watched()
    with tempfile.TemporaryDirectory() as folder:
        evidence = EvidenceStore(Path(folder) / "evidence", redactor.value)
        witness = Witness(Between(routes()), evidence, emit=watched.events.append, learn=redactor.learn)

        def see(sighting: Sighting) -> None:
            watched.sightings.append(sighting)
            witness.see(sighting)

        stand = Stand(origin=upstream, deadline=deadline, caps=caps or Caps(), **more)
        try:
            with ObservingProxy(stand, see).running() as watched.origin:
                yield watched
        finally:
            watched.account = witness.close()
            files = (Path(folder) / "evidence").iterdir()
            watched.texts = [path.read_text(encoding="utf-8") for path in files]


def request(body: bytes = BODY, *lines: str, target: str = PATH, method: str = "POST", kind: str = "") -> bytes:
    """A well-formed request."""
    head = [f"{method} {target} HTTP/1.1", "Host: there", f"Content-Type: {kind or 'application/json'}", *lines]
    return ("\r\n".join([*head, f"Content-Length: {len(body)}", "", ""])).encode() + body


def sent(port: int, data: bytes, *, seconds: float = 8.0, finish: bool = False) -> bytes:
    """All that comes back for these bytes until the other side closes or has given one answer with a length."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as sock:
        with contextlib.suppress(OSError):
            sock.sendall(data)
        if finish:
            sock.shutdown(socket.SHUT_WR)
        return received(sock)


def received(sock: socket.socket, answers: int = 1) -> bytes:
    """So many answers, or less when the connection ends."""
    data = bytearray()
    with contextlib.suppress(OSError):
        while more := sock.recv(65536):
            data += more
            # looking at the whole of a flood after each piece would take longer than the flood
            if len(more) < 65536 and whole(bytes(data), answers):
                break
    return bytes(data)


def whole(data: bytes, answers: int) -> bool:
    """Whether the data holds so many whole answers."""
    for _ in range(answers):
        head, found, rest = data.partition(b"\r\n\r\n")
        if not found:
            return False
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            _, found, data = rest.partition(b"0\r\n\r\n")
            if not found:
                return False
            continue
        lengths = [line.split(b":")[1] for line in lower.split(b"\r\n") if line.startswith(b"content-length:")]
        size = int(lengths[0]) if lengths else 0
        if len(rest) < size or not (lengths or b" 204 " in head or head.startswith(b"HTTP/1.1 1")):
            return False
        data = rest[size:]
    return True


def status(data: bytes) -> int:
    """The status of an answer, 0 for none."""
    return int(data[9:12]) if data.startswith(b"HTTP/1.1 ") else 0


def body_of(**members: object) -> bytes:
    """A request body with members changed."""
    return json.dumps(changed(GOOD_REQUEST, **members), ensure_ascii=False).encode()


def raw(*lines: str, body: bytes = BODY) -> bytes:
    """A request whose framing is written by hand."""
    head = [f"POST {PATH} HTTP/1.1", "Host: a", "Content-Type: application/json", *lines, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def told(body: object, *lines: str, code: str = "200 OK") -> bytes:
    """An answer with a JSON body."""
    return answer(json.dumps(body, ensure_ascii=False).encode(), *(lines or (KIND,)), status=code)
