"""Who broke what in one exchange between two vendors: decided from facts alone, with the reason as a code.

A request that breaks the contract is the consumer's, a response that does the provider's. Trouble of the connection is
the environment's, an open text the standard's. What conforms on both sides and was refused all the same cannot be
decided from the exchange, and is said so.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renkei.flow.exchange import Exchange
from renkei.flow.outcome import FaultOf

UNAUTHORIZED = (401, 403)
REFUSED, SERVER_TROUBLE = 400, 500
# The error codes of RFC 6749 §5.2 and RFC 6750 §3.1: either names what was refused, under whichever status it comes.
CREDENTIALS = frozenset({"invalid_client", "unauthorized_client", "invalid_token", "insufficient_scope"})
REQUESTS = frozenset({"invalid_request", "invalid_grant", "unsupported_grant_type", "invalid_scope"})


class Side(enum.StrEnum):
    """Which half of an exchange: the request, which the consumer sent, or the response, which the provider gave."""

    REQUEST = "request"
    RESPONSE = "response"


class Leg(enum.StrEnum):
    """Where a connection failed: between the consumer and us, or between us and the provider."""

    CONSUMER = "consumer"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How one half of an exchange travelled.

    ``size`` are the bytes of its body before decoding and ``digest`` their SHA-256. ``complete`` is unset when the
    sender never finished, ``cut`` when the body was forwarded but is not at hand as a whole. ``violations`` are codes of
    what its sender broke in HTTP itself.
    """

    size: int = 0
    digest: str = ""
    complete: bool = True
    cut: bool = False
    violations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One exchange as it passed between consumer and provider, bodies as they were on the wire.

    ``exchange.error`` says why it did not come to its end, whether or not a response had begun, and ``leg`` where.
    ``forwarded`` tells whether the provider was sent anything of it.
    """

    exchange: Exchange
    request: Part
    response: Part
    leg: Leg | None = None
    forwarded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One disagreement of one half with the contract or with HTTP.

    ``open`` is the ambiguity of the standard that allows it ("" for none); ``disputed`` is set when the second
    validator sees no fault, which accuses nobody but us.
    """

    side: Side
    rule: str
    expected: str
    actual: str
    where: str
    open: str = ""
    disputed: bool = False
    second_opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The party of one exchange, and why, as a message code under ``between``."""

    party: FaultOf
    reason: str

    @property
    def blames(self) -> bool:
        """Whether a vendor is accused."""
        return self.party in (FaultOf.CONSUMER, FaultOf.PROVIDER, FaultOf.BOTH)


def attribute(breaches: Sequence[Breach], sighting: Sighting, said: Any = None) -> Attribution | None:
    """The party that an exchange is put on; None when it conforms and was accepted. ``said`` is the answer's JSON body."""
    sides = {breach.side for breach in breaches if not breach.open and not breach.disputed}
    if len(sides) == 2:
        return Attribution(party=FaultOf.BOTH, reason="both-broke-contract")
    if Side.REQUEST in sides:
        return Attribution(party=FaultOf.CONSUMER, reason="request-broke-contract")
    if Side.RESPONSE in sides:
        return Attribution(party=FaultOf.PROVIDER, reason="response-broke-contract")
    if sighting.exchange.error:
        return _trouble(sighting)
    if any(breach.disputed for breach in breaches):
        return Attribution(party=FaultOf.HARNESS, reason="validators-of-pair-disagree")
    if breaches:
        return Attribution(party=FaultOf.CONTRACT, reason="text-of-pair-open")
    return _refusal(sighting.exchange.status, said)


def _trouble(sighting: Sighting) -> Attribution:
    late = sighting.exchange.error == "deadline"
    if sighting.exchange.error == "local-limit":
        return Attribution(party=FaultOf.HARNESS, reason="own-limit-reached")
    if sighting.leg is Leg.CONSUMER:
        return Attribution(party=FaultOf.ENVIRONMENT, reason="consumer-too-slow" if late else "consumer-cut-off")
    return Attribution(party=FaultOf.ENVIRONMENT, reason="provider-too-slow" if late else "provider-not-reached")


def _refusal(status: int, said: Any) -> Attribution | None:
    code = said.get("error") if isinstance(said, Mapping) else None
    named = isinstance(code, str) and REFUSED <= status < SERVER_TROUBLE
    if (named and code in CREDENTIALS) or (status in UNAUTHORIZED and not (named and code in REQUESTS)):
        return Attribution(party=FaultOf.CONFIGURATION, reason="credentials-of-pair-refused")
    if status >= SERVER_TROUBLE:
        return Attribution(party=FaultOf.UNDECIDABLE, reason="provider-says-unavailable")
    if status >= REFUSED:
        return Attribution(party=FaultOf.UNDECIDABLE, reason="conforming-request-refused")
    return None
