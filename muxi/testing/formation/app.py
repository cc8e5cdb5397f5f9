"""The formation as an ASGI application: the routes of all nouns (contract A2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from . import pages
from .envelopes import ApiError, error, read_json
from .guards import Route
from .state import Call, State

_NOUNS = (
    "agents",
    "artifacts",
    "audit",
    "buffer",
    "channels",
    "chat_routes",
    "config_routes",
    "credentials",
    "distilled",
    "distilleries",
    "feeds",
    "history",
    "ingestion",
    "jobs",
    "mcp",
    "memories",
    "memory_admin",
    "pages",
    "secrets",
    "session_routes",
    "skills",
    "sops",
    "status",
    "triggers",
    "tuning",
    "users",
)
"""The modules with `ROUTES`. Add a new module here."""
_WITH_BODY = ("PATCH", "POST", "PUT", "QUERY")


def formation_app(state: State) -> Starlette:
    """Return the application that serves a formation."""
    every = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"]
    cors = Middleware(
        CORSMiddleware,
        allow_origin_regex=".*",
        allow_credentials=True,
        allow_methods=every,
        allow_headers=["*"],
    )
    app = Starlette(
        routes=_all_routes(), middleware=[cors], exception_handlers={HTTPException: _no_route}
    )
    app.state.formation = state
    return app


@cache  # compiling the paths takes longer than all else that a formation needs to start
def _all_routes() -> tuple[StarletteRoute, ...]:
    return (
        *(_route(each, "/v1") for each in _routes()),
        *(_route(each, "") for each in pages.OUTSIDE),
    )


def _routes() -> Iterator[Route]:
    for noun in _NOUNS:
        routes: tuple[Route, ...] = import_module(f".{noun}", __package__).ROUTES
        yield from routes


def _route(row: Route, prefix: str) -> StarletteRoute:
    method, path, guard, handler, parses_body = row
    parses = parses_body and method in _WITH_BODY

    async def endpoint(request: Request) -> Response:
        state: State = request.app.state.formation
        try:
            body = await read_json(request) if parses else None
            return await handler(Call(state, request, body, guard(state, request)))
        except ApiError as refused:
            return error(refused)
        except Exception as problem:
            # As on the server: comparing a key that isn't ASCII fails.
            return error(ApiError(500, str(problem)))

    route = StarletteRoute(prefix + path, endpoint, methods=[method])
    route.methods = {method}  # Starlette adds HEAD, but the server refuses it
    return route


async def _no_route(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return error(ApiError(problem.status_code, problem.detail))
