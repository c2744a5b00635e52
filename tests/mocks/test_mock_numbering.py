"""031 付番 and 照会: numbers, errors, history, 名寄せ, search."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from mock_consumer import REQUEST, Consumer

from mocks.jutogai import number
from mocks.jutogai.endpoint import FUBAN_PATH

Start = Callable[..., Consumer]
LONG_NAME = "佐󠄀" * 100


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        ("00000000000001", 9),
        ("00000000000002", 7),
        ("00000000000003", 5),
        ("00000000000004", 3),
        ("00000000000005", 1),
        ("12345678901234", 0),
        ("00000012345678", 5),
    ],
)
def test_the_published_check_digits_come_out(body: str, digit: int) -> None:
    """モジュラス11（M11W2～7） gives the computed vectors."""
    assert number.check_digit(body) == digit


def test_serials_of_remainder_one_are_skipped() -> None:
    """6, 23, 37, 40 and 54 give no number."""
    assert [serial for serial in range(1, 55) if number.complete(serial) is None] == [6, 23, 37, 40, 54]


def test_two_identical_requests_get_two_valid_numbers(start: Start) -> None:
    """付番 is not idempotent (C11), and each number ends with its check digit."""
    consumer = start()
    numbers = [consumer.number() for _ in range(3)]

    assert len(set(numbers)) == 3
    assert all(number.check_digit(one[:14]) == int(one[14]) for one in numbers)


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"shorikubun": None}, "E0001", "処理区分が設定されていません。"),
        ({"sosashaid": None}, "E0001", "操作者IDが設定されていません。"),
        ({"shorikubun": "1"}, "E0001", "宛名番号が設定されていません。"),
        ({"shimei": "佐藤 一郎"}, "E0002", "氏名は全角で設定してください。"),
        ({"shimei_furigana": "ｻﾄｳ"}, "E0002", "氏名_フリガナは全角で設定してください。"),
        ({"sosashaid": "１２３"}, "E0002", "操作者IDは半角で設定してください。"),
        ({"shikuchosonkodo": 993018}, "E0002", "市区町村コードは半角で設定してください。"),
        ({"jusho_yubinbango": "100-0014"}, "E0003", "住所_郵便番号は7桁で設定してください。"),
        (
            {"nayosemotofuragu": "1"},
            "E0004",
            "名寄せ元フラグが設定されている場合、名寄せ先宛名番号は設定必須です。",
        ),
    ],
)
def test_each_error_has_its_code_and_message(start: Start, changes: dict[str, Any], code: str, message: str) -> None:
    """A broken rule is answered with 400, its code, and the item's Japanese name."""
    answer = start().fuban(**changes)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"code": code, "message": message}]


def test_all_errors_are_listed_at_once(start: Start) -> None:
    """Three broken rules give three errors."""
    errors = start().fuban(shimei="abc", jusho_choazakodo="1", sosajikoku=None).json()["errors"]

    assert [error["code"] for error in errors] == ["E0002", "E0003", "E0001"]


@pytest.mark.parametrize(
    "changes",
    [
        {"seinengappi": "1971-02-29"},
        {"seinengappi": "1912-07-30"},
        {"sosajikoku": "09:00"},
        {"jusho_choazakodo": "9999999"},
        {"shimei": LONG_NAME},
        {"shimei": "𠮷" * 100},
        {"shimei": "\U0010de92田　夏子"},
        {"shimei": None},
        {"kojinbango": None, "gyomuid": None},
    ],
)
def test_hard_but_legal_values_are_taken(start: Start, changes: dict[str, Any]) -> None:
    """Non-calendar birth dates, short times, 9999999, 100 characters with selectors or outside the basic plane."""
    assert start().fuban(**changes).status_code == 200


def test_hard_characters_come_back_unchanged(start: Start) -> None:
    """What was registered is found and returned to the code point."""
    consumer = start()
    name = "辻󠄀〜𠮷\U0010de92　Ａ"
    consumer.number(shimei=name)

    (row,) = consumer.found(shimei=name)

    assert (row["shimei"], row["rirekibango"], row["saishinfuragu"]) == (name, 1, "1")
    assert "kojinbango" not in row


def test_a_change_is_a_new_row_and_the_old_name_still_finds_it(start: Start) -> None:
    """History grows by one; a search over history returns the present row."""
    consumer = start()
    one = consumer.number(shimei="旧姓　花子")
    changed = consumer.fuban(shorikubun="1", atenabango=one, shimei="新姓　花子").json()["result"][0]
    assert (changed["atenabango"], changed["rirekibango"]) == (one, 2)

    assert consumer.found(shimei="旧姓　花子") == []
    (row,) = consumer.found(shimei="旧姓", kensakuhoho="2", rirekikensaku="1")

    assert (row["atenabango"], row["shimei"], row["rirekibango"]) == (one, "新姓　花子", 2)


def test_the_number_of_a_resident_is_carried_over(start: Start) -> None:
    """A resident's number starts a history in 031; a number of nobody does not."""
    consumer = start()
    resident = next(iter(consumer.town.residency.numbers()))

    assert consumer.fuban(shorikubun="1", atenabango=resident).json()["result"][0]["rirekibango"] == 1
    assert consumer.fuban(shorikubun="1", atenabango="999999999999999").status_code == 400


def test_a_chosen_number_keeps_its_data(start: Start) -> None:
    """処理区分 2 updates the 業務ID and nothing else of the person."""
    consumer = start()
    one = consumer.number(shimei="選択　子")

    consumer.fuban(shorikubun="2", atenabango=one, gyomuid="024", shimei="別人　子")

    (row,) = consumer.found(atenabango=one)
    assert (row["shimei"], row["gyomuid"], row["rirekibango"]) == ("選択　子", "024", 2)


def test_nayose_is_shown_and_released(start: Start) -> None:
    """名寄せ元 shows its 名寄せ先 until it is released; both numbers stay."""
    consumer = start()
    target, source = consumer.number(), consumer.number()
    link = {"nayosemotofuragu": "1", "nayosesakiatenabango": target}
    consumer.fuban(shorikubun="1", atenabango=source, **link)
    (linked,) = consumer.found(atenabango=source)
    assert linked["nayosesakiatenabango"] == target

    consumer.fuban(shorikubun="1", atenabango=source, nayosemotofuragu="0")

    (released,) = consumer.found(atenabango=source)
    assert (released["nayosemotofuragu"], "nayosesakiatenabango" in released) == ("0", False)
    assert len(consumer.found(atenabango=target)) == 1


def test_a_hidden_record_is_for_its_owner_only(start: Start) -> None:
    """他業務参照不可 hides a record from every 業務 but the registering one."""
    consumer = start()
    one = consumer.number(tagyomusanshofukafuragu="1")

    assert len(consumer.found(atenabango=one, gyomuid="019")) == 1
    assert consumer.found(atenabango=one, gyomuid="024") == []


def test_a_search_needs_a_condition(start: Start) -> None:
    """Without one of the four conditions a search is refused."""
    assert start().shokai(seibetsu="1").json()["errors"][0]["code"] == "E0004"


def _together(consumer: Consumer, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results of requests that are under way at the same time."""
    header = {"Authorization": f"Bearer {consumer.token()}"}

    async def all_of_them() -> list[Any]:
        calls = (consumer.http.client.post(FUBAN_PATH, json=body, headers=header) for body in bodies)
        return await asyncio.gather(*calls)

    return [answer.json()["result"][0] for answer in consumer.http.run(all_of_them())]


def test_concurrent_requests_never_share_a_number_or_a_history_number(start: Start) -> None:
    """Twenty at once get twenty numbers; ten changes of one number get history numbers 2 to 11."""
    consumer = start()
    fresh = _together(consumer, [REQUEST] * 20)
    assert len({result["atenabango"] for result in fresh}) == 20

    change = {**REQUEST, "shorikubun": "1", "atenabango": fresh[0]["atenabango"]}
    changes = _together(consumer, [change] * 10)

    assert sorted(result["rirekibango"] for result in changes) == list(range(2, 12))


def test_a_row_under_editing_can_only_be_viewed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another clerk edits, a change is answered with 503 and a search still works."""
    monkeypatch.setattr("mocks.jutogai.register.LOCK_PATIENCE_SECONDS", 0.05)
    consumer = start()
    one = consumer.number()
    consumer.http.post("/control/lock", json={"atenabango": one, "seconds": 60})

    assert consumer.fuban(shorikubun="1", atenabango=one).json()["detail"] == "想定外のエラーが発生しました。"
    assert len(consumer.found(atenabango=one)) == 1

    consumer.http.post("/control/lock", json={"atenabango": one, "seconds": 0})
    assert consumer.fuban(shorikubun="1", atenabango=one).status_code == 200


def test_an_outage_is_json_or_not_as_told(start: Start) -> None:
    """The unexpected is a JSON 503, maintenance a 502 that is not JSON; both end by themselves."""
    consumer = start()
    token = consumer.token()
    for mode, status in (("json503", 503), ("html502", 502)):
        consumer.http.post("/control/outage", json={"mode": mode, "requests": 1})
        answer = consumer.call(token)
        assert (answer.status_code, "json" in answer.headers["content-type"]) == (status, mode == "json503")
        assert consumer.call(token).status_code == 200


def test_gamma_says_the_same_in_another_way(start: Start) -> None:
    """Another order of members and rows, null for absent items, short times, padded numbers, E0004 for C7."""
    consumer = start(vendor_name="gamma")
    consumer.number()
    (migrated,) = consumer.found(atenabango="123")

    assert migrated["atenabango"] == "000000000000123"
    assert migrated["kojinbango"] is None
    assert consumer.fuban().json()["result"][0]["sosajikoku"] == "09:00"
    assert consumer.fuban(shorikubun="1").json()["errors"][0]["code"] == "E0004"
