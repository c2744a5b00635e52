"""What tests of several adapters talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from buckets import storage


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """A real S3-speaking server on loopback."""
    with storage() as address:
        yield address
