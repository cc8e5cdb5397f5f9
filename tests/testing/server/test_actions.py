"""Start, stop, restart and delete: states and failures."""

from __future__ import annotations

import httpx
import pytest

from muxi.testing import Emulator, Fault

from ...support.plain_http import NO_TLS
from .raw_control import BOT, NEXT, STREAM, Control, events, stages

BOOT = [*["resolving_runtime"] * 2, "spawning", *["health_check"] * 2, "complete"]


def test_stopped_and_started(bot: Control) -> None:
    port = bot.get(BOT)["port"]
    stopped = bot.act("stop").json()["data"]
    message = "Formation stopped successfully"
    assert stopped == {"id": "my-bot", "status": "stopped", "message": message}
    one = bot.get(BOT)
    assert (one["status"], one["pid"], one["healthy"], one["uptime"]) == ("stopped", 0, False, 0)
    assert bot.chat().status_code == 503
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/v1/health", verify=NO_TLS)
    again = bot.act("stop")
    assert (again.status_code, again.json()["message"]) == (409, "Formation is already stopped")
    started = bot.act("start").json()["data"]
    where = {"message": "Formation started", "port": bot.get(BOT)["port"]}
    assert started == {"id": "my-bot", "status": "running", **where}
    assert bot.chat().status_code == 200


def test_what_runs_is_not_started(bot: Control) -> None:
    text = "Formation is already running"
    answer = bot.act("start")
    assert (answer.status_code, answer.json()["message"]) == (409, text)
    (found,) = events(bot.act("start", stream=True))
    error = {"error": "AlreadyRunning", "message": text, "stage": "validating"}
    assert found == ("error", error)


def test_the_stages_of_a_start(bot: Control) -> None:
    bot.act("stop")
    answer = bot.act("start", stream=True)
    assert stages(answer) == ["validating", *BOOT]
    port = bot.get(BOT)["port"]
    complete = {"formation_id": "my-bot", "port": port, "status": "running"}
    assert events(answer)[-1] == ("complete", complete)


def test_the_stages_of_a_restart(bot: Control) -> None:
    answer = bot.act("restart", stream=True)
    assert stages(answer) == ["stopping", "validating", *BOOT]
    done = events(answer)[-1][1]
    port = bot.get(BOT)["port"]
    known = {"formation_id": "my-bot", "port": port, "status": "running"}
    assert done == {**known, "restart_count": 1}
    bot.act("stop")
    data = bot.act("restart").json()["data"]
    assert (data["restart_count"], data["message"]) == (2, "Formation restarted")
    assert (bot.status(), bot.get(BOT)["restart_count"]) == ("running", 2)


def test_deleted_with_everything(bot: Control) -> None:
    bot.draft("init", mode="clone")
    data = bot.ask("DELETE", BOT).json()["data"]
    assert data == {"id": "my-bot", "message": "Formation deleted successfully"}
    assert bot.ask("GET", BOT).status_code == 404
    assert bot.chat().status_code == 404
    assert not bot.draft("list").json()["draft"]["exists"]
    assert bot.deploy().status_code == 201


@pytest.mark.parametrize("action", ["start", "restart", "rollback"])
def test_actions_on_nothing_are_streamed_at_once(control: Control, action: str) -> None:
    found = events(control.act(action, stream=True))
    stage = "stopping" if action == "restart" else "validating"
    error = {"error": "NotFound", "message": "Formation not found", "stage": stage}
    assert found[-1] == ("error", error)
    assert len(found) == (2 if action == "rollback" else 1)
    assert control.act(action).status_code == 404


@pytest.mark.parametrize("action", ["stop", "cancel-update"])
def test_the_others_are_never_streamed(control: Control, action: str) -> None:
    answer = control.act(action, stream=True)
    assert (answer.status_code, answer.json()["message"]) == (404, "Formation not found")


def test_a_crash_is_noticed_and_can_be_restarted() -> None:
    with Emulator() as emulator:
        control = Control(emulator)
        control.deploy()
        emulator.crash("my-bot")
        assert control.status() == "crashed"
        assert control.get("/rpc/server/status")["formations"] == {
            "total": 2,
            "running": 1,
            "stopped": 0,
            "crashed": 1,
        }
        assert control.chat().json()["message"].endswith("(status: crashed)")
        assert control.act("start").status_code == 200
        assert control.chat().status_code == 200


def test_a_start_that_fails_leaves_it_starting(bot: Control) -> None:
    bot.act("stop")
    bot.server.faults.append(Fault("health_check", "HealthCheckFailed"))
    answer = bot.act("start")
    message = "Formation process crashed during startup"
    assert (answer.status_code, answer.json()["message"]) == (500, message)
    one = bot.get(BOT)
    assert (one["status"], one["healthy"]) == ("starting", None)
    assert bot.act("start").status_code == 409
    assert bot.act("restart").status_code == 200


def test_a_formation_that_never_answers(control: Control) -> None:
    control.server.attempts = 31
    found = events(control.deploy(**STREAM))
    assert [data.get("attempt") for _, data in found][-2] == 30
    assert found[-1][1]["message"] == (
        "Formation failed health check after 30s: "
        "health check failed after 30 attempts (timeout: 30s)"
    )


ERRORS = [
    ("deploy", "extracting", "ExtractDirError", 500),
    ("deploy", "validating", "PortAllocationError", 500),
    ("deploy", "validating", "DirectoryError", 500),
    ("deploy", "resolving_runtime", "ResolveError", 400),
    ("deploy", "downloading_sif", "DownloadError", 500),
    ("deploy", "pulling_runner", "PullError", 500),
    ("deploy", "spawning", "SpawnError", 500),
    ("deploy", "spawning", "RegisterError", 500),
    ("deploy", "health_check", "HealthCheckFailed", 400),
    ("update", "validating", "PortAllocationError", 507),
    ("update", "validating", "HistoryError", 500),
    ("update", "spawning_staging", "SpawnError", 500),
    ("update", "health_check", "HealthCheckFailed", 400),
    ("update", "swapping", "SwitchError", 500),
    ("start", "validating", "ConfigError", 500),
    ("start", "validating", "ParseError", 500),
    ("start", "resolving_runtime", "InvalidRuntime", 400),
    ("restart", "spawning", "SpawnError", 500),
    ("restart", "health_check", "HealthCheckFailed", 500),
    ("rollback", "validating", "PortAllocationError", 507),
    ("rollback", "validating", "DirectoryError", 400),
    ("rollback", "spawning_previous", "SpawnError", 500),
    ("rollback", "health_check", "HealthCheckFailed", 500),
    ("rollback", "swapping", "SwapError", 500),
]


@pytest.mark.parametrize(("operation", "stage", "kind", "status"), ERRORS)
@pytest.mark.parametrize("stream", [False, True])
def test_every_error_can_be_had(
    control: Control, operation: str, stage: str, kind: str, status: int, stream: bool
) -> None:
    if operation != "deploy":
        control.deploy()
    if operation == "rollback":
        control.update(NEXT)
    if operation == "start":
        control.act("stop")
    control.server.faults.append(Fault(stage, kind, "Why it fails"))
    accept = STREAM if stream else {}
    if operation in ("deploy", "update"):
        answer = (control.deploy if operation == "deploy" else control.update)(NEXT, **accept)
    else:
        answer = control.act(operation, stream=stream)
    if not stream:
        assert answer.status_code == status
        assert "Why it fails" in answer.json()["message"]
        return
    name, data = events(answer)[-1]
    assert (name, data["error"], data["stage"]) == ("error", kind, stage)
    assert "Why it fails" in data["message"]


def test_the_words_for_no_ports(control: Control) -> None:
    control.server.faults.append(Fault("validating", "PortAllocationError"))
    text = "Failed to allocate port: no available ports in range 8000-9000"
    assert control.deploy().json()["message"] == text
    control.deploy()
    for action in ("update", "rollback"):
        if action == "rollback":
            control.update(NEXT)
        control.server.faults.append(Fault("validating", "PortAllocationError"))
        answer = control.update(NEXT) if action == "update" else control.act(action)
        where = "staging deployment" if action == "update" else "rollback"
        assert answer.json()["message"] == f"No available ports for {where}"


@pytest.mark.parametrize("cut", ["end", "drop"])
def test_a_stream_that_ends_without_an_end(control: Control, cut: str) -> None:
    control.server.faults.append(Fault("spawning", cut="end" if cut == "end" else "drop"))
    if cut == "end":
        assert stages(control.deploy(**STREAM))[-1] == "spawning"
    else:
        with pytest.raises(httpx.RemoteProtocolError):
            control.deploy(**STREAM)
    assert control.status() == "running"
    control.server.faults.append(Fault("stopping", cut="drop"))
    with pytest.raises(httpx.RemoteProtocolError):
        control.act("restart")


def test_a_connection_that_drops_before_the_upload(bot: Control) -> None:
    bot.server.faults.append(Fault("upload", cut="drop"))
    with pytest.raises(httpx.RemoteProtocolError):
        bot.update(NEXT)
    assert bot.update(NEXT).status_code == 200


@pytest.mark.parametrize(("action", "state"), [("stop", "stopped"), ("delete", None)])
def test_done_but_not_answered(bot: Control, action: str, state: str | None) -> None:
    bot.server.faults.append(Fault(action, "RegistryError"))
    failed = _act(bot, action)
    message = f"Failed to {action} formation"
    assert (failed.status_code, failed.json()["message"]) == (500, message)
    bot.server.faults.append(Fault(action, cut="drop"))
    with pytest.raises(httpx.RemoteProtocolError):
        _act(bot, action)
    found = bot.ask("GET", BOT)
    assert found.json().get("data", {}).get("status") == state
    assert _act(bot, action).status_code == (404 if state is None else 409)


def _act(control: Control, action: str) -> httpx.Response:
    return control.ask("DELETE", BOT) if action == "delete" else control.act(action)
