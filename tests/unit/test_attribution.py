"""Who is blamed for an exchange between two vendors follows from facts alone, and every reason has its sentence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from renkei.catalogue import LANGUAGES, Catalogue
from renkei.flow import attribution
from renkei.flow.attribution import Attribution, Breach, Leg, Part, Side, Sighting, attribute
from renkei.flow.exchange import Exchange, Request, Response
from renkei.flow.outcome import FaultOf

REQUEST, RESPONSE = Side.REQUEST, Side.RESPONSE


def breach(side: Side, **more: object) -> Breach:
    """A breach of one half."""
    return Breach(side=side, rule="r", expected="", actual="", where="", **more)  # type: ignore[arg-type]  # test data


def seen(status: int = 200, error: str = "", leg: Leg | None = None) -> Sighting:
    """An exchange with that end."""
    response = Response(status=status, headers=(), body=b"") if status else None
    exchange = Exchange(request=Request(method="POST", url="http://a:1/"), response=response, error=error)
    return Sighting(exchange=exchange, request=Part(), response=Part(), leg=leg)


@pytest.mark.parametrize(
    ("breaches", "sighting", "party", "reason"),
    [
        ([breach(REQUEST)], seen(), FaultOf.CONSUMER, "request-broke-contract"),
        ([breach(REQUEST)], seen(400), FaultOf.CONSUMER, "request-broke-contract"),
        ([breach(REQUEST)], seen(0, "reset", Leg.PROVIDER), FaultOf.CONSUMER, "request-broke-contract"),
        ([breach(RESPONSE)], seen(), FaultOf.PROVIDER, "response-broke-contract"),
        ([breach(RESPONSE)], seen(0, "framing", Leg.PROVIDER), FaultOf.PROVIDER, "response-broke-contract"),
        ([breach(REQUEST), breach(RESPONSE)], seen(), FaultOf.BOTH, "both-broke-contract"),
        ([breach(REQUEST, open="U7"), breach(RESPONSE)], seen(), FaultOf.PROVIDER, "response-broke-contract"),
        ([breach(REQUEST, disputed=True), breach(RESPONSE)], seen(), FaultOf.PROVIDER, "response-broke-contract"),
        ([breach(REQUEST, open="U7")], seen(), FaultOf.CONTRACT, "text-of-pair-open"),
        ([breach(RESPONSE, open="U1")], seen(403), FaultOf.CONTRACT, "text-of-pair-open"),
        ([breach(REQUEST, disputed=True)], seen(), FaultOf.HARNESS, "validators-of-pair-disagree"),
        ([], seen(0, "connect-refused", Leg.PROVIDER), FaultOf.ENVIRONMENT, "provider-not-reached"),
        ([], seen(200, "incomplete", Leg.PROVIDER), FaultOf.ENVIRONMENT, "provider-not-reached"),
        ([], seen(0, "deadline", Leg.PROVIDER), FaultOf.ENVIRONMENT, "provider-too-slow"),
        ([], seen(0, "deadline", Leg.CONSUMER), FaultOf.ENVIRONMENT, "consumer-too-slow"),
        ([], seen(0, "reset", Leg.CONSUMER), FaultOf.ENVIRONMENT, "consumer-cut-off"),
        ([], seen(0, "local-limit", Leg.PROVIDER), FaultOf.HARNESS, "own-limit-reached"),
        ([], seen(401), FaultOf.CONFIGURATION, "credentials-of-pair-refused"),
        ([], seen(400), FaultOf.UNDECIDABLE, "conforming-request-refused"),
        ([], seen(503), FaultOf.UNDECIDABLE, "provider-says-unavailable"),
    ],
)
def test_the_party_follows_from_the_facts(
    breaches: list[Breach], sighting: Sighting, party: FaultOf, reason: str
) -> None:
    """Each combination of breaches, trouble and refusal has one party and one reason."""
    assert attribute(breaches, sighting) == Attribution(party=party, reason=reason)


@pytest.mark.parametrize(
    ("status", "said", "party"),
    [
        (400, {"error": "invalid_client"}, FaultOf.CONFIGURATION),
        (401, {"error": "invalid_client"}, FaultOf.CONFIGURATION),
        (400, {"error": "unauthorized_client"}, FaultOf.CONFIGURATION),
        (403, {"error": "insufficient_scope"}, FaultOf.CONFIGURATION),
        (400, {"error": "invalid_scope"}, FaultOf.UNDECIDABLE),
        (401, {"error": "invalid_request"}, FaultOf.UNDECIDABLE),
        (401, {"title": "x"}, FaultOf.CONFIGURATION),
        (400, {"error": ["invalid_client"]}, FaultOf.UNDECIDABLE),
        (400, ["invalid_client"], FaultOf.UNDECIDABLE),
        (500, {"error": "invalid_client"}, FaultOf.UNDECIDABLE),
    ],
)
def test_a_refusal_is_judged_by_its_error_code(status: int, said: object, party: FaultOf) -> None:
    """RFC 6749 allows 400 and 401 for the same refusal: its code decides, and the status where there is none."""
    found = attribute([], seen(status), said)

    assert found is not None
    assert (found.party, found.blames) == (party, False)


def test_nobody_is_named_for_what_conforms() -> None:
    """An exchange that conforms and was accepted is put on nobody."""
    assert attribute([], seen()) is None


def test_only_vendors_are_blamed() -> None:
    """Consumer, provider and both are accusations; everything else is a remark."""
    blamed = {party for party in FaultOf if Attribution(party=party, reason="").blames}

    assert blamed == {FaultOf.CONSUMER, FaultOf.PROVIDER, FaultOf.BOTH}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_one_sentence(language: str) -> None:
    """Each reason code has one sentence in both languages."""
    tree = ast.parse(Path(attribution.__file__).read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = [word.value for call in calls for word in call.keywords if word.arg == "reason"]
    codes = {leaf.value for node in given for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)}
    catalogue = Catalogue(language)
    ends = "。" if language == "ja" else "."

    said = {str(code): catalogue.text(f"between.{code}") for code in {*codes, "judging-broke"}}

    assert len(said) > 12
    assert [code for code, words in said.items() if not words.endswith(ends) or ends in words[:-1]] == []
