"""Thousands of written-down requests, many at once: what looks wrong is sent again alone, and only then judged."""

from collections.abc import Callable, Iterator
from typing import Any

from renkei.kit import Blocked, Expect, Forall, NotApplicable, Provider, Undecided, requirement
from renkei.kit.answer import documented, refused
from renkei.kit.lane import replayed
from renkei.kit.phrases import STATUS, Phrase, answered, at, case_words, phrase
from renkei.kit.shape import judge_shape

JUDGED = {"SC-01": 200, "SC-02": 400}
Judge = Callable[[dict[str, Any]], None]


def simpler(example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The example with one member less."""
    for name in example["body"]:
        yield example | {"body": {key: value for key, value in example["body"].items() if key != name}}


def corpus_judged(
    target: Provider, expect: Expect, forall: Forall, judge: Judge, smaller: Callable[..., Any] | None = None
) -> None:
    """Judge alone what looked wrong among the corpus's answers for the case's requirement."""
    if forall.replaying:
        forall.each([], judge)
        return
    done, mine = replayed(target, expect.quick), target.requirement.id
    if mine not in done.speaks_of:
        raise NotApplicable("nothing-generated", mine)
    if not done.judged[mine]:
        raise Blocked("control-failed", f"{done.executed} / {done.planned} {done.reason}".strip())
    expect.looked(done.judged[mine] - done.strange[mine])
    forall.each(done.suspects.get(mine, []), judge, smaller=smaller)
    if done.strange[mine]:
        raise Undecided("not-reproducible", f"{done.strange[mine]} / {done.judged[mine]}")
    if done.left:
        raise Undecided("lane-stopped", f"{done.executed} / {done.planned} {done.reason}")


@requirement("TR-08")
def test_every_corpus_request_is_answered(target, expect, forall):
    """Every request of the corpus, valid or broken, is answered with 200, 400, 401 or 503."""

    def judge(example: dict[str, Any]) -> None:
        where = phrase("broken-request" if example["breaks"] else "valid-request")
        documented(target, expect, target.call(example["body"]), where)

    corpus_judged(target, expect, forall, judge, simpler)


def shapes(target: Provider, expect: Expect, forall: Forall) -> None:
    """The answers to the corpus have no fault that belongs to the case's requirement."""

    def judge(example: dict[str, Any]) -> None:
        answer = target.call(example["body"])
        if answer.status == JUDGED[target.requirement.id]:
            judge_shape(target, expect, answer, phrase("generated-request"), "body-not-as-contracted")

    corpus_judged(target, expect, forall, judge, simpler)


@requirement("SC-01")
def test_corpus_requests_get_accepted_answers_as_contracted(target, expect, forall):
    """Every 200 answer to the corpus has the contracted shape."""
    shapes(target, expect, forall)


@requirement("SC-02")
def test_corpus_requests_get_refusals_as_contracted(target, expect, forall):
    """Every 400 answer to the corpus has the contracted shape."""
    shapes(target, expect, forall)


def place(example: dict[str, Any]) -> Phrase:
    """The item and what is special about its value."""
    return at(f"/{example['item']}", case_words(example["rule"]))


def all_accepted(
    target: Provider, expect: Expect, forall: Forall, rule: str, where: Callable[[dict[str, Any]], Phrase]
) -> None:
    """Every request of the corpus that the requirement speaks of is accepted."""

    def judge(example: dict[str, Any]) -> None:
        answer = target.call(example["body"])
        expect.accepted(target.operation().id, answer, rule, where=where(example))

    corpus_judged(target, expect, forall, judge)


@requirement("FD-01")
def test_ordinary_corpus_requests_are_accepted(target, expect, forall):
    """Every ordinary request of the corpus is accepted, whichever optional items it has."""
    all_accepted(target, expect, forall, "valid-request-refused", lambda _: STATUS)


@requirement("FD-06")
def test_longest_corpus_values_are_accepted(target, expect, forall):
    """A variable item of any request of the corpus takes as many characters as the table says."""
    all_accepted(target, expect, forall, "longest-value-refused", lambda example: at(f"/{example['item']}"))


@requirement("FD-09")
def test_corpus_dates_outside_the_calendar_are_accepted(target, expect, forall):
    """Items that allow 不詳日 take era-change days and days outside the calendar in any request of the corpus."""
    all_accepted(target, expect, forall, "legal-date-refused", place)


@requirement("FD-10")
def test_corpus_times_are_accepted(target, expect, forall):
    """Items of type TIME take HH:MM:SS and HH:MM in any request of the corpus."""
    all_accepted(target, expect, forall, "legal-time-refused", place)


@requirement("FD-11", linkages=("jutogaishaatenabangofuban",))
def test_corpus_choaza_codes_are_accepted(target, expect, forall):
    """住所_町字コード takes 0000000 and 9999999 in any request of the corpus."""
    all_accepted(target, expect, forall, "choaza-code-refused", place)


@requirement("FD-07")
def test_corpus_variants_and_surrogates_count_as_one(target, expect, forall):
    """As many characters with a selector, or outside the basic plane, as the table says are accepted in any request."""

    def judge(example: dict[str, Any]) -> None:
        name = example["item"]
        element = 2 if example["rule"] == "variation selectors" else 1
        plain_one = example["body"] | {name: "亜" * (len(example["body"][name]) // element)}
        control = target.call(plain_one)
        if control.status != 200:
            raise Blocked("control-failed", at(f"/{name}", answered(control)))
        answer = target.call(example["body"])
        expect.accepted(target.operation().id, answer, "long-code-points-refused", where=place(example))

    corpus_judged(target, expect, forall, judge)


def all_refused(target: Provider, expect: Expect, forall: Forall) -> None:
    """Every request of the corpus that breaks the requirement's rule is refused as the text says."""
    corpus_judged(target, expect, forall, lambda broken: refused(target, expect, broken))


@requirement("FD-02")
def test_corpus_requests_without_an_item_are_refused(target, expect, forall):
    """Every request of the corpus without one ◎ item is answered 400 with E0001 for that item."""
    all_refused(target, expect, forall)


@requirement("FD-03")
def test_corpus_requests_with_full_width_in_x_are_refused(target, expect, forall):
    """Every request of the corpus with full-width characters in an X item is answered 400 with E0002 for that item."""
    all_refused(target, expect, forall)


@requirement("FD-04")
def test_corpus_requests_with_half_width_in_n_are_refused(target, expect, forall):
    """Every request of the corpus with half-width characters in an N item is answered 400 with E0002 for that item."""
    all_refused(target, expect, forall)


@requirement("FD-05")
def test_corpus_requests_of_wrong_length_are_refused(target, expect, forall):
    """Every request of the corpus with a fixed-length item too long or too short is answered 400 with E0003 for it."""
    all_refused(target, expect, forall)
