"""The control plane: public and read routes, HMAC checks, the proxy (contract server-api)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..models.server import (
    FormationCounts,
    FormationSummary,
    FormationVersion,
    GoRuntime,
    Health,
    PortPool,
    ServerIdentity,
    ServerStatus,
)

VERSION = "1.20260713.0"

_SCHEME = "MUXI-HMAC "
_TOLERANCE = 300
_PROXIED = re.compile(r"/(?P<kind>api|draft)/(?P<id>[^/]+)(?P<rest>/.*)?")
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
    "access-control-allow-headers": "Content-Type, Authorization",
}
_PHRASES = {401: "Unauthorized", 404: "Not Found"}


@dataclass
class Deployed:
    """The one formation of the server."""

    id: str
    port: int
    app: ASGIApp
    status: str = "running"
    started: float = field(default_factory=time.time)

    @property
    def uptime(self) -> int:
        """Whole seconds; 0 unless it runs."""
        return int(time.time() - self.started) if self.status == "running" else 0


class ControlPlane:
    """The control plane as an ASGI application.

    Args:
        key_id: The id of its one key.
        secret_key: The secret of it.
        formation: The formation that it runs and proxies to.
    """

    def __init__(self, key_id: str, secret_key: str, formation: Deployed) -> None:
        self._key_id = key_id
        self._secret_key = secret_key
        self._formation = formation
        self._started = time.time()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = str(scope["path"])
        proxied = _PROXIED.fullmatch(path)
        if proxied:
            app = self._proxy(scope, proxied["kind"], proxied["id"])
            inner = {**scope, "path": proxied["rest"] or "/", "root_path": ""}
            inner["raw_path"] = inner["path"].encode()
            await app(inner, receive, _marked(scope, send))
            return
        await self._answer(str(scope["method"]), path, Headers(scope=scope))(scope, receive, send)

    def _answer(self, method: str, path: str, headers: Headers) -> Response:
        found = re.fullmatch(r"/rpc/formations/(?P<id>[^/]+)", path)
        routes: dict[str, Callable[[], Response]] = {
            "/ping": lambda: PlainTextResponse("pong", headers={"content-type": "text/plain"}),
            "/health": lambda: _json(
                Health(success=True, status="ok", version=VERSION).model_dump()
            ),
            "/rpc/server/status": self._status,
            "/rpc/formations": self._list,
        }
        handler = (lambda: self._get(found["id"])) if found else routes.get(path)
        if handler is None:
            return _error(404, "Endpoint not found", cors=False)
        if method != "GET":
            return Response(status_code=405)
        if path.startswith("/rpc/"):
            refusal = self._refuse(method, path, headers.get("authorization"))
            if refusal is not None:
                return _error(401, refusal)
        return handler()

    def _refuse(self, method: str, path: str, given: str | None) -> str | None:
        if not given:
            return "Missing authorization header"
        pairs = (part.partition("=") for part in given.removeprefix(_SCHEME).split(", "))
        parts = {name: value for name, _, value in pairs}
        wanted = [parts.get(name, "") for name in ("key", "timestamp", "signature")]
        if not given.startswith(_SCHEME) or not all(wanted):
            return "Invalid authorization header format"
        key, timestamp, signature = wanted
        if key != self._key_id:
            return "Invalid key"
        known = re.fullmatch(r"[+-]?\d{1,18}", timestamp, re.ASCII)
        if not known or abs(int(time.time()) - int(timestamp)) > _TOLERANCE:
            return "Request expired (timestamp too old or in future)"
        text = f"{timestamp};{method};{path}".encode()
        digest = hmac.new(self._secret_key.encode(), text, hashlib.sha256).digest()
        if not hmac.compare_digest(base64.b64encode(digest), signature.encode()):
            return "Invalid signature"
        return None

    def _summary(self) -> dict[str, object]:
        formation = self._formation
        running = formation.status == "running"
        digest = hashlib.sha256(formation.id.encode()).hexdigest()
        summary = FormationSummary(
            id=formation.id,
            name=formation.id,
            port=formation.port,
            status=formation.status,
            pid=4711 if running else 0,
            uptime=formation.uptime,
            restart_count=0,
            healthy=None if formation.status == "starting" else running,
            version=FormationVersion(semantic="1.0.0", current=digest),
        )
        return summary.model_dump(exclude_unset=True)

    def _list(self) -> Response:
        return _ok({"formations": [self._summary()], "total": 1})

    def _get(self, formation_id: str) -> Response:
        if formation_id != self._formation.id:
            return _error(404, "Formation not found")
        began = _rfc3339(self._formation.started)
        times = {"created_at": began, "deployed_at": began, "updated_at": began}
        checked = {"last_health_check": _rfc3339(time.time())}
        return _ok(self._summary() | times | checked)

    def _status(self) -> Response:
        status = self._formation.status
        states = {each: int(status == each) for each in ("running", "stopped", "crashed")}
        uptime = int(time.time() - self._started)
        found = ServerStatus(
            server=ServerIdentity(id="server-emulator-0badcafe", version=VERSION, uptime=uptime),
            formations=FormationCounts(total=1, **states),
            port_pool=PortPool(total=1000, available=999, allocated=1),
            runtime=GoRuntime(goroutines=12, go_version="go1.24.0"),
        )
        return _ok(found.model_dump())

    def _proxy(self, scope: Scope, kind: str, formation_id: str) -> ASGIApp:
        if scope["method"] == "OPTIONS":
            return Response(headers=_CORS)
        formation = self._formation
        if kind == "draft":
            text = f"No draft formation with id '{formation_id}'"
            return _error(404, text, "Draft formation not found")
        if formation_id != formation.id:
            return _error(404, f"No formation with id '{formation_id}'", "Formation not found")
        if formation.status != "running":
            text = f"Formation '{formation_id}' is not running (status: {formation.status})"
            return _error(503, text, "Formation unavailable")
        return formation.app


def _marked(scope: Scope, send: Send) -> Send:
    """Adds what the proxy adds: CORS, and the latest SDK to clients that say theirs."""
    _, _, version = Headers(scope=scope).get("x-muxi-sdk", "").partition("/")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _CORS.items():
                headers.append(name, value)
            if version:
                headers["x-muxi-sdk-latest"] = version
        await send(message)

    return sending


def _rfc3339(moment: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment % 1 * 1e9):09d}Z"


def _ok(data: object) -> Response:
    return _json({"success": True, "data": data})


def _error(status: int, text: str, phrase: str | None = None, *, cors: bool = True) -> Response:
    body = {"error": phrase or _PHRASES[status], "message": text, "code": status}
    return _json(body, status, cors=cors and phrase is None)


def _json(body: object, status: int = 200, *, cors: bool = True) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"
    for plain, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(plain, escaped)
    headers = {**(_CORS if cors else {}), "content-type": "application/json"}
    return Response(text, status, headers)
