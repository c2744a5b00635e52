"""Traps in an object store: an S3 endpoint that lists without end, lies, redirects or says what is no XML."""

from __future__ import annotations

from trap import Answer, Call, Trap, drips, says

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
KEY = "<Contents><Key>{}</Key><LastModified>2026-04-01T00:00:00.000Z</LastModified><ETag>&quot;0&quot;</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def listing(names: list[tuple[str, int]], *, more: str = "") -> bytes:
    """A page of a listing; with ``more`` it says that another page follows under that token."""
    rows = "".join(KEY.format(name, size) for name, size in names)
    cut = (
        f"<IsTruncated>true</IsTruncated><NextContinuationToken>{more}</NextContinuationToken>"
        if more
        else "<IsTruncated>false</IsTruncated>"
    )
    text = f"{HEAD}<ListBucketResult {NAMESPACE}><Name>b</Name><KeyCount>{len(names)}</KeyCount>{cut}{rows}</ListBucketResult>"
    return text.encode()


def xml(body: bytes, status: str = "200 OK") -> object:
    """Always this XML."""
    data = Answer(status=status, headers=(("Content-Type", "application/xml"),), body=body).wire()
    return lambda call: call.say(data)


def endless(call: Call) -> None:
    """A page of a thousand new names, and always one more."""
    token = call.asked.path.partition("continuation-token=")[2].partition("&")[0] or "0"
    number = int(token) if token.isdigit() else 0
    names = [(f"001o009/{number * 1000 + index:09d}.csv", 1) for index in range(1000)]
    xml(listing(names, more=str(number + 1)))(call)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(8))
    + f"]><ListBucketResult {NAMESPACE}><Name>&i;</Name></ListBucketResult>"
).encode()
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    f"<ListBucketResult {NAMESPACE}><Contents><Key>001o009/&x;</Key><Size>1</Size></Contents></ListBucketResult>"
).encode()


def store(name: str, act: object, blocked: str = "") -> Trap:
    """A trap at the object store."""
    return Trap(name=name, act=act, on="always", deserves={"blocked": blocked} if blocked else {"FL-01": "failed"})


STORES = [
    store("s3-endless-pages", endless, "place-"),
    store("s3-same-page-for-ever", xml(listing([("001o009/a.csv", 1)], more="0"))),
    store("s3-names-above", xml(listing([("001o009/../../etc/passwd", 1), ("/etc/passwd", 1), ("001o009//x.csv", 1)]))),
    store("s3-names-of-controls", xml(listing([("001o009/&#x9;&#xA;&lt;script&gt;.csv", 1)]))),
    store("s3-negative-size", xml(listing([("001o009/a.csv", -1)]))),
    store("s3-billion-laughs", xml(LAUGHS), "place-"),
    store("s3-entity-of-a-file", xml(OUTSIDE), "place-"),
    store("s3-not-xml", xml(b"{}"), "place-"),
    store("s3-deep-xml", xml(b"<a>" * 200_000), "place-"),
    store("s3-html-503", says(b"HTTP/1.1 503 Slow Down\r\nContent-Length: 6\r\n\r\n<html>"), "place-"),
    store("s3-redirect", says(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.2:9/b\r\nContent-Length: 0\r\n\r\n"), "place-"),
    store("s3-slow", drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "place-deadline"),
    store("s3-never-ending-page", drips(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n" + b"<a>", b"x" * (1 << 20), 0.01), "place-"),
]  # fmt: skip
