"""Who is blamed when an operation breaks: the request that broke it, the operation that breaks whatever it is asked, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from renkei.flow.exchange import Exchange, Request, Response
from renkei.kit import Expect, Provider, Undecided, Violation, answer
from renkei.kit.expect import Disagreement
from renkei.ports import SchemaFault, Validator


class Register:
    """Makes the one ordinary request."""

    def __init__(self, _target: Any) -> None:
        pass

    def body(self, _operation: str) -> dict[str, str]:
        """The ordinary request."""
        return {"ordinary": "yes"}


class Opinion:
    """A validator that finds what it was told to find."""

    def __init__(self, *faults: SchemaFault) -> None:
        self._faults = faults

    def request_faults(self, _operation: str, _body: Any) -> tuple[SchemaFault, ...]:
        """The faults that it was told."""
        return self._faults


FAULT = SchemaFault(pointer="", keyword="required", text="required")


def exchange(status: int, error: str = "") -> Exchange:
    """An answer with that status, or none."""
    request = Request(method="POST", url="http://127.0.0.1/", body=b"{}")
    response = None if error else Response(status=status, headers=(), body=b"{}")
    return Exchange(request=request, response=response, error=error)


def expectation(*second: SchemaFault) -> Expect:
    """An expectation with two validators."""
    return Expect(cast(Validator, Opinion()), cast(Validator, Opinion(*second)))


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exchange, Exchange, Expect], None]:
    """Judges an answer where the ordinary request after it gets another one."""
    monkeypatch.setattr(answer, "Register", Register)

    def judge(got: Exchange, ordinary: Exchange, expect: Expect) -> None:
        target = SimpleNamespace(operation=lambda: SimpleNamespace(id="o"), call=lambda _body: ordinary)
        answer.documented(cast(Provider, target), expect, got, "somewhere")

    return judge


Judge = Callable[[Exchange, Exchange, Expect], None]


@pytest.mark.parametrize("ordinary", [200, 500])
def test_a_breakdown_is_a_violation(judged: Judge, ordinary: int) -> None:
    """A 500 is blamed where ordinary requests are answered, and where they get a 500 as well."""
    with pytest.raises(Violation, match="status-not-documented") as caught:
        judged(exchange(500), exchange(ordinary), expectation())

    assert ("request-called-valid" in caught.value.second_opinion) is (ordinary == 500)


@pytest.mark.parametrize(("status", "error"), [(503, ""), (502, ""), (504, ""), (0, "refused")])
def test_nobody_is_blamed_for_a_system_that_is_not_there(judged: Judge, status: int, error: str) -> None:
    """Where the ordinary request finds the system away, or only a gateway, it is undecided whose fault a 500 was."""
    with pytest.raises(Undecided, match="control-failed"):
        judged(exchange(500), exchange(status, error), expectation())


def test_the_second_validator_must_call_the_ordinary_request_valid(judged: Judge) -> None:
    """An ordinary request that one validator finds broken blames nobody."""
    with pytest.raises(Disagreement, match="own-request-invalid"):
        judged(exchange(500), exchange(500), expectation(FAULT))


def test_answers_that_the_text_knows_need_no_control(judged: Judge) -> None:
    """A documented answer passes, whatever an ordinary request would get."""
    expect = expectation()
    judged(exchange(400), exchange(500), expect)

    assert expect.assertions == 2
