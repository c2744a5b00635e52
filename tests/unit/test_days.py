"""What the days of a town are told as: findings with the requirement that they break, and one played again from its text."""

from __future__ import annotations

import itertools
import tomllib

import pytest
from toy_town import STANDING, TOY_ACTS, Toy, model, second_move_lost

from renkei.catalogue import Catalogue
from renkei.flow.outcome import Outcome
from renkei.kit.expect import Expect, Undecided, Violation
from renkei.kit.journey.account import judge
from renkei.kit.journey.days import REQUIREMENT, account_of, again
from renkei.kit.journey.sequence import written


def test_the_finding_carries_the_story_and_was_seen_three_times() -> None:
    """The account of the model is a violation with the story as its example, confirmed, and with the broken law named."""
    account = account_of(model(Toy(defect=second_move_lost)))

    with pytest.raises(Violation) as caught:
        judge(account, Expect(), REQUIREMENT)

    assert tomllib.loads(caught.value.example)["step"][-1]["check"] == ["JN-02"]
    assert (caught.value.whose, caught.value.broken, caught.value.replays) == (("toy-001",), "JN-02", "3/3")
    assert [step.state for step in account.steps][-2:] == ["broken", "broken"]
    rule = Catalogue("ja").text("rules.journey-cell-differs")
    assert account.steps[-1].ja.endswith(f"：正しく持つ。→ 守られていない（{rule}）。")


def test_the_text_of_a_finding_plays_that_sequence_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly the events of the story happen when it is played again, and the fault is there again."""
    lived = model(Toy(defect=second_move_lost))
    text = written(lived.story(lived.found[0]))
    monkeypatch.setattr("renkei.kit.journey.days.ACTS", TOY_ACTS)
    monkeypatch.setattr("renkei.kit.journey.days.LAWS", STANDING)
    toy = Toy(defect=second_move_lost)

    account = again(text, toy)

    assert toy.events == ["come", "move", "move", "leave"]
    assert [fault.broken for fault in account.of(REQUIREMENT)][:1] == ["JN-02"]
    assert again(text, Toy()).faults == []


def test_what_does_not_come_again_is_undecided() -> None:
    """A fault that does not come back three of three times blames nobody."""
    times = itertools.count()

    def once(_toy: Toy, event: str, _number: str) -> bool:
        return event == "leave" and next(times) == 3

    account = account_of(model(Toy(defect=once)))

    assert account.faults == []
    assert "毎回ではない" in account.steps[-1].ja and "not every time" in account.steps[-1].en
    assert {step.whose for step in account.steps} == {()}
    assert account.obstacle is not None
    assert account.obstacle.outcome is Outcome.INCONCLUSIVE
    with pytest.raises(Undecided):
        judge(account, Expect(), REQUIREMENT)


def test_an_account_without_findings_tells_what_happened_how_often() -> None:
    """A pass is told by its events: how often each of them happened, in both languages."""
    judge(account := account_of(model(Toy())), Expect(), REQUIREMENT)
    assert account.looked[REQUIREMENT] >= 100
    assert all(step.ja != step.en and "回" in step.ja for step in account.steps)
