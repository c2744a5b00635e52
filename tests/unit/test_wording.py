"""Reports speak in sentences: codes with details, diagnoses with values, characters nobody would see."""

from __future__ import annotations

import shlex

import pytest

from renkei.flow.contract import Bundle
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.wording import Wording, replay_command, visible

EMPTY = Bundle(
    edition="2.1",
    title_ja="",
    title_en="",
    systems=(),
    requirements=(),
    ambiguities=(),
    codes={},
    file_profile={},
    auth_document={},
    digests={},
)


@pytest.mark.parametrize(
    ("code", "detail", "expected"),
    [
        ("no-answer", "", "応答がありませんでした。"),
        ("no-answer", "deadline", "応答がありませんでした。（deadline）"),
        (
            "not-reproducible",
            "wrong-status 1/3",
            "繰り返しても同じ結果になりませんでした。（状態コードが違います 1/3）",
        ),
        ("wrong-status", "500", "状態コードが違います（500）"),
        ("", "x\x1b", r"x\u{1B}"),
        ("never-heard-of", "a=b", "never-heard-of: a=b"),
    ],
)
def test_a_reason_is_a_sentence_with_its_detail(code: str, detail: str, expected: str) -> None:
    """A known code gives its sentence, an unknown one is shown as it is, and the detail follows, made neutral."""
    assert Wording(EMPTY, "ja").reason(code, detail) == expected


def test_a_diagnosis_of_a_probe_is_filled_with_its_values() -> None:
    """A code that only the diagnoses know gives message and hint with the values in their places."""
    said = Wording(EMPTY, "ja").reason("node-missing", "command=node needed=20")

    assert said.startswith("Node.js（node）が見つかりません。 ")


def test_a_diagnosis_without_its_values_is_shown_bare() -> None:
    """A detail that does not fit the diagnosis is no error: code and detail are shown."""
    assert Wording(EMPTY, "ja").reason("node-missing", "odd") == "node-missing: odd"


def test_characters_that_look_like_others_are_followed_by_their_code_point() -> None:
    """Variation selectors and private-use characters can be told apart on paper."""
    assert visible("辻\U000e0100と\ue000") == "辻\U000e0100〔U+E0100〕と\ue000〔U+E000〕"


def test_the_replay_command_is_one_safe_line() -> None:
    """A run folder or target with odd characters stays one argument of the shell."""
    finding = Finding(
        target="a b; rm -rf ~",
        role="provider",
        linkage="oauth",
        requirement="AU-03",
        rule="expired-token-accepted",
        expected="401",
        actual="200",
        where="status",
        fault_of=FaultOf.PROVIDER,
        test="t",
    )

    assert shlex.split(replay_command("my runs/1", finding)) == [
        "renkei", "replay", "my runs/1", finding.id, "--target", "a b; rm -rf ~",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", "辻\U000e0100〔U+E0100〕"),
        ("en", "nothing"),
    ],
)
def test_a_raw_value_is_shown_as_it_is(language: str, said: str) -> None:
    """Data of a target needs no words, is made visible, and stays the same in every language."""
    assert Wording(EMPTY, language).value(raw(said.replace("〔U+E0100〕", ""))) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "⟦nothing⟧ が結果にあること、その後は 応答なし（時間切れ）"),
     ("en", "⟦nothing⟧ among the hits, and after that no answer (out of time)")],
)  # fmt: skip
def test_a_phrase_is_a_sentence_of_the_language(language: str, said: str) -> None:
    """Phrases are put into words with their values; a value that imitates a phrase stays a value."""
    second = phrase("no-answer", why=phrase("deadline"))
    value = phrase("and-then", first=phrase("among-the-hits", number="⟦nothing⟧"), second=second)

    assert Wording(EMPTY, language).value(value) == said


def test_a_rule_is_a_phrase_too() -> None:
    """What is only recorded names its rule in words."""
    assert Wording(EMPTY, "ja").value(f"{phrase('wrong-status')}: 500") == "状態コードが違います: 500"


@pytest.mark.parametrize(
    ("text", "said"),
    [("⟦never-heard-of¦value=7⟧", "never-heard-of: 7"), ("⟦in-case¦case=x⟧", "in-case: x"), ("⟦broken", "⟦broken")],
)
def test_a_phrase_without_words_is_shown_bare(text: str, said: str) -> None:
    """A phrase of another release, or one that lacks a value, is no error."""
    assert Wording(EMPTY, "ja").value(text) == said


def test_the_reason_of_an_ending_is_in_one_language() -> None:
    """The detail of a reason is put into words like the reason."""
    assert Wording(EMPTY, "en").reason("wrong-status", phrase("no-answer", why=phrase("reset"))) == (
        "The status code is wrong (no answer (the connection was reset))"
    )


def test_the_fingerprint_of_a_finding_knows_no_language() -> None:
    """The place is hashed as it stands on the wire, so both languages show the same id."""
    finding = Finding(
        target="t", role="provider", linkage="l", requirement="AU-07", rule="r", expected="401", actual="200",
        where=phrase("expired-token"), fault_of=FaultOf.PROVIDER, test="t",
    )  # fmt: skip

    assert [Wording(EMPTY, language).value(finding.where) for language in ("ja", "en")] == [
        "期限の切れたトークン", "an expired token",
    ]  # fmt: skip
    assert finding.where == "⟦expired-token⟧"
