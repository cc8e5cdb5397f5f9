"""Start, stop, restart, rollback, delete, cancel (contract server-api 4.3)."""

from __future__ import annotations

import shutil
from pathlib import Path

from .manifests import BadManifest, Facts, facts
from .processes import Process
from .registry import Registered, Registry
from .runs import Done, Failed, Run


async def start(registry: Registry, run: Run, formation_id: str) -> Done:
    """Start a formation that isn't running."""
    known = registry.get(formation_id)
    if known.status in ("running", "starting"):
        raise Failed("AlreadyRunning", "Formation is already running")
    await _boot(registry, run, known)
    data = {"id": known.id, "status": "running", "message": "Formation started"}
    return Done(_complete(known), {**data, "port": known.port})


async def restart(registry: Registry, run: Run, formation_id: str) -> Done:
    """Stop a formation if it is running, then start it."""
    run.stage = "stopping"
    known = registry.get(formation_id)
    await run.step("stopping", "Stopping current process...")
    registry.stop(known.id)
    await _boot(registry, run, known)
    known.restarts += 1
    count = {"restart_count": known.restarts}
    data = {"id": known.id, "status": "running", "message": "Formation restarted", **count}
    return Done({**_complete(known), **count}, {**data, "port": known.port})


async def rollback(registry: Registry, run: Run, formation_id: str) -> Done:
    """Replace the live version with the previous one, and keep both."""
    await run.step("validating", "Validating rollback request...")
    known = registry.get(formation_id)
    if known.previous is None:
        raise Failed("NoPreviousVersion", "No previous version available for rollback")
    current, previous = (registry.directory(known.id, part) for part in ("current", "previous"))
    if not previous.is_dir():
        raise Failed("DirectoryError", "Previous version directory not found")
    wanted = _facts(previous)
    await run.resolve(wanted.runtime)
    name = f"{known.id}-rollback"
    probe = registry.spawn(name, known.id, previous, failure="Failed to start previous version")
    try:
        text = f"Starting previous version on staging port {probe.port}..."
        await run.step("spawning_previous", text, probe)
        await run.await_health(probe)
        await run.step("stopping_current", "Stopping current version...")
        stop_serving(registry, known.id)
        await run.step("swapping", "Switching to previous version...")
    finally:
        registry.stop(name)
    process = _swap(registry, known, current, previous)
    known.name, known.started = wanted.name, registry.behavior.now
    pause = registry.behavior.starting_pause
    known.starting_until = registry.behavior.now + pause
    known.status = "starting" if pause else "running"
    numbers = (known.release.number, known.previous.number)
    data = {"id": known.id, "status": "running", "version": numbers[0]}
    return Done(
        {
            **_complete(known),
            "url": registry.url(known.id),
            "previous_version": str(numbers[1]),
            "new_version": str(numbers[0]),
        },
        {
            **data,
            "previous_version": numbers[1],
            "pid": process.pid,
            "message": "Rolled back to previous version",
        },
    )


def stop(registry: Registry, formation_id: str) -> dict[str, object]:
    """Stop a running formation."""
    known = registry.get(formation_id)
    if known.status == "stopped":
        raise Failed("AlreadyStopped", "Formation is already stopped", 409)
    if not registry.stop(known.id):
        raise Failed("StopError", "Failed to stop formation", 500)
    known.status, known.starting_until = "stopped", None
    message = "Formation stopped successfully"
    return {"id": known.id, "status": "stopped", "message": message}


def delete(registry: Registry, formation_id: str) -> dict[str, object]:
    """Delete a formation and all of its files."""
    known = registry.get(formation_id)
    registry.stop(known.id)
    registry.forget(known.id)
    return {"id": known.id, "message": "Formation deleted successfully"}


def cancel_update(registry: Registry, formation_id: str) -> dict[str, object]:
    """Cancel an update: end the process of the new version."""
    known = registry.get(formation_id)
    port, known.staging_port = known.staging_port, None
    if port is None:
        raise Failed("NoUpdate", "No update in progress for this formation", 400)
    registry.stop(f"{known.id}-staging")
    shutil.rmtree(registry.directory(known.id, "staging"), ignore_errors=True)
    return {
        "message": "Update cancelled successfully",
        "formation_id": known.id,
        "staging_port": port,
        "status": known.status,
        "current_port": known.port,
    }


async def _boot(registry: Registry, run: Run, known: Registered) -> None:
    await run.step("validating", "Loading formation configuration...")
    directory = registry.directory(known.id)
    if not directory.is_dir():
        raise Failed("NotFound", "Formation directory not found", 500)
    quirks = registry.behavior.quirks
    wanted = _facts(directory.parent if quirks.wrong_directory else directory)
    await run.resolve(wanted.runtime)
    await run.step("spawning", "Starting formation...")
    failure = "Failed to spawn process"
    process = registry.spawn(known.id, known.id, directory, known.port, failure=failure)
    known.port, known.status, known.starting_until = process.port, "starting", None
    known.started = registry.behavior.now
    await run.await_health(process)
    known.status, known.checked = "running", registry.behavior.now


def _swap(registry: Registry, known: Registered, current: Path, previous: Path) -> Process:
    if (current / "memory.db").is_file():
        shutil.copy2(current / "memory.db", previous / "memory.db")
    aside = registry.directory(known.id, "rollback")
    registry.replace(current, aside)
    registry.replace(previous, current)
    registry.replace(aside, previous)
    assert known.previous is not None
    known.release, known.previous = known.previous, known.release
    taken = registry.serving(known.id) is not None
    failure = "Failed to start previous version"
    process = registry.spawn(known.id, known.id, current, known.port, failure=failure)
    if taken:
        # The other version still has the port, so this process soon ends.
        process.crashed = registry.behavior.now + registry.behavior.starting_pause
        process.stop()
    else:
        known.port = process.port
    return process


def stop_serving(registry: Registry, formation_id: str) -> None:
    """Stop the live version for an update or a rollback. A failure is ignored."""
    if not registry.stop(formation_id) and formation_id in registry.processes:
        registry.stop(formation_id)


def _facts(directory: Path) -> Facts:
    try:
        return facts(directory)
    except BadManifest as problem:
        raise Failed("ParseError", str(problem)) from None


def _complete(known: Registered) -> dict[str, object]:
    return {"formation_id": known.id, "port": known.port, "status": "running"}
