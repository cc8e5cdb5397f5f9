"""The formation's paths outside its API: web pages, the OpenAPI document and MCP."""

from __future__ import annotations

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route as StarletteRoute

from ..._core.error_bodies import dict_or_empty
from .envelopes import RUNTIME_VERSION
from .guards import Route, client, open_
from .state import Call

_PROTOCOL = "2025-06-18"
"""The MCP version for clients that don't name one."""


async def up(call: Call) -> Response:
    """`GET /`, and three paths under `/v1`: report that the formation is up."""
    return HTMLResponse("<!DOCTYPE html><title>Up</title><p>Up</p>\n")


async def docs(call: Call) -> Response:
    """`GET /docs` and `GET /redoc`: a page that documents the API."""
    text = '<!DOCTYPE html><title>MUXI Formation API</title><a href="/openapi.json">API</a>\n'
    return HTMLResponse(text)


async def openapi(call: Call) -> Response:
    """`GET /openapi.json`: the operations without their schemas."""
    paths: dict[str, dict[str, object]] = {}
    for route in call.request.app.routes:
        if isinstance(route, StarletteRoute) and route.path.startswith("/v1"):
            for method in route.methods or ():
                responses = {"200": {"description": "Successful Response"}}
                paths.setdefault(route.path, {})[method.lower()] = {"responses": responses}
    info = {
        "title": "MUXI Formation API",
        "description": "HTTP API for MUXI formation management and interactions",
        "version": RUNTIME_VERSION,
    }
    described = {"openapi": "3.1.0", "info": info, "paths": paths, "components": {}}
    return JSONResponse(described)


async def mcp(call: Call) -> Response:
    """`POST /mcp/`: the MCP handshake and an empty list of tools."""
    asked = dict_or_empty(call.body)
    if "id" not in asked:  # a notification
        return Response(status_code=202)
    method = asked.get("method")
    answer: dict[str, object] = {"jsonrpc": "2.0", "id": asked["id"]}
    if method == "initialize":
        wanted = dict_or_empty(asked.get("params")).get("protocolVersion")
        answer["result"] = {
            "protocolVersion": wanted or _PROTOCOL,
            "capabilities": {"tools": {}},
            "serverInfo": {"name": call.state.config.formation_id, "version": RUNTIME_VERSION},
        }
    elif method == "ping":
        answer["result"] = {}
    elif method == "tools/list":
        answer["result"] = {"tools": []}
    else:
        answer["error"] = {"code": -32601, "message": f"Method not found: {method}"}
    return JSONResponse(answer)


OUTSIDE: tuple[Route, ...] = (
    Route("GET", "/", open_, up),
    Route("GET", "/docs", open_, docs),
    Route("GET", "/redoc", open_, docs),
    Route("GET", "/openapi.json", open_, openapi),
    Route("POST", "/mcp/", client, mcp),
)
"""Routes outside `/v1`."""
ROUTES: tuple[Route, ...] = tuple(Route("GET", path, open_, up) for path in ("", "/", "/v1"))
