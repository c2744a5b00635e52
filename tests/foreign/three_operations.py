"""The case that a stock run calls green: a good operation, one that answers with a megabyte of ``[``, one always 500."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

NAMES = ("listOffices", "listDeep", "listBroken")


def document() -> dict[str, Any]:
    """The document of the three operations."""
    schema = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
    answers = {"200": {"description": "found", "content": {"application/json": {"schema": schema}}}}
    paths = {f"/{name}": {"get": {"operationId": name, "responses": answers}} for name in NAMES}
    return {"openapi": "3.0.3", "info": {"title": "Three", "version": "1"}, "paths": paths}


async def _good(_request: Request) -> Response:
    return JSONResponse([{"name": "本庁"}])


async def _deep(_request: Request) -> Response:
    return Response(b"[" * 1_000_000, media_type="application/json")


async def _broken(_request: Request) -> Response:
    return JSONResponse({}, status_code=500)


def application() -> Starlette:
    """The server of the three operations."""
    handlers = zip(NAMES, (_good, _deep, _broken), strict=True)
    return Starlette(routes=[Route(f"/{name}", handler, methods=["GET"]) for name, handler in handlers])
