"""The application that replaced the formations when the server was recorded."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

SERVER = {"server": "BaseHTTP/0.6 Python/3.11.7"}


def stand_in(version: str) -> ASGIApp:
    """Return the application of one version."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = bytes(scope["raw_path"]).decode()
        await (await _answer(request, path, version))(scope, receive, send)

    return app


async def _answer(request: Request, path: str, version: str) -> Response:
    if path == "/v1/health":
        return JSONResponse({"status": "healthy", "version": version}, headers=SERVER)
    if path == "/echo":
        query = request.url.query
        content = {
            "method": request.method,
            "path": f"{path}?{query}" if query else path,
            "headers": {name.title(): value for name, value in request.headers.items()},
            "body": (await request.body()).decode(),
        }
        return JSONResponse(content, headers=SERVER)
    if path == "/cors":
        return JSONResponse({}, headers={**SERVER, "access-control-allow-origin": "https://x"})
    if path == "/redirect":
        return Response(status_code=302, headers={**SERVER, "location": "/echo"})
    if path == "/v1/sse":
        events = [f"event: content\ndata: {json.dumps({'n': n})}\n\n" for n in range(5)]
        events.append("event: done\ndata: {}\n\n")
        media = "text/event-stream"
        headers = {**SERVER, "content-type": media}
        return StreamingResponse(iter(events), headers=headers, media_type=None)
    error = {"code": "NOT_FOUND", "message": f"no {path}"}
    content = {"object": "error", "success": False, "error": error}
    return JSONResponse(content, 404, headers=SERVER)
