"""Traps in HTTP itself: framing, endlessness, size, headers, codings, redirects."""

from __future__ import annotations

import gzip
import socket
import struct

from trap import Answer, Call, Trap, drips, floods, holds, over, says, spoils, until_gone

MIB = 1 << 20
OK = b"HTTP/1.1 200 OK\r\n"
KIND = b"Content-Type: application/json;charset=UTF-8\r\n"
MALFORMED = {"TR-10": "failed"}
SILENT = {"TR-10": "inconclusive"}


def length(good: Answer, value: str) -> bytes:
    """The answer with that Content-Length."""
    return good.wire(content_length=value)


def both(good: Answer) -> bytes:
    """Content-Length beside Transfer-Encoding."""
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(good.body), good.body)
    return good.wire(transfer_encoding="chunked").partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + chunked


def head_only(good: Answer) -> bytes:
    """The header section of the answer."""
    return good.wire().partition(b"\r\n\r\n")[0] + b"\r\n"


def with_line(line: bytes) -> object:
    """The answer with one more header line."""
    return spoils(lambda good: head_only(good) + line + b"\r\n\r\n" + good.body)


def packed(good: Answer, name: str, data: bytes) -> bytes:
    """The answer with a body in that coding."""
    return Answer(status=good.status, headers=good.headers, body=data).wire(content_encoding=name)


def bomb(mebibytes: int) -> bytes:
    """A gzip body that grows to that size: one member of 16 MiB, again and again."""
    return gzip.compress(bytes(16 * MIB), 9, mtime=0) * (mebibytes // 16)


def resets(call: Call) -> bool:
    """Reset the connection."""
    call.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return True


def redirects(location: str, status: str = "307 Temporary Redirect") -> object:
    """A redirect for every operation."""
    answer = Answer(status=status, headers=(("Location", location),), body=b"").wire()
    return lambda call: call.say(answer)


CHUNKED = OK + KIND + b"Transfer-Encoding: chunked\r\n\r\n"

FRAMING = [
    Trap(name="length-and-chunked", act=spoils(both), deserves=MALFORMED),
    Trap(name="negative-length", act=spoils(lambda good: length(good, "-5")), deserves=MALFORMED),
    Trap(name="length-of-words", act=spoils(lambda good: length(good, "ten")), deserves=MALFORMED),
    Trap(name="length-with-plus", act=spoils(lambda good: length(good, "+5")), deserves=MALFORMED),
    Trap(name="two-lengths", act=with_line(b"Content-Length: 1"), deserves=MALFORMED),
    Trap(name="same-length-twice", act=spoils(lambda g: head_only(g) + b"Content-Length: %d\r\n\r\n" % len(g.body) + g.body), deserves=MALFORMED),
    Trap(name="length-beyond-body", act=over(lambda call: call.say(length(call.good(), "999999"))), deserves=MALFORMED),
    Trap(name="length-of-an-exabyte", act=over(lambda call: call.say(length(call.good(), "1" + "0" * 18))), deserves=MALFORMED),
    Trap(name="bad-chunk-size", act=says(CHUNKED + b"zz\r\nabc\r\n"), deserves=MALFORMED),
    Trap(name="chunk-size-overflow", act=says(CHUNKED + b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"), deserves=MALFORMED),
    Trap(name="chunk-without-end", act=says(CHUNKED + b"5\r\n{}"), deserves=MALFORMED),
    Trap(name="chunk-longer-than-said", act=says(CHUNKED + b"2\r\n{ }}\r\n0\r\n\r\n"), deserves=MALFORMED),
    Trap(name="unknown-transfer-coding", act=with_line(b"Transfer-Encoding: gzip, chunked"), deserves=MALFORMED),
    Trap(name="folded-header", act=with_line(b"X-A: b\r\n c"), deserves=MALFORMED),
    Trap(name="bare-line-feeds", act=spoils(lambda g: g.wire().replace(b"\r\n", b"\n", g.wire().count(b"\r\n"))), deserves=MALFORMED),
    Trap(name="nul-in-header", act=with_line(b"X-A: a\x00b"), deserves=MALFORMED),
    Trap(name="header-without-colon", act=with_line(b"This is no header"), deserves=MALFORMED),
    Trap(name="header-name-with-blank", act=with_line(b"X A: b"), deserves=MALFORMED),
    Trap(name="not-http", act=says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), deserves=MALFORMED),
    Trap(name="http-0.9", act=says(b'{"metadata":{}}\n\n'), deserves=MALFORMED),
    Trap(name="http-9.9", act=spoils(lambda g: g.wire().replace(b"HTTP/1.1", b"HTTP/9.9", 1)), deserves={"TR-04": "failed"}),
    Trap(name="http-1.0", act=over(lambda call: call.say(call.good().wire().replace(b"HTTP/1.1", b"HTTP/1.0", 1))), deserves={"TR-04": "failed"}),
    Trap(name="status-of-two-digits", act=says(b"HTTP/1.1 20 OK\r\n\r\n"), deserves=MALFORMED),
    Trap(name="switches-protocol", act=says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), deserves=MALFORMED),
    Trap(name="closes-in-header", act=says(OK + b"Content-Le"), deserves=MALFORMED),
    Trap(name="second-answer-unasked", act=spoils(lambda good: good.wire() + good.wire()), deserves=MALFORMED),
    Trap(name="resets", act=resets, deserves=SILENT),
    Trap(name="closes-at-once", act=over(lambda call: None), deserves=SILENT),
]  # fmt: skip

CODINGS = [
    Trap(name="unknown-coding", act=spoils(lambda g: packed(g, "lzma9", g.body)), deserves=MALFORMED),
    Trap(name="two-codings", act=spoils(lambda g: packed(g, "gzip, gzip", gzip.compress(gzip.compress(g.body)))), deserves=MALFORMED),
    Trap(name="coding-is-a-lie", act=spoils(lambda g: packed(g, "gzip", g.body)), deserves=MALFORMED),
    Trap(name="half-gzip", act=spoils(lambda g: packed(g, "gzip", gzip.compress(g.body)[:-9])), deserves=MALFORMED),
    Trap(name="gzip-in-gzip", act=spoils(lambda g: packed(g, "gzip", gzip.compress(gzip.compress(g.body)))), deserves={"TR-05": "failed"}),
    Trap(name="gzip-bomb-1-gib", act=spoils(lambda g: packed(g, "gzip", bomb(1024))), deserves=MALFORMED),
    Trap(name="brotli-unasked", act=spoils(lambda g: packed(g, "br", b"\x8b\x02\x80{}\x03")), deserves=MALFORMED),
]  # fmt: skip

SIZES = [
    Trap(name="endless-1xx", act=floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500, 10_000), deserves=MALFORMED),
    Trap(name="header-of-10-mb", act=floods(OK + b"X-Big: ", b"a" * MIB, 10), deserves=MALFORMED),
    Trap(name="5000-headers", act=with_line(b"\r\n".join([b"X-H: v"] * 5000)), deserves=MALFORMED),
    Trap(name="5000-trailers", act=says(CHUNKED + b"0\r\n" + b"X-T: v\r\n" * 5000 + b"\r\n"), deserves=MALFORMED),
    Trap(name="endless-chunk-size", act=floods(CHUNKED, b"0" * MIB, 30), deserves=MALFORMED),
    Trap(name="chunks-of-one-byte", act=floods(CHUNKED, b"1\r\n1\r\n" * 150_000, 40), deserves={}),
    Trap(name="body-of-300-mb", act=floods(OK + KIND + b"Content-Length: 314572800\r\n\r\n", b"x" * MIB, 300), deserves=MALFORMED),
    Trap(name="endless-chunks", act=floods(CHUNKED, b"100000\r\n" + b"x" * MIB + b"\r\n", 3000), deserves=MALFORMED),
    Trap(name="endless-until-close", act=floods(OK + KIND + b"\r\n", b"x" * MIB, 3000), deserves=MALFORMED),
]  # fmt: skip

SLOW = [
    Trap(name="never-answers", act=until_gone, deserves=SILENT),
    Trap(name="slow-status", act=drips(b"", b"H"), deserves=SILENT),
    Trap(name="slow-headers", act=drips(OK, b"X-A: b\r\n"), deserves=SILENT),
    Trap(name="slow-body", act=drips(OK + KIND + b"Content-Length: 9999999\r\n\r\n", b" "), deserves=SILENT),
    Trap(name="slow-chunks", act=drips(CHUNKED, b"1\r\n \r\n"), deserves=SILENT),
    Trap(name="slow-1xx", act=drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.9), deserves=SILENT),
    Trap(name="stops-in-body", act=holds(OK + KIND + b"Content-Length: 10\r\n\r\n{"), deserves=SILENT),
    Trap(name="slow-from-the-start", act=drips(b"", b"H"), on="always", deserves={"blocked": "deadline"}),
]  # fmt: skip


def redirections(canary: str) -> list[Trap]:
    """Redirects to every kind of place; ``canary`` is a host:port where nobody may ever knock."""
    wrong = {"TR-08": "failed"}
    return [
        Trap(name="redirect-elsewhere", act=redirects(f"http://{canary}/steal"), deserves=wrong),
        Trap(name="redirect-303", act=redirects(f"http://{canary}/get", "303 See Other"), deserves=wrong),
        Trap(name="redirect-to-file", act=redirects("file:///etc/passwd"), deserves=wrong),
        Trap(name="redirect-malformed", act=redirects("http://[::1"), deserves=wrong),
        Trap(name="redirect-to-itself", act=redirects("/app_submit/v10/jutogaishaatenabangofuban"), deserves=wrong),
        Trap(name="refresh-header", act=with_line(f"Refresh: 0; url=http://{canary}/r".encode()), deserves={}),
        Trap(
            name="redirect-from-the-start",
            act=redirects(f"http://{canary}/x"),
            on="always",
            deserves={"blocked": "redirected"},
        ),
    ]
