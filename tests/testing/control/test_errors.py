"""The caller gets the same error from a stream and from a plain response."""

from __future__ import annotations

from typing import Any

import pytest

import muxi

from ...support.control_answers import ID
from .plane import Plane, Use, without_events
from .test_progress import BEFORE, by_one_kind, doing

RESOLVING = [
    ("resolving_runtime", "InvalidRuntime", 400),
    ("downloading_sif", "DownloadError", 500),
    ("pulling_runner", "PullError", 500),
]
BUNDLE = [
    ("validating", "ParseError", 400),
    ("validating", "SecretsError", 400),
    ("validating", "VersionMismatch", 400),
]
NEW = [
    ("validating", "PortAllocationError", 500),
    ("resolving_runtime", "RuntimeError", 500),
    ("spawning", "SpawnError", 500),
    ("health_check", "HealthCheckFailed", 400),
]
UNREADABLE = ("validating", "ParseError", 500)
UNRESOLVED = ("resolving_runtime", "ResolveError", 500)
UNHEALTHY = ("health_check", "HealthCheckFailed", 500)
TABLE: dict[str, list[tuple[str, str, int]]] = {
    "deploy": [
        ("extracting", "ExtractDirError", 500),
        ("extracting", "ExtractError", 400),
        *BUNDLE,
        ("validating", "IDMismatch", 400),
        *[("validating", kind, 500) for kind in (
            "RegistryError", "DirectoryError", "CleanupError", "MoveError", "HistoryError",
            "ConfigError")],
        *RESOLVING,
        *NEW,
        ("spawning", "RegisterError", 500),
    ],
    "update": [
        ("extracting", "ExtractError", 400),
        *BUNDLE,
        ("validating", "NoChange", 409),
        ("validating", "PortAllocationError", 507),
        *RESOLVING,
        ("spawning_staging", "SpawnError", 500),
        ("health_check", "HealthCheckFailed", 400),
        ("swapping", "SwitchError", 500),
        ("swapping", "SpawnError", 500),
    ],
    "start": [UNREADABLE, *RESOLVING, UNRESOLVED, ("spawning", "SpawnError", 500), UNHEALTHY],
    "restart": [
        ("stopping", "CleanupError", 500),
        UNREADABLE,
        *RESOLVING,
        UNRESOLVED,
        ("spawning", "SpawnError", 500),
        UNHEALTHY,
    ],
    "rollback": [
        UNREADABLE,
        ("validating", "PortAllocationError", 507),
        ("validating", "DirectoryError", 400),
        *RESOLVING,
        ("spawning_previous", "SpawnError", 500),
        UNHEALTHY,
        ("swapping", "SwapError", 500),
    ],
    "draft": [*BUNDLE[:2], *RESOLVING[:1], *NEW],
    "draft_update": [("validating", "NoChange", 409), ("health_check", "HealthCheckFailed", 400)],
}  # fmt: skip
CLASSES = {
    400: muxi.ValidationError,
    404: muxi.NotFoundError,
    409: muxi.ConflictError,
    500: muxi.ServerError,
    507: muxi.ServerError,
}


def caught(plane: Plane, use: Use, **more: Any) -> muxi.MuxiError:
    with pytest.raises(muxi.MuxiError) as found:
        plane.ask(use, max_retries=0, **more)
    return found.value


def facts_of(error: muxi.MuxiError) -> tuple[type, int | None, str, bool]:
    return type(error), error.status_code, error.message, error.sent


@pytest.mark.parametrize(
    "run",
    ["start", *(pytest.param(run, marks=by_one_kind) for run in TABLE if run != "start")],
)
def test_each_error_of_the_table(plane: Plane, run: str) -> None:
    BEFORE[run](plane)
    for stage, kind, status in TABLE[run]:
        both: list[muxi.MuxiError] = []
        for change in (None, without_events):
            if both:
                _again(plane, run, stage)
            plane.fail(stage, kind)
            both.append(caught(plane, doing(plane, run), change=change))
        streamed, plain = both
        assert (kind, facts_of(streamed)[:3]) == (kind, facts_of(plain)[:3])
        assert (kind, streamed.status_code, type(streamed)) == (kind, status, CLASSES[status])
        assert (streamed.code, streamed.details) == (kind, {"stage": stage})
        _again(plane, run, stage)


def _again(plane: Plane, run: str, stage: str) -> None:
    """Repair the state after the failure."""
    if run.startswith("draft"):
        plane.control.ask("POST", f"/rpc/formations/{ID}/draft/files", json={"action": "discard"})
        plane.ask(lambda s: s.drafts.create(ID, mode="clone" if run == "draft_update" else "new"))
    elif run == "start" and stage == "health_check":
        plane.control.ask("POST", f"/rpc/formations/{ID}/stop")
    elif run == "rollback" and stage == "swapping":
        plane.control.ask("DELETE", f"/rpc/formations/{ID}")
        BEFORE[run](plane)


def _nothing(plane: Plane) -> None:
    assert plane.look() is None


REAL: list[tuple[str, Any, str, int, str]] = [
    ("start", _nothing, "NotFound", 404, "Formation not found"),
    ("restart", _nothing, "NotFound", 404, "Formation not found"),
    ("rollback", _nothing, "NotFound", 404, "Formation not found"),
    ("start", Plane.deploy, "AlreadyRunning", 409, "Formation is already running"),
    ("rollback", Plane.deploy, "NoPreviousVersion", 400, "No previous version available"),
    ("update", Plane.deploy, "NoChange", 409, "Source is identical to current version"),
]


@by_one_kind
@pytest.mark.parametrize(("run", "before", "kind", "status", "message"), REAL)
def test_errors_that_need_no_fault(
    plane: Plane, run: str, before: Any, kind: str, status: int, message: str
) -> None:
    before(plane)
    streamed = caught(plane, doing(plane, run))
    plain = caught(plane, doing(plane, run), change=without_events)
    assert type(streamed) is CLASSES[status]
    assert facts_of(streamed) == facts_of(plain)
    assert streamed.code == kind
    assert streamed.sent is (kind == "NotFound")  # the others were refused, and nothing was done
    assert streamed.message.startswith(message)


def test_a_deployment_that_exists(deployed: Plane) -> None:
    """The SDK checks first. If another client was faster, the server refuses."""
    looked = caught(deployed, doing(deployed, "deploy"))
    assert (type(looked), looked.code, looked.sent) == (
        muxi.ConflictError,
        "FormationExists",
        False,
    )
    deployed.ask(lambda s: s.formations.delete(ID))

    def race(request: Any) -> None:
        if request.method == "POST" and deployed.look() is None:
            deployed_by_another(deployed)

    refused = caught(deployed, doing(deployed, "deploy"), change=race)
    assert (type(refused), refused.status_code) == (muxi.ConflictError, 409)
    assert refused.message == f"Formation '{ID}' already exists. Use PUT to update."


def deployed_by_another(plane: Plane) -> None:
    with muxi.ServerClient(url=plane.url, **plane.keys) as client:
        client.formations.deploy(plane.folder)


def test_a_formation_that_is_crashed_by_its_own_manifest(deployed: Plane) -> None:
    (deployed.folder / "agents" / "poet.afs").write_text("id: [", "utf-8")
    error = caught(deployed, doing(deployed, "update"))
    assert (type(error), error.code) == (muxi.ValidationError, "HealthCheckFailed")
    assert "Formation crashed during startup:" in error.message
    assert deployed.chat().text == "You said: Hi"
