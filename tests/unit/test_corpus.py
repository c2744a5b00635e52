"""A corpus is the same everywhere, is what its name says, and is believed only when every byte is right."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.errors import HarnessError
from renkei.kit.corpus import Corpus, Key, contract_digest, opened, read, written
from renkei.kit.generate.recipe import Recipe
from renkei.kit.generate.register import recipe

FUBAN = "jutogaishaatenabangofuban"
SHOKAI = "jutogaishaatenakihonjohosyokai"
SLOTS = {b"municipality": b"993018", b"gyomuid": b"010", b"unique": "アイウエオカキク".encode()}


@cache
def document() -> Any:
    """The document of 031."""
    return load_bundle(Path(__file__).parents[2] / "contracts").system("031").document


def schema(operation: str) -> Any:
    """The request schema of an operation."""
    return document()["components"]["schemas"][f"{operation}_R01"]


def key(operation: str = FUBAN, *, seed: int = 1, size: int = 200) -> Key:
    """The name of a corpus."""
    contract = contract_digest(schema(operation), document())
    return Key(operation=operation, contract=contract, seed=seed, size=size)


@cache
def data(operation: str = FUBAN, seed: int = 1, size: int = 200) -> bytes:
    """The file of a corpus."""
    return written(key(operation, seed=seed, size=size), recipe(operation), schema(operation), document())


def corpus(operation: str = FUBAN, size: int = 200) -> Corpus:
    """A corpus."""
    return read(data(operation, size=size), key(operation, size=size))


def test_building_is_a_function_of_its_arguments() -> None:
    """The same key gives the same bytes, another seed other ones."""
    again = written(key(), recipe(FUBAN), schema(FUBAN), document())

    assert again == data()
    assert data(seed=2) != data()


@pytest.mark.parametrize("operation", [FUBAN, SHOKAI])
def test_entries_are_what_they_say(operation: str) -> None:
    """Every request that is not called broken is valid, and every decided broken one is not."""
    judge, found = SchemaValidator(document()), corpus(operation, 1_500)
    for entry in found.entries:
        body = json.loads(entry.wire(SLOTS))
        broken = bool(judge.request_faults(operation, body))
        if entry.kind != "broken" or entry.requirement:
            assert broken == (entry.kind == "broken"), entry
        assert not broken or entry.codes or not entry.requirement

    kinds = {entry.kind for entry in found.entries}
    assert kinds == {"ordinary", "edge", "mixed", "broken"}
    assert {"FD-01", "FD-02", "FD-03", "FD-04", "FD-05", "FD-06", "FD-07", "FD-09", "FD-10"} <= {
        entry.requirement for entry in found.entries
    }
    assert len(found.entries) == 1_500


def test_slots_are_filled_when_sent() -> None:
    """Municipality, 業務ID and names are those of the moment; nothing of a slot is left."""
    wires = [entry.wire(SLOTS) for entry in corpus().entries]

    assert not any(b"u0000" in wire for wire in wires)
    ordinary = json.loads(wires[0])
    assert (ordinary["shikuchosonkodo"], ordinary["gyomuid"]) == ("993018", "010")
    assert ordinary["shimei"].endswith("アイウエオカキク")


def test_bytes_are_raw_utf8() -> None:
    """Japanese is sent as it is, not as escapes."""
    assert "佐藤".encode() in data()


@pytest.mark.parametrize("at", [5, 200, 400, 1_000, -1])
def test_a_changed_file_is_not_believed(at: int) -> None:
    """One changed byte anywhere, a cut end or an added one make the file unusable."""
    raw = bytearray(data())
    raw[at] ^= 1
    for wrong in (bytes(raw), data()[:-1], data() + b"\n", b"", b"{}\n"):
        with pytest.raises(HarnessError, match="corpus-unusable"):
            read(wrong, key())


def test_a_file_of_another_key_is_not_believed() -> None:
    """A file under the wrong name is refused."""
    with pytest.raises(HarnessError, match="head"):
        read(data(), key(seed=2))


def test_a_corpus_is_kept_and_repaired(tmp_path: Path) -> None:
    """It is kept in the last folder, taken from the first that has it, and made anew when it is damaged."""
    shipped, cache_folder = tmp_path / "shipped", tmp_path / "cache"
    arguments = (recipe(FUBAN), schema(FUBAN), document(), (shipped, cache_folder))
    first = opened(key(), *arguments)
    place = next(cache_folder.iterdir())

    assert place.read_bytes() == data()
    assert not shipped.exists()
    place.write_bytes(data()[:-5])
    assert opened(key(), *arguments) == first
    assert place.read_bytes() == data()


def test_a_corpus_without_a_folder_is_made(tmp_path: Path) -> None:
    """Where nothing can be kept, the corpus is made all the same."""
    (tmp_path / "file").write_text("")
    found = opened(key(), recipe(FUBAN), schema(FUBAN), document(), (tmp_path / "file" / "below",))

    assert found == corpus()


def test_an_unknown_operation_needs_only_its_schema() -> None:
    """Without a recipe valid and broken requests come from the schema alone, and nothing is said of their acceptance."""
    other = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "maxLength": 3}}}
    name = Key(operation="other", contract="x", seed=1, size=50)
    entries = read(written(name, Recipe(), other, other), name).entries

    assert {entry.kind for entry in entries} == {"mixed", "broken"}
    assert {entry.requirement for entry in entries} <= {"", "FD-02"}
