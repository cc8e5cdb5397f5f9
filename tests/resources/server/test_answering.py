"""Changes return when the formation answers, and say so if it is down or another version answers.

The answers are those of the real server (server-observed 1.1 to 1.9).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import muxi
from muxi._core.versions import is_same
from muxi._files.upload import Upload
from muxi.errors import DeploymentError
from muxi.resources.server import _deployment, _health

from ...support.clients import ClientKind
from ...support.control_answers import (
    COMPLETE,
    FORMATION,
    HEALTHY,
    HELLO,
    ID,
    UPDATED,
    Plane,
    by_method,
    error,
    flat,
    ok,
    refused,
    stage,
)
from ...support.fake_server import FAST, Answer, Drop, FakeServer
from ...support.sse import stream_of

pytestmark = pytest.mark.thorough("asyncio", "trio")

STARTING = flat(
    {
        "error": "Formation unavailable",
        "message": f"Formation '{ID}' is not running (status: starting)",
        "code": 503,
    },
    503,
)
GATEWAY = flat({"error": "Bad gateway", "message": "Formation did not respond", "code": 502}, 502)
ROLLED_BACK = ok(
    {"id": ID, "message": "Rolled back to previous version", "pid": 9551,
     "previous_version": 3, "status": "running", "version": 2}
)  # fmt: skip
BOTH = {"semantic": "1.0.0", "current": "new", "previous": "old"}
HEALTH = f"GET /api/{ID}/v1/health"
CHANGES: dict[str, Callable[[Any], Any]] = {
    "rollback": lambda s: s.formations.rollback(ID),
    "start": lambda s: s.formations.start(ID),
    "restart": lambda s: s.formations.restart(ID),
    "update": lambda s: s.formations.update(HELLO),
    "apply": lambda s: s.formations.apply(HELLO),
    "draft": lambda s: s.drafts.deploy(ID),
}


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_health, "_ANSWER_INTERVAL", 0.01)


def change(name: str) -> Any:
    """What the server says of a change that went well."""
    return ROLLED_BACK if name == "rollback" else stream_of(stage("validating"), UPDATED)


def asked(server: FakeServer) -> list[str]:
    return [f"{one.method} {one.path}" for one in server.received]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_returns_when_the_formation_answers(client_kind: ClientKind, name: str) -> None:
    health = [STARTING, GATEWAY, Drop(), HEALTHY]
    plane = Plane(change(name), version=BOTH, health=health)
    with FakeServer(plane) as server:
        found = client_kind.server(server.url, CHANGES[name])
    assert (found.status, found.port, found.manifest_version) == ("running", 8001, "1.0.0")
    assert asked(server).count(HEALTH) == 4
    assert all("authorization" not in one.headers for one in server.received if "/api/" in one.path)


@pytest.mark.parametrize("answer", [Answer(404, "<h1>no</h1>"), refused(401, "x"), ok({})])
def test_whatever_answers_is_an_answer(client_kind: ClientKind, answer: Answer) -> None:
    with FakeServer(Plane(change("start"), health=[answer])) as server:
        assert client_kind.server(server.url, CHANGES["start"]).status == "running"


@pytest.mark.thorough("asyncio", "trio")
def test_a_formation_that_never_answers_is_waited_for_in_time(client_kind: ClientKind) -> None:
    plane = Plane(ROLLED_BACK, version=BOTH, health=[STARTING], status="starting")
    for limits in ({"timeout": 1}, {"silence_timeout": 1}):
        with FakeServer(plane) as server, pytest.raises(muxi.TimeoutError) as caught:
            client_kind.server(
                server.url, lambda s, limits=limits: s.formations.rollback(ID, **limits)
            )
        assert "is not running (status: starting)" in caught.value.message
        assert caught.value.sent


@pytest.mark.parametrize("status", ["crashed", "stopped"])
def test_a_formation_that_is_down_is_not_waited_for(client_kind: ClientKind, status: str) -> None:
    plane = Plane(ROLLED_BACK, version=BOTH, health=[STARTING], status=status)
    with FakeServer(plane) as server, pytest.raises(DeploymentError, match=f"is {status} now"):
        client_kind.server(server.url, CHANGES["rollback"])
    assert asked(server).count(HEALTH) == 1


@pytest.mark.parametrize("name", ["rollback", "update", "start", "draft"])
def test_another_version_that_answers_is_named(client_kind: ClientKind, name: str) -> None:
    other = flat({"status": "healthy", "version": "1.1.0", "uptime_seconds": 1})
    plane = Plane(change(name), version=BOTH, health=[STARTING, other])
    with FakeServer(plane) as server, pytest.raises(DeploymentError) as caught:
        client_kind.server(server.url, CHANGES[name])
    assert "Version 1.0.0" in caught.value.message
    assert "1.1.0 responds" in caught.value.message
    assert "Restart the MUXI Server" in caught.value.message
    assert caught.value.details == {"expected": "1.0.0", "answering": "1.1.0"}
    assert (caught.value.sent, caught.value.retryable) == (True, False)


def test_another_bundle_that_is_deployed_is_named(client_kind: ClientKind) -> None:
    same = ok({**FORMATION, "version": BOTH})
    answer = by_method(GET=same, PUT=stream_of(UPDATED), POST=ROLLED_BACK)
    for name in ("update", "rollback"):
        with FakeServer(lambda r: HEALTHY if "/api/" in r.path else answer(r)) as server:
            with pytest.raises(DeploymentError, match="another bundle") as caught:
                client_kind.server(server.url, CHANGES[name])
            assert isinstance(caught.value.details, dict)
            assert caught.value.details["deployed"] == "new"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1.0.0", "1.0.0", True),
        ("1.0", "1.0.0", True),
        ("1.10", "1.1", True),
        ("1.10.0", "1.1.0", False),
        ("v2", "2.0.0", True),
        ("2.0.0-a", "2.0.0", False),
        ("stable", "stable", True),
        ("stable", "beta", False),
    ],
)
def test_versions_that_are_the_same(one: str, other: str, same: bool) -> None:
    assert is_same(one, other) is same
    assert is_same(other, one) is same


def test_a_first_deployment_has_a_number(client_kind: ClientKind) -> None:
    with FakeServer(Plane(stream_of(COMPLETE), exists=False)) as server:
        found = client_kind.server(server.url, lambda s: s.formations.apply(HELLO))
    assert (found.version, found.previous_version, found.manifest_version) == (1, None, "1.0.0")


HELD = "process with ID hello-formation-staging already exists"


@pytest.mark.parametrize(
    "answer",
    [
        stream_of(stage("spawning_staging"), error("SpawnError", HELD, "spawning_staging")),
        refused(500, f"Failed to start staging formation: {HELD}", "Internal Server Error"),
    ],
)
def test_a_process_that_the_server_has_lost_is_explained(
    client_kind: ClientKind, answer: Any
) -> None:
    with FakeServer(Plane(answer)) as server, pytest.raises(muxi.ServerError) as caught:
        client_kind.server(server.url, CHANGES["update"], retry=FAST)
    assert HELD in caught.value.message
    assert "Restart the MUXI Server" in caught.value.message
    assert (caught.value.code, caught.value.status_code) == ("SpawnError", 500)
    assert caught.value.retryable is False


@pytest.mark.parametrize(
    ("name", "text"), [("apply", "Failed to save bundle"), ("update", "Failed to read bundle")]
)
@pytest.mark.parametrize("seconds", [15.3, 3.0])
def test_an_upload_that_took_too_long_is_named(
    client_kind: ClientKind,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
    seconds: float,
) -> None:
    monkeypatch.setattr(Upload, "seconds", seconds)
    plane = Plane(refused(500, text, "Internal Server Error"), exists=name == "update")
    with FakeServer(plane) as server, pytest.raises(muxi.ServerError) as caught:
        client_kind.server(server.url, CHANGES[name], retry=FAST)
    told = caught.value
    assert told.message.startswith(text)
    assert (told.status_code, told.code) == (500, "InternalServerError")
    if seconds > 15:
        assert "at most 15 s" in told.message
        assert "took 15 s. Nothing was deployed" in told.message
        assert (told.sent, told.retryable) == (False, False)
    else:
        assert (told.message, told.sent) == (text, True)


def test_an_upload_that_is_too_slow_is_warned_of_once(
    client_kind: ClientKind,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(Upload, "seconds", 6.0)
    monkeypatch.setattr(_deployment, "_UPLOAD_LIMIT", 5.0)
    told: list[Any] = []
    with FakeServer(Plane(stream_of(COMPLETE), exists=False)) as server:
        client_kind.server(
            server.url, lambda s: s.formations.deploy(HELLO, on_progress=told.append)
        )
    slow = [one.message for one in told if "gives up" in one.message]
    assert len(slow) == 1
    assert slow[0].endswith(
        "at this rate the upload takes 6 s, and the MUXI Server gives up after 5 s"
    )
    assert [one.getMessage() for one in caplog.records] == slow
