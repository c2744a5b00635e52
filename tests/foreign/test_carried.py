"""Requirements that a document brings with it: read with care, and judged by nothing but their own document."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from renkei.cli.foreign import foreign_bundle
from renkei.errors import ContractError
from renkei.flow.contract import Bundle
from renkei.foreign.carried import KEY

TABLE = Path(__file__).resolve().parents[2] / "contracts" / "generic" / "requirements.csv"
OWN = {
    "id": "BD-01",
    "operation": "list",
    "title_ja": "一覧は空でない",
    "title_en": "The list is not empty",
    "text_ja": "一覧には行がある。",
    "text_en": "The list has rows.",
    "plain_ja": "何も見えないと仕事になりません。",
    "plain_en": "Without anything to see nobody can work.",
    "level": "必須",
    "impact": "degrades",
    "basis": "interpretation",
    "clause": "見本 §1",
    "step": [{"call": "list", "judge": True, "status": [200]}],
}


def document(*requirements: Any) -> dict[str, Any]:
    """A document of one operation that brings these requirements with it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "見本", "version": "1"},
        KEY: list(requirements),
        "paths": {"/things": {"get": {"operationId": "list", "responses": {"200": {"description": "-"}}}}},
    }


def bundle(folder: Path, *documents: dict[str, Any]) -> Bundle:
    """The bundle of documents, each in a folder of its own."""
    for number, one in enumerate(documents):
        (folder / f"system{number}").mkdir()
        (folder / f"system{number}" / "openapi.json").write_text(json.dumps(one), encoding="utf-8")
    return foreign_bundle(folder, TABLE)


def changed(**changes: Any) -> dict[str, Any]:
    """The requirement with some members replaced."""
    return copy.deepcopy(OWN) | changes


def test_a_folder_of_folders_has_a_system_for_each(tmp_path: Path) -> None:
    """Documents named openapi are told apart by their folders, and their requirements concern their operation only."""
    second = document()
    second["paths"]["/things"]["get"]["operationId"] = "other"
    made = bundle(tmp_path, document(OWN), second)
    [own] = [one for one in made.requirements if one.id == "BD-01"]

    assert [system.id for system in made.systems] == ["system0", "system1"]
    assert own.linkages == ("list",)
    assert own.level.required
    assert made.system("system0").document[KEY][0]["step"] == OWN["step"]


@pytest.mark.parametrize(
    "wrong",
    [
        changed(id="GN-01"),
        changed(id="BD-1"),
        changed(operation="other"),
        changed(level="いつか"),
        changed(title_ja=""),
        changed(step=[]),
        changed(step=[{"call": "list"}]),
        changed(step=[{"call": "other", "judge": True}]),
        changed(step=[{"call": "list", "judge": "yes"}]),
        changed(step=[{"call": "list", "judge": True, "status": [99]}]),
        changed(step=[{"call": "list", "judge": True, "equal": {"result": 1}}]),
        changed(step=[{"call": "list", "judge": True, "keep": {"A B": "/a"}}]),
        changed(step=[{"call": "list", "judge": True, "has": {"a": 1}}]),
        changed(step=[{"call": "list", "judge": True, "absent": ["a"]}]),
        changed(step=[{"call": "list", "judge": True, "run": "rm"}]),
        changed(step=[{"call": "list", "judge": True}] * 21),
        {key: value for key, value in OWN.items() if key != "clause"},
        "BD-01",
    ],
)
def test_what_no_suite_could_judge_is_refused(tmp_path: Path, wrong: Any) -> None:
    """A wrong id, call, step, value or member is a diagnosis of the place in the document."""
    with pytest.raises(ContractError, match="document-wrong") as caught:
        bundle(tmp_path, document(wrong))

    assert KEY in caught.value.values["place"]


def test_an_id_is_there_once(tmp_path: Path) -> None:
    """Neither one document nor two of a folder may have the same requirement twice."""
    with pytest.raises(ContractError, match="document-wrong"):
        bundle(tmp_path, document(OWN, OWN))


def test_an_id_is_in_one_document(tmp_path: Path) -> None:
    """Two documents of a folder may not share an id."""
    with pytest.raises(ContractError, match="BD-01"):
        bundle(tmp_path, document(OWN), document(OWN))


def test_text_of_a_document_is_no_markup(tmp_path: Path) -> None:
    """What it says of a requirement reaches no report as markup."""
    made = bundle(tmp_path, document(changed(title_en="<script>alert(1)</script>")))
    [own] = [one for one in made.requirements if one.id == "BD-01"]

    assert "<" not in own.title_en
