"""The REST form of files as the harness answers it: rows as JSON, and only those that a consumer asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from item_maker import item_like as item

from renkei.cli.wiring import load_bundle, validators_for
from renkei.kit.form import Form, Row, State
from renkei.kit.provision import Played
from renkei.kit.pulling import Given, operation_of, over_rest, record

FORM = Form(
    linkage="001o006",
    items=(
        item(romaji="atenabango", type="X", length="15", key=True, output="必須"),
        item(romaji="kojinrirekibango", type="9", length="5", key=True, output="必須"),
        item(romaji="shimei", type="N", length="100"),
        item(romaji="ritsu", type="9V", length="5"),
        item(romaji="saishinfuragu", type="X", length="1", output="必須"),
        item(romaji="sosanengappi", type="DATE", length="10", output="必須"),
    ),
)


def row(number: str, serial: str, latest: str, day: str = "2026-03-01") -> Row:
    """One row."""
    return [number, serial, "", "1.50", latest, day]


ROWS = [row("019", "1", "0"), row("019", "2", "1", "2026-04-02"), row("027", "1", "1")]


def test_a_row_is_json_with_numbers_and_without_what_is_empty() -> None:
    """Codes stay text, numbers are numbers, empty cells are left out."""
    assert record(FORM, ROWS[0]) == {
        "atenabango": "019",
        "kojinrirekibango": 1,
        "ritsu": 1.5,
        "saishinfuragu": "0",
        "sosanengappi": "2026-03-01",
    }


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({}, [("019", 1), ("019", 2), ("027", 1)]),
        ({"atenabango": "19"}, [("019", 1), ("019", 2)]),
        ({"atenabango": "019", "kojinrirekibango": 2}, [("019", 2)]),
        ({"saishinnomi": "1"}, [("019", 2), ("027", 1)]),
        ({"koshinnengappi_kara": "2026-04-01"}, [("019", 2)]),
        ({"atenabango": "035"}, []),
    ],
)
def test_only_what_is_asked_for_is_answered(asked: dict[str, Any], keys: list[tuple[str, int]]) -> None:
    """By key (zeros before 宛名番号 aside), latest rows, written since a day; what was answered is remembered."""
    given = Given(State(FORM).full(ROWS))
    found = given.answer(asked)

    assert [(one["atenabango"], one["kojinrirekibango"]) for one in found] == keys
    assert len(given.state.rows) == len(keys)


def test_our_own_answers_are_as_contracted() -> None:
    """Both validators find nothing wrong with what the harness answers and with its errors."""
    bundle = load_bundle()
    linkage = over_rest(bundle.linkage("001o009"))
    played = Played(linkage=linkage, rows=lambda _body: [], record=lambda _exchange: None)
    answers = [
        played.done([]),
        played.wrong(401, "アクセストークンが無効です。"),
        played.wrong(503, "想定外のエラーが発生しました。"),
    ]

    assert (linkage.path, linkage.scope) == ("/reference/v1/001o009", "001:reference/v1/001o009:Read")
    for validator in validators_for(bundle, "010")("001o009"):
        for reply in answers:
            body = json.loads(reply.body)
            kind = dict(reply.headers)["Content-Type"]
            assert validator.response_faults(operation_of("001o009"), reply.status, kind, body) == ()
