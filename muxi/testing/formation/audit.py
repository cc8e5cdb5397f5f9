"""The audit log (contract B21)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from .envelopes import ApiError, envelope, new_id, ok, parse_query
from .guards import Route, admin
from .state import Call

_KINDS = "^(agent|secret|mcp_server|scheduler_job|logging_destination|async|memory)$"


class Filter(BaseModel):
    """The query of `GET /v1/audit`."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    action: str | None = None
    resource_type: Annotated[str, Field(pattern=_KINDS)] | None = None
    since: str | None = None


async def list_entries(call: Call) -> Response:
    """`GET /v1/audit`."""
    wanted = parse_query(Filter, call.request)
    since = _moment(wanted.since) if wanted.since else None
    found = call.state.audit.find(wanted.limit, wanted.action, wanted.resource_type, since)
    data = {"entries": found, "total_entries": len(found), "limit": wanted.limit}
    return ok("audit_log", "audit.retrieved", data)


async def clear(call: Call) -> Response:
    """`DELETE /v1/audit?confirm=clear-audit-log`."""
    if call.request.query_params.get("confirm") != "clear-audit-log":
        raise ApiError(400, "Confirmation required: add ?confirm=clear-audit-log to delete")
    request_id = new_id("req")
    count = call.state.audit.clear(request_id)
    data = {
        "previous_entries_count": count,
        "cleared_by": "admin",
        "message": f"Audit log cleared ({count} entries removed)",
    }
    return JSONResponse(envelope("audit_log", "audit.cleared", data, request_id=request_id))


def _moment(given: str) -> datetime:
    try:
        found = datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError:
        text = f"Invalid timestamp format: {given}. Use ISO 8601 format."
        raise ApiError(400, text, code="INVALID_PARAMETER") from None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/audit", admin, list_entries),
    Route("DELETE", "/audit", admin, clear),
)
