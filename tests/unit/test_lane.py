"""The fast lane looks at every answer, keeps what looks wrong as a suspect, and loses count of nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.errors import HarnessError
from renkei.flow.exchange import Exchange, Request, Response
from renkei.kit.corpus import Entry, Key, contract_digest, opened
from renkei.kit.generate.register import recipe
from renkei.kit.jutogai import SYLLABLES, TAG_LENGTH
from renkei.kit.lane import SUSPECTS, Replayed, Watch, accounted, requests
from renkei.kit.target import Provider

FUBAN = "jutogaishaatenabangofuban"
SYSTEM = load_bundle(Path(__file__).parents[2] / "contracts").system("031")
JUDGE = SchemaValidator(SYSTEM.document)
NAMES = frozenset(item.name for item in SYSTEM.group(f"{SYSTEM.linkage(FUBAN).group}/要求"))
LINKS = {"self": {"href": "/app_submit/v10/jutogaishaatenabangofuban"}}
TITLE = "住登外者宛名番号付番"
ROW = {
    "shikuchosonkodo": "131016",
    "atenabango": "000000000000019",
    "rirekibango": 1,
    "sosashaid": "RENKEI01",
    "sosanengappi": "2026-04-01",
    "sosajikoku": "09:00:00",
}
DONE: dict[str, Any] = {
    "metadata": {"title": TITLE, "detail": "登録が完了しました。"},
    "_links": LINKS,
    "result": [ROW],
}


def refusal(code: str, message: str) -> dict[str, Any]:
    """A 400 body with one error."""
    error = {"code": code, "message": message}
    return {"title": TITLE, "detail": "エラーが発生しました。", "_links": LINKS, "errors": [error]}


def entry(requirement: str, *codes: str, item: str = "sosashaid") -> Entry:
    """An entry that must be accepted, or refused with one of the codes."""
    return Entry(
        kind="broken" if codes else "ordinary",
        requirement=requirement,
        item=item,
        rule="missing" if codes else "",
        name="操作者ID",
        codes=codes,
        parts=(b"{}",),
    )


def exchange(status: int, body: Any = None, error: str = "") -> Exchange:
    """An answer with that status, or none."""
    request = Request(method="POST", url="http://x/", body=b"{}")
    if error:
        return Exchange(request=request, response=None, error=error)
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Exchange(request=request, response=Response(status=status, headers=(), body=data))


def looked(one: Entry, *answers: Exchange) -> Replayed:
    """What comes of looking at these answers to an entry."""
    into = Replayed(planned=len(answers))
    watch = Watch(FUBAN, NAMES, JUDGE.conforms, JUDGE, into)
    for answer in answers:
        watch.look(one, answer)
    return into


GOOD_REFUSAL = refusal("E0001", "操作者IDが設定されていません。")


@pytest.mark.parametrize(
    ("one", "answer", "strange"),
    [
        (entry("FD-01"), exchange(200, DONE), set()),
        (entry("FD-02", "E0001"), exchange(400, GOOD_REFUSAL), set()),
        (entry("FD-01"), exchange(400, GOOD_REFUSAL), {"FD-01"}),
        (entry(""), exchange(400, GOOD_REFUSAL), set()),
        (entry("FD-02", "E0001"), exchange(200, DONE), {"FD-02"}),
        (entry("FD-02", "E0001"), exchange(400, refusal("E0002", "操作者IDは半角で設定してください。")), {"FD-02"}),
        (entry("FD-01"), exchange(201, DONE), {"TR-08", "FD-01"}),
        (entry("FD-01"), exchange(500, b""), {"TR-08", "FD-01"}),
        (entry("FD-01"), exchange(0, error="reset"), {"TR-08"}),
        (entry("FD-01"), exchange(200, DONE | {"result": {}}), {"SC-01"}),
        (entry("FD-02", "E0001"), exchange(400, GOOD_REFUSAL | {"errors": []}), {"SC-02"}),
        # A wrong title belongs to a requirement that is judged elsewhere, and so does a body that cannot be read.
        (entry("FD-01"), exchange(200, DONE | {"metadata": {**DONE["metadata"], "title": "x"}}), set()),
        (entry("FD-01"), exchange(200, b"["), set()),
    ],
)
def test_what_looks_wrong_is_a_suspect_of_its_requirement(one: Entry, answer: Exchange, strange: set[str]) -> None:
    """Each answer is judged for exactly the requirements that speak of it."""
    found = looked(one, answer)

    assert set(found.strange) == set(found.suspects) == strange
    assert found.judged["TR-08"] == 1


def test_suspects_are_bounded_and_counted() -> None:
    """However many answers look wrong, few are kept, one of each kind, and all are counted."""
    answers = [exchange(200, DONE)] * 100
    same = looked(entry("FD-02", "E0001"), *answers)
    into = Replayed(planned=100)
    watch = Watch(FUBAN, NAMES, JUDGE.conforms, JUDGE, into)
    for number, answer in enumerate(answers):
        watch.look(entry("FD-02", "E0001", item=f"item{number}"), answer)

    assert (same.strange["FD-02"], len(same.suspects["FD-02"])) == (100, 1)
    assert (into.strange["FD-02"], len(into.suspects["FD-02"])) == (100, SUSPECTS)


@pytest.mark.parametrize(
    ("planned", "executed", "judged", "reason", "fits"),
    [
        (3, 3, 3, "", True),
        (3, 2, 2, "time-over", True),
        (3, 2, 2, "", False),
        (3, 3, 2, "", False),
        (2, 3, 3, "", False),
    ],
)
def test_every_planned_request_is_accounted_for(
    planned: int, executed: int, judged: int, reason: str, fits: bool
) -> None:
    """Planned = executed + left with a reason, and every executed one was looked at; anything else is our error."""
    into = Replayed(planned=planned, executed=executed, reason=reason)
    into.judged["TR-08"] = judged
    if fits:
        accounted(into)
    else:
        with pytest.raises(HarnessError, match="lane-lost-count"):
            accounted(into)


def bytes_sent(*, now: float, seed: int = 1) -> list[bytes]:
    """The bodies that a target is sent at that moment, with a token of that moment."""
    target = SimpleNamespace(
        info=SimpleNamespace(id="alpha-031"),
        case=SimpleNamespace(target="alpha-031"),
        seed=seed,
        municipality="993018",
        scratch={},
        tools=SimpleNamespace(now=lambda: now),
        auth=SimpleNamespace(client=lambda _which: SimpleNamespace(gyomuid="019")),
        url=lambda: "http://127.0.0.1:1/x",
        token=lambda: f"token-{now}",
    )
    schema = SYSTEM.document["components"]["schemas"][f"{FUBAN}_R01"]
    key = Key(operation=FUBAN, contract=contract_digest(schema, SYSTEM.document), seed=seed, size=300)
    corpus = opened(key, recipe(FUBAN), schema, SYSTEM.document, ())
    return [request.body for request in requests(cast("Provider", target), corpus)]


def test_the_same_seed_sends_the_same_bytes() -> None:
    """Same contract, seed and moment: the same bytes; at another moment only names change, that nobody may bear twice."""
    first, again, later, other = (
        bytes_sent(now=1.0),
        bytes_sent(now=1.0),
        bytes_sent(now=2.0),
        bytes_sent(now=1.0, seed=2),
    )
    katakana = re.compile("[" + "".join(SYLLABLES) + f"]{{{TAG_LENGTH}}}")

    assert first == again
    assert first != other
    assert first != later
    assert [katakana.sub("", one.decode()) for one in first] == [katakana.sub("", one.decode()) for one in later]
