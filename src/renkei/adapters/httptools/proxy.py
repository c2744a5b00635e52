"""The proxy as it is started and stopped: one pinned provider, one address for consumers, a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from renkei.adapters.httptools.consumer import ConsumerSide
from renkei.adapters.httptools.message import Caps
from renkei.adapters.httptools.middle import Middle, See
from renkei.errors import PlanError
from renkei.wiretls import client_context

PORTS = {"http": 80, "https": 443}
STARTING_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a proxy stands: before which provider, at which address, by which certificates, within which bounds.

    ``origin`` is the only place that anything is ever sent to. ``certificate`` is a PEM file of chain and key for
    consumers ("": they are served without TLS), ``ca_file`` what the provider's certificate is checked against.
    """

    origin: str
    ca_file: str = ""
    certificate: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    deadline: float = 15.0
    idle: float = 60.0
    caps: Caps = field(default_factory=Caps)


class ObservingProxy:
    """Passes exchanges on and hands each, once it is over, to ``see``: in order of their ends, on the proxy's thread."""

    def __init__(self, stand: Stand, see: See) -> None:
        self._stand = stand
        self._see = see
        self._host, self._port, self._tls = _parts(stand.origin)
        self._context = client_context(stand.ca_file) if self._tls else None
        self._server_context = _towards_consumer(stand.certificate) if stand.certificate else None

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """The proxy in a thread, for the length of a block; gives its origin, and drains at the end."""
        ready: threading.Event = threading.Event()
        stop: list[Callable[[], None]] = []
        told: list[str] = []
        failed: list[BaseException] = []

        def started(origin: str, end: Callable[[], None]) -> None:
            told.append(origin)
            stop.append(end)
            ready.set()

        def work() -> None:
            try:
                self.serve(started)
            except (OSError, RuntimeError, ValueError) as error:
                failed.append(error)
            finally:
                ready.set()

        thread = threading.Thread(target=work, name="observing-proxy", daemon=True)
        thread.start()
        ready.wait(STARTING_SECONDS)
        if not told:
            raise _unstartable(self._stand, failed[0] if failed else TimeoutError())
        try:
            yield told[0]
        finally:
            stop[0]()
            thread.join(self._stand.deadline + STARTING_SECONDS)
        if failed:
            raise failed[0]

    def serve(self, started: Callable[[str, Callable[[], None]], None]) -> None:
        """Serve on this thread until stopped; ``started`` gets the origin and what stops it from any thread."""
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(self._serve(started))

    async def _serve(self, started: Callable[[str, Callable[[], None]], None]) -> None:
        stand, loop = self._stand, asyncio.get_running_loop()
        middle = Middle(
            stand.origin,
            self._host,
            self._port,
            self._see,
            context=self._context,
            caps=stand.caps,
            deadline=stand.deadline,
            idle=stand.idle,
        )
        over = asyncio.Event()
        server = await loop.create_server(
            lambda: ConsumerSide(middle),
            stand.host,
            stand.port,
            ssl=self._server_context,
            ssl_handshake_timeout=stand.deadline if self._server_context else None,
        )
        port = server.sockets[0].getsockname()[1]
        scheme = "https" if self._server_context else "http"
        host = f"[{stand.host}]" if ":" in stand.host else stand.host
        watching = loop.create_task(middle.watch())

        def end() -> None:
            loop.call_soon_threadsafe(over.set)

        started(f"{scheme}://{host}:{port}", end)
        await over.wait()
        server.close()
        await middle.drain()
        watching.cancel()
        if middle.failure is not None:
            raise middle.failure


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The fast loop where it exists."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _parts(origin: str) -> tuple[str, int, bool]:
    """(host, port, with TLS) of an origin; raises PlanError for anything but ``scheme://host:port``."""
    try:
        parts = urllib.parse.urlsplit(origin)
        port = parts.port or PORTS[parts.scheme]
        known = parts.scheme in PORTS
    except (ValueError, KeyError):
        raise PlanError("proxy-origin-malformed", value=origin[:200]) from None
    plain = f"{parts.scheme}://{parts.netloc}"
    if not known or not parts.hostname or origin != plain or "@" in parts.netloc or not origin.isascii():
        raise PlanError("proxy-origin-malformed", value=origin[:200])
    return parts.hostname, port, parts.scheme == "https"


def _towards_consumer(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate)
    except (OSError, ValueError) as error:
        raise PlanError("proxy-certificate-unusable", path=certificate, error=type(error).__name__) from error
    return context


def _unstartable(stand: Stand, error: BaseException) -> PlanError:
    return PlanError("proxy-not-startable", host=stand.host, port=stand.port, error=type(error).__name__)
