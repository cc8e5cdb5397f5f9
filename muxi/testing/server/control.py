"""The control plane as an ASGI application: routes, signatures, dates (contract 1)."""

from __future__ import annotations

import posixpath
import re
from email.utils import formatdate
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ..streams import Disconnect
from .answers import error
from .calls import Call, Handler
from .proxy import Proxy
from .registry import Registry
from .routes import LAST_ROUTE, ROUTES
from .runs import Failed, Panic
from .signing import refusal
from .uploads import Gone, Upload


class ControlPlane:
    """The control plane.

    Args:
        registry: The formations.
        keys: The id and the secret of the server's only key.
    """

    def __init__(self, registry: Registry, keys: tuple[str, str]) -> None:
        self._registry = registry
        self._keys = keys
        self._proxy = Proxy(registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        dated = self._dated(send)
        path = str(scope["path"])
        clean = _cleaned(path)
        proxied = self._proxy.match(path)
        if clean != path:
            query = bytes(scope["query_string"]).decode("latin-1")
            where = quote(clean, safe="/:@!$&'()*+,;=~") + (f"?{query}" if query else "")
            await Response(status_code=301, headers={"location": where})(scope, receive, dated)
        elif proxied:
            await self._proxy(proxied, scope, receive, dated)
        else:
            upload = Upload(scope, receive)
            try:
                answer = await self._answer(scope, upload)
                if await upload.dropped():
                    answer.headers["connection"] = "close"
            except Gone:
                return
            await answer(scope, receive, dated)

    async def _answer(self, scope: Scope, upload: Upload) -> Response:
        method, path, headers = str(scope["method"]), str(scope["path"]), Headers(scope=scope)
        handlers = _matching(path)
        # The server's router answers a wrong method with 404 if a later route has the same prefix.
        forgets = path.startswith("/rpc/") and path != LAST_ROUTE
        if not handlers or (method not in handlers and forgets):
            return error(404, "Endpoint not found", cors=False)
        if method not in handlers:
            return Response(status_code=405)
        handler, formation_id = handlers[method]
        behavior = self._registry.behavior
        if path.startswith("/rpc/") and behavior.auth:
            given, now = headers.get("authorization"), behavior.now
            refused = refusal(self._keys, given, method, path, now, behavior.tolerance)
            if refused is not None:
                return error(401, refused)
        query = QueryParams(scope["query_string"])
        try:
            return await handler(Call(self._registry, headers, query, upload, formation_id))
        except Failed as failed:
            return error(failed.status or 404, failed.text)
        except Panic:
            return Disconnect()

    def _dated(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = self._registry.behavior.now
                MutableHeaders(scope=message)["date"] = formatdate(now, usegmt=True)
            await send(message)

        return sending


def _matching(path: str) -> dict[str, tuple[Handler, str]]:
    found: dict[str, tuple[Handler, str]] = {}
    for method, pattern, handler in ROUTES:
        match = re.fullmatch(pattern.replace("{id}", "([^/]+)"), path)
        if match:
            found[method] = (handler, match[1] if match.groups() else "")
    return found


def _cleaned(path: str) -> str:
    cleaned = posixpath.normpath("/" + path.lstrip("/"))
    return cleaned + "/" if path.endswith("/") and cleaned != "/" else cleaned
