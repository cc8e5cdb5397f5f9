"""Behaviour of the real server that the recordings don't show (server-observed 1)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from muxi.testing import Emulator, Fault

from ...support.plain_http import NO_TLS
from ...support.waiting import until
from .raw_control import (
    BOT,
    FORMATIONS,
    NEXT,
    STREAM,
    THIRD,
    Control,
    bundle,
    events,
    files,
    manifest,
)
from .test_drafts import drafted


@pytest.fixture
def misfiling() -> Iterator[Control]:
    """The bot on its own server, because the effects of an update last."""
    with Emulator(token_pause=0) as emulator:
        control = Control(emulator)
        assert control.deploy().status_code == 201
        emulator.server.quirks.misfiled = True
        yield control


def test_the_process_of_an_update_can_not_be_stopped(misfiling: Control) -> None:
    misfiling.update(NEXT)
    assert misfiling.chat().status_code == 200
    stopped = misfiling.act("stop")
    assert (stopped.status_code, stopped.json()["message"]) == (500, "Failed to stop formation")
    again = misfiling.update(THIRD)
    text = "Failed to start staging formation: process with ID my-bot-staging already exists"
    assert (again.status_code, again.json()["message"]) == (500, text)
    assert len(misfiling.get(f"{BOT}/logs")["logs"]["stdout"]) == 1
    assert misfiling.status() == "running"


def test_cancelling_the_second_update_ends_the_live_process(misfiling: Control) -> None:
    misfiling.update(NEXT)
    misfiling.update(THIRD)
    assert misfiling.act("cancel-update").status_code == 200
    assert misfiling.chat().json()["message"] == "Formation did not respond"
    assert misfiling.update(THIRD).status_code == 200
    assert misfiling.chat().status_code == 200


def test_a_deleted_formation_goes_on_and_blocks_updates_of_the_next(misfiling: Control) -> None:
    misfiling.update(NEXT)
    port = misfiling.get(BOT)["port"]
    assert misfiling.ask("DELETE", BOT).status_code == 200
    assert httpx.get(f"http://127.0.0.1:{port}/v1/health", verify=NO_TLS).status_code == 200
    assert misfiling.deploy().status_code == 201
    error = events(misfiling.update(NEXT, **STREAM))[-1][1]
    assert (error["error"], error["stage"]) == ("SpawnError", "spawning_staging")


def test_a_rollback_leaves_the_new_version_serving(misfiling: Control) -> None:
    misfiling.update(NEXT)
    new = misfiling.get(BOT)
    answer = misfiling.act("rollback").json()["data"]
    old = misfiling.get(BOT)
    assert (answer["version"], old["pid"]) == (1, answer["pid"])
    assert old["version"]["current"] == new["version"]["previous"]
    assert old["port"] == new["port"]
    misfiling.server.skew = 2
    assert misfiling.chat().status_code == 200
    misfiling.server.skew = 8
    assert misfiling.status() == "crashed"


def test_a_failed_restart_takes_the_formation_down(bot: Control) -> None:
    bot.server.quirks.wrong_directory = True
    assert bot.act("restart").status_code == 500
    assert (bot.status(), bot.summary()["restart_count"]) == ("unhealthy", 0)
    text = "Formation 'my-bot' is not running (status: unhealthy)"
    assert bot.chat().json()["message"] == text
    assert bot.act("stop").json()["message"] == "Failed to stop formation"
    assert bot.update(NEXT).status_code == 200
    assert bot.chat().status_code == 200


@pytest.fixture
def crashed() -> Iterator[Control]:
    """The bot after a crash. It can't be restarted."""
    with Emulator(token_pause=0) as emulator:
        control = Control(emulator)
        assert control.deploy().status_code == 201
        emulator.server.quirks.crash_loop = True
        emulator.crash("my-bot")
        yield control


def test_a_crash_is_noticed_late_and_restarts_are_counted(crashed: Control) -> None:
    assert crashed.chat().json()["message"] == "Formation did not respond"
    assert crashed.status() == crashed.summary()["status"] == "unhealthy"
    for seconds, count in ((6, 1), (11, 2), (90, 10)):
        crashed.server.skew = seconds
        one = crashed.summary()
        assert (one["status"], one["restart_count"], one["healthy"]) == ("crashed", count, False)
    assert crashed.chat().json()["message"].endswith("(status: crashed)")


def test_a_crash_that_was_not_noticed_yet_can_be_stopped(crashed: Control) -> None:
    assert crashed.act("stop").status_code == 200
    assert crashed.status() == "stopped"


def unanswered(ask: Callable[[], object]) -> bool:
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        ask()
    return True


def test_after_a_noticed_crash_only_the_first_stop_is_answered(crashed: Control) -> None:
    crashed.server.skew = 6
    assert crashed.act("stop").json()["message"] == "Failed to stop formation"
    assert crashed.status() == "stopping"
    assert unanswered(lambda: crashed.act("stop"))
    assert unanswered(lambda: crashed.act("restart"))
    assert unanswered(lambda: crashed.ask("DELETE", BOT))
    assert crashed.status() == "stopping"


def test_a_start_after_a_crash_finds_the_name_taken(crashed: Control) -> None:
    crashed.server.skew = 6
    error = events(crashed.act("start", stream=True))[-1][1]
    assert error["error"] == "SpawnError"
    assert error["message"].endswith("process with ID my-bot already exists")


def test_an_update_after_a_crash_ends_in_the_middle(crashed: Control) -> None:
    crashed.server.skew = 6
    headers = {**crashed.headers("PUT", BOT), **STREAM}
    pieces: list[str] = []
    with (
        httpx.Client(verify=NO_TLS) as client,
        client.stream("PUT", crashed.url + BOT, content=NEXT, headers=headers) as answer,
        pytest.raises(httpx.RemoteProtocolError, match="incomplete"),
    ):
        pieces.extend(answer.iter_text())
    assert '"stage":"stopping_old"' in "".join(pieces)
    assert "complete" not in "".join(pieces)
    assert crashed.status() == "stopping"


def test_a_deletion_after_a_crash_leaves_the_name_taken(crashed: Control) -> None:
    crashed.server.skew = 6
    assert crashed.ask("DELETE", BOT).status_code == 200
    answer = crashed.deploy()
    text = "Failed to spawn process: process with ID my-bot already exists"
    assert (answer.status_code, answer.json()["message"]) == (500, text)
    assert crashed.ask("GET", BOT).status_code == 404


@pytest.mark.parametrize("quirk", [True, False])
def test_a_failed_dev_run_blocks_the_next(quirk: bool) -> None:
    with Emulator() as emulator:
        control = Control(emulator)
        emulator.server.quirks.dev_leftover = quirk
        emulator.server.faults.append(Fault("health_check", "HealthCheckFailed"))
        drafted(control)
        wanted = {"formation_id": "my-bot"}
        first = control.ask("POST", "/rpc/dev/run", json=wanted).json()["error"]
        assert first == "Health check failed: Formation process crashed during startup"
        assert control.ask("GET", "/draft/my-bot/v1/health").status_code == 404
        again = control.ask("POST", "/rpc/dev/run", json=wanted)
        assert again.status_code == (500 if quirk else 200)
        if quirk:
            text = "Failed to start formation: process with ID my-bot-draft already exists"
            assert again.json()["error"] == text
        stopped = control.ask("POST", "/rpc/dev/stop", json=wanted)
        assert stopped.status_code == (404 if quirk else 200)


@pytest.mark.parametrize("quirk", [True, False])
def test_details_lack_the_manifests_version(bot: Control, quirk: bool) -> None:
    bot.server.quirks.no_semantic = quirk
    assert ("semantic" in bot.get(BOT)["version"]) is not quirk
    assert bot.summary()["version"]["semantic"] == "1.0.0"


def test_after_a_rollback_it_is_starting_for_two_seconds(bot: Control) -> None:
    bot.server.starting_pause = 2
    bot.update(NEXT)
    assert bot.act("rollback").json()["data"]["status"] == "running"
    one = bot.get(BOT)
    assert (one["status"], one["healthy"]) == ("starting", None)
    answer = bot.chat()
    text = "Formation 'my-bot' is not running (status: starting)"
    assert (answer.status_code, answer.json()["message"]) == (503, text)
    bot.server.skew = 2
    assert bot.chat().status_code == 200
    assert bot.status() == "running"


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [("POST", FORMATIONS, "Failed to save bundle"), ("PUT", BOT, "Failed to read bundle")],
)
def test_an_upload_that_takes_too_long_is_refused(
    bot: Control, method: str, path: str, text: str
) -> None:
    bot.server.upload_timeout = 0.1
    headers = {"X-Formation-ID": "other", "Content-Type": "application/gzip"} | STREAM
    over = threading.Event()

    def slow() -> Iterator[bytes]:
        yield NEXT[:10]
        over.wait(1)
        yield NEXT[10:]

    answer = bot.ask(method, path, content=slow(), headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (500, text)
    bot.server.upload_timeout = 15
    assert bot.update(NEXT).status_code == 200


def test_a_deletion_does_not_end_the_update_at_once(bot: Control) -> None:
    bot.server.faults.append(Fault("health_check", delay=1))
    answers: list[httpx.Response] = []
    updating = threading.Thread(target=lambda: answers.append(bot.update(NEXT, **STREAM)))
    updating.start()
    until(lambda: not bot.server.faults)
    assert bot.ask("DELETE", BOT).status_code == 200
    updating.join()
    error = {"error": "SwitchError", "message": "Failed to switch ports", "stage": "swapping"}
    assert events(answers[0])[-1] == ("error", error)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("description: A bot\n", ""),
        ("A bot", "${{ secrets.A }}"),
        ('"1.0.0"\nserver', '"3.0.0"\nserver'),
        ("schema", "muxi_runtime: x y\nschema"),
        ("schema", "muxi_runtime: 9.9.9\nschema"),
    ],
)
def test_every_update_that_fails_after_its_port_is_set_can_be_cancelled_once(
    bot: Control, old: str, new: str
) -> None:
    body = bundle(files(formation_afs=manifest(old, new)))
    assert bot.update(body).status_code in (400, 500)
    assert [bot.act("cancel-update").status_code for _ in range(2)] == [200, 400]


def test_an_update_that_fails_before_can_not_be_cancelled(bot: Control) -> None:
    assert (bot.update(b"").status_code, bot.update(bundle()).status_code) == (400, 409)
    assert bot.act("cancel-update").status_code == 400


@pytest.mark.parametrize(
    ("runtime", "deploying", "updating", "text"),
    [
        ("9.9.9", 400, 500, "runtime version 9.9.9 not available"),
        ("9.9", 400, 500, "no runtime versions found matching 9.9.x"),
        ("1.2.3.4", 400, 500, "invalid runtime version format: 1.2.3.4"),
        (
            "latest:gpu",
            400,
            400,
            'invalid muxi_runtime variant "gpu" in "latest:gpu": '
            'allowed variants are "cuda", "lean", "pytorch"',
        ),
    ],
)
def test_runtimes_that_are_refused(
    control: Control, runtime: str, deploying: int, updating: int, text: str
) -> None:
    body = bundle(files(formation_afs=manifest("schema", f"muxi_runtime: {runtime}\nschema")))
    answer = control.deploy(body)
    before = "" if "variant" in text else "Failed to resolve runtime version: "
    assert (answer.status_code, answer.json()["message"]) == (deploying, before + text)
    control.deploy()
    answer = control.update(body)
    assert (answer.status_code, answer.json()["message"]) == (updating, text)


def test_a_known_runtime_may_be_asked_for_by_number(control: Control) -> None:
    control.server.runtimes = ["0.20260424.0"]
    body = bundle(files(formation_afs=manifest("schema", "muxi_runtime: 0.20260424\nschema")))
    resolved = events(control.deploy(body, **STREAM))[2][1]
    assert resolved["version"] == "0.20260424.0"


@pytest.mark.parametrize("wrong", [{"stage": "spawn"}, {"error": "Oops"}, {"cut": "half"}])
def test_faults_that_can_not_be_are_refused(wrong: dict[str, str]) -> None:
    (value,) = wrong.values()
    with pytest.raises(ValueError, match=value):
        Fault(**{"stage": "spawning", **wrong})  # type: ignore[arg-type]  # what the test is about


def test_line_separators_are_escaped_as_go_escapes_them(control: Control) -> None:
    control.draft("init", mode="new")
    control.draft("write", path="a", content="\u2028<&>\u2029")
    answer = control.draft("read", path="a")
    assert b'"content":"\\u2028\\u003c\\u0026\\u003e\\u2029"' in answer.content


def test_only_a_formation_names_its_web_server(bot: Control) -> None:
    assert "server" not in bot.ask("GET", FORMATIONS).headers
    assert bot.chat().headers["server"] == "uvicorn"
    assert "server" not in bot.ask("GET", "/api/no-such/v1/health").headers


def test_a_path_of_two_thousand_parts_is_refused(control: Control) -> None:
    control.draft("init", mode="new")
    answer = control.draft("write", path="/".join("a" * 2_000), content="x")
    assert answer.status_code == 500
    assert answer.json()["error"] == "WriteError"
    assert control.draft("list").status_code == 200
