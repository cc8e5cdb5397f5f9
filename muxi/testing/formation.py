"""The formation as an ASGI application: its guards and its routes (contract A2, A3, B1)."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import records, talk
from .manifest import list_of
from .state import Call, State
from .wire import ApiError, envelope, error, read_json

Handler = Callable[[Call], Awaitable[Response]]
Guard = Callable[[State, Request], bool]


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
        routes=[_route(state, *row) for row in _ROUTES],
        middleware=[cors],
        exception_handlers={HTTPException: _no_route},
    )


def _open(state: State, request: Request) -> bool:
    return False


def _admin(state: State, request: Request) -> bool:
    _match(request, "Admin", state.config.admin_key)
    return True


def _client(state: State, request: Request) -> bool:
    _match(request, "Client", state.config.client_key)
    return False


def _either(state: State, request: Request) -> bool:
    keys = {"x-muxi-admin-key": state.config.admin_key}
    keys["x-muxi-client-key"] = state.config.client_key
    for header, key in keys.items():
        if secrets.compare_digest(request.headers.get(header, ""), key):
            return header == "x-muxi-admin-key"
    wanted = "Provide either 'X-Muxi-Admin-Key' or 'X-Muxi-Client-Key' header."
    raise ApiError(401, f"A valid API key is required. {wanted}")


def _match(request: Request, role: str, key: str) -> None:
    header, word = f"X-Muxi-{role}-Key", role.lower()
    given = request.headers.get(header)
    if not given:
        text = f"A valid {word} API key is required. Please provide the '{header}' header."
        raise ApiError(401, text)
    if not secrets.compare_digest(given, key):
        raise ApiError(401, f"Invalid {word} API key. Please check your '{header}' header value.")


async def _health(call: Call) -> Response:
    uptime = call.state.uptime
    return JSONResponse({"status": "healthy", "version": "1.0.0", "uptime_seconds": uptime})


async def _status(call: Call) -> Response:
    state = call.state
    name = state.config.formation_id
    manifest = state.config.manifest
    agents = len(list_of(manifest, "agents"))
    running = {"seconds": state.uptime, "since": int(state.started)}
    data = {
        "formation": {
            "id": name,
            "name": name,
            "description": manifest.get("description"),
            "version": manifest.get("version"),
        },
        "agents": {"count": agents, "active": agents},
        "mcp_servers": {"count": 0, "active": 0},
        "stats": {
            "running": running,
            "memory": {"working_memory_mb": 64, "memory_usage_mb": 1.5},
            "requests": {"total": state.requests.total, "active": state.requests.active},
            "buffer_size": 20,
            "cpu_percent": 0.5,
        },
    }
    return JSONResponse(envelope("formation_status", "formation.status.retrieved", data))


_ROUTES: tuple[tuple[str, str, Guard, Handler], ...] = (
    ("GET", "/health", _open, _health),
    ("GET", "/status", _admin, _status),
    ("POST", "/chat", _client, talk.chat),
    ("POST", "/audiochat", _client, talk.audiochat),
    ("GET", "/sessions", _client, records.list_sessions),
    ("GET", "/sessions/{session_id}", _client, records.get_session),
    ("GET", "/sessions/{session_id}/messages", _client, records.list_messages),
    ("POST", "/sessions/{session_id}/restore", _client, records.restore_session),
    ("GET", "/requests", _either, records.list_requests),
    ("GET", "/requests/{request_id}", _either, records.get_request),
    ("DELETE", "/requests/{request_id}", _either, records.cancel_request),
)


def _route(state: State, method: str, path: str, guard: Guard, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            body = await read_json(request) if method == "POST" else None
            return await handler(Call(state, request, body, guard(state, request)))
        except ApiError as refused:
            return error(refused)
        except Exception as problem:
            # As the server does: a key beyond ASCII fails in the comparison itself.
            return error(ApiError(500, str(problem)))

    route = Route("/v1" + path, endpoint, methods=[method])
    route.methods = {method}  # Starlette adds HEAD, which the server refuses
    return route


async def _no_route(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return error(ApiError(problem.status_code, problem.detail))
