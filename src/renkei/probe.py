"""Probes: can this target be judged at all? Few requests, ten seconds at most, and a code for every obstacle."""

from __future__ import annotations

import datetime as dt
import email.utils
import queue
import threading
import time
import urllib.parse
from typing import Any

from renkei.errors import PlanError, RenkeiError, TargetBlocked
from renkei.events import TargetProbed
from renkei.flow.contract import Bundle, Linkage
from renkei.flow.exchange import Exchange, Request
from renkei.flow.plan import RestAccess, Target
from renkei.flow.requirement import Transport
from renkei.kit.target import JSON_TYPE, Auth, Tools, usable
from renkei.neutral import neutral
from renkei.ports import FileEntry
from renkei.tables.transition import accepted_by, ended

SECONDS = 10.0
JAPAN = dt.timezone(dt.timedelta(hours=9))
PER_REQUEST = 4.0
SKEW = 30.0
MARKER = ".end"
ABSENT = frozenset({404, 405, 410, 501})
# An answer that came but breaks HTTP does not stand in the way of judging: it is what has to be judged.
JUDGED = frozenset({"framing", "incomplete", "too-large", "too-many-headers"})
SHOWN = 120
# How a server that speaks TLS ends a connection that does not.
CUT = frozenset({"reset", "incomplete", "framing"})


class Prober:
    """Probes the targets of one plan; ``edition`` is the one that the plan is judged by."""

    def __init__(self, tools: Tools, bundle: Bundle, edition: str, *, seconds: float = SECONDS) -> None:
        self._tools = tools
        self._bundle = bundle
        self._edition = edition
        self._seconds = seconds

    def probe(self, target: Target) -> TargetProbed:
        """The first obstacle met, or none; ``facts`` hold what was seen on the way."""
        probe = _Probe(self._tools, self._bundle, target, self._seconds)
        try:
            probe.edition(self._edition)
            probe.rest()
            probe.files()
        except (TargetBlocked, PlanError) as obstacle:
            values = {name: neutral(str(value))[:SHOWN] for name, value in obstacle.values.items()}
            return TargetProbed(target=target.id, code=obstacle.code, values=values, facts=probe.facts)
        return TargetProbed(target=target.id, facts=probe.facts)


class _Probe:
    def __init__(self, tools: Tools, bundle: Bundle, target: Target, seconds: float) -> None:
        self.facts: dict[str, str] = {}
        self._tools = tools
        self._target = target
        self._bundle = bundle
        self._linkages = bundle.system(target.system).linkages
        self._foreign = bundle.foreign
        self._until = time.monotonic() + seconds

    def edition(self, ours: str) -> None:
        theirs = self._target.claims.edition
        if not theirs or theirs == ours:
            return
        older = accepted_by(self._bundle, theirs)
        if older is None:
            raise TargetBlocked("edition-mismatch", theirs=theirs, ours=ours)
        today = dt.datetime.fromtimestamp(self._tools.now(), tz=JAPAN).date()
        code = "edition-ended" if ended(older, today) else "edition-older"
        raise TargetBlocked(code, theirs=theirs, ours=ours, until=older.until)

    def rest(self) -> None:
        """One token, one operation with an empty body, and what they tell about clock and TLS."""
        access = self._target.rest
        linkages = self._claimed(Transport.REST)
        if access is None or not linkages:
            return
        if self._foreign:
            self._base(access)
            return
        if not self._tools.clients:
            raise TargetBlocked("no-client-secret", client=access.client_id)
        # an inquiry changes nothing even where an empty body is taken for a valid one
        linkage = next((item for item in linkages if item.scope.endswith(":Read")), linkages[0])
        try:
            token = self._token(access, linkage)
            self._operation(access, linkage, token)
        except TargetBlocked as obstacle:
            if not self._judged(access, obstacle):
                raise
        else:
            self._tls(access)

    def files(self) -> None:
        """The files that each claimed linkage has published."""
        linkages = self._claimed(Transport.FILE)
        if self._target.files is None or not linkages:
            return
        seen = self._listed([linkage.id for linkage in linkages])
        for name, entries in seen.items():
            names = {entry.name for entry in entries}
            files = {name for name in names if not name.endswith(MARKER)}
            self.facts[f"files.{name}"] = str(len(files))
            self.facts[f"files.{name}.complete"] = str(sum(name + MARKER in names for name in files))
        if not any(seen.values()):
            raise TargetBlocked("no-test-data", url=self._target.files.url, linkages=" ".join(seen))

    def _claimed(self, transport: Transport) -> list[Linkage]:
        claims = self._target.claims
        return [
            linkage
            for linkage in self._linkages
            if linkage.transport is transport
            and linkage.id not in claims.exempt
            and (not linkage.option or linkage.option in claims.optional)
        ]

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TargetBlocked("deadline", url=self._target.id)
        return left

    def _send(self, request: Request, judged: frozenset[str] = frozenset()) -> Exchange:
        exchange = self._tools.transport.send(request, deadline=min(PER_REQUEST, self._left()))
        if exchange.error and exchange.error not in judged:
            raise TargetBlocked(self._reason(request.url, exchange.error), url=_bare(request.url))
        return exchange

    def _reason(self, url: str, error: str) -> str:
        """The transport's code; what is behind some of them takes a handshake of its own."""
        access = self._target.rest
        plain = url.startswith("http:")
        if access is None or error not in (CUT if plain else ("tls-certificate",)):
            return error
        secure = f"https:{url.removeprefix('http:')}" if plain else url
        for version in ("1.3", "1.2"):
            finer = self._tools.tls.handshake(secure, version, access.ca_file)
            if plain and (finer == "accepted" or finer.startswith("tls-")):
                return "tls-expected"
            if finer.startswith("tls-"):
                return finer
        return error

    def _token(self, access: RestAccess, linkage: Linkage) -> str:
        auth = Auth(self._target, self._tools, self._send)
        exchange = auth.request_token(scope=linkage.scope, client=self._tools.clients[0])
        self._clock(access.token_url, exchange)
        answer = _members(exchange)
        token = answer.get("access_token")
        if exchange.status == 200 and usable(token):
            self.facts["token_seconds"] = str(answer.get("expires_in", ""))[:SHOWN]
            return token
        raise _no_token(access, exchange, answer)

    def _base(self, access: RestAccess) -> None:
        """A target of another standard: something answers at its address; whatever it says is judged later."""
        exchange = self._send(Request(method="GET", url=access.base_url))
        self._clock(access.base_url, exchange)
        if access.token_url:
            linkages = self._claimed(Transport.REST)
            self._token(access, next((linkage for linkage in linkages if linkage.scope), linkages[0]))

    def _operation(self, access: RestAccess, linkage: Linkage, token: str) -> None:
        url = access.base_url.rstrip("/") + linkage.path
        headers = (("Content-Type", JSON_TYPE), ("Accept", JSON_TYPE), ("Authorization", f"Bearer {token}"))
        exchange = self._send(Request(method="POST", url=url, headers=headers, body=b"{}"), JUDGED)
        if exchange.error:
            self.facts["operation"] = exchange.error
        self._clock(url, exchange)
        _not_redirected(url, exchange)
        if exchange.status in ABSENT:
            raise TargetBlocked("base-path-wrong", url=_bare(url), status=exchange.status)

    def _clock(self, url: str, exchange: Exchange) -> None:
        date = exchange.response.header("date") if exchange.response else None
        try:
            theirs = email.utils.parsedate_to_datetime(date or "").timestamp()
        except (ValueError, TypeError, OverflowError):
            return
        offset = theirs - (self._tools.now() - exchange.seconds / 2)
        self.facts["clock_offset"] = f"{round(offset):+d}"
        if abs(offset) > SKEW:
            raise TargetBlocked("clock-skew", url=_bare(url), seconds=f"{round(offset):+d}")

    def _tls(self, access: RestAccess) -> None:
        if access.token_url.startswith("https:") and self._left() > PER_REQUEST:
            newest = self._tools.tls.handshake(access.token_url, "1.3", access.ca_file)
            self.facts["tls"] = "1.3" if newest == "accepted" else "1.2"

    def _judged(self, access: RestAccess, obstacle: TargetBlocked) -> bool:
        """Whether the obstacle is a TLS version too old, proven by a handshake: that is what has to be judged."""
        if obstacle.code != "tls":
            return False
        url = str(obstacle.values["url"])
        newer = (self._tools.tls.handshake(url, version, access.ca_file) for version in ("1.3", "1.2"))
        if any(said != "refused" for said in newer):
            return False
        older = (version for version in ("1.1", "1.0") if self._left() > 0)
        spoken = next((v for v in older if self._tools.tls.handshake(url, v, access.ca_file) == "accepted"), "")
        if spoken:
            self.facts["tls"] = spoken
        return bool(spoken)

    def _listed(self, linkages: list[str]) -> dict[str, tuple[FileEntry, ...]]:
        """The entries by linkage; the storage library has its own patience, so it runs aside within ours."""
        answers: queue.SimpleQueue[dict[str, tuple[FileEntry, ...]] | RenkeiError] = queue.SimpleQueue()

        def work() -> None:
            try:
                place = self._tools.place(self._target)
                try:
                    answers.put({name: place.entries(name) for name in linkages})
                finally:
                    place.close()
            except RenkeiError as error:
                answers.put(error)

        threading.Thread(target=work, daemon=True).start()
        url = self._target.files.url if self._target.files else ""
        try:
            found = answers.get(timeout=self._left())
        except queue.Empty:
            raise TargetBlocked("place-deadline", url=url) from None
        if isinstance(found, RenkeiError):
            raise found
        return found


def _no_token(access: RestAccess, exchange: Exchange, answer: dict[str, Any]) -> TargetBlocked:
    """Why a token request brought no token."""
    url, status = _bare(access.token_url), exchange.status
    _not_redirected(access.token_url, exchange)
    code = str(answer.get("error", ""))
    kind = (exchange.response.header("content-type") if exchange.response else None) or "-"
    if status >= 500 or status == 429:
        return TargetBlocked("unavailable", url=url, status=status)
    if status == 401 or code in ("invalid_client", "unauthorized_client"):
        return TargetBlocked("credentials-refused", url=url, client=access.client_id, status=status, error=code)
    if code:
        return TargetBlocked("token-refused", url=url, status=status, error=code)
    return TargetBlocked("token-endpoint-wrong", url=url, status=status, type=kind)


def _not_redirected(url: str, exchange: Exchange) -> None:
    if 300 <= exchange.status < 400 and exchange.response:
        location = _bare(exchange.response.header("location") or "-")
        raise TargetBlocked("redirected", url=_bare(url), status=exchange.status, location=location)


def _members(exchange: Exchange) -> dict[str, Any]:
    try:
        answer = exchange.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _bare(url: str) -> str:
    """The URL without user, query and fragment: those may hold secrets."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        return "-"
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
