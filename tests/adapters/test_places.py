"""Folders and S3 buckets are the same to a suite, and none of them can read, hang or fill the machine."""

from __future__ import annotations

import builtins
import functools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import fsspec.exceptions
import pytest
from botocore import exceptions as boto
from buckets import new_bucket, options
from hostile import answer, drips, floods, peer, read_request, says, silent

from renkei.adapters.fsspec import bucket, folder
from renkei.adapters.fsspec.place import StoragePlace, open_place
from renkei.errors import PlanError, TargetBlocked

FILES = {
    "001o006/001o006_993018_zenken_20261121000000_000001.csv": b"a,b\r\n1,2\r\n",
    "001o006/001o006_993018_zenken_20261121000000_000001.csv.end": b"{}",
    "001o009/日本語 ＋%20.csv": "宛名".encode() * 1000,
}
Filler = Callable[[dict[str, bytes]], StoragePlace]


@pytest.fixture(params=["file", "s3"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Filler:
    """Opens a place of either kind with the given files in it."""

    def local(files: dict[str, bytes]) -> StoragePlace:
        (tmp_path / "place").mkdir()
        for name, data in files.items():
            path = tmp_path / "place" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return open_place(f"file://{tmp_path}/place", {})

    def remote(files: dict[str, bytes]) -> StoragePlace:
        endpoint = request.getfixturevalue("s3_url")
        name = f"test-{abs(hash(tmp_path)):x}"
        client = new_bucket(endpoint, name)
        client.put_object(Bucket=name, Key="elsewhere/secret.csv", Body=b"no")
        for key, data in files.items():
            client.put_object(Bucket=name, Key=f"base/{key}", Body=data)
        return open_place(f"s3://{name}/base", options(endpoint))

    return {"file": local, "s3": remote}[request.param]


def test_files_are_listed_and_fetched(filled: Filler) -> None:
    """Everything in the place is listed by its name below it and comes back byte for byte."""
    place = filled(FILES)
    entries = place.entries("")

    assert [entry.name for entry in entries] == sorted(FILES)
    assert [entry.size for entry in entries] == [len(FILES[name]) for name in sorted(FILES)]
    assert all(abs(entry.modified - time.time()) < 60 for entry in entries)
    assert [entry.name for entry in place.entries("001o009")] == ["001o009/日本語 ＋%20.csv"]
    assert place.entries("001o005") == ()
    assert place.entries("001o00") == ()
    assert [one.name for one in place.entries("", known=set(sorted(FILES)[1:]))] == sorted(FILES)[:1]
    for name, data in FILES.items():
        assert place.fetch(name, limit=1 << 20).read_bytes() == data
    place.close()


def test_copies_go_with_the_place(filled: Filler) -> None:
    """Closing a place removes its local copies, whose names are our own."""
    place = filled(FILES)
    first, second = (place.fetch(name, limit=99) for name in sorted(FILES)[:2])

    assert (first.name, second.name) == ("000001.csv", "000002.csv.end")
    place.close()
    assert not first.parent.exists()


def test_caps_hold(filled: Filler) -> None:
    """A file over the limit and a place of too many files are refused by code; the limit itself fits."""
    place = filled(FILES)
    name = sorted(FILES)[0]

    assert place.fetch(name, limit=len(FILES[name])).read_bytes() == FILES[name]
    assert code(lambda: place.fetch(name, limit=len(FILES[name]) - 1)) == "place-file-too-large"
    place._most = 2
    assert code(lambda: place.entries("")) == "place-too-many-files"
    assert len(place.entries("", known=set(sorted(FILES)[2:]))) == 2
    place.close()


def test_a_missing_file_is_told_from_a_missing_place(filled: Filler) -> None:
    """A file that is not there has its own code."""
    place = filled(FILES)

    assert code(lambda: place.fetch("001o006/none.csv", limit=9)) == "place-file-absent"
    place.close()


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "a//b", "001o006/../../x", "a\\..\\b", "a\0b", "."])
def test_names_cannot_climb(filled: Filler, name: str) -> None:
    """No name leads out of the place."""
    place = filled({})

    assert code(lambda: place.fetch(name, limit=9)) == "place-odd-name"
    place.close()


def test_a_missing_place_is_blocked(s3_url: str, tmp_path: Path) -> None:
    """A folder or bucket that does not exist is blocked, not empty; an empty one is empty."""
    assert code(lambda: open_place(f"file://{tmp_path}/none", {}).entries("")) == "place-absent"
    assert code(lambda: open_place("s3://no-such-bucket-here/x", options(s3_url)).entries("")) == "place-absent"
    assert open_place(f"file://{tmp_path}", {}).entries("") == ()


def test_links_and_special_files_are_refused(tmp_path: Path) -> None:
    """A link out of the place, a pipe and a link to a folder are refused by name and never opened."""
    (tmp_path / "secret.csv").write_text("secret")
    for number, make in enumerate(
        (
            lambda path: path.symlink_to(tmp_path / "secret.csv"),
            lambda path: path.symlink_to(tmp_path),
            os.mkfifo,
        )
    ):
        root = tmp_path / f"place-{number}" / "001o006"
        root.mkdir(parents=True)
        make(root / "x.csv")
        place = open_place(f"file://{root.parent}", {}, deadline=2)

        assert code(functools.partial(place.entries, "")) == "place-odd-entry"
        assert code(functools.partial(place.fetch, "001o006/x.csv", limit=99)) == "place-odd-entry"
    outside = open_place(f"file://{tmp_path}/place-1", {})
    assert code(lambda: outside.fetch("001o006/x.csv/secret.csv", limit=99)) == "place-odd-entry"
    assert code(lambda: outside.entries("001o006/x.csv")) == "place-odd-entry"


def test_a_hanging_file_system_ends_at_the_deadline(tmp_path: Path) -> None:
    """A file system that blocks in a call is left behind."""
    place = open_place(f"file://{tmp_path}", {}, deadline=0.2)
    place._store._connect = lambda: time.sleep(3)
    started = time.monotonic()

    assert code(lambda: place.entries("")) == "place-deadline"
    assert time.monotonic() - started < 1


LIST = b'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">%s</ListBucketResult>'
XML = "Content-Type: application/xml"


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (silent, {"place-deadline"}),
        (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", b"x"), {"place-deadline"}),
        (lambda sock: None, {"place-unreachable"}),
        (says(b"SSH-2.0-x\r\n\r\n"), {"place-unreachable", "place-unreadable"}),
        (says(answer(b"<html>", "Content-Type: text/html")), {"place-not-s3", "place-unavailable"}),
        (says(answer(LIST % b"<Contents><Key>a</Key></Contents>", XML)), {"place-not-s3"}),
        (says(answer(b"<Error><Code>AccessDenied</Code></Error>", XML, status="403 Forbidden")), {"place-refused"}),
        (says(answer(b"", XML, status="503 Slow Down")), {"place-unavailable"}),
        (
            says(answer(b"<Error><Code>RequestTimeTooSkewed</Code></Error>", XML, status="403 Forbidden")),
            {"place-clock-skew"},
        ),
    ],
    ids=["silent", "slow", "closes", "not-http", "html", "half-xml", "denied", "busy", "skew"],
)
def test_a_bad_s3_server_is_blocked_by_code(behaviour: Callable[[socket.socket], None], expected: set[str]) -> None:
    """Whatever an S3 server does wrong ends as blocked, in time, with a code that says what to look at."""
    deadline = 0.8 if expected == {"place-deadline"} else 10
    with peer(behaviour) as server:
        place = open_place("s3://bucket/base", options(server.url), deadline=deadline)
        started = time.monotonic()

        assert code(lambda: place.entries("")) in expected
    assert time.monotonic() - started < deadline + 2


def test_an_s3_server_cannot_list_for_ever() -> None:
    """The same page again and again ends; pages without end end at the cap."""
    page = b"<IsTruncated>true</IsTruncated><NextContinuationToken>%d</NextContinuationToken>"
    item = b"<Contents><Key>base/a%d</Key><LastModified>2026-11-21T00:00:00Z</LastModified><Size>1</Size></Contents>"
    turn = iter(range(10**6))

    def endless(sock: socket.socket) -> None:
        while read_request(sock):
            number = next(turn)
            sock.sendall(answer(LIST % (page % number + item % number), XML))

    with peer(endless) as server:
        place = open_place("s3://bucket/base", options(server.url), deadline=20, most=5)

        assert code(lambda: place.entries("")) == "place-too-many-files"
    with peer(says(answer(LIST % (page % 1 + item % 1), XML), close=False)) as server:
        assert len(open_place("s3://bucket/base", options(server.url), deadline=20).entries("")) == 2


@pytest.mark.parametrize(
    ("status", "asked", "expected"),
    [
        ("200 OK", "entries", "place-not-s3"),
        ("403 Forbidden", "entries", "place-not-s3"),
        ("403 Forbidden", "fetch", "place-not-s3"),
        ("200 OK", "fetch", "place-file-too-large"),
    ],
)
def test_an_s3_server_cannot_fill_the_memory(status: str, asked: str, expected: str) -> None:
    """A page of names without end, and an error without end, are left after some megabytes, whatever is asked."""
    taken: list[int] = []

    def endless(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\n\r\n<a>".encode())
        for _ in range(200):
            sock.sendall(b"x" * (1 << 20))
            taken.append(1 << 20)

    with peer(endless) as server:
        place = open_place("s3://bucket/base", options(server.url), deadline=20)
        found = code(lambda: place.entries("") if asked == "entries" else place.fetch("a.csv", limit=1 << 20))
    place.close()

    assert found == expected
    assert sum(taken) < 64 << 20


def test_an_s3_server_cannot_fill_the_disk() -> None:
    """An object without end is cut at the limit."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\nContent-Type: text/csv\r\n\r\n"
    with peer(floods(head, b"x" * (1 << 20), 50)) as server:
        place = open_place("s3://bucket/base", options(server.url), deadline=20)

        assert code(lambda: place.fetch("a.csv", limit=3 << 20)) == "place-file-too-large"
        place.close()


def test_nobody_listening_is_unreachable() -> None:
    """A closed port and an unknown host are unreachable."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for endpoint in (f"http://127.0.0.1:{port}", "http://no-such-host.invalid"):
        assert code(lambda url=endpoint: open_place("s3://b/x", options(url)).entries("")) == "place-unreachable"


AMBIENT = """
import sys
from renkei.adapters.fsspec.place import open_place
print(open_place("s3://ambient/base", {"key": "k", "secret": "s", "endpoint_url": sys.argv[1]}).entries(""))
"""


def test_nothing_of_the_environment_is_used(tmp_path: Path) -> None:
    """Profiles, credentials, endpoints, CA bundles and proxies of the environment are neither used nor read."""
    trap = tmp_path / ".aws"
    trap.mkdir()
    (trap / "config").write_text("[default]\nregion = trap-1\ns3 =\n  addressing_style = virtual\n")
    (trap / "credentials").write_text("[default]\naws_access_key_id = TRAPKEY\naws_secret_access_key = x\n")
    seen: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        while data := read_request(sock):
            seen.append(data)
            sock.sendall(answer(LIST % b"", XML))

    with peer(behave) as server, peer(silent) as canary:
        ambient = {
            "HOME": str(tmp_path),
            "AWS_PROFILE": "no-such-profile",
            "AWS_CONFIG_FILE": str(trap / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(trap / "credentials"),
            "AWS_ACCESS_KEY_ID": "TRAPKEY",
            "AWS_REGION": "trap-1",
            "AWS_DEFAULT_REGION": "trap-1",
            "AWS_ENDPOINT_URL": canary.url,
            "AWS_ENDPOINT_URL_S3": canary.url,
            "AWS_CA_BUNDLE": str(tmp_path / "none.pem"),
            "AWS_USE_DUALSTACK_ENDPOINT": "true",
            "HTTP_PROXY": canary.url,
            "http_proxy": canary.url,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        done = subprocess.run(
            [sys.executable, "-c", AMBIENT, server.url],
            env=ambient,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

        assert done.stdout == "()\n", done.stderr
        assert canary.connections == 0
    assert b"Credential=k/" in seen[0]
    assert b"trap" not in seen[0].lower()


@pytest.mark.parametrize(
    ("url", "given", "expected"),
    [
        ("ftp://a/b", {}, "place-scheme-unknown"),
        ("file:///tmp", {"key": "k"}, "place-option-unknown"),
        ("s3://b/x", {"key": "k", "secret": "s"}, "place-option-missing"),
        ("s3://b/x", {"secret": "s", "endpoint_url": "http://a"}, "place-option-missing"),
        ("s3://b/x", options("http://a", anon="true"), "place-option-unknown"),
        ("sftp://a/b", {"username": "u"}, "place-option-missing"),
        ("sftp://u:password@a/b", {}, "place-url-credentials"),
    ],
)
def test_wrong_options_are_plan_errors(url: str, given: dict[str, str], expected: str) -> None:
    """Another scheme, an unknown option and a missing one are told before anything is contacted."""
    with pytest.raises(PlanError) as caught:
        open_place(url, given)

    assert caught.value.code == expected


def test_sftp_without_its_library_is_a_plan_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without paramiko an SFTP place is a diagnosis, not a crash."""
    monkeypatch.setitem(sys.modules, "paramiko", None)
    with pytest.raises(PlanError, match="sftp-needs-paramiko"):
        open_place("sftp://host/folder", {"username": "u", "password": "p", "host_key": "AAAA"})


def test_every_exception_below_has_a_code() -> None:
    """Every exception of fsspec, botocore, aiohttp and the operating system becomes a diagnosis of our own."""
    systems = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, OSError)]
    storage = [kind for kind in vars(fsspec.exceptions).values() if _is_own(kind, fsspec.exceptions.__name__)]
    cloud = [kind for kind in vars(boto).values() if _is_own(kind, boto.__name__)]
    wire = [kind for kind in vars(aiohttp).values() if isinstance(kind, type) and issubclass(kind, aiohttp.ClientError)]
    for kind in (*systems, *storage):
        assert folder.blocked(kind.__new__(kind), "file:///x").code.startswith("place-")
    for kind in (*systems, *storage, *cloud, *wire):
        assert issubclass(kind, bucket.CAUGHT), kind
        if not issubclass(kind, boto.ClientError):
            assert bucket.blocked(kind.__new__(kind), "s3://x").code.startswith("place-")
    assert len(cloud) > 80


def _is_own(kind: object, module: str) -> bool:
    return (
        isinstance(kind, type)
        and issubclass(kind, Exception)
        and not issubclass(kind, Warning)
        and kind.__module__ == module
    )


def code(work: Callable[[], object]) -> str:
    """The code of the diagnosis that the work ends in."""
    with pytest.raises(TargetBlocked) as caught:
        work()
    return caught.value.code
