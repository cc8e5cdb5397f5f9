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

from .bundles import BadBundle, extract
from .manifests import BadManifest, Facts, facts, mark, secrets_problem
from .processes import Process
from .registry import Registered, Registry, Release
from .runs import Done, Failed, Run

SERVER_ID = "server-emulator-0badcafe"

_TUNING = frozenset({"muxi.md", "pending-muxi.md"})


@dataclass(frozen=True)
class Source:
    """Files to deploy, checked as far as the control plane checks them."""

    directory: Path
    facts: Facts
    digest: str

    @property
    def version(self) -> str:
        """What the version header is compared with."""
        return self.facts.version or "1.0.0"


@asynccontextmanager
async def unpacked(registry: Registry, run: Run, body: bytes) -> AsyncGenerator[Path, None]:
    """The files of a bundle, in a directory that goes away."""
    await run.step("extracting", "Extracting formation bundle...")
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
    """The digest of a bundle."""
    return hashlib.sha256(body).hexdigest()


def _check_version(source: Source, expected: str | None) -> None:
    if expected is not None and source.version != expected:
        found = f"expected '{expected}' but config contains '{source.version}'"
        raise Failed("VersionMismatch", f"Formation version mismatch: {found}")


async def deploy(
    registry: Registry, run: Run, formation_id: str, source: Source, version: str | None
) -> Done:
    """Run a new formation; a failure after its files were moved leaves nothing of it."""
    if source.facts.id != formation_id:
        found = f"expected '{formation_id}' but config contains '{source.facts.id}'"
        raise Failed("IDMismatch", f"Formation ID mismatch: {found}")
    _check_version(source, version)
    await run.check("validating")
    registry.replace(source.directory, registry.directory(formation_id))
    known = Registered(formation_id, source.facts.name, 0, _release(source, 1))
    with _undone(registry, known):
        await run.resolve(source.facts.runtime, is_valid=source.facts.runtime_is_valid)
        await run.step("spawning", "Starting formation process...")
        mark(registry.directory(formation_id), SERVER_ID)
        process = registry.spawn(formation_id, formation_id, registry.directory(formation_id))
        known.port = process.port
        registry.formations[formation_id] = known
        await run.step("health_check", "Waiting for formation to become healthy...", process)
        await run.await_health(process)
    known.status = "running"
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
        if registry.formations.get(known.id, known) is known:
            registry.forget(known.id)
        raise


async def update(
    registry: Registry, run: Run, known: Registered, source: Source, version: str | None
) -> Done:
    """Start the new version beside the old one, then let it take over."""
    staging = registry.directory(known.id, "staging")
    name = f"{known.id}-staging"
    process: Process | None = None
    try:
        _check_version(source, version)
        if known.release.digest == source.digest:
            text = "Source is identical to current version - nothing to update"
            raise Failed("NoChange", text)
        registry.replace(source.directory, staging)
        _carry_over(registry.directory(known.id), staging)
        await run.resolve(source.facts.runtime, is_valid=source.facts.runtime_is_valid)
        mark(staging, SERVER_ID)
        process = registry.spawn(name, known.id, staging)
        known.staging_port = process.port
        where = {"staging_port": process.port}
        await run.step("spawning_staging", "Starting new version...", process, **where)
        await run.await_health(process)
        await run.step("swapping", "Switching traffic to new version...", process)
        if process.died.is_set():
            raise Failed("SwitchError", "Failed to switch to the new version")
    except BaseException:
        if process is not None and registry.processes.get(name) is process:
            registry.stop(name)
        if process is None or not registry.behavior.quirks.staging_stays:
            known.staging_port = None
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return await _take_over(registry, run, known, source, process)


async def _take_over(
    registry: Registry, run: Run, known: Registered, source: Source, process: Process
) -> Done:
    old, old_port = registry.processes.pop(known.id, None), known.port
    known.port, known.staging_port, known.status = process.port, None, "running"
    known.previous, known.release = known.release, _release(source, known.next_number)
    known.name = source.facts.name
    if not registry.behavior.quirks.misfiled:
        registry.processes[known.id] = registry.processes.pop(f"{known.id}-staging")
    current = registry.directory(known.id)
    registry.replace(current, registry.directory(known.id, "previous"))
    registry.replace(registry.directory(known.id, "staging"), current)
    if old is not None:
        old.stop()
    await run.step("stopping_old", "Stopping old version...")
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


def _release(source: Source, number: int) -> Release:
    return Release(number, source.digest, source.facts.version)


def _carry_over(live: Path, staging: Path) -> None:
    """The memory, unless the upload brings one; the tuning files, whatever it brings."""
    for file in live.glob("*"):
        tuning = file.name.lower() in _TUNING
        if tuning or (file.name == "memory.db" and not (staging / file.name).exists()):
            shutil.copy2(file, staging / file.name)
