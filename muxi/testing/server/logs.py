"""The logs of formations and of the server (contract server-api 3.5, 7)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping

from starlette.responses import Response

from .answers import CORS, EVENTS, Pieces, event, ok
from .registry import Registry

_STREAMS = ("stdout", "stderr")


def formation_logs(registry: Registry, formation_id: str, query: Mapping[str, str]) -> Response:
    """Return the last lines of a formation's log, or follow it."""
    registry.get(formation_id)
    log, wanted = registry.log(formation_id), query.get("stream") or "all"
    if query.get("follow") in ("true", "1"):
        lines = log.stderr if wanted == "stderr" else log.stdout
        return Pieces(_follow(formation_id, lines, registry.behavior.poll), EVENTS)
    kept = {"stdout": log.stdout, "stderr": log.stderr}
    named = [name for name in _STREAMS if wanted in (name, "all")]
    chosen = {name: kept[name][-_count(query) :] or None for name in named}
    totals = {name: len(kept[name]) if name in named else 0 for name in _STREAMS}
    return ok({"formation_id": formation_id, "logs": chosen, "total_lines": totals})


def server_logs(registry: Registry, query: Mapping[str, str]) -> Response:
    """Return the last lines of the audit log as text."""
    text = "".join(f"{line}\n" for line in registry.behavior.audit[-_count(query) :])
    return Response(text, headers={**CORS, "content-type": "text/plain"})


async def _follow(formation_id: str, lines: list[str], poll: float) -> AsyncGenerator[bytes, None]:
    seen = len(lines)
    yield event("connected", {"formation_id": formation_id})
    while True:
        while seen < len(lines):  # more lines may arrive while one is sent
            seen += 1
            yield event("log", {"line": lines[seen - 1], "formation_id": formation_id})
        await asyncio.sleep(poll)


def _count(query: Mapping[str, str]) -> int:
    given = query.get("lines", "")
    known = re.fullmatch(r"\+?\d{1,18}", given, re.ASCII)
    return min(int(given), 10_000) if known and int(given) else 100
