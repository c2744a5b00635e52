"""YAML read within limits and written the same way every time."""

from __future__ import annotations

import pytest

from renkei.adapters.yaml.document import read_yaml, write_yaml
from renkei.errors import ContractError


def test_only_json_types_come_out() -> None:
    """Words and dates that YAML 1.1 would turn into other types stay text."""
    text = "a: on\nb: 2021-11-01\nc: 019\nd: true\ne: 10\nf: 1.5\ng: null\nh: 0x1F\ni: 12:30:45\n"

    assert read_yaml(text.encode(), "t.yaml") == {
        "a": "on",
        "b": "2021-11-01",
        "c": "019",
        "d": True,
        "e": 10,
        "f": 1.5,
        "g": None,
        "h": "0x1F",
        "i": "12:30:45",
    }


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['true']",
        "a: 1\na: 2",
        "1: x",
        "a: [1, 2",
        "\xff",
        "[" * 200 + "]" * 200,
        "a: &a [x, x]\nb: [" + "*a, " * 2000 + "]",
    ],
)
def test_hostile_text_is_a_diagnosis(text: str) -> None:
    """Tags, duplicates, foreign member names, broken text, deep nesting and alias bombs are refused with their file."""
    with pytest.raises(ContractError) as caught:
        read_yaml(text.encode("latin-1"), "hostile.yaml")

    assert caught.value.values["file"] == "hostile.yaml"


def test_a_large_file_is_refused() -> None:
    """More than the limit is not even parsed."""
    with pytest.raises(ContractError, match="yaml-too-large"):
        read_yaml(b"#" * 10_000_001, "large.yaml")


def test_writing_is_stable_and_reads_back() -> None:
    """Text that looks like a number is quoted, so that every reader sees text."""
    value = {"z": ["010", "019", "yes", "2021-11-01", "佐藤　一郎", "辻\U000e0100"], "a": {"b": None, "c": 1}}
    data = write_yaml(value)

    assert data == write_yaml(read_yaml(data, "t.yaml"))
    assert value == read_yaml(data, "t.yaml")
    assert b"'019'" in data
