"""Names that no other run has used come from one place, and can be given: then two runs send the same bytes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from renkei.cli import pairing
from renkei.cli.pairing import Surroundings, pairing_of
from renkei.flow.exchange import Exchange, Request, Response
from renkei.flow.plan import RestAccess, Target
from renkei.kit import story
from renkei.kit.endpoint import Endpoint
from renkei.kit.expect import Expect
from renkei.kit.target import Auth, Client
from renkei.nonce import nonce, short

SOURCE = Path(__file__).parents[2] / "src" / "renkei"
REST = RestAccess(
    base_url="https://127.0.0.1:1",
    token_url="https://127.0.0.1:1/oauth2/token",
    client_id="c",
    auth="client_secret_jwt",
)


def counted() -> Callable[[], str]:
    """A source that gives the same names whenever it is made."""
    return map("{:012x}".format, itertools.count(1)).__next__


class Signer:
    """Signs by writing the claims down."""

    def sign(self, claims: Any, secret: str) -> str:
        """Claims and secret."""
        return f"{sorted(claims.items())} {secret}"


def told(source: Callable[[], str]) -> list[bytes]:
    """The bodies of two token requests that are authenticated by assertions."""
    sent: list[bytes] = []

    def send(request: Request) -> Exchange:
        sent.append(request.body)
        return Exchange(request=request, response=Response(status=200, headers=(), body=b"{}"))

    tools: Any = SimpleNamespace(
        unique=source,
        now=lambda: 1_000.0,
        signer=Signer(),
        learn=lambda *_: None,
        clients=(Client(id="c", secret="s", gyomuid="001"),),
    )
    target = Target(id="t", vendor="v", product="p", version="1", system="031", rest=REST)
    auth = Auth(target, tools, send)
    for _ in range(2):
        auth.request_token(scope="a")
    return sent


def test_assertions_of_one_source_are_the_same_bytes_and_never_the_same_twice() -> None:
    """Two runs with the same source send the same token requests; within a run, and without a source, each is new."""
    assert told(counted()) == told(counted())
    assert len({*told(counted())}) == 2
    assert not {*told(nonce)} & {*told(nonce)}


def endpoint(source: Callable[[], str]) -> Any:
    """An operation whose tools have that source."""
    made = object.__new__(Endpoint)
    made.target = SimpleNamespace(tools=SimpleNamespace(unique=source))  # type: ignore[assignment]  # all that is asked for
    return made


def test_a_request_that_was_never_sent_is_the_same_in_both_runs() -> None:
    """Only the key by which a server knows a repetition is new; it comes from the source."""
    sent = {"path": "/a", "headers": [["Idempotency-Key", "old"], ["Accept", "x"]]}

    once, again = (endpoint(counted()).unrepeated(sent) for _ in range(2))

    assert once == again == {"path": "/a", "headers": [["Idempotency-Key", "renkei-000000000001"], ["Accept", "x"]]}


def test_calls_under_one_key_of_a_story_are_the_same_in_both_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a story's repeated call is drawn once, from the source."""
    monkeypatch.setattr(story, "request_to", lambda *_, **__: {"path": "/a", "headers": []})
    called: Any = SimpleNamespace(operation=SimpleNamespace(json_request=False))

    def keys() -> list[Any]:
        target: Any = SimpleNamespace(tools=SimpleNamespace(unique=counted()))
        played = story._Story(target, Expect())
        return [played._request(called, {"call": "x", "once": name})["headers"] for name in ("a", "a", "b")]

    assert keys() == keys() == [[["idempotency-key", f"renkei-00000000000{n}"]] for n in (1, 1, 2)]


def test_the_folder_of_a_pair_comes_from_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair's consumer finds its files in a folder that is named by the source."""
    asked: list[str] = []
    monkeypatch.setattr(pairing, "counterpart_of", lambda _target: None)
    monkeypatch.setattr(pairing, "shelf_of", lambda _target: lambda: None)
    plan: Any = SimpleNamespace(target=lambda _id: None)
    none: Any = None
    about = Surroundings(
        plan=plan, bundle=none, run=Path(), redactor=none, emit=print, unique=lambda: asked.append("x") or "n"
    )

    pairing_of(SimpleNamespace(consumer="c"), about)  # type: ignore[arg-type]  # all that is asked of a pair

    assert asked == ["x"] and len(short()) == 12 and short() != short()


def test_nobody_else_draws_names() -> None:
    """Chance without a seed has one module."""
    drawing = [path.name for path in SOURCE.rglob("*.py") if "uuid4" in path.read_text("utf-8")]

    assert drawing == ["nonce.py"]
