"""The garbage collector waits while a run is told of, and only then."""

from __future__ import annotations

import gc

import pytest

from renkei.cli.collector import waiting_collector


@pytest.mark.parametrize("active", [True, False])
def test_afterwards_everything_is_as_it_was(active: bool) -> None:
    """Inside nothing is collected; afterwards, errors included, the collector does what it did before."""
    before = gc.isenabled()
    (gc.enable if active else gc.disable)()
    try:
        with pytest.raises(ValueError, match="x"), waiting_collector():
            assert not gc.isenabled()
            raise ValueError("x")
        assert gc.isenabled() is active
    finally:
        (gc.enable if before else gc.disable)()
