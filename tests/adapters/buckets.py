"""An S3-speaking server of the tests' own on loopback, and buckets in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

KEY, SECRET = "AKIATESTTESTTEST", "s3cr3t" * 6


def options(endpoint: str, **changes: str) -> dict[str, str]:
    """S3 options."""
    return {"key": KEY, "secret": SECRET, "endpoint_url": endpoint} | changes


@contextlib.contextmanager
def storage() -> Iterator[str]:
    """The address of a server for the length of a block."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def new_bucket(endpoint: str, name: str) -> Any:
    """A client of the server, after it made that bucket."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=Config(proxies={}),
    )
    client.create_bucket(Bucket=name)
    return client
