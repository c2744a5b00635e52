"""Traps in what a body says: JSON, encodings, text that attacks whoever reads it."""

from __future__ import annotations

import json

from trap import Answer, Trap, replaced, says_json, spoils

TYPE = "application/json;charset=UTF-8"
NOT_JSON = {"TR-05": "failed"}
DIGITS = b"9" * 100_000
ESC = "\x1b]52;c;cm0gLXJmIC8=\x07\x1b[2J\x1b[31m\x9b31m"
BIDI = "\u202e\u2066gnp.exe\u2069\u200f\u061c"
FORMULA = '=HYPERLINK("http://127.0.0.2:9/","x")'


def body(good: Answer, data: bytes) -> bytes:
    """The answer with another body."""
    return Answer(status=good.status, headers=good.headers, body=data).wire()


def recoded(name: str) -> object:
    """The conforming body in another encoding under the right label."""
    return spoils(lambda good: body(good, good.body.decode().encode(name, "replace")))


def with_detail(text: str) -> object:
    """The conforming answer whose ``detail`` is this text, as a JSON string."""
    value = json.dumps(text).encode()
    return spoils(lambda good: body(good, replaced(good.body, b"detail", value)))


def first_member(data: bytes) -> object:
    """The conforming answer with one more member in front."""
    return spoils(lambda good: body(good, b"{" + data + b"," + good.body.lstrip()[1:]))


JSON = [
    Trap(name="duplicate-keys", act=first_member(b'"metadata":1'), deserves=NOT_JSON),
    Trap(name="duplicate-keys-escaped", act=first_member(b'"met\\u0061data":1'), deserves=NOT_JSON),
    Trap(name="deep-array", act=says_json(b"[" * 1_000_000), deserves=NOT_JSON),
    Trap(name="deep-closed", act=says_json(b"[" * 400_000 + b"]" * 400_000), deserves=NOT_JSON),
    Trap(name="deep-object", act=says_json(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), deserves=NOT_JSON),
    Trap(name="huge-integer", act=first_member(b'"x":' + DIGITS), deserves=NOT_JSON),
    Trap(name="huge-exponent", act=first_member(b'"x":1e999999999'), deserves={"TR-05": "passed"}),
    Trap(name="nan", act=first_member(b'"x":NaN'), deserves=NOT_JSON),
    Trap(name="infinity", act=first_member(b'"x":-Infinity'), deserves=NOT_JSON),
    Trap(name="comment", act=spoils(lambda g: body(g, b"/* ok */" + g.body)), deserves=NOT_JSON),
    Trap(name="single-quotes", act=spoils(lambda g: body(g, g.body.replace(b'"', b"'"))), deserves=NOT_JSON),
    Trap(name="trailing-comma", act=spoils(lambda g: body(g, g.body.rstrip()[:-1] + b",}")), deserves=NOT_JSON),
    Trap(name="two-documents", act=spoils(lambda g: body(g, g.body + g.body)), deserves=NOT_JSON),
    Trap(name="empty-200", act=says_json(b""), deserves=NOT_JSON),
    Trap(name="null", act=says_json(b"null"), deserves=NOT_JSON),
    Trap(name="yaml-tag", act=says_json(b"!!python/object/apply:os.system ['true']"), deserves=NOT_JSON),
    Trap(name="html-page", act=says_json(b"<html><script>alert(1)</script></html>", kind="text/html"), deserves=NOT_JSON | {"TR-06": "failed"}),
    Trap(name="five-million-objects", act=says_json(b"[{}" + b",{}" * 5_000_000 + b"]"), deserves=NOT_JSON),
    Trap(name="two-million-members", act=says_json(b"{" + b",".join(b'"%d":0' % n for n in range(900_000)) + b"}"), deserves=NOT_JSON),
    Trap(name="string-of-7-mb", act=first_member(b'"x":"' + b"x" * 7_000_000 + b'"'), deserves={"TR-05": "passed"}),
    Trap(name="quotes-without-end", act=says_json(b'"' + b'\\"' * 3_000_000), deserves=NOT_JSON),
    Trap(name="proto-member", act=first_member(b'"__proto__":{"admin":true}'), deserves={"TR-05": "passed"}),
]  # fmt: skip

ENCODINGS = [
    Trap(name="byte-order-mark", act=spoils(lambda g: body(g, b"\xef\xbb\xbf" + g.body)), deserves=NOT_JSON),
    Trap(name="utf-16", act=recoded("utf-16"), deserves=NOT_JSON),
    Trap(name="utf-32", act=recoded("utf-32-be"), deserves=NOT_JSON),
    Trap(name="shift-jis", act=recoded("cp932"), deserves=NOT_JSON),
    Trap(name="overlong-utf-8", act=first_member(b'"x":"\xc0\xaf"'), deserves=NOT_JSON),
    Trap(name="surrogate-bytes", act=first_member(b'"x":"\xed\xa0\x80"'), deserves=NOT_JSON),
    Trap(name="utf-7-label", act=spoils(lambda g: g.wire(content_type="application/json;charset=utf-7")), deserves={"TR-06": "failed"}),
    Trap(name="label-of-nonsense", act=spoils(lambda g: g.wire(content_type="\x01\x02;;;charset==\"")), deserves={}),
    Trap(name="label-of-64-kb", act=spoils(lambda g: g.wire(content_type="application/json;" + "x" * 65_000)), deserves={"TR-06": "failed"}),
    Trap(name="lone-surrogate", act=first_member(b'"\\ud842":"\\udfb7 \\ud800"'), deserves={"TR-05": "passed"}),
    Trap(name="nul-in-string", act=first_member(b'"a\\u0000b":"\\u0000"'), deserves={"TR-05": "passed"}),
]  # fmt: skip

WRONG_TEXT = {"SC-06": "failed"}

TEXTS = [
    Trap(name="terminal-escapes", act=with_detail(ESC), deserves=WRONG_TEXT),
    Trap(name="bidi", act=with_detail(BIDI), deserves=WRONG_TEXT),
    Trap(name="formula-cell", act=with_detail(FORMULA), deserves=WRONG_TEXT),
    Trap(name="html-in-text", act=with_detail("<img src=x onerror=alert(1)><script>alert(1)</script>"), deserves=WRONG_TEXT),
    Trap(name="markdown-in-text", act=with_detail("[x](javascript:alert(1)) ![y](http://127.0.0.2:9/)"), deserves=WRONG_TEXT),
    Trap(name="megabyte-of-text", act=with_detail("葛" * 1_000_000), deserves=WRONG_TEXT),
    Trap(name="escape-in-reason", act=spoils(lambda g: g.wire().replace(b" OK\r\n", b" O\x9bK\r\n", 1)), deserves={}),
]  # fmt: skip

WRONG_STATUS = {"TR-08": "failed"}

STATUSES = [
    Trap(name="always-500", act=says_json(b"{}", status="500 Oops"), deserves=WRONG_STATUS),
    Trap(name="always-204", act=says_json(b"", status="204 No Content"), deserves=WRONG_STATUS),
    Trap(name="status-599", act=says_json(b"{}", status="599 Strange"), deserves=WRONG_STATUS),
    Trap(name="status-299", act=spoils(lambda g: g.wire().replace(b"HTTP/1.1 200", b"HTTP/1.1 299", 1)), deserves={}),
    Trap(name="retry-after-30-years", act=spoils(lambda g: Answer(status="429 Slow Down", headers=(("Retry-After", "999999999"),), body=b"").wire()), deserves=WRONG_STATUS),
    Trap(name="date-of-year-0", act=spoils(lambda g: g.wire(date="Sat, 00 Jan 0000 99:99:99 +9999")), deserves={"TR-05": "passed"}),
]  # fmt: skip
