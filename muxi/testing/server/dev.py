"""Dev runs: drafts that run beside the live formations (contract server-api 5.1)."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from .answers import flat
from .manifests import NAMES, BadManifest, Facts, facts, id_problem
from .registry import Registry
from .runs import Failed, Run


class _Ask(BaseModel):
    path: str | None = None
    formation_id: str | None = None


async def run(registry: Registry, body: bytes) -> Response:
    """Run a directory or the files of a draft."""
    formation_id = ""
    try:
        ask = _parse(body)
        formation_id = "" if ask.path else ask.formation_id or ""
        found, directory = _found(registry, ask)
        formation_id = formation_id or found.id
        port = await _start(registry, formation_id, found, directory)
    except Failed as failed:
        return _refused(failed, formation_id)
    about = {"formation_id": formation_id, "port": port, "status": "running"}
    return flat({"success": True, **about})


def stop(registry: Registry, body: bytes) -> Response:
    """Stop a running draft."""
    formation_id = ""
    try:
        formation_id = _parse(body).formation_id or ""
        if not formation_id:
            raise Failed("", "Missing formation_id", 400)
        if not registry.stop(f"{formation_id}-draft"):
            raise Failed("", f"Draft formation {formation_id} not found", 404)
    except Failed as failed:
        return _refused(failed, formation_id)
    return flat({"success": True, "formation_id": formation_id, "status": "stopped"})


def _found(registry: Registry, ask: _Ask) -> tuple[Facts, Path]:
    directory = _directory(registry, ask)
    try:
        return facts(directory), directory
    except BadManifest as problem:
        raise Failed("", str(problem), 400) from None


async def _start(registry: Registry, formation_id: str, found: Facts, directory: Path) -> int:
    name = f"{formation_id}-draft"
    running = registry.processes.get(name)
    if running is not None:
        where = f"is already running on port {running.port}"
        raise Failed("", f"Draft formation {formation_id} {where}. Run 'muxi down' first.", 409)
    work = Run("start", registry.behavior)
    await work.resolve(found.runtime)
    await work.step("spawning", "")
    registry.logs.pop(name, None)
    process = registry.spawn(name, formation_id, directory, failure="Failed to start formation")
    try:
        await work.await_health(process)
    except Failed as failed:
        registry.stop(name)
        if registry.behavior.quirks.dev_leftover:
            registry.blocked.add(name)
        raise Failed("", f"Health check failed: {failed.text}", 500) from None
    return process.port


def _parse(body: bytes) -> _Ask:
    try:
        return _Ask.model_validate_json(body)
    except ValidationError:
        raise Failed("", "Invalid request body", 400) from None


def _directory(registry: Registry, ask: _Ask) -> Path:
    if ask.path:
        given = Path(ask.path)
        if not given.is_absolute():
            raise Failed("", "Path must be absolute", 400)
        if not given.is_dir():
            raise Failed("", f"Directory not found: {given}", 400)
        if not (given / NAMES[0]).is_file():
            raise Failed("", f"{NAMES[0]} not found in {given}", 400)
        return given
    if not ask.formation_id:
        raise Failed("", "Must provide either 'path' or 'formation_id'", 400)
    draft = registry.directory(ask.formation_id, "draft")
    if id_problem(ask.formation_id) or not draft.is_dir():
        raise Failed("", f"Draft directory not found for formation {ask.formation_id}", 404)
    return draft


def _refused(failed: Failed, formation_id: str) -> Response:
    status, text = failed.status or 500, failed.text
    if failed.type == "InvalidRuntime":
        status, text = 400, f"Invalid muxi_runtime: {text}"
    empty = {"success": False, "formation_id": formation_id, "port": 0, "status": ""}
    return flat({**empty, "error": text}, status)
