"""The Starlette application of one mock process."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mocks.authority import Authority
from mocks.control import Control
from mocks.jutogai.endpoint import FUBAN_PATH, SHOKAI_PATH, Endpoint
from mocks.middleware import Watch
from mocks.town import Town

# The interfaces themselves refuse all but POST, so that a vendor can be told not to.
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def health(request: Request) -> Response:
    """GET /healthz, of the mock only."""
    del request
    return PlainTextResponse("ok")


def _rest_routes(town: Town) -> list[Route]:
    settings = town.settings
    authority = Authority(settings.clients, town.fault, settings.token_seconds)
    endpoint = Endpoint(
        register=lambda: town.register, authority=authority, style=settings.vendor.style, fault=town.fault
    )
    return [
        Route("/oauth2/token", authority.token, methods=["POST"]),
        Route("/oauth2/introspect", authority.introspection, methods=["POST"]),
        Route("/oauth2/revoke", authority.revocation, methods=["POST"]),
        Route(FUBAN_PATH, endpoint.fuban, methods=METHODS),
        Route(SHOKAI_PATH, endpoint.shokai, methods=METHODS),
    ]


def build(town: Town) -> Starlette:
    """Everything the mock answers, with the journal around it."""
    routes = [Route("/healthz", health), *Control(town, town.settings.control).routes()]
    if town.settings.system in {"031", "both"}:
        routes += _rest_routes(town)
    return Starlette(routes=routes, middleware=[Middleware(Watch, journal=town.journal, outage=town.outage)])
