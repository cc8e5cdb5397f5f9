"""Guards, which check the caller's key, and routes (contract A3).

A guard raises an `ApiError`, or returns whether the caller is an admin. A route names its guard
and its handler.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from .envelopes import ApiError
from .state import Call, State

Guard = Callable[[State, Request], bool]
Handler = Callable[[Call], Awaitable[Response]]


class Route(NamedTuple):
    """A method and a path, with their guard and handler."""

    method: str
    path: str
    """The path below `/v1`."""
    guard: Guard
    handler: Handler
    parses_body: bool = True
    """Whether the body is parsed as JSON before the handler runs."""


def open_(state: State, request: Request) -> bool:
    """Allow every caller."""
    return False


def admin(state: State, request: Request) -> bool:
    """Allow the admin key."""
    _match(request, "Admin", state.config.admin_key)
    return True


def client(state: State, request: Request) -> bool:
    """Allow the client key."""
    _match(request, "Client", state.config.client_key)
    return False


def either(state: State, request: Request) -> bool:
    """Allow the client key and the admin key."""
    keys = {"x-muxi-admin-key": state.config.admin_key}
    keys["x-muxi-client-key"] = state.config.client_key
    for header, key in keys.items():
        if secrets.compare_digest(request.headers.get(header, ""), key):
            return header == "x-muxi-admin-key"
    wanted = "Provide either 'X-Muxi-Admin-Key' or 'X-Muxi-Client-Key' header."
    raise ApiError(401, f"A valid API key is required. {wanted}")


def either_admin(state: State, request: Request) -> bool:
    """Require one of the two keys first, then the admin key, as the scheduler does."""
    return admins_only(either(state, request))


def admins_only(is_admin: bool) -> bool:
    """Refuse the client key. Routes with a body call this after they have read the body."""
    if not is_admin:
        raise ApiError(401, "Admin API key required for this endpoint")
    return True


def _match(request: Request, role: str, key: str) -> None:
    header, word = f"X-Muxi-{role}-Key", role.lower()
    given = request.headers.get(header)
    if not given:
        text = f"A valid {word} API key is required. Please provide the '{header}' header."
        raise ApiError(401, text)
    if not secrets.compare_digest(given, key):
        raise ApiError(401, f"Invalid {word} API key. Please check your '{header}' header value.")
