"""The signer of client_secret_jwt: right assertions, and wrong ones for the tests that must be refused."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

from jwt.algorithms import HMACAlgorithm
from jwt.api_jws import PyJWS
from jwt.warnings import InsecureKeyLengthWarning

KEYED = frozenset({"HS256", "HS384", "HS512"})


class JwtSigner:
    """Fulfils ``ports.Signer``.

    ``none`` gives an unsigned JWT. Any other name than HS256, HS384 and HS512 (``RS256``, ``hs256``, ``nOnE`` …) goes
    into the header as it is, over an HMAC-SHA256 of the secret: a server that trusts the header must still refuse it.
    """

    def sign(self, claims: Mapping[str, Any], secret: str, algorithm: str = "HS256") -> str:
        """The compact JWT over the claims, which may be of any type (the tests send wrong ones too)."""
        jws = PyJWS()
        if algorithm not in KEYED and algorithm != "none":
            if algorithm in jws.get_algorithms():
                jws.unregister_algorithm(algorithm)
            jws.register_algorithm(algorithm, HMACAlgorithm(HMACAlgorithm.SHA256))
        key = "" if algorithm == "none" else secret
        payload = json.dumps(dict(claims), ensure_ascii=False, separators=(",", ":")).encode()
        with warnings.catch_warnings():
            # a short secret is the server's fault to find, not a reason to warn our user
            warnings.simplefilter("ignore", InsecureKeyLengthWarning)
            return jws.encode(payload, key, algorithm, headers={"typ": "JWT"})
