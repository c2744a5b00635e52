"""Reports speak in sentences: codes with details, diagnoses with values, characters nobody would see."""

from __future__ import annotations

import shlex

import pytest

from renkei.flow.contract import Bundle
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf
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
