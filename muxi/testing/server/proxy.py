"""The proxy to live formations and drafts (contract server-api 10)."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote, unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import CORS, flat
from .descriptions import VERSION
from .processes import Process
from .registry import Registry

_PROXIED = re.compile(r"/(?P<kind>api|draft|mcp)/(?P<id>[^/]+)(?P<rest>/.*)?", re.DOTALL)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_OWN = frozenset(
    {b"host", b"content-length", b"x-muxi-server"}
    | {b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"}
)


class Proxy:
    """Forwards calls to the processes of formations.

    Args:
        registry: All formations of the server.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def match(self, path: str) -> re.Match[str] | None:
        """Return the parts of a path that the proxy serves, or None for other paths."""
        return _PROXIED.fullmatch(path)

    async def __call__(
        self, found: re.Match[str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a call."""
        kind, formation_id = found["kind"], found["id"]
        marked = self._with_headers(kind, scope, send)
        if scope["method"] == "OPTIONS":
            await Response(headers=CORS)(scope, receive, send)
            return
        app: ASGIApp | None = self._unavailable(kind, formation_id)
        if app is None:
            process = self._process(kind, formation_id)
            rest = f"/mcp{found['rest'] or ''}" if kind == "mcp" else found["rest"] or "/"
            fault = self._registry.behavior.fault("proxy")
            if fault is not None:
                await asyncio.sleep(fault.delay)
            if process is None or process.died.is_set() or (fault and fault.cut):
                who = "Draft formation" if kind == "draft" else "Formation"
                app = self._error(502, "Bad gateway", f"{who} did not respond")
            elif _BAD_ESCAPE.search(rest):
                text = "Failed to parse target URL"
                app = self._error(500, "Internal server error", text)
            else:
                app, scope = process.app, _inner(scope, rest, process.port)
                marked = _with_server_header(marked)
        await app(scope, receive, marked)

    def _process(self, kind: str, formation_id: str) -> Process | None:
        if kind == "draft":
            return self._registry.processes.get(f"{formation_id}-draft")
        return self._registry.serving(formation_id)

    def _unavailable(self, kind: str, formation_id: str) -> ASGIApp | None:
        draft = kind == "draft"
        who = "Draft formation" if draft else "Formation"
        process = self._process(kind, formation_id)
        known = self._registry.find(formation_id)
        status = known.status if known else None
        if draft:
            gone = process is not None and process.died.is_set()
            status = None if process is None else "crashed" if gone else "running"
        if status is None:
            text = f"No {'draft ' * draft}formation with id '{formation_id}'"
            return self._error(404, f"{who} not found", text)
        # A formation that is only marked unhealthy is still running.
        alive = status == "unhealthy" and formation_id in self._registry.processes
        if status == "running" or alive:
            return None
        text = f"{who} '{formation_id}' is not running (status: {status})"
        return self._error(503, f"{who} unavailable", text)

    def _error(self, status: int, phrase: str, text: str) -> Response:
        if not self._registry.behavior.quirks.unescaped:
            return flat({"error": phrase, "message": text, "code": status}, status, cors=False)
        body = f'{{"error": "{phrase}", "message": "{text}", "code": {status}}}'
        return Response(body, status, {"content-type": "application/json"})

    def _with_headers(self, kind: str, scope: Scope, send: Send) -> Send:
        """Add CORS headers and, for clients that name their SDK, its latest version."""
        name, _, version = Headers(scope=scope).get("x-muxi-sdk", "").partition("/")
        latest = self._registry.behavior.sdk_versions.get(name, version)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for key, value in CORS.items():
                    headers.append(key, value)
                if latest and kind != "mcp":
                    headers["x-muxi-sdk-latest"] = latest
            await send(message)

        return sending


def _with_server_header(send: Send) -> Send:
    """Add the `Server` header. Formations send it, the control plane doesn't."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("server", "uvicorn")
        await send(message)

    return sending


def _inner(scope: Scope, rest: str, port: int) -> Scope:
    """Return the call as the formation gets it. The path is unescaped twice: here and before."""
    given, _, more = rest.partition("#")[0].partition("?")
    path = unquote_to_bytes(given)
    query = bytes(scope["query_string"])
    return {
        **scope,
        "path": path.decode("utf-8", "replace"),
        "raw_path": quote(path, safe="/:@!$&'()*+,;=~").encode(),
        "root_path": "",
        "query_string": b"?".join(part for part in (more.encode(), query) if part),
        "headers": _headers(scope, port),
        "server": ("localhost", port),
    }


def _headers(scope: Scope, port: int) -> list[tuple[bytes, bytes]]:
    given = Headers(scope=scope)
    peer = scope.get("client") or ("",)
    sender = given.get("x-forwarded-for", "").partition(",")[0].strip()
    added = {
        "host": f"localhost:{port}",
        "x-forwarded-for": sender or given.get("x-real-ip") or str(peer[0]),
        "x-forwarded-proto": "http",
        "x-forwarded-host": given.get("host", ""),
        "x-muxi-server": VERSION,
    }
    if given.get("content-length", "0") != "0":
        added["transfer-encoding"] = "chunked"
    kept = [(name, value) for name, value in scope["headers"] if name not in _OWN]
    return kept + [(name.encode(), value.encode("latin-1")) for name, value in added.items()]
