"""Header sections as they are passed on: what belongs to one hop stays there (RFC 9110 section 7.6), framing is our own."""

from __future__ import annotations

from renkei.adapters.httptools.message import MessageFault, Pairs, Reader

HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"transfer-encoding",
        b"upgrade",
    }
)
# Fields that no Connection option can take off: they say what the message is.
NEVER_LISTED = frozenset({b"authorization", b"content-encoding", b"content-length", b"content-type", b"host"})
VERSIONS = ("1.0", "1.1")
VIA = b"Via: 1.1 between\r\n"
BODILESS = (204, 304)
# How RFC 9209 names what a gateway met, by transport code.
STATUS_ERRORS = {
    "connect-refused": "connection_refused",
    "deadline": "http_response_timeout",
    "dns": "dns_error",
    "incomplete": "http_response_incomplete",
    "reset": "connection_terminated",
    "unreachable": "destination_ip_unroutable",
}
REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def check_request(reader: Reader) -> bool:
    """Whether the body is chunked; raises ``MessageFault`` for a request that must not be passed on."""
    if reader.version not in VERSIONS:
        raise MessageFault("bad-version")
    if reader.method == "CONNECT":
        raise MessageFault("bad-method")
    if not reader.target.startswith(b"/"):
        raise MessageFault("bad-request-target")
    hosts = sum(name.lower() == b"host" for name, _ in reader.headers)
    if hosts > 1 or (hosts == 0 and reader.version == "1.1"):
        raise MessageFault("bad-host")
    return chunked(reader)


def chunked(reader: Reader) -> bool:
    """Whether the message is chunked; any other transfer coding cannot be passed on."""
    codings = [value.strip().lower() for name, value in reader.headers if name.lower() == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or reader.version == "1.0"):
        raise MessageFault("bad-transfer-encoding")
    return bool(codings)


def length(headers: Pairs) -> int | None:
    """The Content-Length, which the parser has found to be one number; None when there is none."""
    return next((int(value) for name, value in headers if name.lower() == b"content-length"), None)


def passed_on(headers: Pairs, dropped: frozenset[bytes] = frozenset()) -> list[bytes]:
    """The lines of the fields that go on to the next hop, in order and as they were written."""
    listed: frozenset[bytes] = HOP | dropped
    for name, value in headers:
        if name.lower() == b"connection":
            listed |= {option.strip().lower() for option in value.split(b",")} - NEVER_LISTED
    return [b"%b: %b\r\n" % (name, value) for name, value in headers if name.lower() not in listed]


def request_head(reader: Reader, authority: bytes, *, is_chunked: bool) -> bytes:
    """The header section for the provider."""
    method, target = reader.method.encode("latin-1"), reader.target
    lines = [b"%b %b HTTP/1.1\r\nHost: %b\r\n" % (method, target, authority)]
    lines += passed_on(reader.headers, frozenset({b"host"}))
    lines.append(VIA)
    if is_chunked:
        lines.append(b"Transfer-Encoding: chunked\r\n")
    lines.append(b"\r\n")
    return b"".join(lines)


def response_head(reader: Reader, *, is_chunked: bool, closing: bool) -> bytes:
    """The header section for the consumer."""
    lines = [b"HTTP/1.1 %d %b\r\n" % (reader.status, reader.reason), *passed_on(reader.headers)]
    if is_chunked:
        lines.append(b"Transfer-Encoding: chunked\r\n")
    if closing:
        lines.append(b"Connection: close\r\n")
    lines.append(b"\r\n")
    return b"".join(lines)


def refusal(status: int, code: str) -> bytes:
    """An answer of our own: there is none from the provider."""
    error = STATUS_ERRORS.get(code, "http_request_error" if status < 500 else "http_protocol_error")
    return (
        f"HTTP/1.1 {status} {REASONS[status]}\r\nProxy-Status: between; error={error}; details={code}\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def trailer(trailers: Pairs) -> bytes:
    """The end of a chunked body."""
    return b"0\r\n" + b"".join(passed_on(trailers, NEVER_LISTED)) + b"\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)
