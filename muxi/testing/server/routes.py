"""The routes of the control plane (contract server-api 3 to 8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from starlette.responses import Response

from ..formation.chat import BrokenOff
from ..streams import NoAnswer
from . import actions, descriptions, dev, drafts, logs
from .answers import CORS, Pieces, error, flat, ok
from .bundles import zipped
from .calls import Call, Handler
from .deploy_routes import deploy, deploy_draft, update
from .registry import Registry
from .runs import Done, Operation, Run

_PIECE = 32 * 1024


async def _ping(call: Call) -> Response:
    return Response("pong", headers={**CORS, "content-type": "text/plain"})


async def _health(call: Call) -> Response:
    return flat({"success": True, "status": "ok", "version": descriptions.VERSION})


async def _docs(call: Call) -> Response:
    where = "https://muxi.org/docs"
    headers = {**CORS, "content-type": "text/html; charset=utf-8", "location": where}
    return Response(f'<a href="{where}">Found</a>.\n\n', 302, headers)


async def _no_formation(call: Call) -> Response:
    return error(404, "Endpoint not found")


async def _status(call: Call) -> Response:
    return ok(descriptions.status(call.registry))


async def _server_logs(call: Call) -> Response:
    fault = call.registry.behavior.fault("server-logs")
    if fault is not None and fault.error:
        return error(500, fault.message or "Failed to read audit log")
    return logs.server_logs(call.registry, call.query)


async def _list(call: Call) -> Response:
    return ok(descriptions.listing(call.registry))


async def _get(call: Call) -> Response:
    return ok(descriptions.detail(call.registry, call.formation_id))


def _action(
    operation: Operation, do: Callable[[Registry, Run, str], Coroutine[Any, Any, Done]]
) -> Handler:
    async def handler(call: Call) -> Response:
        run = Run(operation, call.registry.behavior)
        return await call.work(run, lambda: do(call.registry, run, call.formation_id))

    return handler


def _instant(
    name: str, envelope: Callable[[object], Response], do: Callable[[Registry, str], object]
) -> Handler:
    async def handler(call: Call) -> Response:
        call.registry.get(call.formation_id)
        fault = call.registry.behavior.fault(name)
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.error:
                return error(500, fault.message or f"Failed to {name} formation")
        done = do(call.registry, call.formation_id)
        return NoAnswer() if fault is not None and fault.cut else envelope(done)

    return handler


async def _logs(call: Call) -> Response:
    return logs.formation_logs(call.registry, call.formation_id, call.query)


async def _download(call: Call) -> Response:
    call.registry.get(call.formation_id)
    directory = call.registry.directory(call.formation_id)
    if not directory.is_dir():
        return error(404, "Formation files not found")
    packed = zipped(directory, include_db=call.query.get("db") == "true")
    fault = call.registry.behavior.fault("download")

    async def pieces() -> AsyncGenerator[bytes, None]:
        ends = len(packed) // 2 if fault is not None and fault.cut else len(packed)
        for start in range(0, ends, _PIECE):
            yield packed[start : min(start + _PIECE, ends)]
            await asyncio.sleep(fault.delay if fault is not None else 0)
        if fault is not None and fault.cut == "drop":
            raise BrokenOff

    name = f'attachment; filename="{call.formation_id}.zip"'
    headers = {"content-type": "application/zip", "content-disposition": name}
    if len(packed) <= _SMALL and fault is None:
        return Response(packed, headers={**CORS, **headers})
    return Pieces(pieces(), headers)


async def _draft_files(call: Call) -> Response:
    try:
        ask = drafts.parse(call.formation_id, await call.upload.read())
        if ask.action != "deploy":
            return drafts.edit(call.registry, call.formation_id, ask)
        return await deploy_draft(call)
    except drafts.DraftError as problem:
        refused = drafts.refused(call.registry, call.formation_id, problem)
        return flat(refused, problem.status)


async def _dev_run(call: Call) -> Response:
    return await dev.run(call.registry, await call.upload.read())


async def _dev_stop(call: Call) -> Response:
    return dev.stop(call.registry, await call.upload.read())


LAST_ROUTE = "/rpc/dev/stop"
_ONE = "/rpc/formations/{id}"
_SMALL = 2048
"""Archives up to this many bytes are sent in one write, with their length."""

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/ping", _ping),
    ("GET", "/health", _health),
    ("GET", "/docs", _docs),
    ("GET", "/rpc/server/status", _status),
    ("GET", "/rpc/server/logs", _server_logs),
    ("GET", "/rpc/formations", _list),
    ("POST", "/rpc/formations", deploy),
    ("GET", _ONE, _get),
    ("PUT", _ONE, update),
    ("DELETE", _ONE, _instant("delete", ok, actions.delete)),
    ("POST", f"{_ONE}/start", _action("start", actions.start)),
    ("POST", f"{_ONE}/stop", _instant("stop", ok, actions.stop)),
    ("POST", f"{_ONE}/restart", _action("restart", actions.restart)),
    ("POST", f"{_ONE}/rollback", _action("rollback", actions.rollback)),
    ("POST", f"{_ONE}/cancel-update", _instant("cancel-update", flat, actions.cancel_update)),
    ("GET", f"{_ONE}/logs", _logs),
    ("GET", f"{_ONE}/download", _download),
    ("POST", f"{_ONE}/draft/files", _draft_files),
    ("POST", "/rpc/dev/run", _dev_run),
    ("POST", LAST_ROUTE, _dev_stop),
    *(
        (method, path, _no_formation)
        for path in ("/api", "/draft", "/mcp")
        for method in ("GET", "POST", "PUT", "DELETE")
    ),
)
