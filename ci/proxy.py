"""Measures the observing proxy beside a peer: what it adds to a request, and how many a second it can pass on and judge.

A small server answers from memory. The same client asks it directly, through the proxy (both halves judged, every
exchange told as an event, the first of each kind kept as evidence), and through a reverse proxy of aiohttp that judges
both halves by jsonschema-rs and records nothing. Routes alternate in rounds, and of each figure the best round counts,
for all three alike: the others are disturbed by whatever else the machine does.
``python ci/proxy.py`` prints a table; ``--json FILE`` keeps the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import uvloop

ROOT = Path(__file__).parents[1]
FUBAN, SHOKAI = "jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai"
PATHS = {name: f"/app_submit/v10/{name}" for name in (FUBAN, SHOKAI)}
KIND = "application/json;charset=UTF-8"
TOKEN = "t" * 43
FEW, MANY = 1, 16
GOALS = {"added_p50_ms": 0.4, "per_second": 4000}
ROUTES = ("direct", "proxy", "peer")


# What is asked and answered: a registration of many items, and a search that finds one person.


def samples() -> dict[str, tuple[bytes, bytes]]:
    """(request body, answer body) of each operation, both as the contract wants them."""
    from renkei.adapters.folder.bundle import load_bundle
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator
    from renkei.kit.generate import compiled

    document = load_bundle(ROOT / "contracts").system("031").document
    validator, schemas = SchemaValidator(document), document["components"]["schemas"]
    found = {}
    for name in PATHS:
        ask, tell = (compiled(schemas[f"{name}_{part}"], document, fill=1.0) for part in ("R01", "S01"))
        source = Random(7)
        asked = next(body for body in _many(ask, source) if not validator.request_faults(name, body))
        told = next(body for body in _many(tell, source) if _fits(validator, name, body))
        found[name] = (_json(asked), _json(told))
    return found


def _fits(validator: Any, name: str, body: Any) -> bool:
    return len(body["result"]) == 1 and not validator.response_faults(name, 200, KIND, body)


def _many(make: Any, source: Random) -> Iterator[Any]:
    while True:
        yield make(source)


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


# The server.


class Server(asyncio.Protocol):
    """Whole requests in, prepared answers out."""

    answers: ClassVar[dict[bytes, bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            size = int(head[at + 15 : at + 30].split(b"\r", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + size:
                return
            self.buffer = self.buffer[end + 4 + size :]
            self.transport.write(self.answers[head.split(b" ", 2)[1]])


def serve(bodies: dict[str, tuple[bytes, bytes]]) -> None:
    """Serve until told to stop; the port is the first line of output."""
    for name, (_, told) in bodies.items():
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {KIND}\r\nContent-Length: {len(told)}\r\n\r\n"
        Server.answers[PATHS[name].encode()] = head.encode() + told

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        uvloop.run(run())


# The two proxies.


def cpu() -> float:
    """Seconds of processor time of this process."""
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


def observe(origin: str) -> None:
    """The proxy of this project until SIGTERM; its port first, its account last."""
    from renkei import events
    from renkei.adapters.folder.bundle import load_bundle
    from renkei.cli.between import Record, observing
    from renkei.flow.plan import RestAccess
    from renkei.redaction import Redactor
    from renkei.witness import plain

    bundle = load_bundle(ROOT / "contracts")
    rest = RestAccess(base_url=origin, token_url=f"{origin}/oauth2/token")
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    with tempfile.TemporaryDirectory() as name, (Path(name) / "events.jsonl").open("w", encoding="utf-8") as log:

        def emit(event: events.Event) -> None:
            log.write(json.dumps(events.to_json(event), ensure_ascii=False) + "\n")

        record = Record(folder=Path(name) / "evidence", redactor=Redactor({}), emit=emit, case="measured", test="-")
        with observing(rest, bundle, "031", record=record) as observed:
            print(observed.origin.rpartition(":")[2], flush=True)
            begun = cpu()
            over.wait()
        spent = cpu() - begun
        log.flush()
        assert observed.account is not None
        lines = sum(1 for _ in (Path(name) / "events.jsonl").open(encoding="utf-8"))
        print(json.dumps({**plain(observed.account), "whole": observed.account.whole, "events": lines, "cpu": spent}))


def imitate(origin: str) -> None:
    """The peer: a reverse proxy of aiohttp that judges both halves, and forgets them."""
    from aiohttp import ClientSession, TCPConnector, web

    from renkei.adapters.folder.bundle import load_bundle
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator
    from renkei.flow.document import operations

    document = load_bundle(ROOT / "contracts").system("031").document
    validator = SchemaValidator(document)
    names = {operation.path: name for name, operation in operations(document).items()}
    drop = {"host", "transfer-encoding", "connection", "keep-alive", "content-length"}
    broken = 0

    async def handle(request: web.Request) -> web.Response:
        nonlocal broken
        name, data = names[request.path], await request.read()
        headers = {key: value for key, value in request.headers.items() if key.lower() not in drop}
        async with session.request(request.method, origin + request.path_qs, headers=headers, data=data) as answer:
            body = await answer.read()
            kept = {key: value for key, value in answer.headers.items() if key.lower() not in drop}
            told = web.Response(status=answer.status, headers=kept, body=body)
        broken += not validator.accepts(name, json.loads(data))
        broken += not validator.conforms(name, answer.status, KIND, json.loads(body))
        return told

    session: ClientSession
    spent: list[float] = []

    async def run() -> None:
        nonlocal session
        session = ClientSession(connector=TCPConnector(limit=0), auto_decompress=False, trust_env=False)
        app = web.Application(client_max_size=8 << 20)
        app.router.add_route("*", "/{rest:.*}", handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(site._server.sockets[0].getsockname()[1], flush=True)
        begun = cpu()
        over = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
        await over.wait()
        spent.append(cpu() - begun)
        await session.close()
        await runner.cleanup()

    uvloop.run(run())
    print(json.dumps({"broken": broken, "cpu": spent[0]}))


# The client.


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it was answered."""

    def __init__(self, requests: list[bytes], sizes: list[int], until: float, over: asyncio.Future[None]) -> None:
        self.requests, self.sizes, self.until, self.over = requests, sizes, until, over
        self.times: list[float] = []
        self.turn = 0
        self.got = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.ask()

    def ask(self) -> None:
        self.got, self.head = 0, b""
        self.asked = time.perf_counter()
        self.transport.write(self.requests[self.turn])

    def data_received(self, data: bytes) -> None:
        if self.got == 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.head.startswith(b"HTTP/1.1 200"):
                self.over.set_exception(RuntimeError(self.head[:300].decode("latin-1")))
                self.transport.abort()
                return
            self.got = len(self.head) - end - 4
            if self.got == 0:
                return
        else:
            self.got += len(data)
        if self.got < self.sizes[self.turn]:
            return
        now = time.perf_counter()
        self.times.append(now - self.asked)
        self.turn = (self.turn + 1) % len(self.requests)
        if now < self.until:
            self.ask()
        else:
            self.transport.abort()
            if not self.over.done():
                self.over.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the loop's own signature
        if not self.over.done():
            self.over.set_exception(ConnectionError("cut off"))


async def asked(port: int, bodies: dict[str, tuple[bytes, bytes]], connections: int, seconds: float) -> dict[str, Any]:
    """Latencies in milliseconds and requests a second of closed loops on so many connections."""
    loop = asyncio.get_running_loop()
    requests, sizes = [], []
    for name, (body, told) in bodies.items():
        head = (
            f"POST {PATHS[name]} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
            f"Content-Type: application/json\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
        sizes.append(len(told))
    begun = time.perf_counter()
    clients = []
    for _ in range(connections):
        client = Client(requests, sizes, begun + seconds, loop.create_future())
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
        clients.append(client)
    await asyncio.gather(*(client.over for client in clients))
    wall = time.perf_counter() - begun
    times = sorted(one for client in clients for one in client.times)
    return {
        "p50_ms": times[len(times) // 2] * 1e3,
        "p99_ms": times[int(len(times) * 0.99)] * 1e3,
        "per_second": len(times) / wall,
        "count": len(times),
    }


# The measurement.


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[dict[str, Any]]:
    """One of the parts as a process: its port, and once it has ended what it told last."""
    found: dict[str, Any] = {}
    with subprocess.Popen([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        try:
            found["port"] = int(one.stdout.readline())
            yield found
        finally:
            one.terminate()
            told = one.stdout.read().strip()
            found["told"] = json.loads(told) if told else {}


def measure(seconds: float, rounds: int) -> dict[str, Any]:
    """All routes by turns, with one connection and with many."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "samples.json"
        bodies = samples()
        kept.write_text(json.dumps({name: [part.decode() for part in pair] for name, pair in bodies.items()}))
        with process("serve", str(kept)) as server:
            origin = f"http://127.0.0.1:{server['port']}"
            with process("observe", origin) as proxy, process("imitate", origin) as peer:
                ports = dict(zip(ROUTES, (server["port"], proxy["port"], peer["port"]), strict=True))
                rows = _rounds(ports, bodies, seconds, rounds)
    sent = sum(row["count"] for row in rows if row["route"] == "proxy")
    figures: dict[str, Any] = {"cores": os.cpu_count(), "rounds": rounds, "seconds": seconds}
    for route in ROUTES:
        few, many = ([row for row in rows if (row["route"], row["connections"]) == (route, n)] for n in (FEW, MANY))
        figures[route] = {
            **{name: min(row[name] for row in few) for name in ("p50_ms", "p99_ms")},
            "per_second": max(row["per_second"] for row in many),
        }
    for route in ROUTES[1:]:
        for name in ("p50_ms", "p99_ms"):
            figures[route][f"added_{name}"] = figures[route][name] - figures["direct"][name]
    for route, part in (("proxy", proxy), ("peer", peer)):
        passed = sum(row["count"] for row in rows if row["route"] == route)
        figures[route]["cpu_ms"] = part["told"].pop("cpu") / passed * 1e3
    account = proxy["told"]
    figures["account"] = {**account, "sent": sent}
    figures["complete"] = bool(account["whole"] and account["judged"] == account["events"] == sent)
    figures["peer_broken"] = peer["told"]["broken"]
    figures["goals"] = GOALS
    figures["met"] = bool(
        figures["complete"]
        and figures["proxy"]["added_p50_ms"] <= GOALS["added_p50_ms"]
        and figures["proxy"]["per_second"] >= GOALS["per_second"]
    )
    return figures


def _rounds(ports: dict[str, int], bodies: Any, seconds: float, rounds: int) -> list[dict[str, Any]]:
    rows = []
    for number in range(rounds + 1):
        for connections in (FEW, MANY):
            for route in ROUTES:
                # the first round warms everything up, and only counts as traffic
                length = seconds if number else min(seconds, 0.5)
                row = uvloop.run(asked(ports[route], bodies, connections, length))
                rows.append({**row, "route": route, "connections": connections if number else 0})
    return rows


def show(figures: dict[str, Any]) -> None:
    """The table."""
    print(f"{'':28}{'p50 ms':>9}{'p99 ms':>9}{'added p50':>11}{'added p99':>11}{'requests/s':>12}{'CPU ms':>9}")
    words = {"direct": "direct", "proxy": "observing proxy", "peer": "aiohttp + jsonschema-rs"}
    for route, name in words.items():
        row = figures[route]
        added = [f"{row[key]:>11.3f}" if key in row else f"{'':>11}" for key in ("added_p50_ms", "added_p99_ms")]
        print(
            f"{name:28}{row['p50_ms']:>9.3f}{row['p99_ms']:>9.3f}{added[0]}{added[1]}{row['per_second']:>12.0f}{row.get('cpu_ms', 0.0):>9.3f}"
        )
    account = figures["account"]
    print(
        f"account: sent {account['sent']}, seen {account['seen']}, judged {account['judged']}, events {account['events']}"
    )
    print(
        f"goals: added p50 ≤ {GOALS['added_p50_ms']} ms, ≥ {GOALS['per_second']}/s: {'met' if figures['met'] else 'NOT met'}"
    )


def main() -> int:
    """Measure and print; 1 when a goal is not met."""
    if sys.argv[1:2] == ["serve"]:
        kept = json.loads(Path(sys.argv[2]).read_text())
        serve({name: (asked.encode(), told.encode()) for name, (asked, told) in kept.items()})
        return 0
    if sys.argv[1:2] in (["observe"], ["imitate"]):
        {"observe": observe, "imitate": imitate}[sys.argv[1]](sys.argv[2])
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="keep the figures here")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    figures = measure(given.seconds, given.rounds)
    show(figures)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if figures["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
