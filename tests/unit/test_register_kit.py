"""The kit's words about 031: numbers, times, messages, and which requirement a fault of a body belongs to."""

import json

import pytest

from renkei.flow.exchange import Exchange, Request, Response
from renkei.flow.plan import Profile
from renkei.kit import Expect, Forall, Violation
from renkei.kit.expect import Disagreement
from renkei.kit.jutogai import address, birthday, errors, items_named, key, rows, same_time, told, whole
from renkei.kit.shape import owner, value_at
from renkei.kit.strategies import sample
from renkei.kit.strategies.event import histories
from renkei.kit.strategies.ordinary import ordinary
from renkei.ports import SchemaFault

NONE: frozenset[str] = frozenset()


def answered(status: int, body: bytes, sent: bytes = b"{}") -> Exchange:
    """An exchange with that answer."""
    request = Request(method="POST", url="http://127.0.0.1/x", body=sent)
    return Exchange(request=request, response=Response(status=status, headers=(), body=body))


@pytest.mark.parametrize(("one", "other"), [("000000000000123", "123"), ("0", "00"), ("A01", "A01")])
def test_padding_does_not_tell_numbers_apart(one: str, other: str) -> None:
    """Two 宛名番号 that differ in zeros on the left are the same number; other text is compared as it is."""
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("09:00", "09:00:00", True), ("09:00:00", "09:00", True), ("09:00", "09:00:01", False), ("09:00", None, False)],
)
def test_seconds_of_zero_may_be_omitted(one: str, other: str | None, same: bool) -> None:
    """Two TIME values agree when they differ in nothing but omitted seconds of 00."""
    assert same_time(one, other) is same


def test_item_names_are_read_from_messages() -> None:
    """A message names its items when it follows the pattern of its code, with or without brackets."""
    assert items_named("E0001", "氏名が設定されていません。") == ("氏名",)
    assert items_named("E0003", "【個人番号】は12桁で設定してください。") == ("個人番号",)
    assert items_named("E0004", "名寄せ元フラグが設定されている場合、名寄せ先宛名番号は設定必須です。") == (
        "名寄せ元フラグ",
        "名寄せ先宛名番号",
    )
    assert items_named("E0002", "氏名が設定されていません。") == ()
    assert items_named("E9999", "氏名が設定されていません。") == ()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"result": {}, "errors": 1}', b'{"result": [1], "errors": [null]}']
)
def test_unreadable_bodies_have_no_rows_and_no_errors(body: bytes) -> None:
    """Rows and errors are read from what is there; anything else is none, never a crash."""
    assert rows(answered(200, body)) == []
    assert errors(answered(400, body)) == []


def test_small_words() -> None:
    """History numbers are read from integers and digits, empty text means nothing, addresses join their parts."""
    assert [whole(value) for value in (3, "3", True, "x", None, "9" * 5000)] == [3, 3, None, None, None, None]
    assert [told(value) for value in ("", None, "0")] == [None, None, "0"]
    assert address({"jusho_todofuken": "東京都", "jusho_choaza": None}) == "東京都"
    assert birthday("ア") == birthday("ア") != birthday("イ")


@pytest.mark.parametrize(
    ("pointer", "keyword", "status", "mistyped", "requirement"),
    [
        ("/metadata/detail", "const", 200, NONE, "SC-06"),
        ("/title", "const", 400, NONE, "SC-07"),
        ("/_links/self/href", "const", 401, NONE, "SC-05"),
        ("/errors/0/code", "enum", 400, NONE, "SC-11"),
        ("/errors/0/message", "pattern", 400, NONE, "SC-12"),
        ("/result/0", "required", 200, NONE, "SC-08"),
        ("/result/0/a", "type", 200, frozenset({"/result/0/a"}), "SC-09"),
        ("/result/0/b", "enum", 200, frozenset({"/result/0/b"}), "SC-10"),
        ("/result/0/b", "pattern", 200, NONE, "SC-01"),
        ("/result", "type", 200, frozenset({"/result"}), "SC-01"),
        ("", "required", 400, NONE, "SC-02"),
        ("", "required", 401, NONE, "SC-03"),
    ],
)
def test_every_fault_has_one_owner(
    pointer: str, keyword: str, status: int, mistyped: frozenset[str], requirement: str
) -> None:
    """A fault of a body belongs to the requirement that speaks of it, so that one defect is judged once."""
    body = {"result": [{"a": None, "b": 1}]}
    fault = SchemaFault(pointer=pointer, keyword=keyword, text=keyword)

    assert owner(fault, status, body, mistyped) == requirement


def test_values_are_found_by_pointer() -> None:
    """A pointer gives the value it names, and None where there is none."""
    body = {"result": [{"a": "x"}]}

    assert value_at(body, "/result/0/a") == "x"
    assert value_at(body, "/result/7/a") is None
    assert value_at(body, "/result/0/a/b") is None


def test_counterexamples_are_made_smaller_before_they_are_replayed() -> None:
    """A counterexample of a closed list becomes as small as its steps allow while the same rule breaks."""
    expect = Expect()
    forall = Forall(profile=Profile.SMOKE, seed=1)

    def judge(example: list[int]) -> None:
        expect.that(7 not in example, "seven", expected="no 7", actual=example)

    def smaller(example: list[int]) -> list[list[int]]:
        return [example[:place] + example[place + 1 :] for place in range(len(example))]

    with pytest.raises(Violation) as raised:
        forall.each([[1, 2], [3, 7, 4]], judge, smaller=smaller)

    assert (json.loads(raised.value.example), raised.value.replays) == ([7], "3/3")


class Doubtful:
    """A validator that finds fault with every request."""

    def request_faults(self, _operation: str, _body: object) -> tuple[SchemaFault, ...]:
        """One fault."""
        return (SchemaFault(pointer="", keyword="type", text="type"),)

    def response_faults(self, *_arguments: object) -> tuple[SchemaFault, ...]:
        """None."""
        return ()


def test_nobody_is_blamed_for_a_request_that_a_validator_doubts() -> None:
    """A refused request that a validator calls invalid is our own fault, not the target's."""
    expect = Expect(Doubtful(), Doubtful())

    with pytest.raises(Disagreement):
        expect.accepted("x", answered(400, b"{}"), "refused")


def test_ordinary_people_are_plain() -> None:
    """Ordinary people have no character outside the basic plane, no variation selector and no private-use one."""
    people = sample(ordinary("993018"), 40, 1)
    text = "".join(str(value) for person in people for value in person.values())

    assert len(people) == 40
    assert all(ord(char) < 0xE000 or 0xFF00 <= ord(char) < 0xFF60 for char in text)


def test_histories_name_known_events_and_people() -> None:
    """Histories are short lists of known events among the given number of people."""
    for events in sample(histories(("move", "link"), people=2, longest=3), 20, 1):
        assert 1 <= len(events) <= 3
        assert all(kind in ("move", "link") and who in (0, 1) and whom in (0, 1) for kind, who, whom in events)
