"""001 over S3: the same files from a real S3-speaking server give the same verdicts as from a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from command_line import judged, plan_of, run, target, verdict_of
from moto.server import ThreadedMotoServer
from running_town import Town

from renkei.cli.mockset import start_vendor

KEY, SECRET = "AKIARENKEITEST00", "Zx9/kQ2+w7Lr0mBv5tYc8NdUe3HsJpGf"
BUCKET = "renkei-e2e"
# One linkage is enough to compare the transports by.
ONLY = ("--only", "001o009")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A real S3-speaking server on loopback with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=Config(proxies={}),
    )
    client.create_bucket(Bucket=BUCKET)
    yield url
    server.stop()


@pytest.fixture(scope="module")
def published(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The place in which a second alpha published the same town."""
    place = f"s3://{BUCKET}/alpha"
    options = {"endpoint_url": endpoint, "key": KEY, "secret": SECRET}
    extra = ["--system", "001", "--place", place]
    extra += [word for name, value in options.items() for word in ("--place-option", f"{name}={value}")]
    vendor = start_vendor("alpha", tmp_path_factory.mktemp("s3"), extra=extra)
    vendor.start()
    yield place
    vendor.stop()


def plan(place: str, **options: object) -> str:
    """alpha's 001 at that place."""
    files = {"url": place} | ({"options": options} if options else {})
    return plan_of([target("alpha-001", "001", files=files)])


def test_s3_gives_the_same_verdicts_as_a_folder(town: Town, endpoint: str, published: str, tmp_path: Path) -> None:
    """Every case of a linkage is judged alike over both transports, and the secret is in no file of the run folder."""
    secret = {"env": "E2E_S3_SECRET"}
    (tmp_path / "s3.toml").write_text(plan(published, endpoint_url=endpoint, key=KEY, secret=secret), encoding="utf-8")
    (tmp_path / "file.toml").write_text(plan(town.ready["alpha"]["place"]), encoding="utf-8")
    over_s3 = run(tmp_path / "s3.toml", tmp_path / "s3", *ONLY, env={"E2E_S3_SECRET": SECRET})
    by_file = run(tmp_path / "file.toml", tmp_path / "file", *ONLY)

    assert (over_s3.code, by_file.code) == (0, 0), over_s3.said
    assert judged(tmp_path / "s3") == judged(tmp_path / "file")
    held = [path for path in (tmp_path / "s3").rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert held == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"endpoint_url": "http://127.0.0.1:1"}, "place-unreachable"),
        ({"bucket": "no-such-bucket"}, "place-absent"),
    ],
)
def test_a_place_that_cannot_be_read_is_blocked(
    endpoint: str, options: dict[str, str], code: str, tmp_path: Path
) -> None:
    """A wrong endpoint and a bucket that is not there are told apart, and nobody is blamed."""
    place = f"s3://{options.get('bucket', BUCKET)}/alpha"
    access = {"endpoint_url": options.get("endpoint_url", endpoint), "key": KEY, "secret": {"env": "E2E_S3_SECRET"}}
    (tmp_path / "plan.toml").write_text(plan(place, **access), encoding="utf-8")
    ended = run(tmp_path / "plan.toml", tmp_path / "run", env={"E2E_S3_SECRET": SECRET})

    assert ended.code == 3, ended.said
    assert verdict_of(tmp_path / "run") == {"alpha-001": "blocked"}
    assert code in ended.err
