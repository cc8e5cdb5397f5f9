"""Sessions and tracked requests (contract B11, B12)."""

from __future__ import annotations

from starlette.responses import Response

from .bodies import Page, Restore
from .envelopes import ApiError, ok, parse, parse_query
from .guards import Route, client, either
from .state import Call
from .store import Tracked


async def list_sessions(call: Call) -> Response:
    """`GET /v1/sessions`."""
    page, user_id = parse_query(Page, call.request), call.required_user()
    found = call.state.sessions.summaries(user_id, page.limit)
    return ok("session_list", "session.list", {"sessions": found, "count": len(found)})


async def get_session(call: Call) -> Response:
    """`GET /v1/sessions/{id}`."""
    session_id = call.param("session_id")
    found = call.state.sessions.detail(call.required_user(), session_id)
    if found is None:
        raise ApiError(404, f"Session '{session_id}' not found")
    return ok("session", "session.retrieved", found)


async def list_messages(call: Call) -> Response:
    """`GET /v1/sessions/{id}/messages`: the oldest messages. The server ignores `before`."""
    page, user_id, session_id = (
        parse_query(Page, call.request),
        call.required_user(),
        call.param("session_id"),
    )
    said = call.state.sessions.messages(user_id, session_id)
    shown = said[: page.limit]
    data = {
        "session_id": session_id,
        "messages": shown,
        "count": len(shown),
        "has_more": len(said) > len(shown),
    }
    return ok("session", "session.messages.list", data)


async def restore_session(call: Call) -> Response:
    """`POST /v1/sessions/{id}/restore`."""
    body, user_id, session_id = (
        parse(Restore, call.body),
        call.required_user(),
        call.param("session_id"),
    )
    call.state.sessions.restore(user_id, session_id, body.messages)
    data = {
        "session_id": session_id,
        "messages_loaded": len(body.messages),
        "messages_dropped": 0,
        "message": "Session restored successfully",
    }
    return ok("session", "session.restored", data)


async def list_requests(call: Call) -> Response:
    """`GET /v1/requests`."""
    found = [each.summary() for each in call.state.requests.of(_asker(call))]
    data = {"requests": found, "count": len(found)}
    return ok("request_list", "request.list.retrieved", data)


async def get_request(call: Call) -> Response:
    """`GET /v1/requests/{id}`."""
    entry = _tracked(call, ApiError(404, "Request not found", code="REQUEST_NOT_FOUND"))
    return ok("request_status", "request.status.retrieved", entry.detail())


async def cancel_request(call: Call) -> Response:
    """`DELETE /v1/requests/{id}`. The status changes only when the turn stops."""
    name = call.param("request_id")
    entry = _tracked(call, ApiError(404, f"Request {name} not found", code="NOT_FOUND"))
    if entry.status in ("completed", "failed"):
        text = f"Cannot cancel request {name}: already {entry.status}"
        raise ApiError(400, text, code="OPERATION_FAILED")
    entry.cancelling = True
    data = {
        "request_id": name,
        "status": "cancelled",
        "cancellation": "cooperative",
        "message": "Request marked for cancellation; it will stop at the next checkpoint",
    }
    return ok("request_status", "request.cancelled", data)


def _asker(call: Call) -> str | None:
    user_id = call.asker()
    return None if user_id is None else call.state.owner(user_id)


def _tracked(call: Call, missing: ApiError) -> Tracked:
    asker = _asker(call)
    entry = call.state.requests.find(call.param("request_id"))
    if entry is None:
        raise missing
    if asker not in (None, entry.user_id):
        raise ApiError(403, "Request does not belong to this user")
    return entry


ROUTES: tuple[Route, ...] = (
    Route("GET", "/sessions", client, list_sessions),
    Route("GET", "/sessions/{session_id}", client, get_session),
    Route("GET", "/sessions/{session_id}/messages", client, list_messages),
    Route("POST", "/sessions/{session_id}/restore", client, restore_session),
    Route("GET", "/requests", either, list_requests),
    Route("GET", "/requests/{request_id}", either, get_request),
    Route("DELETE", "/requests/{request_id}", either, cancel_request),
)
