"""New formations and blue-green updates (contract server-api 4.1, 4.2)."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .actions import stop_serving
from .bundles import BadBundle, extract
from .drafts import METADATA
from .manifests import BadManifest, Facts, facts, mark, secrets_problem
from .processes import Process
from .registry import Registered, Registry, Release
from .runs import Done, Failed, Run

SERVER_ID = "server-emulator-0badcafe"

_TUNING = frozenset({"muxi.md", "pending-muxi.md"})


@dataclass(frozen=True)
class Source:
    """Files to deploy, after the checks that the control plane makes."""

    directory: Path
    facts: Facts
    digest: str

    @property
    def version(self) -> str:
        """The version that the version header must match."""
        return self.facts.version or "1.0.0"


@asynccontextmanager
async def unpacked(registry: Registry, run: Run, body: bytes) -> AsyncGenerator[Path, None]:
    """Unpack a bundle into a temporary directory."""
    where = " to staging" if run.operation == "update" else ""
    await run.step("extracting", f"Extracting bundle{where}...")
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=registry.root) as directory:
        try:
            found = await asyncio.to_thread(extract, body, Path(directory))
        except BadBundle as problem:
            raise Failed("ExtractError", f"Failed to extract bundle: {problem}") from None
        yield found


def examine(run: Run, directory: Path, digest: str) -> Source:
    """Find and check the manifest."""
    run.stage = "validating"
    try:
        found = facts(directory)
    except BadManifest as problem:
        raise Failed("ParseError", str(problem)) from None
    lacking = secrets_problem(directory, found.secrets)
    if lacking:
        raise Failed("SecretsError", lacking)
    return Source(directory, found, digest)


def sha256(body: bytes) -> str:
    """Return the digest of a bundle."""
    return hashlib.sha256(body).hexdigest()


def _check_version(source: Source, expected: str | None) -> None:
    if expected is not None and source.version != expected:
        found = f"expected '{expected}' but config contains '{source.version}'"
        raise Failed("VersionMismatch", f"Formation version mismatch: {found}")


async def deploy(
    registry: Registry, run: Run, formation_id: str, source: Source, version: str | None
) -> Done:
    """Start a new formation. If that fails after its files were moved, remove all of it."""
    if source.facts.id != formation_id:
        found = f"expected '{formation_id}' but config contains '{source.facts.id}'"
        raise Failed("IDMismatch", f"Formation ID mismatch: {found}")
    _check_version(source, version)
    await run.check("validating")
    _move(registry, source.directory, registry.directory(formation_id))
    known = Registered(formation_id, source.facts.name, 0, _release(source, 1))
    known.created = registry.behavior.now
    with _undone(registry, known):
        await run.resolve(source.facts.runtime)
        await run.step("spawning", "Starting formation. It might take 1-2 minutes.")
        mark(registry.directory(formation_id), SERVER_ID)
        process = registry.spawn(
            formation_id,
            formation_id,
            registry.directory(formation_id),
            failure="Failed to spawn process",
        )
        known.port = process.port
        known.started = registry.behavior.now
        registry.formations[formation_id] = known
        await run.await_health(process)
    known.status, known.checked = "running", registry.behavior.now
    more = {
        "url": registry.url(formation_id),
        "health_url": f"http://localhost:{known.port}/v1/health",
    }
    about = {"formation_id": formation_id, "port": known.port, "status": "running"}
    data = {**about, **more, "pid": process.pid}
    return Done(data, data, 201)


@contextmanager
def _undone(registry: Registry, known: Registered) -> Generator[None, None, None]:
    try:
        yield
    except BaseException:
        if registry.formations.get(known.id) is known:
            registry.stop(known.id)
        if registry.formations.get(known.id, known) is known:
            registry.forget(known.id)
        raise


async def update(
    registry: Registry,
    run: Run,
    known: Registered,
    directory: Path,
    *,
    digest: str,
    version: str | None,
) -> Done:
    """Start the new version beside the old one, then switch to it.

    Args:
        registry: All formations of the server.
        run: The operation, which reports its progress.
        known: The formation.
        directory: The files of the new version. If they differ from the live ones, they are moved.
        digest: The digest of the new files.
        version: The version that the manifest must have. None: any.
    """
    staging = registry.directory(known.id, "staging")
    name = f"{known.id}-staging"
    process: Process | None = None
    run.stage = "validating"
    if known.release.digest == digest:
        text = "Source is identical to current version - nothing to update"
        raise Failed("NoChange", text)
    known.staging_port = registry.free_port()
    try:
        _move(registry, directory, staging)
        await run.step("validating", "Validating formation config...")
        source = examine(run, staging, digest)
        _check_version(source, version)
        _carry_over(registry.directory(known.id), staging)
        await run.resolve(source.facts.runtime)
        mark(staging, SERVER_ID)
        process = await _spawn_staging(registry, run, known, staging)
        port = process.port
        await run.step("spawning_staging", _starting(port), process, staging_port=port)
        await run.await_health(process)
        await run.step("swapping", "Switching traffic to new version...", process)
        if process.died.is_set() or registry.formations.get(known.id) is not known:
            raise Failed("SwitchError", "Failed to switch ports")
    except BaseException:
        if process is not None and registry.processes.get(name) is process:
            registry.stop(name)
        if not registry.behavior.quirks.staging_stays:
            known.staging_port = None
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return await _take_over(registry, run, known, source, process)


async def _spawn_staging(registry: Registry, run: Run, known: Registered, staging: Path) -> Process:
    name, port = f"{known.id}-staging", known.staging_port or 0
    failure = "Failed to start staging formation"
    try:
        process = registry.spawn(name, known.id, staging, port, failure=failure)
    except Failed:
        await run.step("spawning_staging", _starting(port), staging_port=port)
        raise
    known.staging_port = process.port
    return process


def _starting(port: int) -> str:
    return f"Starting staging version on port {port}"


async def _take_over(
    registry: Registry, run: Run, known: Registered, source: Source, process: Process
) -> Done:
    old_port = known.port
    known.port, known.staging_port, known.status = process.port, None, "running"
    await run.step("stopping_old", "Stopping old version...")
    stop_serving(registry, known.id)
    known.previous, known.release = known.release, _release(source, known.next_number)
    known.name = source.facts.name
    if not registry.behavior.quirks.misfiled:
        registry.processes[known.id] = registry.processes.pop(f"{known.id}-staging")
    current = registry.directory(known.id)
    registry.replace(current, registry.directory(known.id, "previous"))
    registry.replace(registry.directory(known.id, "staging"), current)
    port = old_port if registry.behavior.quirks.old_port else known.port
    before, after = known.previous.number, known.release.number
    return Done(
        {
            "formation_id": known.id,
            "port": port,
            "status": "running",
            "url": registry.url(known.id),
            "previous_version": str(before),
            "new_version": str(after),
        },
        {
            "id": known.id,
            "status": "running",
            "version": after,
            "previous_version": before,
            "port": port,
            "pid": process.pid,
            "message": "Formation updated with zero downtime",
            "deployment_type": "blue-green",
        },
    )


def _move(registry: Registry, directory: Path, target: Path) -> None:
    registry.replace(directory, target)
    (target / METADATA).unlink(missing_ok=True)


def _release(source: Source, number: int) -> Release:
    return Release(number, source.digest, source.facts.version)


def _carry_over(live: Path, staging: Path) -> None:
    """Copy the memory, unless the bundle has one, and always the tuning files."""
    for file in live.glob("*"):
        tuning = file.name.lower() in _TUNING
        if tuning or (file.name == "memory.db" and not (staging / file.name).exists()):
            shutil.copy2(file, staging / file.name)
