"""The daily history, which distilleries send (contract B8)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.responses import Response

from .envelopes import ok, parse_query
from .guards import Route, either
from .state import Call


class Query(BaseModel):
    """The query of `GET /v1/history`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    date_from: str | None = None
    date_to: str | None = None
    include_sources: bool = False


async def list_entries(call: Call) -> Response:
    """`GET /v1/history`. An invalid date is ignored."""
    query, user_id = parse_query(Query, call.request), call.named_user()
    first, last = _day(query.date_from) or "", _day(query.date_to) or "9999"
    found = [
        {key: value for key, value in row.items() if key != "sources" or query.include_sources}
        for row in call.state.history.of(user_id)
        if first <= str(row["date"]) <= last
    ][: query.limit]
    return ok("memory", "memory.retrieved", {"entries": found, "count": len(found)})


def _day(given: str | None) -> str | None:
    try:
        return date.fromisoformat(given or "").isoformat()
    except ValueError:
        return None


ROUTES: tuple[Route, ...] = (Route("GET", "/history", either, list_entries),)
