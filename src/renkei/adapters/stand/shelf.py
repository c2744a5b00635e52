"""Object storage of our own that speaks S3, read only to others: everything that is read from it is remembered.

shelf = ObjectShelf(genuine)                     # genuine(request, {key id: secret}) gives the key id that signed a request
shelf.write("run/001o006/a.csv", content)        # ours: straight into memory
shelf.url("run")                                 # s3://renkei/run, with shelf.key to reach it
shelf.accesses("run")                            # who asked for what, and how many bytes of it were sent
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import re
import secrets
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from renkei.adapters.stand.server import LocalStand
from renkei.flow.exchange import Request
from renkei.ports import Access, Reply, ShelfKey

BUCKET = "renkei"
MOST_KEYS = 1000
# So long an answer that is still under way is waited for before the accesses are told.
PATIENCE = 5.0
SPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
RANGE = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))")
Genuine = Callable[[Request, Mapping[str, str]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    content: bytes
    modified: dt.datetime

    @property
    def tag(self) -> str:
        """The ETag of an object that was put in one piece."""
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'


class Refusal(Exception):
    """An answer of S3 other than what was asked for: its status and code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class ObjectShelf:
    """Fulfils ``ports.Shelf``: one bucket in memory behind a server of our own."""

    def __init__(self, genuine: Genuine, host: str = "127.0.0.1", port: int = 0, url: str = "") -> None:
        self._genuine = genuine
        self._objects: dict[str, _Object] = {}
        self._accesses: list[Access] = []
        self._open: set[int] = set()
        self._turn = threading.Condition()
        self._stand = LocalStand(self._answer, host, port)
        self.key = ShelfKey(
            endpoint=url or self._stand.url, id=f"RENKEI{secrets.token_hex(7).upper()}", secret=secrets.token_hex(20)
        )

    def url(self, below: str) -> str:
        """The address of a folder, as S3 clients write it."""
        return f"s3://{BUCKET}/{below}"

    def write(self, name: str, content: bytes) -> None:
        """One object, there at once as a whole."""
        with self._turn:
            self._objects[name] = _Object(content=content, modified=dt.datetime.now(dt.UTC))

    def remove(self, below: str) -> None:
        """A folder with all that is in it."""
        with self._turn:
            for name in [name for name in self._objects if name.startswith(f"{below}/")]:
                del self._objects[name]

    def back(self, name: str) -> bytes | None:
        """What lies there now."""
        with self._turn:
            found = self._objects.get(name)
        return found.content if found else None

    def accesses(self, below: str) -> tuple[Access, ...]:
        """What was asked for below a folder, in its order; answers that are under way are waited for."""
        until = time.monotonic() + PATIENCE
        with self._turn:
            while self._open and (left := until - time.monotonic()) > 0:
                self._turn.wait(left)
            return tuple(one for one in self._accesses if f"{one.name}/".startswith(f"{below}/"))

    def close(self) -> None:
        """Take no more requests."""
        self._stand.close()

    def _answer(self, request: Request) -> Reply:
        parts = urllib.parse.urlsplit(request.url)
        bucket, _, name = urllib.parse.unquote(parts.path).removeprefix("/").partition("/")
        who, verb = self._genuine(request, {self.key.id: self.key.secret}), request.method.lower()
        asked = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        try:
            if not who:
                raise Refusal(403, "SignatureDoesNotMatch")
            if verb not in ("get", "head"):
                raise Refusal(403, "AccessDenied")
            if bucket and bucket != BUCKET:
                raise Refusal(404, "NoSuchBucket")
            if name:
                return self._object(request, name, who)
            self._note(verb="list", name=asked.get("prefix", "").rstrip("/"), who=who, status=200)
            return _xml(200, self._listing(asked) if bucket else _buckets())
        except Refusal as refused:
            self._note(verb=verb, name=name, who=who, status=refused.status)
            # The answer to HEAD has a body as little here as anywhere: the server leaves it out.
            return _xml(refused.status, f"<Error><Code>{refused.code}</Code><Key>{escape(name)}</Key></Error>")

    def _object(self, request: Request, name: str, who: str) -> Reply:
        with self._turn:
            found = self._objects.get(name)
        if found is None:
            raise Refusal(404, "NoSuchKey")
        wanted = _header(request, "if-match")
        if wanted not in (None, "*", found.tag):
            raise Refusal(412, "PreconditionFailed")
        size = len(found.content)
        part = _span(_header(request, "range"), size)
        status, (first, end) = (206, part) if part else (200, (0, size))
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("ETag", found.tag),
            ("Last-Modified", found.modified.strftime("%a, %d %b %Y %H:%M:%S GMT")),
            ("Accept-Ranges", "bytes"),
        ]
        if part:
            headers.append(("Content-Range", f"bytes {first}-{end - 1}/{size}"))
        verb = "read" if request.method == "GET" else "head"
        number = self._note(verb=verb, name=name, who=who, status=status, first=first, under_way=True)
        return Reply(
            status=status,
            headers=tuple(headers),
            body=found.content[first:end],
            sent=functools.partial(self._ended, number),
        )

    def _note(self, *, verb: str, name: str, who: str, status: int, first: int = 0, under_way: bool = False) -> int:
        with self._turn:
            self._accesses.append(
                Access(at=time.time(), who=who, verb=verb, name=name, status=status, first=first, sent=0)
            )
            number = len(self._accesses) - 1
            if under_way:
                self._open.add(number)
            return number

    def _ended(self, number: int, count: int) -> None:
        with self._turn:
            self._accesses[number] = self._accesses[number].through(count)
            self._open.discard(number)
            self._turn.notify_all()

    def _listing(self, asked: Mapping[str, str]) -> str:
        """ListObjects, of either version."""
        if "location" in asked:
            return f"<LocationConstraint {SPACE}>us-east-1</LocationConstraint>"
        second = asked.get("list-type") == "2"
        token = asked.get("continuation-token", "") if second else ""
        after = _decoded(token) or asked.get("start-after" if second else "marker", "")
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        try:
            most = min(int(asked.get("max-keys", MOST_KEYS)), MOST_KEYS)
        except ValueError as error:
            raise Refusal(400, "InvalidArgument") from error
        with self._turn:
            there = dict(self._objects)
        entries = list(_grouped(sorted(name for name in there if name.startswith(prefix)), prefix, delimiter, after))
        page = entries[: max(most, 0)]
        more = len(entries) > len(page) and bool(page)
        quoted = urllib.parse.quote if asked.get("encoding-type") == "url" else escape
        head = [
            f"<Name>{BUCKET}</Name><Prefix>{quoted(prefix)}</Prefix><MaxKeys>{most}</MaxKeys>",
            f"<Delimiter>{quoted(delimiter)}</Delimiter>" if delimiter else "",
            "<EncodingType>url</EncodingType>" if asked.get("encoding-type") == "url" else "",
            f"<IsTruncated>{str(more).lower()}</IsTruncated>",
            f"<KeyCount>{len(page)}</KeyCount>" if second else "",
            (_following(second, page[-1][0], quoted) if more else ""),
        ]
        body = [
            f"<CommonPrefixes><Prefix>{quoted(name)}</Prefix></CommonPrefixes>"
            if folder
            else _entry(quoted(name), there[name])
            for name, folder in page
        ]
        return f"<ListBucketResult {SPACE}>{''.join((*head, *body))}</ListBucketResult>"


def _grouped(names: Sequence[str], prefix: str, delimiter: str, after: str) -> Iterator[tuple[str, bool]]:
    """Names after ``after``; those with the delimiter beyond the prefix are one folder each."""
    last = ""
    for name in names:
        rest = name[len(prefix) :]
        folder = bool(delimiter) and delimiter in rest
        shown = prefix + rest.partition(delimiter)[0] + delimiter if folder else name
        if shown > after and shown != last:
            last = shown
            yield shown, folder


def _entry(name: str, one: _Object) -> str:
    modified = one.modified.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f"<Contents><Key>{name}</Key><LastModified>{modified}</LastModified><ETag>{escape(one.tag)}</ETag>"
        f"<Size>{len(one.content)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _following(second: bool, last: str, quoted: Callable[[str], str]) -> str:
    if second:
        token = base64.urlsafe_b64encode(last.encode()).decode()
        return f"<NextContinuationToken>{token}</NextContinuationToken>"
    return f"<NextMarker>{quoted(last)}</NextMarker>"


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError as error:
        raise Refusal(400, "InvalidArgument") from error


def _buckets() -> str:
    one = f"<Buckets><Bucket><Name>{BUCKET}</Name></Bucket></Buckets>"
    return f"<ListAllMyBucketsResult {SPACE}>{one}</ListAllMyBucketsResult>"


def _span(said: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last; None where no range is asked for, or one that cannot be read."""
    found = RANGE.fullmatch(said or "")
    if found is None:
        return None
    first, last, final = found.groups()
    if final is not None:
        return max(0, size - int(final)), size
    if int(first) >= size:
        raise Refusal(416, "InvalidRange")
    return int(first), min(int(last) + 1, size) if last else size


def _header(request: Request, name: str) -> str | None:
    return next((value for key, value in request.headers if key.lower() == name), None)


def _xml(status: int, body: str) -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return Reply(status=status, headers=(("Content-Type", "application/xml"),), body=text.encode())
