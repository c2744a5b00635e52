"""Generated requests, valid and broken: every one is answered, with a documented status and a body that conforms."""

import json
from collections.abc import Iterator
from typing import Any

from renkei.kit import Blocked, Exchange, Expect, Forall, Provider, requirement
from renkei.kit.answer import documented
from renkei.kit.phrases import case_words, phrase
from renkei.kit.shape import judge_shape

COVERED = {"smoke": 40, "standard": 250, "certification": 1000}
RANDOM = {"smoke": 10, "standard": 60, "certification": 300}
MUNICIPALITY = "shikuchosonkodo"
SHARED = 64 << 10
RAW = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "text": '"佐藤"'.encode(),
    "number": b"1",
    "cut-short": b'{"shorikubun": "0", "shimei": "',
    "deep": b"[" * 5000,
    "wrong-encoding": b'{"shimei": "\x93\xfa\x96\x7b"}',
    "byte-order-mark": b"\xef\xbb\xbf{}",
    "same-member-twice": b'{"shorikubun": "0", "shorikubun": "1"}',
    "lone-surrogate": b'{"shimei": "\\ud842"}',
    "huge-number": b'{"shorikubun": 1e999}',
    "nul": b'{"shimei": "\\u0000"}',
}


class Flood:
    """The generated requests of one operation with their answers, sent once for each target.

    A test's first look at a request is the answer that all tests share; every further look sends it again.
    """

    def __init__(self, target: Provider) -> None:
        self.target = target
        self.shared: dict[str, Exchange] = target.scratch.setdefault(f"flood {target.operation().id}", {})
        self.seen: set[str] = set()

    def __call__(self, body: Any) -> Exchange:
        identity = json.dumps(body, sort_keys=True)
        answer = self.shared.get(identity)
        if answer is None or identity in self.seen:
            answer = self.target.call(body)
            # Large answers are asked for again rather than all held at once.
            if answer.response is None or len(answer.response.body) <= SHARED:
                self.shared[identity] = answer
        else:
            self.target.record(answer)
        self.seen.add(identity)
        return answer

    def planned(self) -> list[dict[str, Any]]:
        """Boundaries, one-rule-broken and random requests: ``body``, and what it ``breaks`` ("" for a valid one)."""
        place = f"planned {self.target.operation().id}"
        if place not in self.target.scratch:
            self.target.scratch[place] = [dict(one) for one in self._generated()]
        planned: list[dict[str, Any]] = self.target.scratch[place]
        return planned

    def _generated(self) -> Iterator[dict[str, Any]]:
        target, operation = self.target, self.target.operation().id
        generator = target.tools.generator(operation)
        found = list(generator.coverage(operation, limit=COVERED[target.profile]))
        for negative in (False, True):
            count = RANDOM[target.profile]
            found += generator.fuzz(operation, negative=negative, count=count, seed=target.seed)
        for one in found:
            body = one.body
            if isinstance(body, dict) and MUNICIPALITY in body and MUNICIPALITY not in one.breaks:
                body = body | {MUNICIPALITY: target.municipality}
            yield {"body": body, "breaks": one.breaks}


def simpler(example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The example with one member less."""
    body = example["body"]
    if isinstance(body, dict):
        for name in body:
            yield example | {"body": {key: value for key, value in body.items() if key != name}}


@requirement("TR-08")
def test_every_generated_request_is_answered(target, expect, forall):
    """Valid, broken and random requests are all answered with 200, 400, 401 or 503."""
    flood = Flood(target)
    planned = flood.planned()

    def judge(example: dict[str, Any]) -> None:
        where = phrase("valid-request" if not example["breaks"] else "broken-request")
        documented(target, expect, flood(example["body"]), where)

    forall.each(planned, judge, smaller=simpler)
    complete(forall, planned)


def complete(forall: Forall, planned: list[Any]) -> None:
    """Every planned request was sent: silence about the rest would look like a pass."""
    if not planned:
        raise Blocked("nothing-generated", "")
    if forall.examples not in (0, len(planned)):
        raise RuntimeError(f"planned {len(planned)} requests, executed {forall.examples}")


@requirement("TR-08")
def test_every_raw_body_is_answered(target, expect, forall):
    """Bodies that are no JSON object, or hardly JSON at all, are answered with 200, 400, 401 or 503."""

    def judge(name: str) -> None:
        documented(target, expect, target.call(None, raw=RAW[name]), case_words(f"body-{name}"))

    forall.each(list(RAW), judge)


def shapes(target: Provider, expect: Expect, forall: Forall, status: int) -> None:
    """The generated answers of that status have no fault that belongs to the case's requirement."""
    flood = Flood(target)

    def judge(example: dict[str, Any]) -> None:
        answer = flood(example["body"])
        if answer.status == status:
            judge_shape(target, expect, answer, phrase("generated-request"), "body-not-as-contracted")

    forall.each(flood.planned(), judge, smaller=simpler)
    if not expect.assertions:
        raise Blocked("control-failed", phrase("no-such-answer", status=status))


@requirement("SC-01")
def test_generated_requests_get_accepted_answers_as_contracted(target, expect, forall):
    """Every 200 answer to a generated request has the contracted shape."""
    shapes(target, expect, forall, 200)


@requirement("SC-02")
def test_generated_requests_get_refusals_as_contracted(target, expect, forall):
    """Every 400 answer to a generated request has the contracted shape."""
    shapes(target, expect, forall, 400)
