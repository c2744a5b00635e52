"""Everything that a machine reads has a schema that ships with the package."""

from __future__ import annotations

import json

import pytest
import tree
from jsonschema import Draft202012Validator

FILES = ("runlog", "verdicts", "certificate")


def schemas() -> list[str]:
    """The schema files of the package."""
    return [name for name in tree.files() if name.startswith("src/renkei/schemas/") and name.endswith(".json")]


@pytest.mark.parametrize("kind", FILES)
def test_a_machine_read_file_has_a_schema(kind: str) -> None:
    """The run log, the verdicts and the certificate each have one schema, numbered by version."""
    assert [name for name in schemas() if name.startswith(f"src/renkei/schemas/{kind}-")] != []


@pytest.mark.parametrize("name", schemas())
def test_a_schema_is_one(name: str) -> None:
    """A shipped schema is valid JSON Schema 2020-12, says what it is, and closes its objects."""
    schema = json.loads(tree.text(name))
    Draft202012Validator.check_schema(schema)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]
    assert schema["$id"].startswith("renkei.") or schema["$id"].startswith("urn:renkei:")


def test_no_schema_text_is_written_in_code() -> None:
    """A ``renkei.<name>/<n>`` identifier that code writes into a file has a schema of that name and version."""
    import re

    named = {
        (found[1], found[2])
        for name in tree.python("src/")
        for found in re.finditer(r'"renkei\.([a-z]+)/(\d+)"', tree.text(name))
    }
    shipped = {tuple(name.rpartition("/")[2].removesuffix(".json").rsplit("-", 1)) for name in schemas()}

    assert sorted(named - shipped) == []
