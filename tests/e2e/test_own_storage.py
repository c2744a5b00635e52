"""Consumers on object storage: of the harness, which sees what they read, and of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from command_line import rows, run
from moto.server import ThreadedMotoServer

from renkei.cli.consumercontrol import consumer_plan, small_town
from renkei.vendors import ProcessVendor

ROOT = Path(__file__).parents[2]
SYSTEM, LINKAGE = "017", "001o009"
KEY, SECRET = "AKIARENKEIINBOX00", "Zx9/kQ2+w7Lr0mBv5tYc8NdUe3HsJpGf"
READING = ("CN-61", "CN-62", "CN-63", "CN-64")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small town."""
    return small_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Somebody's S3-speaking server, with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    access = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=url, config=Config(proxies={}), **access).create_bucket(Bucket="inbox")
    yield url
    server.stop()


def judged(folder: Path, pack: Path, place: str, *only: str, extra: tuple[str, ...] = ()) -> dict[str, Any]:
    """The results by requirement of an office that reads from that place; ``place`` is TOML of the target."""
    arguments = ["--system", SYSTEM, "--town", str(pack), "--facade", str(folder / "facade.secret"), *extra]
    vendor = ProcessVendor(
        vendor="alpha", home=ROOT, log=folder / "mock.log", arguments=[*arguments, "--no-vendor-faults"]
    )
    try:
        facade = vendor.start()["facades"][SYSTEM]
        plan = folder / "plan.toml"
        text = consumer_plan(SYSTEM, facade, "file:///nowhere").partition("[target.inbox]")[0] + place
        plan.write_text(text, encoding="utf-8")
        names = [part for name in only for part in ("--only", f"alpha-{SYSTEM}/consumer/{LINKAGE}/{name}")]
        ended = run(plan, folder / "run", "--workers", "1", *names, env={"INBOX_SECRET": SECRET})
    finally:
        vendor.stop()
    found = {row["requirement"]: row for row in rows(folder / "run")}
    assert found, ended.said
    return found


def test_a_consumer_without_an_inbox_reads_from_ours(tmp_path: Path, pack: Path) -> None:
    """With a shelf alone every case of files goes over it; the conforming office reads what it was told, and is seen to."""
    found = judged(tmp_path, pack, "[target.shelf]\n", "CN-01", "CN-10", *READING)

    assert {name: row["outcome"] for name, row in found.items()} == dict.fromkeys(
        ("CN-01", "CN-10", *READING), "passed"
    )


def test_who_read_too_early_is_shown_by_what_was_read(tmp_path: Path, pack: Path) -> None:
    """The finding holds the accesses: key, file, bytes; the key's secret is in no file of the run."""
    extra = ("--fault", "storage_reads_without_marker")
    found = judged(tmp_path, pack, "[target.shelf]\n", "CN-61", "CN-62", extra=extra)
    finding = found["CN-61"]["findings"][0]
    kept = [
        json.loads((tmp_path / "run" / "evidence" / f"{digest}.json").read_text()) for digest in finding["evidence"]
    ]
    seen = [one for facts in kept for one in facts.get("accesses", ())]

    assert (found["CN-61"]["outcome"], found["CN-62"]["outcome"]) == ("failed", "passed")
    assert (finding["rule"], finding["fault_of"]) == ("read-before-marker", "consumer")
    assert any(one["verb"] == "read" and one["sent"] and one["key"].startswith("RENKEI") for one in seen)


def test_without_our_storage_readings_are_not_judged(tmp_path: Path, pack: Path) -> None:
    """A consumer of a folder is not asked what it read, and is told why."""
    (tmp_path / "inbox").mkdir()
    found = judged(tmp_path, pack, f'[target.inbox]\nurl = "{(tmp_path / "inbox").as_uri()}"\n', "CN-01", *READING)

    assert found["CN-01"]["outcome"] == "passed"
    assert {found[name]["outcome"] for name in READING} == {"not_applicable"}


def test_an_inbox_on_s3_is_like_a_folder(tmp_path: Path, pack: Path, endpoint: str) -> None:
    """Files are put into the vendor's own bucket, taken from there, and removed when the scenario is over."""
    options = {"endpoint_url": endpoint, "key": KEY, "secret": SECRET}
    extra = tuple(word for name, value in options.items() for word in ("--place-option", f"{name}={value}"))
    place = (
        '[target.inbox]\nurl = "s3://inbox/office"\n[target.inbox.options]\n'
        f'endpoint_url = "{endpoint}"\nkey = "{KEY}"\nsecret = {{env = "INBOX_SECRET"}}\n'
    )
    found = judged(tmp_path, pack, place, "CN-01", "CN-02", "CN-09", extra=extra)
    access = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
    left = boto3.client("s3", endpoint_url=endpoint, config=Config(proxies={}), **access).list_objects_v2(
        Bucket="inbox"
    )

    assert {name: row["outcome"] for name, row in found.items()} == dict.fromkeys(("CN-01", "CN-02", "CN-09"), "passed")
    assert left["KeyCount"] == 0
