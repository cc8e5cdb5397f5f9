"""Deployments over real sockets: requests, progress, results, errors (contract server-api 4)."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import muxi
from muxi.bundle import open_bundle
from muxi.models import server as m

from ...support.clients import ClientKind, Connect, collect
from ...support.control_answers import (
    COMPLETE,
    DROP,
    FORMATION,
    FOUND,
    HEALTHY,
    HELLO,
    ID,
    NOT_FOUND,
    STAGES,
    UPDATED,
    Plane,
    by_method,
    error,
    frame,
    ok,
    refused,
    stage,
)
from ...support.fake_server import FAST, Action, FakeServer, Received, Silence
from ...support.sse import stream_of
from ...support.trees import MANIFEST, make_tree

DEPLOYED = stream_of(*STAGES, COMPLETE)
Use = Callable[..., Any]
by_one_kind = pytest.mark.thorough("asyncio", "trio")


def others(*uses: Use) -> list[Any]:
    """Calls for one kind of client, because they are read as the first one is."""
    return [pytest.param(use, marks=by_one_kind) for use in uses]


def test_a_directory_is_deployed(client_kind: ClientKind) -> None:
    told: list[m.Progress] = []
    with FakeServer(by_method(POST=DEPLOYED)) as server:
        found = client_kind.server(
            server.url, lambda s: s.formations.deploy(HELLO, on_progress=told.append)
        )
        look, post = server.received
    assert (look.method, look.path) == ("GET", f"/rpc/formations/{ID}")
    assert (post.method, post.path) == ("POST", "/rpc/formations")
    assert post.headers["content-type"] == "application/gzip"
    assert post.headers["content-length"] == str(len(post.body))
    assert "transfer-encoding" not in post.headers
    assert post.headers["x-formation-id"] == ID
    assert post.headers["x-formation-version"] == "1.0.0"
    assert "text/event-stream" in post.headers["accept"]
    assert post.headers["authorization"].startswith("MUXI-HMAC key=MUXI_test, timestamp=")
    with tarfile.open(fileobj=io.BytesIO(post.body)) as archive:
        assert f"{ID}/formation.afs" in archive.getnames()

    assert (found.formation_id, found.port, found.pid, found.changed) == (ID, 8000, 42, True)
    assert found.url == f"{server.url}/api/{ID}"
    uploads = [one for one in told if one.stage == "uploading"]
    assert (uploads[-1].sent, uploads[-1].total) == (len(post.body), len(post.body))
    assert [one.stage for one in told if one not in uploads] == [
        "extracting",
        "resolving_runtime",
        "resolving_runtime",
        "spawning",
        "health_check",
        "health_check",
        "complete",
    ]
    assert (told[-2].attempt, told[-2].max_attempts) == (1, 30)


def test_the_text_of_a_deployment_is_its_messages(client_kind: ClientKind) -> None:
    with FakeServer(by_method(POST=stream_of(stage("extracting"), COMPLETE))) as server:
        uploading, *others = client_kind.server(
            server.url, lambda s: collect(s.formations.deploy_stream(HELLO).text())
        )
    assert uploading.startswith("Uploading, ")
    assert others == ["extracting...", "Done"]


def test_progress_as_a_stream(client_kind: ClientKind) -> None:
    with FakeServer(by_method(POST=DEPLOYED)) as server:
        streamed = client_kind.server_stream(
            server.url, lambda s: s.formations.deploy_stream(HELLO)
        )
    first, *_, last = streamed.events
    assert (first.stage, first.sent) == ("uploading", first.total)
    assert (last.stage, streamed.result.formation_id) == ("complete", ID)


def test_a_deployment_that_exists_isnt_sent(client_kind: ClientKind) -> None:
    with FakeServer(FOUND) as server, pytest.raises(muxi.ConflictError, match="exists") as caught:
        client_kind.server(server.url, lambda s: s.formations.deploy(HELLO))
    assert caught.value.sent is False
    assert [one.method for one in server.received] == ["GET"]


def test_a_wrong_bundle_is_refused_before_anything_is_sent(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    with FakeServer(NOT_FOUND) as server, pytest.raises(muxi.MuxiError) as caught:
        client_kind.server(server.url, lambda s: s.formations.apply(tmp_path))
    assert isinstance(caught.value, ValueError)
    assert str(tmp_path) in caught.value.message
    assert server.received == []


def test_after_an_update_the_port_is_read_again(client_kind: ClientKind) -> None:
    steps = [*STAGES[:3], stage("spawning_staging", staging_port=8001), stage("juggling", balls=5)]
    with FakeServer(Plane(stream_of(*steps, UPDATED))) as server:
        streamed = client_kind.server_stream(
            server.url, lambda s: s.formations.update_stream(HELLO)
        )
        put = server.received[1]
    assert (put.method, put.path) == ("PUT", f"/rpc/formations/{ID}")
    found = streamed.result
    assert (found.port, found.version, found.previous_version) == (8001, 2, 1)
    assert found.manifest_version == "1.0.0"
    assert [one.staging_port for one in streamed.events if one.stage == "spawning_staging"] == [
        8001
    ]
    assert streamed.events[-2].model_extra == {"balls": 5}
    assert asked(server)[2:] == [f"GET /api/{ID}/v1/health", f"GET /rpc/formations/{ID}"]


def asked(server: FakeServer) -> list[str]:
    return [f"{one.method} {one.path}" for one in server.received]


def test_a_look_after_an_update_that_fails_takes_nothing_back(client_kind: ClientKind) -> None:
    looks = iter([FOUND, refused(500, "x")])

    def answer(request: Received) -> Action:
        if request.method == "PUT":
            return stream_of(UPDATED)
        return HEALTHY if request.path.endswith("health") else next(looks)

    with FakeServer(answer) as server:
        found = client_kind.server(server.url, lambda s: s.formations.update(HELLO), max_retries=0)
    assert (found.status, found.version, found.port) == ("running", 2, None)


def test_an_update_of_nothing_isnt_sent(client_kind: ClientKind) -> None:
    with FakeServer(NOT_FOUND) as server, pytest.raises(muxi.NotFoundError):
        client_kind.server(server.url, lambda s: s.formations.update(HELLO))
    assert [one.method for one in server.received] == ["GET"]


ANSWERS: list[tuple[Use, dict[str, Any], dict[str, Any]]] = [
    (
        lambda s: s.formations.update(HELLO),
        {"id": ID, "status": "running", "version": 2, "previous_version": 1, "port": 8000, "pid": 7,
         "message": "Formation updated with zero downtime", "deployment_type": "blue-green"},
        {"version": 2, "previous_version": 1, "pid": 7},
    ),
    (
        lambda s: s.formations.start(ID),
        {"id": ID, "status": "running", "message": "Formation started", "port": 8000},
        {"port": 8001, "version": 1},
    ),
    (
        lambda s: s.formations.restart(ID),
        {"id": ID, "status": "running", "message": "m", "restart_count": 3, "port": 8000},
        {"restart_count": 3},
    ),
    (
        lambda s: s.formations.rollback(ID),
        {"id": ID, "status": "running", "version": 1, "previous_version": 2, "pid": 9,
         "message": "Rolled back to previous version"},
        {"version": 1, "previous_version": 2, "port": 8001},
    ),
    (
        lambda s: s.drafts.deploy(ID),
        {"formation_id": ID, "port": 8000, "status": "running", "url": "u", "health_url": "h",
         "pid": 4},
        {"pid": 4, "health_url": "h"},
    ),
]  # fmt: skip


@by_one_kind
@pytest.mark.parametrize(("use", "data", "expected"), ANSWERS)
def test_answers_without_events_are_read_too(
    client_kind: ClientKind, use: Use, data: dict[str, Any], expected: dict[str, Any]
) -> None:
    with FakeServer(Plane(ok(data, 200))) as server:
        found = client_kind.server(server.url, use)
    assert {name: getattr(found, name) for name in expected} == expected
    assert (found.formation_id, found.url) == (ID, f"{server.url}/api/{ID}")


DEPLOY: Use = lambda s, **more: s.formations.deploy(HELLO, **more)  # noqa: E731
UPDATE: Use = lambda s, **more: s.formations.update(HELLO, **more)  # noqa: E731
START: Use = lambda s: s.formations.start(ID)  # noqa: E731
RESTART: Use = lambda s: s.formations.restart(ID)  # noqa: E731
ROLLBACK: Use = lambda s, **more: s.formations.rollback(ID, **more)  # noqa: E731
DRAFT: Use = lambda s: s.drafts.deploy(ID)  # noqa: E731
GONE = "Formation directory not found"
TABLE: list[tuple[Use, str, str, int]] = [
    *[(use, "ExtractError", "", 400) for use in (DEPLOY, UPDATE)],
    *[(use, "ExtractDirError", "", 500) for use in (DEPLOY, UPDATE)],
    *[(use, "SecretsError", "", 400) for use in (DEPLOY, UPDATE, DRAFT)],
    *[(use, "ParseError", "", 400) for use in (DEPLOY, UPDATE, DRAFT)],
    *[(use, "ParseError", "", 500) for use in (START, RESTART, ROLLBACK)],
    *[(use, "HealthCheckFailed", "", 400) for use in (DEPLOY, UPDATE, DRAFT)],
    *[(use, "HealthCheckFailed", "", 500) for use in (START, RESTART, ROLLBACK)],
    (DEPLOY, "IDMismatch", "", 400),
    (DEPLOY, "MissingHeader", "", 400),
    (DEPLOY, "InvalidFormationID", "", 400),
    (DEPLOY, "FormationExists", "", 409),
    (UPDATE, "VersionMismatch", "", 400),
    (UPDATE, "NoChange", "", 409),
    (DRAFT, "NoChange", "", 409),
    (DEPLOY, "PortAllocationError", "", 500),
    (UPDATE, "PortAllocationError", "", 507),
    (ROLLBACK, "PortAllocationError", "", 507),
    (DEPLOY, "DirectoryError", "", 500),
    (ROLLBACK, "DirectoryError", "", 400),
    (START, "InvalidRuntime", "", 400),
    (START, "NotFound", "Formation not found", 404),
    (ROLLBACK, "NotFound", "Formation not found", 404),
    (RESTART, "NotFound", GONE, 500),
    (DEPLOY, "ResolveError", "", 400),
    (UPDATE, "RuntimeError", "", 500),
    (UPDATE, "ResolveError", "", 500),
    (ROLLBACK, "ResolveError", "", 500),
    (START, "AlreadyRunning", "", 409),
    (ROLLBACK, "NoPreviousVersion", "", 400),
    *[
        (RESTART, kind, "", 500)
        for kind in (
            "RegistryError", "CleanupError", "MoveError", "HistoryError", "ResolveError",
            "RuntimeError", "DownloadError", "PullError", "ConfigError", "SpawnError",
            "RegisterError", "SwitchError", "SwapError", "SomethingNew",
        )
    ],
]  # fmt: skip
BY_STATUS = {
    400: muxi.ValidationError,
    404: muxi.NotFoundError,
    409: muxi.ConflictError,
    500: muxi.ServerError,
    507: muxi.ServerError,
}


def found_for(use: Use) -> Any:
    return NOT_FOUND if use is DEPLOY else FOUND


@pytest.mark.parametrize(
    ("use", "kind", "message", "status"),
    [TABLE[0], *(pytest.param(*row, marks=by_one_kind) for row in TABLE[1:])],
)
def test_a_failure_in_a_stream_is_what_it_is_without_one(
    client_kind: ClientKind, use: Use, kind: str, message: str, status: int
) -> None:
    message = message or f"{kind} it is."
    events = stream_of(*STAGES[:2], error(kind, message, "validating"))
    plain = refused(status, message)
    caught = []
    for answer in (events, plain):
        actions = {"GET": found_for(use), "POST": answer, "PUT": answer}
        with (
            FakeServer(by_method(**actions)) as server,
            pytest.raises(BY_STATUS[status]) as raised,
        ):
            client_kind.server(server.url, use, retry=FAST)
        caught.append(raised.value)
    streamed, without = caught
    assert type(streamed) is type(without)
    assert (streamed.status_code, streamed.message) == (without.status_code, without.message)
    assert (streamed.code, streamed.details) == (kind, {"stage": "validating"})
    refusal = kind in {"FormationExists", "NoChange", "NoPreviousVersion", "AlreadyRunning"}
    assert streamed.sent is not refusal


@pytest.mark.parametrize("use", [DEPLOY, *others(UPDATE, RESTART, ROLLBACK, DRAFT)])
@pytest.mark.parametrize("answer", [DROP, refused(502, "x"), refused(500, "x")])
def test_what_may_have_been_done_isnt_done_again(
    client_kind: ClientKind, use: Use, answer: Any
) -> None:
    actions = {"GET": found_for(use), "POST": answer, "PUT": answer}
    with FakeServer(by_method(**actions)) as server, pytest.raises(muxi.MuxiError) as caught:
        client_kind.server(server.url, use, retry=FAST)
    assert caught.value.sent is True
    assert [one.method for one in server.received if one.method != "GET"] in (["POST"], ["PUT"])


@pytest.mark.parametrize("use", [DEPLOY, *others(UPDATE, START, RESTART, ROLLBACK, DRAFT)])
@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("count", [0, 1, len(STAGES)])
def test_a_stream_that_ends_early_says_so(
    client_kind: ClientKind, use: Use, ends: bool, count: int
) -> None:
    cut = stream_of(*STAGES[:count], ends=ends)
    actions = {"GET": found_for(use), "POST": cut, "PUT": cut}
    with (
        FakeServer(by_method(**actions)) as server,
        pytest.raises(muxi.StreamInterruptedError) as caught,
    ):
        client_kind.server(server.url, use, retry=FAST)
    assert caught.value.sent is True
    assert caught.value.partial == (
        "health_check..." if count == len(STAGES) else "extracting..." if count else ""
    )


def test_a_second_start_understands_that_it_runs(client_kind: ClientKind) -> None:
    running = stream_of(error("AlreadyRunning", "Formation is already running"))
    with FakeServer(DROP, running, FOUND) as server:
        found = client_kind.server(server.url, START, retry=FAST)
        assert [one.method for one in server.received] == ["POST", "POST", "GET"]
    assert (found.changed, found.port, found.status) == (False, 8001, "running")


def test_an_error_of_drafts_without_a_frame_is_read(client_kind: ClientKind) -> None:
    bare = (
        b'{"success":false,"error":"DeployConflict","message":"Being updated",'
        b'"draft":{"exists":true},"live":{}}\n'
    )
    for chunks in ([bare], [stage("validating"), bare[:20], bare[20:]]):
        with FakeServer(stream_of(*chunks)) as server, pytest.raises(muxi.ConflictError) as caught:
            client_kind.server(server.url, DRAFT)
        assert (caught.value.code, caught.value.message) == ("DeployConflict", "Being updated")


def test_events_that_are_no_json_are_named(client_kind: ClientKind) -> None:
    for bad in (b"event: progress\ndata: {\n\n", b"event: error\ndata: [\n\n", frame("complete")):
        with (
            FakeServer(stream_of(bad)) as server,
            pytest.raises(muxi.InvalidResponseError) as caught,
        ):
            client_kind.server(server.url, RESTART)
        assert caught.value.sent


def test_a_silent_server_is_given_up(client_kind: ClientKind) -> None:
    over = threading.Event()
    silent = stream_of(STAGES[0], lambda: over.wait(60) and None)
    with FakeServer(silent) as server:
        with pytest.raises(muxi.TimeoutError, match="silent for 1 s"):
            client_kind.server(server.url, lambda s: s.formations.restart(ID, silence_timeout=1))
        over.set()


def test_the_message_of_a_silent_server_has_the_limit_that_was_reached(
    client_kind: ClientKind,
) -> None:
    with (
        FakeServer(Silence()) as server,
        pytest.raises(muxi.TimeoutError, match=r"no response within 0\.5 s"),
    ):
        client_kind.server(server.url, lambda s: s.formations.restart(ID, silence_timeout=0.5))


@pytest.mark.parametrize("use", [DEPLOY, UPDATE, ROLLBACK])
def test_a_change_is_not_sent_when_its_time_is_over(
    client_kind: ClientKind, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look before it gets half a second, however short the time is."""
    now = 0.0
    monkeypatch.setattr("muxi._core.steps.monotonic", lambda: now)

    def slowly(_: Received) -> Action:
        nonlocal now
        now += 0.4
        return found_for(use)

    with (
        FakeServer(slowly) as server,
        pytest.raises(muxi.TimeoutError, match=r"was not sent: 0\.3 s had passed$") as caught,
    ):
        client_kind.server(server.url, lambda s: use(s, timeout=0.3))
    assert not caught.value.sent
    assert [one.method for one in server.received] == ["GET"]


def sha256() -> str:
    with open_bundle(HELLO) as packed:
        return packed.bundle.sha256


def test_apply_deploys_what_isnt_there(client_kind: ClientKind) -> None:
    with FakeServer(by_method(POST=DEPLOYED)) as server:
        found = client_kind.server(server.url, lambda s: s.formations.apply(str(HELLO)))
        assert [one.method for one in server.received] == ["GET", "POST"]
    assert found.changed


def test_apply_updates_what_is_there(client_kind: ClientKind) -> None:
    with FakeServer(Plane(stream_of(UPDATED))) as server:
        found = client_kind.server(server.url, lambda s: s.formations.apply(HELLO))
    assert (found.changed, found.version) == (True, 2)


def test_apply_of_what_runs_sends_nothing(client_kind: ClientKind) -> None:
    same = ok({**FORMATION, "version": {"current": sha256()}})
    with FakeServer(same) as server:
        streamed = client_kind.server_stream(server.url, lambda s: s.formations.apply_stream(HELLO))
        assert [one.method for one in server.received] == ["GET"]
    assert [one.stage for one in streamed.events] == ["complete"]
    assert (streamed.result.changed, streamed.result.port) == (False, 8001)
    assert streamed.result.message == "The server already has this bundle"
    assert streamed.result.url == f"{server.url}/api/{ID}"


def test_the_result_of_what_sends_nothing_outlives_its_stream(connect: Connect) -> None:
    same = ok({**FORMATION, "version": {"current": sha256()}})
    with FakeServer(same) as server, connect.server(server.url).formations.apply_stream(HELLO) as s:
        s.close()
        assert s.result().changed is False


def test_apply_of_what_the_server_calls_identical_is_a_success(client_kind: ClientKind) -> None:
    same = stream_of(STAGES[0], error("NoChange", "Source is identical to current version"))
    with FakeServer(by_method(GET=FOUND, PUT=same)) as server:
        found = client_kind.server(server.url, lambda s: s.formations.apply(HELLO))
    assert (found.changed, found.port) == (False, 8001)


def test_apply_refuses_to_go_back(client_kind: ClientKind) -> None:
    newer = {"semantic": "1.0.10"}
    with FakeServer(Plane(stream_of(UPDATED), version=newer)) as server:
        with pytest.raises(muxi.ConflictError, match=r"1\.0\.10.* is older"):
            client_kind.server(server.url, lambda s: s.formations.apply(HELLO))
        assert [one.method for one in server.received] == ["GET"]
        found = client_kind.server(
            server.url, lambda s: s.formations.apply(HELLO, allow_downgrade=True)
        )
    assert found.version == 2


def test_apply_finds_the_version_in_the_list_if_the_details_lack_it(
    client_kind: ClientKind,
) -> None:
    untold = ok({**FORMATION, "version": {}})
    others = [{**FORMATION, "id": "other"}, {**FORMATION, "version": {"semantic": "2.0.0"}}]
    listed = ok({"formations": others, "total": 2})

    def answer(request: Received) -> Action:
        if request.method == "PUT":
            return stream_of(UPDATED)
        if request.path.endswith("/v1/health"):
            return HEALTHY
        return listed if request.path == "/rpc/formations" else untold

    with FakeServer(answer) as server:
        with pytest.raises(muxi.ConflictError, match=r"runs version 2\.0\.0"):
            client_kind.server(server.url, lambda s: s.formations.apply(HELLO))
        assert [one.path for one in server.received] == [f"/rpc/formations/{ID}", "/rpc/formations"]
        client_kind.server(server.url, lambda s: s.formations.apply(HELLO, allow_downgrade=True))
        assert [one.method for one in server.received[2:4]] == ["GET", "PUT"]


def test_a_manifest_without_a_version_counts_as_the_first(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    make_tree(tmp_path, {"formation.afs": f"id: {ID}\ndescription: A bot\n"})
    newer = ok({**FORMATION, "version": {"semantic": "1.0.1"}})
    with (
        FakeServer(by_method(GET=newer)) as server,
        pytest.raises(muxi.ConflictError, match=r"runs version 1\.0\.1, and 1\.0\.0 is older"),
    ):
        client_kind.server(server.url, lambda s: s.formations.apply(tmp_path))


def test_what_the_server_will_ignore_is_logged(
    client_kind: ClientKind, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST, "formation.yml": "", "MUXI.md": "x"})
    with FakeServer(by_method(POST=DEPLOYED)) as server:
        client_kind.server(server.url, lambda s: s.formations.apply(tmp_path))
    told = [(one.name, one.levelname, one.getMessage()) for one in caplog.records]
    assert told == [
        ("muxi", "WARNING", f"{tmp_path}/formation.yml is ignored: formation.afs is read."),
        (
            "muxi",
            "WARNING",
            f"{tmp_path}/MUXI.md counts in the first deployment only: "
            "updates keep the server's own.",
        ),
    ]
