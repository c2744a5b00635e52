"""The Starlette application of one mock process."""

from collections.abc import Awaitable, Callable, Iterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mocks.authority import OWN_SCOPES, Authority
from mocks.control import Control
from mocks.gyomu import reference
from mocks.gyomu.facade import Facade
from mocks.gyomu.publication import Series
from mocks.jutogai.endpoint import FUBAN_PATH, SHOKAI_PATH, Endpoint
from mocks.middleware import Watch
from mocks.town import Town

# The interfaces themselves refuse all but POST, so that a vendor can be told not to.
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def health(request: Request) -> Response:
    """GET /healthz, of the mock only."""
    del request
    return PlainTextResponse("ok")


def _authority(town: Town) -> Authority:
    settings = town.settings
    scopes = OWN_SCOPES if settings.numbers else frozenset()
    if town.offices:
        scopes |= {reference.scope(name) for office in town.offices for name in office.publisher.series}
    return Authority(settings.clients, town.fault, settings.token_seconds, scopes)


def _numbering(town: Town, authority: Authority) -> list[Route]:
    settings = town.settings
    endpoint = Endpoint(
        register=lambda: town.register, authority=authority, style=settings.vendor.style, fault=town.fault
    )
    return [
        Route(FUBAN_PATH, endpoint.fuban, methods=METHODS),
        Route(SHOKAI_PATH, endpoint.shokai, methods=METHODS),
    ]


def _readings(town: Town, authority: Authority) -> Iterator[Route]:
    """The REST form of every file linkage of the offices."""
    for office in town.offices or ():
        for name in office.publisher.series:
            yield Route(reference.path(name), _reading(town, authority, office.system.id, name), methods=METHODS)


def _reading(town: Town, authority: Authority, system: str, linkage: str) -> Callable[[Request], Awaitable[Response]]:
    def series() -> Series:
        # Asked for each time: a reset makes the offices anew.
        if town.offices is None:
            raise ValueError("this mock has no offices")
        return town.offices.office(system).ledger.series(linkage)

    reading = reference.Reading(series, authority, town.settings.vendor.style)

    async def answer(request: Request) -> Response:
        return await reading(request)

    return answer


def _rest_routes(town: Town) -> list[Route]:
    authority = _authority(town)
    return [
        Route("/oauth2/token", authority.token, methods=["POST"]),
        Route("/oauth2/introspect", authority.introspection, methods=["POST"]),
        Route("/oauth2/revoke", authority.revocation, methods=["POST"]),
        *(_numbering(town, authority) if town.settings.numbers else ()),
        *_readings(town, authority),
    ]


def build(town: Town) -> Starlette:
    """Everything the mock answers, with the journal around it."""
    routes = [Route("/healthz", health), *Control(town, town.settings.control).routes()]
    if town.settings.numbers or town.offices:
        routes += _rest_routes(town)
    if town.offices and town.offices.desk.facade:
        routes += Facade(town.offices, town.offices.desk.facade, town.offices.fault).routes()
    made = Starlette(routes=routes, middleware=[Middleware(Watch, journal=town.journal, outage=town.outage)])
    # A redirect of a POST would send a resident's data once more, to an address made of the caller's Host.
    made.router.redirect_slashes = False
    return made
