"""The calls that deploy bundles and drafts (contract server-api 4.1, 4.2, 5.2)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response

from ..streams import NoAnswer, only
from . import drafts
from .answers import EVENTS, Pieces, error, go_json
from .calls import Call
from .deploying import deploy as deploy_source
from .deploying import examine, sha256, unpacked
from .deploying import update as update_source
from .manifests import BadManifest, facts, id_problem
from .registry import Registered, Registry
from .runs import Done, Failed, Run

_GZIP = ("application/gzip", "application/x-gzip", "application/octet-stream")


async def deploy(call: Call) -> Response:
    """Deploy a new formation from a bundle."""
    registry, kind = call.registry, call.headers.get("content-type", "")
    if not any(each in kind for each in _GZIP):
        wanted = "Expected application/gzip with a formation bundle (tar.gz)"
        return error(400, f"Invalid Content-Type. {wanted}")
    formation_id = call.headers.get("x-formation-id", "")
    if not formation_id:
        wanted = "Provide the formation ID for early conflict detection."
        return error(400, f"Missing X-Formation-ID header. {wanted}")
    problem = id_problem(formation_id)
    if problem:
        return error(400, f"Invalid X-Formation-ID: {problem}")
    if formation_id in registry.formations:
        return error(409, f"Formation '{formation_id}' already exists. Use PUT to update.")
    body = await call.bundle("Failed to save bundle")
    if body is None:
        return NoAnswer()
    run = Run("deploy", registry.behavior, "extracting")

    async def job() -> Done:
        async with unpacked(registry, run, body) as directory:
            source = examine(run, directory, sha256(body))
            return await deploy_source(registry, run, formation_id, source, call.version)

    return await call.work(run, job)


async def update(call: Call) -> Response:
    """Update a formation from a bundle."""
    registry = call.registry
    known = _locked(registry.get(call.formation_id))
    try:
        body = await call.bundle("Failed to read bundle")
    except BaseException:
        known.deploying = False
        raise
    if body is None:
        known.deploying = False
        return NoAnswer()
    run = Run("update", registry.behavior, "extracting")

    async def job() -> Done:
        try:
            async with unpacked(registry, run, body) as directory:
                return await update_source(
                    registry, run, known, directory, digest=sha256(body), version=call.version
                )
        finally:
            known.deploying = False

    return await call.work(run, job)


def _locked(known: Registered) -> Registered:
    if known.deploying:
        raise Failed("DeployConflict", "Formation is already being updated", 409)
    known.deploying = True
    return known


async def deploy_draft(call: Call) -> Response:
    """Deploy a draft as a new formation, or as an update of one."""
    registry, formation_id = call.registry, call.formation_id
    directory = drafts.existing(registry, formation_id)
    try:
        facts(directory)
    except BadManifest as problem:
        raise drafts.DraftError("ParseError", str(problem)) from None
    known = registry.formations.get(formation_id)
    if known is None or not registry.directory(formation_id).is_dir():
        run = Run("deploy", registry.behavior)
        return await call.work(run, lambda: _deploy_draft(registry, run, formation_id, directory))
    if known.deploying:
        conflict = drafts.DraftError("DeployConflict", "Formation is already being updated")
        if not call.streamed:
            raise conflict
        # A bug of the server: it sends a plain error instead of an event.
        text = go_json(drafts.refused(registry, formation_id, conflict)) + "\n"
        return Pieces(only(text.encode()), {**EVENTS, "x-accel-buffering": "no"})
    known.deploying = True
    run = Run("update", registry.behavior)
    return await call.work(run, lambda: _update_draft(registry, run, known, directory))


async def _deploy_draft(registry: Registry, run: Run, formation_id: str, directory: Path) -> Done:
    await run.step("validating", "Deploying new formation from draft...")
    source = examine(run, directory, _digest(registry, directory))
    return await deploy_source(registry, run, formation_id, source, None)


async def _update_draft(registry: Registry, run: Run, known: Registered, directory: Path) -> Done:
    # If anything changed, the draft is moved. It is then lost even if the update fails.
    try:
        await run.step("validating", "Updating formation from draft...")
        digest = _digest(registry, directory)
        return await update_source(registry, run, known, directory, digest=digest, version=None)
    finally:
        known.deploying = False


def _digest(registry: Registry, directory: Path) -> str:
    if registry.behavior.quirks.draft_digest:
        return sha256(b"")
    files = sorted(file for file in directory.rglob("*") if file.is_file())
    contents = [f"{file.relative_to(directory)}\0".encode() + file.read_bytes() for file in files]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()
