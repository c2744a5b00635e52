"""The places that consumers read from: files are there whole, what is not needed any more is gone, a refusal is a diagnosis."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from buckets import new_bucket, options
from hostile import answer, peer, read_request

from renkei.adapters.fsspec.outlet import FolderOutlet, StorageOutlet, open_outlet
from renkei.errors import PlanError, TargetBlocked

FILES = {
    "renkei-1/001o006/001o006_993018_zenken_20260401090001_000001.csv": "宛名".encode() * 1000,
    "renkei-1/001o006/001o006_993018_zenken_20260401090001_000001.csv.end": b"{}",
    "renkei-1/b/日本語 ＋%20.csv": b"a\r\n",
    "renkei-10/other.csv": b"x",
}
OTHERS = {name: content for name, content in FILES.items() if not name.startswith("renkei-1/")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """An outlet, its address, and what somebody else finds in the place behind it."""

    outlet: FolderOutlet | StorageOutlet
    url: str
    found: Callable[[], dict[str, bytes]]


@pytest.fixture
def open_until_end() -> Iterator[contextlib.ExitStack]:
    """What is entered is left when the test is over."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture(params=["file", "s3", "sftp"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> Inbox:
    """An empty place of each kind."""
    root = tmp_path / "inbox"
    root.mkdir()

    def lying() -> dict[str, bytes]:
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def local() -> Inbox:
        return Inbox(outlet=open_outlet(root.as_uri(), {}), url=root.as_uri(), found=lying)

    def served() -> Inbox:
        pytest.importorskip("paramiko", reason="paramiko is not installed: SFTP places cannot be written to or tested")
        from sftp_server import serving

        origin, given = request.getfixturevalue("open_until_end").enter_context(serving(tmp_path))
        return Inbox(outlet=open_outlet(f"{origin}/inbox", given), url=f"{origin}/inbox", found=lying)

    def remote() -> Inbox:
        endpoint = request.getfixturevalue("s3_url")
        name = f"inbox-{abs(hash(tmp_path)):x}"
        client = new_bucket(endpoint, name)

        def found() -> dict[str, bytes]:
            rows = client.list_objects_v2(Bucket=name).get("Contents", ())
            return {
                row["Key"].removeprefix("in/"): client.get_object(Bucket=name, Key=row["Key"])["Body"].read()
                for row in rows
            }

        url = f"s3://{name}/in"
        return Inbox(outlet=open_outlet(url, options(endpoint)), url=url, found=found)

    return {"file": local, "s3": remote, "sftp": served}[request.param]()


def filled(inbox: Inbox) -> Inbox:
    """The same with files in it."""
    for name, content in FILES.items():
        inbox.outlet.write(name, content)
    return inbox


def code(work: Callable[[], object]) -> tuple[str, str]:
    """Code and file of the diagnosis that the work ends in."""
    with pytest.raises(TargetBlocked) as caught:
        work()
    return caught.value.code, str(caught.value.values["file"])


def test_files_are_there_whole(inbox: Inbox) -> None:
    """Every file is there byte for byte under its name, nothing else is, and the consumer is told its folder's address."""
    filled(inbox)

    assert inbox.found() == FILES
    assert inbox.outlet.url("renkei-1") == f"{inbox.url}/renkei-1"
    inbox.outlet.write("renkei-10/other.csv", b"y")
    assert inbox.found() == FILES | {"renkei-10/other.csv": b"y"}


def test_a_file_under_way_has_another_name(tmp_path: Path, open_until_end: contextlib.ExitStack) -> None:
    """Where a file grows under its reader's eyes, nothing is under its name before it is complete."""
    pytest.importorskip("paramiko", reason="paramiko is not installed: SFTP places cannot be written to or tested")
    from sftp_server import serving

    origin, given = open_until_end.enter_context(serving(tmp_path))
    outlet = open_outlet(origin, given)
    (tmp_path / "1" / "a.csv").mkdir(parents=True)

    assert code(lambda: outlet.write("1/a.csv", b"a")) == ("inbox-unwritable", "1/a.csv")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".a.csv.making"]


def test_removing_empties_one_folder(inbox: Inbox) -> None:
    """All that is in the folder is gone, folders in it too; one whose name begins alike stays."""
    filled(inbox).outlet.remove("renkei-1")

    assert inbox.found() == OTHERS


def test_removing_nothing_is_nothing(inbox: Inbox) -> None:
    """A folder that was never written to, and one that is removed already, need no removing."""
    inbox.outlet.remove("renkei-1")
    filled(inbox).outlet.remove("renkei-1")
    inbox.outlet.remove("renkei-1")

    assert inbox.found() == OTHERS


def test_a_folder_that_cannot_be_removed_is_a_diagnosis(tmp_path: Path) -> None:
    """A link in the folder's place is neither followed nor passed over; a file in its place is no folder."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.csv").write_bytes(b"a")
    (tmp_path / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").write_bytes(b"a")
    outlet = open_outlet(tmp_path.as_uri(), {})

    assert code(lambda: outlet.remove("linked")) == ("inbox-unwritable", "linked")
    assert code(lambda: outlet.remove("file")) == ("inbox-unwritable", "file")
    assert (tmp_path / "elsewhere" / "a.csv").exists()


def test_what_a_consumer_takes_away_meanwhile_keeps_nothing_else_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the consumer removes a file while its folder is removed, the rest goes all the same."""
    outlet = open_outlet(tmp_path.as_uri(), {})
    for name in ("1/a.csv", "1/b.csv", "1/c.csv"):
        outlet.write(name, b"a")
    whole = shutil.rmtree

    def with_consumer(path: Path, onerror: Any) -> None:
        onerror(None, f"{path}/b.csv", (FileNotFoundError, FileNotFoundError(), None))
        whole(path, onerror=onerror)

    monkeypatch.setattr(shutil, "rmtree", with_consumer)
    outlet.remove("1")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_a_diagnosis(tmp_path: Path, s3_url: str) -> None:
    """A file where a folder has to be, and a bucket that is not there: it is not made."""
    (tmp_path / "1").write_bytes(b"a")
    folder, bucket = open_outlet(tmp_path.as_uri(), {}), open_outlet("s3://no-such-bucket-here/in", options(s3_url))

    for outlet in (folder, bucket):
        assert code(lambda outlet=outlet: outlet.write("1/a.csv", b"a")) == ("inbox-unwritable", "1/a.csv")


LIST = (
    b'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Contents>'
    b"<Key>in/1/a.csv</Key><LastModified>2026-11-21T00:00:00Z</LastModified><Size>1</Size></Contents></ListBucketResult>"
)
KEPT = (
    b'<?xml version="1.0"?><DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Error><Key>in/1/a.csv</Key>'
    b"<Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>"
)
DENIED = b"<Error><Code>AccessDenied</Code></Error>"
XML = "Content-Type: application/xml"


@pytest.mark.parametrize(
    "removal",
    [answer(KEPT, XML), answer(DENIED, XML, status="403 Forbidden")],
    ids=["object-kept", "refused"],
)
def test_a_bucket_that_keeps_an_object_is_a_diagnosis(removal: bytes) -> None:
    """A removal that is refused, as a whole or for one object in an answer that says 200, is not taken for done."""

    def behave(sock: Any) -> None:
        while asked := read_request(sock):
            sock.sendall(removal if asked.startswith(b"POST") else answer(LIST, XML))

    with peer(behave) as server:
        outlet = open_outlet("s3://bucket/in", options(server.url))

        assert code(lambda: outlet.remove("1")) == ("inbox-unwritable", "1")


def test_another_scheme_is_a_plan_error() -> None:
    """A place of a kind that nobody can write to is told before anything is contacted."""
    with pytest.raises(PlanError, match="place-scheme-unknown"):
        open_outlet("ftp://a/b", {})
