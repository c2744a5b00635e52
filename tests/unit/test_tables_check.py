"""Bad tables: `renkei contracts check` names file and row, what was expected, what to do and who can act."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from renkei.adapters.folder.bundle import read_files
from renkei.cli.diagnosis import render
from renkei.cli.main import main
from renkei.errors import ContractError, ExitCode
from renkei.tables.check import faults
from renkei.tables.edition import assemble, read_sources
from renkei.tables.rings import rings

ROOT = Path(__file__).parents[2] / "contracts"
ITEMS = "001_juminkihondaicho/items.csv"
LINKAGES = "001_juminkihondaicho/linkages.csv"
RULES = "001_juminkihondaicho/rules.csv"
COMMON = "common/requirements.csv"
ANSWERS = "031_jutogaishaatenabangokanri/responses.csv"
CODES = "codes/seibetsu.csv"
FUBAN = "jutogaishaatenabangofuban"
RING = "001-17,001o006,reference,atenabango,,{},atenabango,輪になる参照\n"

BAD: dict[str, tuple[str, str, str, str, str]] = {
    # what goes wrong: (table, text, what becomes of it, code, what the diagnosis names)
    "number-twice": (ITEMS, "001,1,市区町村コード", "001,2,市区町村コード", "contract-duplicate", f"{ITEMS}:[0-9]+"),
    "romaji-twice": (ITEMS, ",kyuuji,", ",shimei,", "contract-duplicate", "shimei"),
    "code-list": (
        ITEMS,
        ",juminjotai,,必須",
        ",nosuchlist,,必須",
        "contract-unknown-name",
        f"{ITEMS}:[0-9]+.*nosuchlist",
    ),
    "condition": (ITEMS, "idonengappi_fushofuragu=1", "nosuchitem=1", "contract-unknown-name", f"{ITEMS}:[0-9]+"),
    "open-condition": (
        ITEMS,
        "※※住所に方書が存在する場合",
        "※※住所に方書がある場合",
        "contract-condition",
        f"{ITEMS}:[0-9]+.*住所_方書",
    ),
    "sample": (ITEMS, ",131016,", ",131017,", "contract-sample", f"{ITEMS}:[0-9]+.*131017"),
    "type": (ITEMS, ",,,Ｎ,100,", ",,,文字,100,", "contract-value", f"{ITEMS} の [0-9]+ 行目.*文字"),
    "wide-digits": (ITEMS, ",,,Ｎ,100,", ",,,Ｎ,１００,", "contract-value", "１００"),
    "no-column": (ITEMS, "桁数,コード,", "長さ,コード,", "contract-columns", "桁数.*長さ"),
    "width": (ITEMS, "001,1,市区町村コード", "001,1,市区,町村コード", "contract-row-width", f"{ITEMS} の [0-9]+ 行目"),
    "system": (LINKAGES, ";032;033;036,", ";032;999,", "contract-unknown-name", f"{LINKAGES}:[0-9]+.*999"),
    "group": (LINKAGES, ",支援措置対象者情報,zenken", ",ない情報,zenken", "contract-unknown-name", "ない情報"),
    "kinds": (LINKAGES, "zenken;sabun", "zenken;maitsuki", "contract-unknown-name", f"{LINKAGES}:[0-9]+"),
    "timing": (LINKAGES, ",10分以内,F", ",毎日,F", "contract-value", f"{LINKAGES} の [0-9]+ 行目.*毎日"),
    "linkage-twice": (LINKAGES, "\n001o009,", "\n001o006,", "contract-duplicate", f"{LINKAGES}:[0-9]+.*001o006"),
    "rule-column": (RULES, ";yukokigen,", ";nosuch,", "contract-unknown-name", f"{RULES}:[0-9]+.*nosuch"),
    "cycle": (RULES, "001-18,", RING.format("024o906") + "001-18,", "contract-cycle", f"{RULES}:[0-9]+.*001o006 → "),
    "ambiguity": (COMMON, "C7;C18;C19", "C7;C99", "contract-unknown-name", f"{COMMON}:[0-9]+.*C99"),
    "requirement-twice": (COMMON, "\nTR-02,", "\nTR-01,", "contract-duplicate", f"{COMMON}:[0-9]+"),
    "foreign-linkage": (
        "031_jutogaishaatenabangokanri/requirements.csv",
        FUBAN,
        "nosuch",
        "contract-unknown-name",
        "031_jutogaishaatenabangokanri/requirements.csv:[0-9]+.*nosuch",
    ),
    "untested": ("common/untested.csv", "AU-30,", "AU-99,", "contract-unknown-name", "common/untested.csv:[0-9]+"),
    "status": (ANSWERS, f"{FUBAN},503,", f"{FUBAN},401,", "contract-unknown-name", f"{ANSWERS}.*503"),
    "code-twice": (CODES, "\n2,", "\n1,", "contract-duplicate", f"{CODES}:[0-9]+"),
    "accepted-day": (
        "edition.toml",
        "[digests]",
        '[[accepted]]\nedition = "2026-05"\nuntil = "soon"\nclause = "x"\n[digests]',
        "contract-accepted",
        "edition.toml.*2026-05.*until.*soon",
    ),
    "accepted-itself": (
        "edition.toml",
        "[digests]",
        '[[accepted]]\nedition = "2026-11"\nuntil = 2027-03-31\nclause = "x"\n[digests]',
        "contract-accepted",
        "edition.toml.*2026-11",
    ),
    "derived": (
        "001_juminkihondaicho/system.toml",
        'from = "住民情報"',
        'from = "住民情報（個人番号なし）"',
        "contract-derived",
        "001_juminkihondaicho/system.toml",
    ),
}


@functools.cache
def committed() -> dict[str, bytes]:
    """The tables as committed."""
    return read_files(ROOT)


def diagnoses(files: dict[str, bytes]) -> tuple[ContractError, ...]:
    """What is said of these tables; tables that cannot be read give the one diagnosis that says so."""
    try:
        return faults(read_sources(files), assemble(files), files)
    except ContractError as error:
        return (error,)


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_table_is_refused_by_file_and_row(name: str) -> None:
    """Each slip in the tables gives its own diagnosis with its place, the hint and who can act, and exit code 2."""
    path, old, new, code, said = BAD[name]
    text = committed()[path].decode("utf-8")
    assert old in text

    found = diagnoses({**committed(), path: text.replace(old, new).encode("utf-8")})

    assert code in {error.code for error in found}
    shown = [render(error, "ja") for error in found]
    assert any(re.search(said, text) for text in shown), shown[:2]
    assert all("次にすること：" in text and "対応する人：" in text for text in shown)
    assert {error.exit_code for error in found} == {ExitCode.USAGE}


def test_a_bad_table_ends_the_check_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`contracts check` of a folder with one slip says it once and exits with 2, and writes nothing."""
    for path, data in committed().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    path, old, new, code, _ = BAD["system"]
    (tmp_path / path).write_bytes(committed()[path].replace(old.encode(), new.encode()))
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    assert main(["--lang", "ja", "contracts", "check", "--root", str(tmp_path)]) == 2
    assert f"[{code}]" in capsys.readouterr().err
    assert before == {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}


def test_the_committed_tables_are_whole() -> None:
    """The tables as committed give no diagnosis: every open condition has its reason."""
    assert diagnoses(committed()) == ()


def test_rings_are_found_once() -> None:
    """A ring is named once however many begin in it, in the shortest way; a name that follows itself is none."""
    assert rings({"a": ("b",), "b": ("c", "a"), "c": ("a",), "d": ("d", "a")}) == (("a", "b"),)
