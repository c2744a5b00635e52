"""Assertions are signed as asked, rightly and wrongly."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import jwt
import pytest

from renkei.adapters.pyjwt.signer import JwtSigner

SECRET = "s" * 64
CLAIMS = {"iss": "c", "sub": "c", "aud": "https://as/token", "jti": "1", "exp": 4102444800}


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_keyed_assertion_verifies(algorithm: str) -> None:
    """A right assertion is accepted by another reading of the same key."""
    token = JwtSigner().sign(CLAIMS, SECRET, algorithm)

    assert jwt.decode(token, SECRET, algorithms=[algorithm], audience="https://as/token") == CLAIMS
    assert jwt.get_unverified_header(token) == {"alg": algorithm, "typ": "JWT"}


def test_none_has_an_empty_signature() -> None:
    """alg none is truly unsigned."""
    token = JwtSigner().sign(CLAIMS, SECRET, "none")

    assert token.endswith(".")
    assert jwt.get_unverified_header(token)["alg"] == "none"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "hs256", "nOnE", "HS1", "EdDSA"])
def test_any_other_name_is_an_hmac_under_that_name(algorithm: str) -> None:
    """Every other algorithm name stands in the header as it is, over an HMAC of the secret."""
    head, body, signature = JwtSigner().sign(CLAIMS, SECRET, algorithm).split(".")
    wanted = hmac.new(SECRET.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()

    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == algorithm
    assert base64.urlsafe_b64decode(signature + "==") == wanted


@pytest.mark.filterwarnings("error")
def test_wrong_claims_and_short_secrets_can_be_signed() -> None:
    """Claims of a wrong type and a short secret raise nothing and warn of nothing."""
    token = JwtSigner().sign({"iss": 5, "exp": "soon", "name": "山"}, "short")

    assert token.count(".") == 2
