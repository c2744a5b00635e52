"""How one answer to one request is judged, whichever lane sent it: documented, accepted, or refused as it must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renkei.flow.exchange import Exchange
from renkei.kit.expect import Expect, Undecided
from renkei.kit.jutogai import MESSAGES, Register, errors, items_named
from renkei.kit.phrases import Phrase, answered, at, case_words, phrase
from renkei.kit.target import Provider

DOCUMENTED = (200, 400, 401, 503)
UNAVAILABLE = 503
SERVER_FAULT = 500
# A gateway's own words about a system that it cannot reach.
GATEWAY = (502, 504)


def needs_control(target: Provider, expect: Expect, what: Phrase) -> None:
    """A control: an ordinary request right after is answered as it must be, so this request is to blame.

    Where the ordinary one breaks the operation, too, the operation is to blame, whatever it is asked: for that both
    validators must call the ordinary request valid. What a gateway says of a system behind it blames nobody.
    """
    register, operation = Register(target), target.operation().id
    body = register.body(operation)
    control = target.call(body)
    if control.response is None:
        # The fault may have closed the connection that this control was sent on.
        control = target.call(body)
    if control.status >= SERVER_FAULT and control.status not in (UNAVAILABLE, *GATEWAY):
        expect.valid_request(operation, body)
        _known(expect, control, phrase("valid-request"), phrase("request-called-valid"))
    if control.status not in DOCUMENTED or control.status == UNAVAILABLE:
        raise Undecided("control-failed", phrase("and-then", first=what, second=answered(control)))


def documented(target: Provider, expect: Expect, answer: Exchange, where: str) -> None:
    """The request is answered, and with a status that the text knows."""
    if answer.response is None:
        needs_control(target, expect, answered(answer))
    there = answer.response is not None
    expect.that(
        there, "request-without-answer", expected=phrase("an-answer"), actual=answered(answer), where=where, on=answer
    )
    if answer.status >= SERVER_FAULT and answer.status != UNAVAILABLE:
        needs_control(target, expect, answered(answer))
    _known(expect, answer, where)


def _known(expect: Expect, answer: Exchange, where: str, second_opinion: str = "") -> None:
    known = answer.status in DOCUMENTED
    expected = " / ".join(map(str, DOCUMENTED))
    expect.that(
        known,
        "status-not-documented",
        expected=expected,
        actual=answer.status,
        where=where,
        on=answer,
        second_opinion="" if known else second_opinion,
    )


def refused(target: Provider, expect: Expect, broken: Mapping[str, Any]) -> None:
    """The request is answered 400 with one of the codes, for the item that was broken."""
    answer = target.call(broken["body"])
    wrong = misjudged(broken, answer, {item.name for item in target.items("要求")})
    if wrong is not None:
        # Nobody is blamed for a request that one of the validators calls valid.
        expect.broken_request(target.operation().id, broken["body"])
    rule, expected, actual = wrong or ("", "", "")
    where = at(f"/{broken['item']}", case_words(broken["rule"]))
    second = phrase("request-called-broken") if wrong else ""
    expect.that(wrong is None, rule, expected=expected, actual=actual, where=where, on=answer, second_opinion=second)


def misjudged(broken: Mapping[str, Any], answer: Exchange, known: set[str]) -> tuple[str, Any, Any] | None:
    """(rule, expected, actual) of how a broken request was treated wrongly; None when it was treated as it must be.

    Lists of errors that cannot be read, codes that are not listed, and messages that name no item are judged by other
    requirements.
    """
    if answer.status != 400:
        return f"{broken['rule']}-accepted", 400, answered(answer)
    found = [error for error in errors(answer) if error.get("code") in MESSAGES]
    fitting = [error for error in found if error.get("code") in broken["codes"]]
    if found and not fitting:
        said = " ".join(str(error.get("code")) for error in found)
        return "wrong-error-code", " / ".join(broken["codes"]), said
    named = [items_named(str(error.get("code")), str(error.get("message"))) for error in fitting]
    told = bool(named) and all(names and known.issuperset(names) for names in named)
    if told and not any(broken["name"] in names for names in named):
        return "wrong-item-named", broken["name"], named
    return None
