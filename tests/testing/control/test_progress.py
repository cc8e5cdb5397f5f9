"""The order of each operation's stages: by events, by callback and without events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ...support.control_answers import ID
from .plane import Plane, Use, without_events

RESOLVING = ["resolving_runtime", "resolving_runtime"]
HEALTH = ["health_check", "health_check"]
OPTIONAL = ["downloading_sif", "pulling_runner"]
STAGES: dict[str, list[str]] = {
    "deploy": ["uploading", "extracting", *RESOLVING, "spawning", *HEALTH],
    "update": ["uploading", "extracting", "validating", *RESOLVING, "spawning_staging",
               *HEALTH, "swapping", "stopping_old"],
    "start": ["validating", *RESOLVING, "spawning", *HEALTH],
    "restart": ["stopping", "validating", *RESOLVING, "spawning", *HEALTH],
    "rollback": ["validating", *RESOLVING, "spawning_previous", *HEALTH,
                 "stopping_current", "swapping"],
    "draft": ["validating", *RESOLVING, "spawning", *HEALTH],
    "draft_update": ["validating", "validating", *RESOLVING, "spawning_staging", *HEALTH,
                     "swapping", "stopping_old"],
}  # fmt: skip


by_one_kind = pytest.mark.thorough("asyncio", "trio")
"""For what doesn't depend on how the bytes are read."""


def _deploy(plane: Plane) -> None:
    plane.deploy()


def _updatable(plane: Plane) -> None:
    plane.deploy()
    plane.changed()


def _stopped(plane: Plane) -> None:
    plane.deploy()
    plane.ask(lambda s: s.formations.stop(ID))


def _updated(plane: Plane) -> None:
    plane.deploy()
    plane.update()


def _clone(plane: Plane) -> None:
    plane.deploy()
    plane.ask(lambda s: s.drafts.create(ID, mode="clone"))


def _new_draft(plane: Plane) -> None:
    plane.emulator.server.quirks.bare_draft = False
    plane.ask(lambda s: s.drafts.create(ID))


BEFORE: dict[str, Callable[[Plane], None]] = {
    "deploy": lambda plane: None,
    "update": _updatable,
    "start": _stopped,
    "restart": _deploy,
    "rollback": _updated,
    "draft": _new_draft,
    "draft_update": _clone,
}


def method(server: Any, run: str, *, stream: bool) -> Any:
    """Return the method that runs the operation."""
    namespace = server.drafts if run.startswith("draft") else server.formations
    name = "deploy" if run.startswith("draft") else run
    return getattr(namespace, f"{name}_stream" if stream else name)


def doing(plane: Plane, run: str, *, stream: bool = False, **options: Any) -> Use:
    """Return a function that calls this method."""
    subject = plane.folder if run in ("deploy", "update") else ID
    return lambda server: method(server, run, stream=stream)(subject, **options)


def number(deployment: Any) -> tuple[Any, Any]:
    return (deployment.version, deployment.previous_version)


RUNS = ["deploy", *(pytest.param(run, marks=by_one_kind) for run in STAGES if run != "deploy")]
NUMBERS = {"update": (2, 1), "draft_update": (2, 1), "rollback": (1, 2)}


@pytest.mark.parametrize("optional", [False, pytest.param(True, marks=by_one_kind)])
@pytest.mark.parametrize("run", RUNS)
def test_the_stages_of_a_stream(plane: Plane, run: str, optional: bool) -> None:
    BEFORE[run](plane)
    expected = [*STAGES[run], "complete"]
    if optional:
        for stage in OPTIONAL:
            plane.fail(stage)
        after = len(expected) - expected[::-1].index("resolving_runtime")
        expected[after:after] = OPTIONAL
    streamed = plane.stream(doing(plane, run, stream=True))
    assert [event.stage for event in streamed.events] == expected
    _asked, resolved = (one for one in streamed.events if one.stage == "resolving_runtime")
    assert resolved.version == "latest"
    checked = [one for one in streamed.events if one.attempt]
    assert [(one.attempt, one.max_attempts) for one in checked] == [(1, 30)]
    found = streamed.result
    assert (found.formation_id, found.status, found.changed) == (ID, "running", True)
    assert found.url == f"{plane.url}/api/{ID}"
    assert found.port == plane.look()["port"]
    assert number(found) == NUMBERS.get(run, (1, None))
    if run != "draft":  # its manifest has no keys
        assert plane.chat().text == "You said: Hi"


@pytest.mark.parametrize("run", RUNS)
def test_a_callback_gets_the_same_events_as_a_stream(plane: Plane, run: str) -> None:
    BEFORE[run](plane)
    plane.emulator.server.attempts = 3
    reported: list[Any] = []
    found = plane.ask(doing(plane, run, on_progress=reported.append))
    stages = [event.stage for event in reported]
    expected = [*STAGES[run], "health_check", "health_check", "complete"]
    assert sorted(stages) == sorted(expected)
    assert [one.attempt for one in reported if one.attempt] == [1, 2, 3]
    assert found.status == "running"
    if "uploading" in stages:
        assert reported[0].sent == reported[0].total > 0


@by_one_kind
@pytest.mark.parametrize("run", STAGES)
def test_without_events_the_same_comes_of_it(plane: Plane, run: str) -> None:
    BEFORE[run](plane)
    found = plane.ask(doing(plane, run), without_events)
    assert (found.formation_id, found.status, found.changed) == (ID, "running", True)
    assert found.url == f"{plane.url}/api/{ID}"
    assert number(found) == NUMBERS.get(run, (1, None))
    assert found.port in (plane.look()["port"], None)
    assert plane.look()["status"] == "running"
