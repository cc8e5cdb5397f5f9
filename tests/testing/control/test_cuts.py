"""Operations whose connection or server is cut off at each stage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

import muxi
from muxi.testing import Emulator, Fault

from ...support.control_answers import ID
from ...support.waiting import until
from .leaks import no_leaks
from .plane import Plane
from .test_errors import caught
from .test_progress import BEFORE, STAGES, by_one_kind, doing

CUT: dict[str, list[str]] = {
    run: [stage for stage in dict.fromkeys(stages) if stage != "uploading"]
    for run, stages in STAGES.items()
}


def by_stage(table: dict[str, list[str]]) -> Iterator[Any]:
    """The first stage of each run, and the later ones. Deployments are made by each kind."""
    for run, stages in table.items():
        first = () if run == "deploy" else by_one_kind
        yield pytest.param(run, stages[:1], id=f"{run}-first", marks=first)
        if stages[1:]:
            yield pytest.param(run, stages[1:], id=f"{run}-later", marks=by_one_kind)


def settled(plane: Plane) -> None:
    """Wait until the server has finished its work."""
    until(lambda: not plane.emulator._running.registry._tasks)


def cleared(plane: Plane) -> None:
    plane.control.ask("DELETE", f"/rpc/formations/{ID}")
    plane.control.ask("POST", f"/rpc/formations/{ID}/draft/files", json={"action": "discard"})


@pytest.mark.parametrize("cut", ["end", "drop"])
@pytest.mark.parametrize(("run", "stages"), [*by_stage(CUT)])
def test_a_connection_that_breaks_at_a_stage(
    plane: Plane, run: str, stages: list[str], cut: Literal["end", "drop"], tmp_path: Path
) -> None:
    for stage in stages:
        BEFORE[run](plane)
        plane.fail(stage, cut=cut)
        with no_leaks(plane.url, tmp_path / "tmp"):
            error = caught(plane, doing(plane, run))
        assert (stage, type(error)) == (stage, muxi.StreamInterruptedError)
        assert (stage, error.sent, error.status_code) == (stage, True, None)
        assert isinstance(error, muxi.StreamError)
        assert error.partial
        settled(plane)
        # `sent` is right: the server continued.
        assert (stage, plane.look()["status"]) == (stage, "running")
        assert (stage, plane.left) == (stage, {ID})
        cleared(plane)


@pytest.mark.parametrize("run", ["deploy", pytest.param("update", marks=by_one_kind)])
def test_a_connection_that_breaks_before_the_bundle_is_read(
    plane: Plane, run: str, tmp_path: Path
) -> None:
    BEFORE[run](plane)
    before = plane.look()
    plane.fail("upload", cut="drop")
    with no_leaks(plane.url, tmp_path / "tmp"):
        error = caught(plane, doing(plane, run))
    assert (type(error), error.sent) == (muxi.ConnectionError, True)
    assert (plane.look() or {}).get("version") == (before or {}).get("version")
    assert plane.ask(doing(plane, run)).status == "running"


@by_one_kind
@pytest.mark.parametrize("run", ["stop", "delete", "cancel_update"])
def test_done_and_not_answered(deployed: Plane, run: str, tmp_path: Path) -> None:
    """A safe operation is repeated, and the SDK sees that it was done. Others raise `sent=True`."""
    deployed.fail(run.replace("_", "-"), cut="drop")
    use = lambda s: getattr(s.formations, run)(ID)  # noqa: E731
    with no_leaks(deployed.url, tmp_path / "tmp"):
        if run == "cancel_update":
            deployed.emulator.server.faults[:0] = [Fault("health_check", "HealthCheckFailed")]
            deployed.changed()
            caught(deployed, doing(deployed, "update"))
            error = caught(deployed, use)
            assert (type(error), error.sent) == (muxi.ConnectionError, True)
            return
        found = deployed.ask(use, retry=muxi.Retry(base_delay=0.01))
    assert "did it" in found.message
    assert (deployed.look() or {}).get("status") == ("stopped" if run == "stop" else None)


KILLED = {
    "deploy": ["uploading", *CUT["deploy"]],
    "update": ["uploading", "spawning_staging", "swapping"],
    "restart": ["stopping"],
    "rollback": ["stopping_current"],
}


@pytest.mark.parametrize(("run", "stages"), [*by_stage(KILLED)])
def test_a_server_that_is_killed_at_a_stage(
    plane: Plane, run: str, stages: list[str], tmp_path: Path
) -> None:
    for stage in stages:
        with Emulator() as emulator:
            doomed = Plane(plane.client_kind, emulator, plane.folder)
            BEFORE[run](doomed)
            if stage != "uploading":
                doomed.fail(stage, delay=60)
            killed: list[str] = []

            def kill(
                event: Any, emulator: Emulator = emulator, stage: str = stage,
                killed: list[str] = killed,
            ) -> None:  # fmt: skip
                if event.stage == stage and not killed:
                    killed.append(stage)
                    emulator.__exit__(None, None, None)

            with no_leaks(doomed.url, tmp_path / "tmp"):
                error = caught(doomed, doing(doomed, run, on_progress=kill))
        assert killed == [stage]
        assert isinstance(error, (muxi.StreamInterruptedError, muxi.ConnectionError))
        assert (stage, error.sent) == (stage, True)


@by_one_kind
@pytest.mark.parametrize("run", ["deploy", "start", "restart", "rollback"])
def test_a_server_that_is_not_there(plane: Plane, run: str, tmp_path: Path) -> None:
    with Emulator() as emulator:
        gone = Plane(plane.client_kind, emulator, plane.folder)
        url = gone.url
    with no_leaks(url, tmp_path / "tmp"):
        error = caught(gone, doing(gone, run))
    assert (type(error), error.sent) == (muxi.ConnectionError, False)
