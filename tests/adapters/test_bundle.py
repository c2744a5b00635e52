"""The committed contracts, read from disk."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
import schemathesis

from renkei.adapters.folder.bundle import load_bundle, read_files
from renkei.adapters.yaml.document import read_yaml, write_yaml
from renkei.errors import ContractError
from renkei.flow.contract import Bundle
from renkei.flow.requirement import Basis
from renkei.tables.check import faults, stale
from renkei.tables.edition import AUTH_DOCUMENT, compile_documents, read_sources

ROOT = Path(__file__).parents[2] / "contracts"
FUBAN = "jutogaishaatenabangofuban"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The committed edition."""
    return load_bundle(ROOT)


def documents(bundle: Bundle) -> list[Any]:
    """Every document of the edition."""
    return [bundle.auth_document, *(system.document for system in bundle.systems)]


def validator(bundle: Bundle, system: str, name: str) -> jsonschema_rs.Draft202012Validator:
    """A validator of one component schema."""
    components = bundle.system(system).document["components"]
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def test_the_tables_agree_with_each_other_and_with_the_documents() -> None:
    """Nothing names what does not exist, and the committed documents are what the tables give."""
    files = read_files(ROOT)
    sources = read_sources(files)

    assert [str(error) for error in faults(sources, load_bundle(ROOT), files)] == []
    assert stale(sources, files, write_yaml) == ()


def test_the_documents_are_openapi(bundle: Bundle) -> None:
    """Every document is valid OpenAPI 3.1 and loads in the generator."""
    for document in documents(bundle):
        openapi_spec_validator.validate(document)
        labels = [result.ok().label for result in schemathesis.openapi.from_dict(document).get_all_operations()]

        assert labels


def test_committed_yaml_reads_as_what_was_compiled() -> None:
    """Reading the committed files back gives the compiled data, type by type."""
    files = read_files(ROOT)
    for path, document in compile_documents(read_sources(files)).items():
        assert document == read_yaml(files[path], path)


def test_every_pattern_means_the_same_to_python(bundle: Bundle) -> None:
    """Patterns compile in Python's engine and agree with the Rust engine on hard samples."""
    samples = [
        "",
        "a",
        "１",
        "辻\U000e0100",
        "\U0010de92",
        "ｱ",
        "131016",
        "2023-02-29",
        "09:00",
        "佐藤　一郎",
        "é",
        "0",
        "-1",
    ]
    found: set[str] = set()
    stack: list[Any] = documents(bundle)
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if isinstance(node.get("pattern"), str):
                found.add(node["pattern"])
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)

    assert len(found) > 20
    for pattern in found:
        rust = jsonschema_rs.validator_for({"type": "string", "pattern": pattern})
        assert [bool(re.search(pattern, text)) for text in samples] == [rust.is_valid(text) for text in samples]


MINIMAL = {
    "shorikubun": "0",
    "shikuchosonkodo": "131016",
    "nayosemotofuragu": "0",
    "tagyomusanshofukafuragu": "0",
    "sosashaid": "123456",
    "sosanengappi": "2021-11-01",
    "sosajikoku": "09:00",
}


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({}, True),
        ({"shimei": "辻\U000e0100　\U0010de92"}, True),
        ({"shimei": "佐" * 100}, True),
        ({"shimei": "ｻﾄｳ"}, False),
        ({"shikuchosonkodo": "１３１０１６"}, False),
        ({"shorikubun": "1"}, False),
        ({"shorikubun": "1", "atenabango": "000000000000019"}, True),
        ({"nayosemotofuragu": "1"}, False),
        ({"nayosemotofuragu": "1", "nayosesakiatenabango": "1"}, True),
        ({"seinengappi": "2023-02-29"}, True),
        ({"sosanengappi": "2023-02-29"}, False),
        ({"shimei": None}, False),
        ({"sosashaid": ""}, False),
    ],
)
def test_the_request_schema_of_fuban(bundle: Bundle, changes: dict[str, Any], valid: bool) -> None:
    """The schema decides presence, width, conditions between parameters and 不詳日 as the table says."""
    assert valid is validator(bundle, "031", f"{FUBAN}_R01").is_valid({**MINIMAL, **changes})


def test_the_response_schemas_of_fuban(bundle: Bundle) -> None:
    """Fixed texts, error codes and message patterns are part of the schemas."""
    links = {"self": {"href": f"/app_submit/v10/{FUBAN}"}}
    body = {"title": "住登外者宛名番号付番", "detail": "エラーが発生しました。", "_links": links}
    schema = validator(bundle, "031", f"{FUBAN}_E400")

    def errors(code: str, message: str) -> dict[str, Any]:
        return {**body, "errors": [{"code": code, "message": message}]}

    assert schema.is_valid(errors("E0001", "宛名番号が設定されていません。"))
    assert schema.is_valid(errors("E0003", "市区町村コードは6桁で設定してください。"))
    assert not schema.is_valid(errors("E0001", "エラー"))
    assert not schema.is_valid(errors("E0009", "宛名番号が設定されていません。"))
    assert not schema.is_valid({**body, "errors": []})
    assert validator(bundle, "031", f"{FUBAN}_E401").is_valid({**body, "detail": "アクセストークンが無効です。"})


def test_the_fuban_tables_hold_the_official_request(bundle: Bundle) -> None:
    """All 40 request parameters and 6 result items of the specification are there."""
    system = bundle.system("031")

    assert (len(system.group("住登外者宛名番号付番/要求")), len(system.group("住登外者宛名番号付番/結果"))) == (40, 6)
    assert {item.basis for item in system.group("住登外者宛名番号付番/要求")} == {Basis.SOURCED}


def test_the_derived_group_lacks_only_the_individual_number(bundle: Bundle) -> None:
    """001o005 has every column of 001o006 but 個人番号, in the same order."""
    system = bundle.system("001")
    with_number = [item.romaji for item in system.group(system.linkage("001o006").group)]
    without = [item.romaji for item in system.group(system.linkage("001o005").group)]

    assert without == [name for name in with_number if name != "kojinbango"]


def test_every_rule_is_covered(bundle: Bundle) -> None:
    """R1–R18, and the rules of the assertion catalogue that concern a provider, occur in some requirement."""
    covered = {rule for item in bundle.requirements for rule in item.rules}
    wanted = {f"R{n}" for n in range(1, 19)} | {f"A{n}" for n in range(1, 13)} | {f"B{n}" for n in range(1, 11)}
    wanted |= {f"D{n}" for n in range(1, 13)} | {f"E{n}" for n in range(1, 13)}

    assert sorted(wanted - covered) == []


def test_ambiguous_requirements_never_count(bundle: Bundle) -> None:
    """A requirement whose text is open is 推奨, so that it can fail nobody."""
    counts = Counter(item.level.required for item in bundle.requirements if item.basis is Basis.AMBIGUOUS)

    assert counts[True] == 0


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    """A file of another kind in the folder is named, not ignored."""
    shutil.copytree(ROOT, tmp_path / "contracts")
    (tmp_path / "contracts" / "notes.docx").write_text("x")

    with pytest.raises(ContractError, match=r"notes\.docx"):
        load_bundle(tmp_path / "contracts")


def test_a_folder_without_an_edition_is_refused(tmp_path: Path) -> None:
    """A folder that is no contracts folder says what is missing."""
    with pytest.raises(ContractError, match="contract-folder"):
        load_bundle(tmp_path)


def test_a_changed_table_makes_the_documents_stale(tmp_path: Path) -> None:
    """Changing a length makes the compiled document of that system stale; changing a text only the digests."""
    files = read_files(ROOT)
    path = "031_jutogaishaatenabangokanri/items.csv"
    changed = {**files, path: files[path].replace("Ｎ,100".encode(), b"N,90").replace(b"N,100", b"N,90")}

    assert stale(read_sources(changed), changed, write_yaml) == ("031_jutogaishaatenabangokanri/openapi.yaml",)
    assert AUTH_DOCUMENT in files
    changed = {**files, "001_juminkihondaicho/CHANGES.md": b"x"}
    assert stale(read_sources(changed), changed, write_yaml) == ("edition.toml",)
