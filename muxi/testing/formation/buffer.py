"""The buffer of recent messages, of one user or of all users (contract B6, B7)."""

from __future__ import annotations

import json

from starlette.responses import Response

from .envelopes import ApiError, ok
from .guards import Route, admin, either
from .state import Call


async def show(call: Call) -> Response:
    """`GET /v1/memory/buffer`. A single-user formation looks for the named user, not for `"0"`."""
    user_id = call.named_user()
    data: dict[str, object] = {
        "user_id": user_id,
        "total_messages": _count(call, user_id),
        "sessions": [],
        "buffer_size_kb": _kilobytes(call, user_id),
    }
    return ok("memory", "memory.buffer.status", data)


async def clear(call: Call) -> Response:
    """`DELETE /v1/memory/buffer`. Without a user it clears nothing."""
    user_id = call.asker()
    messages, sessions = call.state.sessions.clear(user_id) if user_id else (0, 0)
    counts = {"messages_cleared": messages, "sessions_cleared": sessions}
    data = {"message": "Buffer cleared successfully", "user_id": user_id, **counts}
    return ok("message", "memory.buffer.user.cleared", data)


async def clear_session(call: Call) -> Response:
    """`DELETE /v1/memory/buffer/{session_id}`."""
    user_id, session_id = call.asker(), call.param("session_id")
    data = {
        "message": "Session buffer cleared successfully",
        "user_id": user_id,
        "session_id": session_id,
        "messages_cleared": call.state.sessions.clear(user_id, session_id)[0] if user_id else 0,
    }
    return ok("message", "memory.buffer.session.cleared", data)


async def stats(call: Call) -> Response:
    """`GET /v1/memory/stats`. The server never finds the size."""
    held = call.state.sessions.all()
    users = {user_id for user_id, _ in held}
    data = {
        "total_entries": _count(call),
        "total_users": len(users),
        # Sessions of two users with the same name count as one.
        "total_sessions": len({session_id for _, session_id in held}),
        "buffer_size_kb": _kilobytes(call) if users else 0,
        "max_size": 0,
        "utilization": 0.0,
    }
    return ok("memory", "memory.retrieved", data)


async def buffers(call: Call) -> Response:
    """`GET /v1/memory/buffers`."""
    count = _count(call)
    one: dict[str, object] = {"total_entries": count, "max_size": 0, "utilization": 0.0}
    one["kv_namespaces"] = {}
    # The server leaves out the total if it isn't zero.
    data: dict[str, object] = {"buffers": [one]} if count else {"buffers": [], "total_entries": 0}
    return ok("list", "memory.list", data)


async def clear_all(call: Call) -> Response:
    """`DELETE /v1/memory/buffers`. It clears the buffers, but answers with an error."""
    users = {user_id for user_id, _ in call.state.sessions.all()}
    if not users:
        raise ApiError(503, "Buffer memory is not available", code="SERVICE_UNAVAILABLE")
    for user_id in users:
        call.state.sessions.clear(user_id)
    raise ApiError(500, "MEMORY_BUFFER_CLEARED")


def _count(call: Call, user_id: str | None = None) -> int:
    return sum(map(len, call.state.sessions.all(user_id).values()))


def _kilobytes(call: Call, user_id: str | None = None) -> float:
    return round(len(json.dumps([*call.state.sessions.all(user_id).values()])) / 1024, 2)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/memory/buffer", either, show),
    Route("DELETE", "/memory/buffer", either, clear),
    Route("DELETE", "/memory/buffer/{session_id}", either, clear_session),
    Route("GET", "/memory/stats", admin, stats),
    Route("GET", "/memory/buffers", admin, buffers),
    Route("DELETE", "/memory/buffers", admin, clear_all),
)
