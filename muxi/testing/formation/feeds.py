"""The feeds of events and logs: silent or failing, as the server's (contract A4.2-A4.4)."""

from __future__ import annotations

from starlette.responses import Response

from ..streams import Silence
from .envelopes import ApiError
from .guards import Route, admin, either
from .state import Call

_FILTERS = ("user_id", "session_id", "request_id", "agent_id", "level", "event_type")


async def events(call: Call) -> Response:
    """`GET /v1/events` and `GET /v1/events/{session_id}`. No event ever arrives."""
    call.asker()
    return Silence()


async def turn_events(call: Call) -> Response:
    """`GET /v1/events/{session_id}/{request_id}`. It always fails."""
    raise ApiError(500, "No module named 'muxi.runtime.formation.services'")


async def logs(call: Call) -> Response:
    """`GET /v1/logs`. No line ever arrives."""
    if not any(call.request.query_params.get(name) for name in _FILTERS):
        names = f"{', '.join(_FILTERS[:-1])}, or {_FILTERS[-1]}"
        raise ApiError(400, f"At least one filter parameter is required ({names})")
    return Silence()


ROUTES: tuple[Route, ...] = (
    Route("GET", "/events", either, events),
    Route("GET", "/events/{session_id}", either, events),
    Route("GET", "/events/{session_id}/{request_id}", either, turn_events),
    Route("GET", "/logs", admin, logs),
)
