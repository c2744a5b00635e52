"""Inconsistencies that `renkei contracts check` names."""

from __future__ import annotations

from pathlib import Path

import pytest

from renkei.adapters.folder.bundle import read_files
from renkei.tables.check import faults
from renkei.tables.edition import assemble, read_sources

ROOT = Path(__file__).parents[2] / "contracts"
ITEMS = "001_juminkihondaicho/items.csv"
LINKAGES = "001_juminkihondaicho/linkages.csv"
COMMON = "common/requirements.csv"


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        (ITEMS, ",juminshubetsu,0", ",juminshubetsu,0", ""),
        (ITEMS, "001,1,市区町村コード", "001,2,市区町村コード", "contract-duplicate"),
        (ITEMS, ",kyuuji,", ",shimei,", "contract-duplicate"),
        (ITEMS, ",juminjotai,,必須", ",nosuchlist,,必須", "contract-unknown-name"),
        (ITEMS, "idonengappi_fushofuragu=1", "nosuchitem=1", "contract-unknown-name"),
        (ITEMS, ",131016,", ",131017,", "contract-sample"),
        (LINKAGES, ";032;033;036,", ";032;999,", "contract-unknown-name"),
        (LINKAGES, ",支援措置対象者情報,zenken", ",ない情報,zenken", "contract-unknown-name"),
        (LINKAGES, "zenken;sabun", "zenken;maitsuki", "contract-unknown-name"),
        (COMMON, "C7;C18;C19", "C7;C99", "contract-unknown-name"),
        (COMMON, "TR-02,", "TR-01,", "contract-duplicate"),
        (
            "031_jutogaishaatenabangokanri/requirements.csv",
            FUBAN := "jutogaishaatenabangofuban",
            "nosuch",
            "contract-unknown-name",
        ),
        ("common/untested.csv", "AU-30,", "AU-99,", "contract-unknown-name"),
        ("031_jutogaishaatenabangokanri/responses.csv", f"{FUBAN},503,", f"{FUBAN},401,", "contract-unknown-name"),
    ],
)
def test_one_slip_is_named(path: str, old: str, new: str, code: str) -> None:
    """Each slip in the tables gives its own diagnosis, and the tables as committed give none."""
    files = read_files(ROOT)
    text = files[path].decode("utf-8")
    assert old in text or not code

    files[path] = text.replace(old, new).encode("utf-8")

    assert {code} - {""} == {error.code for error in faults(read_sources(files), assemble(files))}
