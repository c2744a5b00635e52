"""REST form of file linkages, consumer: it fetches everything, keeps what was answered, and tells a failure as one."""

from __future__ import annotations

import json

from renkei.kit import NotApplicable, requirement
from renkei.kit.consumer import Consumer, Expect, Given
from renkei.kit.expect import Blocked
from renkei.kit.form import State
from renkei.kit.holding import expect_cells, expect_rows
from renkei.kit.phrases import phrase, raw
from renkei.kit.provision import Mood, Played, Reply, Request
from renkei.kit.pulling import operation_of, over_rest

HTML = (("Content-Type", "text/html; charset=UTF-8"),)
SCOPE, BEARER = raw("scope"), "Bearer "


def _state(target: Consumer) -> State:
    """What is answered: a few whole histories of the town."""
    rows = target.tape.short()
    if not rows:
        raise NotApplicable("no-rows", target.linkage.id)
    return State(target.tape.form).full(rows)


def _works(target: Consumer, state: State) -> State:
    """What was answered to a fetch that nothing stands in the way of; blocked when it does not come to its end."""
    given = Given(state)
    called = target.pulled(given)
    if called.job.state != "finished" or not called.played.calls:
        raise Blocked("consumer-job-failed", raw(called.job.message or called.job.state))
    return given.state


@requirement("CN-71")
def test_a_fetch_is_as_contracted(target: Consumer, expect: Expect) -> None:
    """Requests go by POST to the path of the REST form with a body of the contract, and a token of its scope as Bearer."""
    called = target.pulled(Given(_state(target)))
    if not called.played.calls:
        raise Blocked("nothing-was-fetched", target.linkage.id)
    linkage = over_rest(target.linkage)
    first, second = expect.both()
    for one in called.played.calls:
        request = one.exchange.request
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        faults = first.request_faults(operation_of(linkage.id), body)
        agreed = second.request_faults(operation_of(linkage.id), body) if faults else ()
        path = request.method == "POST" and request.url.endswith(linkage.path)
        expect.that(
            path and not (faults and agreed),
            "request-not-as-contracted",
            expected=phrase("object-in-utf8"),
            actual=raw(" ".join(f"{fault.pointer} {fault.keyword}" for fault in faults[:3]) or request.method),
            where=raw(linkage.path),
            on=one.exchange,
        )
        borne = any(name.lower() == "authorization" and value.startswith(BEARER) for name, value in request.headers)
        expect.that(borne, "token-sent-otherwise", expected=raw(BEARER), actual=None, on=one.exchange)
    wanted = sorted({scope for asked in called.played.scopes for scope in asked.split()})
    expect.that(
        wanted == [linkage.scope], "token-of-another-scope", expected=raw(linkage.scope), actual=wanted, where=SCOPE
    )


@requirement("CN-72")
def test_what_was_answered_is_held(target: Consumer, expect: Expect) -> None:
    """Every row that was answered is held with its values, and nothing besides."""
    state = _works(target, _state(target))
    held = target.held()
    expect_rows(expect, held, state, missing="answer-not-kept", left="answer-not-kept")
    expect_cells(expect, held, state, "answer-not-kept")


def _unavailable(played: Played, _request: Request) -> Reply:
    return played.wrong(503, "想定外のエラーが発生しました。")


def _html(_played: Played, _request: Request) -> Reply:
    return Reply(status=200, headers=HTML, body=b"<html></html>")


def _cut(_played: Played, _request: Request) -> Reply:
    return Reply(status=200, headers=(("Content-Type", "application/json;charset=UTF-8"),), body=b'{"result":[')


MOODS: dict[str, Mood] = {"json-503": _unavailable, "html-200": _html, "broken-json": _cut}


@requirement("CN-73")
def test_a_fetch_that_failed_changes_nothing(target: Consumer, expect: Expect) -> None:
    """After 503, HTML or a cut answer the job is told as failed, and what was held before is still held."""
    state = _works(target, _state(target))
    if target.held().missing(state):
        raise Blocked("consumer-took-nothing", target.linkage.id)
    for name, mood in MOODS.items():
        called = target.pulled(Given(state), mood, fresh=False)
        expect.that(
            called.job.state == "failed",
            "failure-told-as-success",
            expected=phrase("failure-told"),
            actual=raw(called.job.state),
            where=phrase(name),
        )
        expect_rows(expect, target.held(), state, missing="failed-fetch-loses-rows", left="failed-fetch-loses-rows")
