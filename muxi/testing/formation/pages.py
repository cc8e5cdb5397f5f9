"""The pages that tell a browser that the formation is up (contract B1)."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from .guards import Route, open_
from .state import Call


async def up(call: Call) -> Response:
    """`GET /`, and under `/v1` in three spellings."""
    return HTMLResponse("<!DOCTYPE html><title>Up</title><p>Up</p>\n")


ROOT = Route("GET", "/", open_, up)
ROUTES: tuple[Route, ...] = tuple(Route("GET", path, open_, up) for path in ("", "/", "/v1"))
