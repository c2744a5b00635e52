"""Our own object storage: what S3 clients see of it, what it remembers of them, and whom it sends away."""

from __future__ import annotations

import socket
import urllib.parse
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import s3fs
from botocore.config import Config
from botocore.exceptions import ClientError

from renkei.adapters.fsspec.place import open_place
from renkei.adapters.fsspec.signature import genuine
from renkei.adapters.stand.shelf import BUCKET, ObjectShelf
from renkei.errors import TargetBlocked

ODD = "run/001o009/日本語 ＋%20&.csv"


@pytest.fixture
def shelf() -> Iterator[ObjectShelf]:
    """A shelf with a few files."""
    made = ObjectShelf(genuine)
    made.write("run/001o006/a.csv", b"0123456789" * 20_000)
    made.write("run/001o006/a.csv.end", b"{}")
    made.write(ODD, "宛名".encode())
    yield made
    made.close()


def client(shelf: ObjectShelf, **changes: str) -> Any:
    """An S3 client that was made by others."""
    key = {"key": shelf.key.id, "secret": shelf.key.secret} | changes
    return boto3.client(
        "s3",
        endpoint_url=shelf.key.endpoint,
        aws_access_key_id=key["key"],
        aws_secret_access_key=key["secret"],
        region_name="us-east-1",
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )


def seen(shelf: ObjectShelf) -> list[tuple[str, str, int, int]]:
    """Every access as (verb, name, first byte, bytes)."""
    return [(one.verb, one.name, one.first, one.sent) for one in shelf.accesses("run")]


def test_clients_list_and_read_it(shelf: ObjectShelf) -> None:
    """Two S3 clients list what is there, page by page and folder by folder, and read it byte for byte."""
    ours = client(shelf)
    pages = ours.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="run/", PaginationConfig={"PageSize": 1}
    )
    listed = [one["Key"] for page in pages for one in page.get("Contents", ())]
    first = ours.list_objects(Bucket=BUCKET, MaxKeys=1, EncodingType="url")
    folders = ours.list_objects_v2(Bucket=BUCKET, Prefix="run/", Delimiter="/")["CommonPrefixes"]
    other = s3fs.S3FileSystem(
        key=shelf.key.id, secret=shelf.key.secret, endpoint_url=shelf.key.endpoint, skip_instance_cache=True
    )

    assert listed == ["run/001o006/a.csv", "run/001o006/a.csv.end", ODD]
    assert first["IsTruncated"] and first["NextMarker"] == "run/001o006/a.csv"
    assert [one["Prefix"] for one in folders] == ["run/001o006/", "run/001o009/"]
    assert sorted(other.ls(f"{BUCKET}/run/001o006")) == [
        f"{BUCKET}/run/001o006/a.csv",
        f"{BUCKET}/run/001o006/a.csv.end",
    ]
    assert (
        other.cat_file(f"{BUCKET}/{ODD}") == ours.get_object(Bucket=BUCKET, Key=ODD)["Body"].read() == "宛名".encode()
    )
    assert not other.exists(f"{BUCKET}/run/001o005")


def test_our_own_reader_reads_it(shelf: ObjectShelf) -> None:
    """What reads the places of vendors reads this one as well."""
    options = {"key": shelf.key.id, "secret": shelf.key.secret, "endpoint_url": shelf.key.endpoint}
    place = open_place(shelf.url("run"), options)

    assert [entry.name for entry in place.entries("001o006")] == ["001o006/a.csv", "001o006/a.csv.end"]
    assert place.fetch("001o006/a.csv", limit=1 << 20).read_bytes() == shelf.back("run/001o006/a.csv")
    place.close()


def test_it_remembers_who_read_which_bytes(shelf: ObjectShelf) -> None:
    """Listings, questions for the size, whole and partial readings are told apart, with the key that asked."""
    ours, name = client(shelf), "run/001o006/a.csv"
    ours.list_objects_v2(Bucket=BUCKET, Prefix="run/001o006/")
    ours.head_object(Bucket=BUCKET, Key=name)
    ours.get_object(Bucket=BUCKET, Key=name)["Body"].read()
    part = ours.get_object(Bucket=BUCKET, Key=name, Range="bytes=10-19")
    tail = ours.get_object(Bucket=BUCKET, Key=name, Range="bytes=-5")["Body"].read()

    assert (part["Body"].read(), part["ContentRange"], tail) == (b"0123456789", "bytes 10-19/200000", b"56789")
    assert seen(shelf) == [
        ("list", "run/001o006", 0, 0),
        ("head", name, 0, 0),
        ("read", name, 0, 200_000),
        ("read", name, 10, 10),
        ("read", name, 199_995, 5),
    ]
    assert {one.who for one in shelf.accesses("run")} == {shelf.key.id}
    assert shelf.accesses("run/001o009") == ()


def test_a_reader_that_goes_away_has_not_read_everything(shelf: ObjectShelf) -> None:
    """Bytes that were never given to a connection are not counted as read."""
    shelf.write("run/001o006/big.csv", b"x" * 30_000_000)
    body = client(shelf).get_object(Bucket=BUCKET, Key="run/001o006/big.csv")["Body"]
    body.read(10)
    body.close()

    (one,) = shelf.accesses("run/001o006/big.csv")
    assert 10 <= one.sent < 30_000_000


@pytest.mark.parametrize(
    ("changes", "operation", "given", "code"),
    [
        ({"secret": "wrong"}, "list_objects_v2", {}, "SignatureDoesNotMatch"),
        ({"key": "SOMEBODYELSE"}, "get_object", {"Key": "run/001o006/a.csv"}, "SignatureDoesNotMatch"),
        ({}, "put_object", {"Key": "run/001o006/a.csv", "Body": b"no"}, "AccessDenied"),
        ({}, "delete_object", {"Key": "run/001o006/a.csv"}, "AccessDenied"),
        ({}, "get_object", {"Key": "run/001o006/none.csv"}, "NoSuchKey"),
        ({}, "get_object", {"Key": "run/001o006/a.csv", "Range": "bytes=200000-"}, "InvalidRange"),
        ({}, "get_object", {"Key": "run/001o006/a.csv", "IfMatch": '"other"'}, "PreconditionFailed"),
        ({}, "list_objects_v2", {"Bucket": "another"}, "NoSuchBucket"),
    ],
)
def test_what_is_not_allowed_is_refused_by_its_code(
    shelf: ObjectShelf, changes: dict[str, str], operation: str, given: dict[str, Any], code: str
) -> None:
    """Other keys, wrong signatures, writing, deleting and what is not there get S3's own codes, and change nothing."""
    before = shelf.back("run/001o006/a.csv")
    with pytest.raises(ClientError) as refused:
        getattr(client(shelf, **changes), operation)(**{"Bucket": BUCKET} | given)

    assert refused.value.response["Error"]["Code"] == code
    assert shelf.back("run/001o006/a.csv") == before


def test_requests_of_no_client_are_refused(shelf: ObjectShelf) -> None:
    """A request without a signature, or with one of nonsense, is answered and gives nothing away."""
    parts = urllib.parse.urlsplit(shelf.key.endpoint)
    for extra in (
        "",
        "Authorization: AWS4-HMAC-SHA256 Credential=a\r\n",
        "X-Amz-Date: 1\r\nAuthorization: Basic eA==\r\n",
    ):
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as peer:
            peer.sendall(
                f"GET /{BUCKET}/run/001o006/a.csv HTTP/1.1\r\nHost: x\r\n{extra}Connection: close\r\n\r\n".encode()
            )
            said = b"".join(iter(lambda: peer.recv(65536), b""))
        assert said.startswith(b"HTTP/1.1 403") and b"0123456789" not in said


def test_a_folder_goes_with_its_scenario(shelf: ObjectShelf) -> None:
    """What is removed is gone for readers, and its neighbours stay."""
    shelf.remove("run/001o006")

    assert shelf.back("run/001o006/a.csv") is None
    assert shelf.back(ODD) is not None
    with pytest.raises(TargetBlocked):
        open_place(shelf.url("run"), {"key": shelf.key.id, "secret": "no", "endpoint_url": shelf.key.endpoint}).entries(
            ""
        )
