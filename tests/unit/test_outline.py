"""The outline of L01 to L110: what `renkei contracts check` says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from renkei.adapters.folder.bundle import read_files
from renkei.errors import ContractError
from renkei.tables.edition import assemble
from renkei.tables.outline import OPERATION_COLUMNS, OPERATIONS, TABLE, faults, read_outline

FILES = read_files(Path(__file__).parents[2] / "contracts")
BUNDLE = assemble(FILES)
NUMBERS = 110


def changed(old: str, new: str) -> dict[str, bytes]:
    """The contracts with one place of the outline written otherwise."""
    text = FILES[TABLE].decode("utf-8")
    found = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    assert found != text
    return {**FILES, TABLE: found.encode("utf-8")}


def test_every_number_is_there_once() -> None:
    """The outline has L01 to L110, and nothing in it contradicts the tables."""
    entries = read_outline(FILES)

    assert len(entries) == len({entry.number for entry in entries}) == NUMBERS
    assert list(faults(FILES, BUNDLE)) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        ("^L02,", "L01,", "contract-duplicate", "L01"),
        ("^L02,.*\n", "", "contract-value", "L02"),
        ("001o006,,$", "001o999,,", "contract-unknown-name", "001o999"),
        ("014;015;036,住民情報", "014;015;999,住民情報", "contract-unknown-name", "999"),
        ("014;015;036,住民情報", "014;015;010;002,住民情報", "outline-not-reached", "002"),
        ("^L11,006,001", "L11,005,001", "outline-not-reached", "006"),
        ("^(L20,.*),外部,,.*$", r"\1,外部,,,", "outline-unexplained", "L20"),
        ("^(L20,.*),外部,,.*$", r"\1,外部,,わけ,", "outline-unexplained", "L20"),
        ("^(L01,.*),001o006,,$", r"\1,,,", "outline-unexplained", "L01"),
        ("^(L18,.*),001o901,.*$", r"\1,001o901,,", "outline-unexplained", "L18"),
    ],
)
def test_a_slip_in_the_outline_is_named(old: str, new: str, code: str, named: str) -> None:
    """Each slip gives its own diagnosis, which names the number, party or linkage."""
    files = {name: data for name, data in changed(old, new).items() if name != OPERATIONS}

    found = list(faults(files, BUNDLE))

    assert code in {error.code for error in found}
    assert any(named in map(str, error.values.values()) for error in found if error.code == code)


def test_a_method_nobody_knows_is_refused() -> None:
    """A mark that the standard does not use is an error of its row."""
    with pytest.raises(ContractError, match="contract-value"):
        read_outline(changed("^(L01,.*),F,", r"\1,X,"))


def test_an_operation_of_a_boundary_system_carries_a_number() -> None:
    """What an operation names is carried and needs no note; a number that is not there is named."""
    head = ",".join(OPERATION_COLUMNS)
    table = f"{head}\nx,x_toroku,POST,/x,6.1,L20;L999,s\n".encode()
    files = {**changed("^(L20,.*),外部,,.*$", r"\1,外部,,,"), OPERATIONS: table}

    entry = next(entry for entry in read_outline(files) if entry.number == "L20")

    assert entry.operations == ("x_toroku",)
    assert entry.carried
    assert entry.explained
    assert [error.values["value"] for error in faults(files, BUNDLE)] == ["L999"]
