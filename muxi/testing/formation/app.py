"""The formation as an ASGI application: the routes of all nouns (contract A2)."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import (
    agents,
    artifacts,
    audit,
    buffer,
    channels,
    credentials,
    distilled,
    distilleries,
    feeds,
    history,
    ingestion,
    jobs,
    mcp,
    memories,
    memory_admin,
    pages,
    records,
    secrets,
    skills,
    sops,
    status,
    talk,
    triggers,
    tuning,
    users,
    views,
)
from .guards import Row
from .state import Call, State
from .wire import ApiError, error, read_json

_NOUNS = (
    agents,
    artifacts,
    audit,
    buffer,
    channels,
    credentials,
    distilled,
    distilleries,
    feeds,
    history,
    ingestion,
    jobs,
    mcp,
    memories,
    memory_admin,
    pages,
    records,
    secrets,
    skills,
    sops,
    status,
    talk,
    triggers,
    tuning,
    users,
    views,
)
_WITH_BODY = ("PATCH", "POST", "PUT", "QUERY")
_UNPARSED = (
    "/memories/distilled",
    "/scheduler/jobs/{job_id}/pause",
    "/scheduler/jobs/{job_id}/resume",
    "/secrets/reload",
    "/tuning/pending",
    "/tuning/run",
    "/users/resolve",
)
"""Handlers here want no body, or its bytes, to refuse them in their own words."""


def formation_app(state: State) -> Starlette:
    """The application that speaks for a formation."""
    every = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"]
    cors = Middleware(
        CORSMiddleware,
        allow_origin_regex=".*",
        allow_credentials=True,
        allow_methods=every,
        allow_headers=["*"],
    )
    return Starlette(
        routes=[
            *(_route(state, row, "/v1") for noun in _NOUNS for row in noun.ROUTES),
            _route(state, pages.ROOT, ""),
        ],
        middleware=[cors],
        exception_handlers={HTTPException: _no_route},
    )


def _route(state: State, row: Row, prefix: str) -> Route:
    method, path, guard, handler = row
    parses = method in _WITH_BODY and path not in _UNPARSED

    async def endpoint(request: Request) -> Response:
        try:
            body = await read_json(request) if parses else None
            return await handler(Call(state, request, body, guard(state, request)))
        except ApiError as refused:
            return error(refused)
        except Exception as problem:
            # As the server does: a key beyond ASCII fails in the comparison itself.
            return error(ApiError(500, str(problem)))

    route = Route(prefix + path, endpoint, methods=[method])
    route.methods = {method}  # Starlette adds HEAD, which the server refuses
    return route


async def _no_route(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return error(ApiError(problem.status_code, problem.detail))
