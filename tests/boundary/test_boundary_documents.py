"""The documents of the boundary systems: valid, complete, marked, and in step with the table of operations."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
import schemathesis

from renkei.adapters.yaml.document import read_yaml, write_yaml
from renkei.errors import ContractError
from renkei.flow.document import METHODS
from renkei.tables.boundary import OPERATIONS, read_interfaces
from renkei.tables.boundarydocument import boundary_document

ROOT = Path(__file__).parents[2] / "contracts"
FILES = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / "boundary").rglob("*.*")}
NAMES = sorted(path.split("/")[1] for path in FILES if path.endswith("/interface.toml"))
FLOWS = [f"6.{number}" for number in range(1, 15)]
OUTSIDE = ("L20", "L24", "L31", "L32", "L33", "L95", "L99", "L102", "L103", "L106", "L107", "L109", "L110")


def table() -> list[dict[str, str]]:
    """The rows of the table of operations."""
    return list(csv.DictReader(io.StringIO(FILES[OPERATIONS].decode())))


def document(name: str) -> dict[str, Any]:
    """The committed document of a system."""
    path = f"boundary/{name}/openapi.yaml"
    found: dict[str, Any] = read_yaml(FILES[path], path)
    return found


def operations(name: str) -> dict[str, tuple[str, str, Any]]:
    """(method, path, operation) by operationId."""
    return {
        item[method]["operationId"]: (method.upper(), path, item[method])
        for path, item in document(name)["paths"].items()
        for method in METHODS
        if method in item
    }


def test_there_are_ten_systems() -> None:
    """Each of the ten boundary systems of the standard's surroundings has a folder."""
    assert NAMES == [
        "chukan_server",
        "dokujishisaku",
        "eltax",
        "iryo_dx",
        "jukinet_cs",
        "kodomo_data",
        "konbini_kofu",
        "madoguchi_dx",
        "mainaportal_shinsei",
        "yobosesshu",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_what_its_table_gives(name: str) -> None:
    """The committed document is compiled from the interface table, byte for byte."""
    [edition] = re.findall(r'^edition = "(.*)"$', (ROOT / "edition.toml").read_text("utf-8"), re.MULTILINE)
    [made] = [one for one in read_interfaces(FILES) if one.name == name]

    assert write_yaml(boundary_document(made, edition)) == FILES[f"boundary/{name}/openapi.yaml"]


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_openapi(name: str) -> None:
    """It is valid OpenAPI 3.1 and loads in the generator."""
    made = document(name)
    openapi_spec_validator.validate(made)
    labels = [result.ok().label for result in schemathesis.openapi.from_dict(made).get_all_operations()]

    assert len(labels) == len(operations(name))


@pytest.mark.parametrize("name", NAMES)
def test_operations_and_their_table_agree(name: str) -> None:
    """Every operation of the document is in the table with its method and path, and the other way round."""
    told = {row["operation"]: (row["method"], row["path"]) for row in table() if row["system"] == name}

    assert {key: one[:2] for key, one in operations(name).items()} == told


def test_every_flow_and_every_outside_linkage_is_covered() -> None:
    """Each of the 14 flows, and each linkage to a system outside the standard, uses some operation; ids are unique."""
    rows = table()
    flows = {flow for row in rows for flow in row["flow"].split(";")}
    linkages = {linkage for row in rows for linkage in row["linkage"].split(";")}

    assert sorted(set(FLOWS) - flows) == []
    assert sorted(set(OUTSIDE) - linkages) == []
    assert [name for name, count in Counter(row["operation"] for row in rows).items() if count > 1] == []
    assert all(row["source"] for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_operations_are_marked_and_secured(name: str) -> None:
    """Each operation is a marked reading with its source, asks for a scope, and describes its refusals by schema."""
    for method, _, one in operations(name).values():
        mark = one["x-renkei"]
        assert (mark["profile"], mark["basis"]) == ("reference", "interpretation")
        assert mark["clause"]
        assert mark["flows"]
        assert one["security"][0]["oauth"]
        assert {"400", "401", "405", "503"} <= set(one["responses"])
        assert re.search("[ぁ-んァ-ヶ一-龠]", one["summary"])
        assert method == "GET" or one["requestBody"]["content"]["application/json"]["examples"]


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_complete(name: str) -> None:
    """Objects say what is required and that nothing else comes; texts have a length or a closed list; items a title."""
    for place, schema in document(name)["components"]["schemas"].items():
        stack: list[Any] = [schema]
        while stack:
            node = stack.pop()
            if node.get("type") == "object":
                assert node["additionalProperties"] is False, place
                assert set(node["required"]) <= set(node["properties"]), place
                stack.extend(node["properties"].values())
            elif node.get("type") == "string":
                assert {"maxLength", "enum", "const", "pattern"} & set(node), (place, node)
            elif node.get("type") == "array":
                assert "maxItems" in node, place
                stack.append(node["items"])
            elif node.get("type") == "integer":
                assert "minimum" in node, place


@pytest.mark.parametrize("name", NAMES)
def test_examples_fit_their_schemas(name: str) -> None:
    """The example of every request body is valid."""
    made = document(name)
    for _, _, one in operations(name).values():
        for part in one.get("requestBody", {}).get("content", {}).values():
            schema = {**part["schema"], "components": made["components"]}
            judge = jsonschema_rs.Draft202012Validator(schema)
            for example in part["examples"].values():
                assert [error.message for error in judge.iter_errors(example["value"])] == [], one["operationId"]


def broken(changes: dict[str, tuple[str, str]]) -> dict[str, bytes]:
    """The files with a text in one of them replaced."""
    made = dict(FILES)
    for path, (old, new) in changes.items():
        assert old in made[path].decode()
        made[path] = made[path].decode().replace(old, new, 1).encode()
    return made


PORTAL = "boundary/mainaportal_shinsei/interface.toml"


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        (OPERATIONS, "POST,/konbini/v1/hakko", "PUT,/konbini/v1/hakko", "contract-unknown-name"),
        (OPERATIONS, "kodomo_ichiran,GET", "kodomo_ichiraan,GET", "contract-unknown-name"),
        (PORTAL, 'key = "shinseiid"', 'key = "shinsei"', "contract-unknown-name"),
        (PORTAL, 'call = "mainaportal_shinsei_toroku", once', 'call = "toroku", once', "contract-unknown-name"),
        (PORTAL, '"N100", "◎"', '"N100", "必須"', "contract-value"),
        (PORTAL, "[collection.shinsei]", "[collection.shinsei", "contract-toml"),
    ],
)
def test_a_wrong_table_is_a_diagnosis(path: str, old: str, new: str, code: str) -> None:
    """A name, method, presence or syntax that is wrong is refused with the file that has it."""
    with pytest.raises(ContractError, match=code):
        read_interfaces(broken({path: (old, new)}))


@pytest.mark.parametrize(("old", "new"), [('"C:torijokyo", "応"', '"C:torijo", "応"'), ('"L20:komoku"', '"L20:ko"')])
def test_an_unknown_type_is_a_diagnosis(old: str, new: str) -> None:
    """A code list or part that is not there is refused when the document is made."""
    made = [one for one in read_interfaces(broken({PORTAL: (old, new)})) if one.name == "mainaportal_shinsei"]

    with pytest.raises(ContractError, match="contract-unknown-name"):
        boundary_document(made[0], "2026-11")
