"""REST, consumer: what it sends to 031, how it bears errors, silence and slowness, and what it makes of the answer."""

from __future__ import annotations

import itertools
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from renkei.kit import NotApplicable, requirement
from renkei.kit.consumer import Answering, Called, Consumer, Expect
from renkei.kit.expect import Blocked
from renkei.kit.jutogai import FUBAN, NEW, SHOKAI, birthday, named
from renkei.kit.phrases import phrase, raw
from renkei.kit.provision import Mood, Played, Reply, Request, once

NUMBER, OTHER = "000000000000027", "000000000000035"
HARD = "連携　葛\U000e0100城"
HTML = (("Content-Type", "text/html; charset=UTF-8"),)
STAMP = {"sosashaid": "RENKEI01", "sosanengappi": "2026-04-01", "sosajikoku": "09:00:00"}
# Places that findings name.
SCOPE, RETRY, BEARER_HEADER = raw("scope"), raw("Retry-After"), raw("Authorization")
NUMBER_ITEM = "atenabango"
# More requests than that for one order are a storm.
STORM = 8


def _values(target: Consumer) -> dict[str, str]:
    """What the consumer is told to send, but for what a business system adds of its own."""
    if target.linkage.id == FUBAN:
        return {
            "shorikubun": NEW,
            **named("連携", "コカイモノ"),
            "seibetsu": "1",
            "seinengappi": birthday("コカイモノ"),
            "jusho_todofuken": "東京都",
            "jusho_shikugunchosonmei": "千代田区",
            "jusho_choaza": "見本町",
            "jusho_banchigohyoki": "１番６号",
            "nayosemotofuragu": "0",
            "tagyomusanshofukafuragu": "0",
        }
    if target.linkage.id == SHOKAI:
        return {"atenabango": NUMBER}
    raise NotApplicable("no-call-known", target.linkage.id)


def _answer(target: Consumer) -> Answering:
    """What the harness answers: a number, or the person that was asked for."""
    head = {"shikuchosonkodo": target.municipality, "atenabango": NUMBER, "rirekibango": 1, **STAMP}
    found = {
        "shimei": HARD,
        "uji_nihonjin": "連携",
        "na_nihonjin": "葛\U000e0100城",
        "seibetsu": None,
        "seinengappi": "1945-02-29",
        "nayosemotofuragu": "0",
        "tagyomusanshofukafuragu": "0",
        "saishinfuragu": "1",
    }
    row: dict[str, Any] = head if target.linkage.id == FUBAN else head | found
    return lambda _body: [row]


def _call(target: Consumer, mood: Mood | None = None, *, seconds: int = 60) -> Called:
    return target.called(_values(target), _answer(target), mood, seconds=seconds)


def _works(target: Consumer) -> None:
    """A call that nothing stands in the way of comes to its end; blocked when it does not."""
    called = _call(target)
    if not called.job.ended or called.job.state != "finished" or not called.played.calls:
        raise Blocked("consumer-job-failed", raw(called.job.message or called.job.state))


@requirement("CN-41")
def test_a_request_is_as_contracted(target: Consumer, expect: Expect) -> None:
    """One order makes one request to the operation's path, and its body is as the contract has it."""
    called = _call(target)
    calls = called.played.calls
    expect.that(
        len(calls) == 1,
        "consumer-calls-otherwise",
        expected=1,
        actual=len(calls),
        where=raw(target.linkage.id),
    )
    exchange = calls[0].exchange
    expect.equal(exchange.request.method, "POST", "consumer-calls-otherwise", where=raw(target.linkage.id), on=exchange)
    try:
        body = json.loads(exchange.request.body)
    except ValueError:
        body = None
    first, second = expect.both()
    faults = first.request_faults(target.linkage.id, body)
    agreed = second.request_faults(target.linkage.id, body) if faults else ()
    expect.that(
        not (faults and agreed),
        "request-not-as-contracted",
        expected=phrase("object-in-utf8"),
        actual=raw(" ".join(f"{one.pointer} {one.keyword}" for one in faults[:3])),
        where=raw(target.linkage.id),
        on=exchange,
    )
    sent = {name: str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    differing = [name for name, value in _values(target).items() if sent.get(name) != value]
    expect.that(
        not differing,
        "request-tells-otherwise",
        expected=phrase("as-ordered"),
        actual=raw(" ".join(differing[:5])),
        on=exchange,
    )


@requirement("CN-42")
def test_a_token_is_asked_for_and_sent_as_agreed(target: Consumer, expect: Expect) -> None:
    """The token is asked for with the scope of the operation, sent as Bearer in the header, and nowhere else."""
    called = _call(target)
    if not called.played.calls:
        raise Blocked("consumer-took-nothing", target.linkage.id)
    wanted = {scope for asked in called.played.scopes for scope in asked.split()}
    expect.that(
        wanted == {target.linkage.scope},
        "token-of-another-scope",
        expected=raw(target.linkage.scope),
        actual=sorted(wanted),
        where=SCOPE,
    )
    for one in called.played.calls:
        request = one.exchange.request
        query = urllib.parse.urlsplit(request.url).query
        bare = not any(token in query or token.encode() in request.body for token in called.played.tokens)
        borne = any(name.lower() == "authorization" and value.startswith("Bearer ") for name, value in request.headers)
        expect.that(
            bare and borne,
            "token-sent-otherwise",
            expected=phrase("bearer-token"),
            actual=phrase("nothing-like-it"),
            where=BEARER_HEADER,
            on=one.exchange,
        )


@requirement("CN-43")
def test_a_token_that_ran_out_is_renewed_once(target: Consumer, expect: Expect) -> None:
    """After a 401 on the way a new token is fetched and the request sent once more; 401 for ever ends the job as failed."""
    _works(target)
    called = _call(target, once(lambda played: played.wrong(401, "アクセストークンが無効です。")))
    expect.that(
        called.job.state == "finished" and len(called.played.scopes) > 1,
        "token-not-renewed",
        expected=phrase("token-renewed"),
        actual=raw(called.job.message or called.job.state),
        where=raw(target.linkage.id),
    )
    forever = _call(target, lambda played, _request: played.wrong(401, "アクセストークンが無効です。"))
    _expect_calm(expect, target, forever, "hammers-on-401")


def _expect_calm(expect: Expect, target: Consumer, called: Called, rule: str) -> None:
    expect.that(
        len(called.played.seen) <= STORM,
        rule,
        expected=phrase("requests-at-most", count=STORM),
        actual=len(called.played.seen),
        where=raw(target.linkage.id),
    )


def _later(played: Played) -> Reply:
    body = json.dumps({"title": played.linkage.name_ja, "detail": "混み合っています。"}, ensure_ascii=False).encode()
    return Reply(
        status=429, headers=(("Content-Type", "application/json;charset=UTF-8"), ("Retry-After", "1")), body=body
    )


@requirement("CN-44")
def test_a_busy_provider_is_not_stormed(target: Consumer, expect: Expect) -> None:
    """After 429 with Retry-After the consumer waits that long before it asks again, and gives up in the end."""
    _works(target)
    called = _call(target, lambda played, _request: _later(played))
    calls = called.played.calls
    _expect_calm(expect, target, called, "provider-stormed")
    gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(calls)]
    expect.that(
        all(gap >= 0.9 for gap in gaps),
        "retry-after-ignored",
        expected=phrase("seconds-at-least", seconds=1),
        actual=raw(f"{min(gaps, default=1):.1f}"),
        where=RETRY,
    )


MOODS: dict[str, Mood] = {
    "html-503": lambda _played, _request: Reply(status=503, headers=HTML, body="<h1>保守中</h1>".encode()),
    "html-200": lambda _played, _request: Reply(status=200, headers=HTML, body=b"<html>login</html>"),
    "broken-json": lambda _played, _request: Reply(
        status=200, headers=(("Content-Type", "application/json;charset=UTF-8"),), body=b'{"result": [{'
    ),
    "dropped": lambda _played, _request: Reply(drop=True),
}


@requirement("CN-45")
def test_a_failure_is_told_as_one(target: Consumer, expect: Expect) -> None:
    """When the provider answers nothing that can be used, the job ends as failed, and nothing is held as taken in."""
    _works(target)
    for name, mood in MOODS.items():
        called = _call(target, mood)
        told = (
            called.job.state == "finished"
            and not called.job.rejected
            and not any(not r.accepted for r in called.job.rows)
        )
        expect.that(
            not told,
            "failure-told-as-success",
            expected=phrase("failure-told"),
            actual=phrase("job-finished"),
            where=phrase(name),
        )
        _expect_calm(expect, target, called, "provider-stormed")


@requirement("CN-46", linkages=("jutogaishaatenabangofuban",))
def test_a_registration_is_not_repeated_in_doubt(target: Consumer, expect: Expect) -> None:
    """When the connection ends after a registration was sent, it is not sent again by itself: it may have been done."""
    _works(target)
    called = _call(target, once(lambda _played: Reply(drop=True)))
    expect.that(
        len(called.played.calls) == 1,
        "registration-repeated",
        expected=1,
        actual=len(called.played.calls),
        where=raw(target.linkage.id),
    )


@requirement("CN-47")
def test_errors_are_told_by_their_code(target: Consumer, expect: Expect) -> None:
    """A 400 with error codes ends with every one of them told in the job, not with success."""
    errors = [
        {"code": "E0001", "message": "操作者IDが設定されていません。"},
        {"code": "E0002", "message": "氏名は全角で設定してください。"},
    ]
    called = _call(target, lambda played, _request: played.wrong(400, "エラーが発生しました。", errors))
    told = {row.code for row in called.job.rows if not row.accepted}
    expect.that(
        told == {"E0001", "E0002"},
        "error-code-not-told",
        expected=raw("E0001 / E0002"),
        actual=sorted(told),
        where=raw(target.linkage.id),
    )


@requirement("CN-48")
def test_the_answer_is_kept_as_it_came(target: Consumer, expect: Expect) -> None:
    """Numbers with leading zeros, difficult characters, odd dates and absent values are kept as they were answered."""
    called = _call(target)
    shown = target.shown(called.job)
    wanted = _answer(target)({})[0]
    mine = next((row for row in shown if str(row.get("atenabango") or "").lstrip("0") == NUMBER.lstrip("0")), None)
    expect.that(
        mine is not None,
        "answer-not-kept",
        expected=raw(NUMBER),
        actual=[str(row.get("atenabango")) for row in shown],
        where=raw(NUMBER_ITEM),
    )
    differing = [name for name, value in wanted.items() if name in (mine or {}) and not _same(value, mine or {}, name)]
    expect.that(
        not differing,
        "answer-not-kept",
        expected=raw(wanted[differing[0]] if differing else ""),
        actual=raw((mine or {}).get(differing[0]) if differing else ""),
        where=raw(" ".join(differing)),
    )


def _same(value: Any, row: Mapping[str, str | None], name: str) -> bool:
    return (row[name] or "") == ("" if value is None else str(value))


def _slowly(seconds: float) -> Mood:
    def mood(played: Played, request: Request) -> Reply | None:
        if not played.is_allowed(request):
            return None
        good = played.done(played.rows({}))
        return Reply(status=good.status, headers=good.headers, body=good.body, wait=seconds)

    return mood


@requirement("CN-49")
def test_a_slow_answer_is_waited_for(target: Consumer, expect: Expect) -> None:
    """An answer that takes three seconds is waited for (the text's guide is thirty)."""
    _works(target)
    called = _call(target, _slowly(3.0))
    expect.that(
        called.job.state == "finished" and len(called.played.calls) == 1,
        "slow-answer-not-waited-for",
        expected=phrase("job-finished"),
        actual=raw(called.job.message or called.job.state),
        where=raw(target.linkage.id),
    )
