"""Wiring of the observing proxy: one provider of a plan, its contract and its token service, seen by one witness."""

from __future__ import annotations

import contextlib
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from renkei.events import Event
from renkei.evidence import EvidenceStore
from renkei.flow.contract import Bundle
from renkei.flow.document import Operation
from renkei.flow.plan import RestAccess
from renkei.redaction import Redactor

MOST_WHOLE = 50

if TYPE_CHECKING:
    from renkei.flow.attribution import Sighting
    from renkei.flow.exchange import Exchange
    from renkei.kit.between import Between
    from renkei.witness import Account


@dataclass(slots=True)
class Observed:
    """A proxy at work: ``rest`` is the provider as a consumer is to be told of it; ``account`` is there at the end.

    ``exchanges`` are the first that passed, whole.
    """

    origin: str
    rest: RestAccess
    account: Account | None = None
    exchanges: list[Exchange] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where what is seen goes: evidence into ``folder``, events with their case and test to ``emit``."""

    folder: Path
    redactor: Redactor
    emit: Callable[[Event], None]
    case: str
    test: str


@contextlib.contextmanager
def observing(
    rest: RestAccess,
    bundle: Bundle,
    system: str,
    *,
    record: Record,
    certificate: str = "",
    deadline: float = 15.0,
) -> Iterator[Observed]:
    """Stand before a provider for the length of a block; ``certificate`` is what consumers are shown ("": plain HTTP)."""
    from renkei.adapters.httptools.proxy import ObservingProxy, Stand
    from renkei.witness import Witness

    origin = origin_of(rest.base_url)
    witness = Witness(
        between_of(rest, bundle, system),
        EvidenceStore(record.folder, record.redactor.value),
        emit=record.emit,
        learn=record.redactor.learn,
        case=record.case,
        test=record.test,
    )
    stand = Stand(origin=origin, ca_file=rest.ca_file, certificate=certificate, deadline=deadline)
    observed = Observed(origin="", rest=rest)

    def see(sighting: Sighting) -> None:
        if len(observed.exchanges) < MOST_WHOLE:
            observed.exchanges.append(sighting.exchange)
        witness.see(sighting)

    try:
        with ObservingProxy(stand, see).running() as own:
            observed.origin, observed.rest = own, moved(rest, origin, own)
            yield observed
    finally:
        observed.account = witness.close()


def origin_of(url: str) -> str:
    """``scheme://host:port`` as it is written in a URL."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def moved(rest: RestAccess, origin: str, own: str) -> RestAccess:
    """The same addresses at the proxy; a token service elsewhere stays where it is."""

    def move(url: str) -> str:
        return own + url.removeprefix(origin) if url and origin_of(url) == origin else url

    return replace(
        rest,
        base_url=move(rest.base_url),
        token_url=move(rest.token_url),
        introspection_url=move(rest.introspection_url),
        revocation_url=move(rest.revocation_url),
    )


def between_of(rest: RestAccess, bundle: Bundle, system: str) -> Between:
    """The judge of one provider's traffic, both validators ready at once."""
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator
    from renkei.adapters.openapi_core.validator import SecondValidator
    from renkei.kit.between import Between, Route, routes_of, with_forms

    document, auth = bundle.system(system).document, with_forms(bundle.auth_document)
    base = urllib.parse.urlsplit(rest.base_url).path.rstrip("/")
    origin = origin_of(rest.base_url)
    urls = {"token": rest.token_url, "introspect": rest.introspection_url, "revoke": rest.revocation_url}
    places = {name: urllib.parse.urlsplit(url).path for name, url in urls.items() if url and origin_of(url) == origin}

    def at_base(operation: Operation) -> str:
        return base + operation.path

    def at_service(operation: Operation) -> str:
        return places.get(operation.id, "")

    routes: dict[tuple[str, str], Route] = {}
    for one, address in ((auth, at_service), (document, at_base)):
        first = SchemaValidator(one)
        routes |= routes_of(one, address, first, SecondValidator(one), first)
    return Between(routes)
