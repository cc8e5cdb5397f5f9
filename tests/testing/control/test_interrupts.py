"""Ctrl-C and cancelled tasks at each stage of a rollout: the state that they leave."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

import anyio
import pytest

from muxi import AsyncServerClient, ServerClient

from ...support.control_answers import ID
from .leaks import busy, no_leaks, tasks
from .plane import Plane
from .test_cuts import CUT, cleared, settled
from .test_progress import by_one_kind

STAGES = [
    pytest.param(run, stage, marks=() if stage == "health_check" else pytest.mark.thorough("trio"))
    for run in ("deploy", "update")
    for stage in ["uploading", *CUT[run]]
]
WITH_PROCESS = ("spawning_staging", "health_check", "swapping")
"""Stages that wait for a process, and end when it ends."""


def hold(plane: Plane, run: str, stage: str) -> None:
    """Keep the server at a stage, so that nothing happens before the interruption."""
    if stage in WITH_PROCESS:
        plane.fail(stage, delay=60)
    elif stage != "uploading":
        plane.fail(stage, delay=0.1)
    if run == "update" and stage not in (*WITH_PROCESS, "stopping_old"):
        plane.fail("health_check", delay=60)


def interrupt(plane: Plane, stage: str, how: str = "scope", **options: Any) -> None:
    """Apply the example, and interrupt it at a stage."""
    if plane.client_kind.name == "sync":
        _press(plane, stage, options)
        return

    async def main() -> None:
        async with AsyncServerClient(url=plane.url, **plane.keys) as client:
            await client.ping()
            before = tasks()
            await (_cancel_task if how == "task" else _cancel_scope)(
                lambda on_progress: client.formations.apply(
                    plane.folder, on_progress=on_progress, **options
                ),
                stage,
            )
            assert (busy(client), tasks()) == ([], before)
            assert (await client.health()).status == "ok"

    anyio.run(main, backend=plane.client_kind.backend)


def _pressing(stage: str) -> Callable[[Any], None]:
    def press(progress: Any) -> None:
        if progress.stage == stage:
            raise KeyboardInterrupt

    return press


def _press(plane: Plane, stage: str, options: dict[str, Any]) -> None:
    with ServerClient(url=plane.url, **plane.keys) as client:
        with pytest.raises(KeyboardInterrupt):
            client.formations.apply(plane.folder, on_progress=_pressing(stage), **options)
        assert busy(client) == []
        assert client.health().status == "ok"


Apply = Callable[[Callable[[Any], None]], Any]


async def _cancel_scope(apply: Apply, stage: str) -> None:
    with anyio.CancelScope() as scope:
        await apply(lambda one: scope.cancel() if one.stage == stage else None)
        raise AssertionError("it was not cancelled")
    assert scope.cancelled_caught


async def _cancel_task(apply: Apply, stage: str) -> None:
    task: asyncio.Task[Any] = asyncio.ensure_future(
        apply(lambda one: task.cancel() and None if one.stage == stage else None)
    )
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(("run", "stage"), STAGES)
def test_what_is_interrupted_is_undone(plane: Plane, run: str, stage: str, tmp_path: Path) -> None:
    for how in ("scope", "task") if plane.client_kind.name == "asyncio" else ("scope",):
        before = _prepared(plane, run)
        hold(plane, run, stage)
        with no_leaks(plane.url, tmp_path / "tmp"):
            interrupt(plane, stage, how)
        settled(plane)
        assert plane.left == ({ID} if run == "update" else set())
        if run == "update":
            too_late = stage == "stopping_old"
            assert (plane.look()["version"] != before) is too_late
            assert plane.chat().text == "You said: Hi"
        # An update that is cancelled at once never reaches the held stage.
        plane.emulator.server.faults.clear()
        cleared(plane)


@by_one_kind
@pytest.mark.parametrize(("run", "stage"), STAGES)
def test_what_is_to_stay_is_finished(plane: Plane, run: str, stage: str, tmp_path: Path) -> None:
    before = _prepared(plane, run)
    plane.fail("extracting" if stage == "uploading" else stage, delay=0.1)
    with no_leaks(plane.url, tmp_path / "tmp"):
        interrupt(plane, stage, cleanup=False)
    settled(plane)
    assert plane.left == {ID}
    assert plane.look()["status"] == "running"
    assert plane.look()["version"] != before
    assert plane.chat().text == "You said: Hi"


@pytest.mark.parametrize("run", ["deploy", "update"])
def test_what_is_done_is_not_undone(plane: Plane, run: str, tmp_path: Path) -> None:
    before = _prepared(plane, run)
    with (
        no_leaks(plane.url, tmp_path / "tmp"),
        ServerClient(url=plane.url, **plane.keys) as client,
        pytest.raises(KeyboardInterrupt),
    ):
        client.formations.apply(plane.folder, on_progress=_pressing("complete"))
    assert plane.left == {ID}
    assert plane.look()["version"] != before


def test_before_anything_was_sent_there_is_nothing_to_undo(plane: Plane, tmp_path: Path) -> None:
    if plane.client_kind.name == "sync":
        _press_while_packing(plane, tmp_path)
        return

    async def main() -> None:
        async with AsyncServerClient(url=plane.url, **plane.keys) as client:
            before = tasks()
            with anyio.CancelScope() as scope:
                scope.cancel()
                await client.formations.apply(plane.folder)
            assert (scope.cancelled_caught, tasks()) == (True, before)

    with no_leaks(plane.url, tmp_path / "tmp"):
        anyio.run(main, backend=plane.client_kind.backend)
    assert plane.left == set()


class _Pressing(PathLike[str]):
    """A folder; Ctrl-C is pressed when it is looked for."""

    def __fspath__(self) -> str:
        raise KeyboardInterrupt


def _press_while_packing(plane: Plane, tmp_path: Path) -> None:
    with (
        no_leaks(plane.url, tmp_path / "tmp"),
        ServerClient(url=plane.url, **plane.keys) as client,
        pytest.raises(KeyboardInterrupt),
    ):
        client.formations.apply(_Pressing())
    assert plane.left == set()


def _prepared(plane: Plane, run: str) -> Any:
    if run == "deploy":
        return None
    plane.deploy()
    version = plane.look()["version"]
    plane.changed()
    return version


PROGRAM = """
import asyncio, signal, sys, anyio, muxi

signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup lets children ignore it
backend, engine, url, key_id, secret_key, folder = sys.argv[1:]
keys = {"url": url, "key_id": key_id, "secret_key": secret_key}
report = lambda one: print(one.stage, flush=True)

async def main():
    async with muxi.AsyncServerClient(**keys, engine=engine) as client:
        await client.formations.apply(folder, on_progress=report)

if backend == "sync":
    with muxi.ServerClient(**keys) as client:
        client.formations.apply(folder, on_progress=report)
elif backend == "asyncio":
    asyncio.run(main())
else:
    anyio.run(main, backend=backend)
"""


@pytest.mark.thorough("trio")
@pytest.mark.parametrize("run", ["deploy", pytest.param("update", marks=by_one_kind)])
def test_a_real_ctrl_c(plane: Plane, run: str, tmp_path: Path) -> None:
    before = _prepared(plane, run)
    plane.fail("health_check", delay=60)
    (tmp_path / "tmp").mkdir()
    engine = "aiohttp" if plane.client_kind.name == "aiohttp" else "httpx"
    client = [plane.client_kind.backend, engine, plane.url, *plane.keys.values()]
    command = [sys.executable, "-W", "error", "-c", PROGRAM, *client, str(plane.folder)]
    environ = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=environ) as process:
        try:
            assert process.stdout is not None
            while process.stdout.readline() not in ("health_check\n", ""):
                pass
            process.send_signal(signal.SIGINT)
            _, problems = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGINT
    assert problems.rstrip().endswith("KeyboardInterrupt")
    assert "Warning" not in problems
    settled(plane)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert plane.left == ({ID} if run == "update" else set())
    assert (plane.look() or {}).get("version") == before
