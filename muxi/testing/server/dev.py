"""Drafts that run beside the live formations (contract server-api 5.1)."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from .answers import flat
from .manifests import NAMES, BadManifest, facts, id_problem
from .registry import Registry
from .runs import Failed, Run


class _Ask(BaseModel):
    path: str | None = None
    formation_id: str | None = None


async def run(registry: Registry, body: bytes) -> Response:
    """Run a directory, or the files of a draft."""
    formation_id = ""
    try:
        ask = _parse(body)
        formation_id = "" if ask.path else ask.formation_id or ""
        directory = _directory(registry, ask)
        formation_id, port = await _start(registry, formation_id, directory)
    except Failed as failed:
        return _refused(failed, formation_id)
    about = {"formation_id": formation_id, "port": port, "status": "running"}
    return flat({"success": True, **about})


def stop(registry: Registry, body: bytes) -> Response:
    """Stop a draft that runs."""
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


async def _start(registry: Registry, formation_id: str, directory: Path) -> tuple[str, int]:
    try:
        found = facts(directory)
    except BadManifest as problem:
        text = str(problem)
        missing = text.endswith(": id is required")
        text = f"Formation ID not found in {NAMES[0]}" if missing else text
        raise Failed("", text, 400) from None
    formation_id = formation_id or found.id
    name = f"{formation_id}-draft"
    running = registry.processes.get(name)
    if running is not None:
        where = f"is already running on port {running.port}"
        raise Failed("", f"Draft formation {formation_id} {where}. Run 'muxi down' first.", 409)
    work = Run("start", registry.behavior)
    await work.resolve(found.runtime, is_valid=found.runtime_is_valid)
    await work.step("spawning", "")
    registry.logs.pop(name, None)
    process = registry.spawn(name, formation_id, directory)
    try:
        await work.await_health(process)
    except Failed as failed:
        registry.stop(name)
        raise Failed("", f"Health check failed: {failed.text}", 500) from None
    return formation_id, process.port


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
    status = failed.status or (400 if failed.type == "InvalidRuntime" else 500)
    empty = {"success": False, "formation_id": formation_id, "port": 0, "status": ""}
    return flat({**empty, "error": failed.text}, status)
