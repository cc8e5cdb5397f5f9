"""The calls of the control plane that are answered at once (contract server-api 3, 4.3, 5, 7)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import muxi
from muxi.errors import DeploymentError
from muxi.models import server as m

from ...support.clients import ClientKind
from ...support.control_answers import DROP, FOUND, ID, NOT_FOUND, flat, ok, refused
from ...support.fake_server import FAST, Answer, FakeServer, Silence, failure

DRAFT = {
    "draft": {
        "exists": True,
        "base_version": "1.0.0",
        "created_at": "2026-11-22T10:00:00.5+01:00",
    },
    "live": {},
}


def draft(data: dict[str, Any]) -> Answer:
    return flat({"success": True, "data": data, **DRAFT})


def asked(
    client_kind: ClientKind, answer: Answer, use: Callable[[Any], Any]
) -> tuple[Any, str, str, dict[str, Any] | None]:
    with FakeServer(answer) as server:
        found = client_kind.server(server.url, use)
        [request] = server.received
    body = request.json if request.body else None
    return found, request.method, request.path, body


def test_actions(client_kind: ClientKind) -> None:
    data = {"id": ID, "status": "stopped", "message": "Formation stopped successfully"}
    found, *request = asked(client_kind, ok(data), lambda s: s.formations.stop(ID))
    assert found == m.StoppedFormation(**data)
    assert request == ["POST", f"/rpc/formations/{ID}/stop", None]

    data = {"id": ID, "message": "Formation deleted successfully"}
    found, *request = asked(client_kind, ok(data), lambda s: s.formations.delete(ID))
    assert found == m.DeletedFormation(**data)
    assert request == ["DELETE", f"/rpc/formations/{ID}", None]

    body = {
        "message": "Update cancelled successfully",
        "formation_id": ID,
        "staging_port": 8001,
        "status": "running",
        "current_port": 8000,
    }
    found, *request = asked(client_kind, flat(body), lambda s: s.formations.cancel_update(ID))
    assert found.model_dump() == body
    assert request == ["POST", f"/rpc/formations/{ID}/cancel-update", None]


def test_logs_that_are_null_are_empty(client_kind: ClientKind) -> None:
    data = {
        "formation_id": ID,
        "logs": {"stdout": None, "stderr": ["a", "\x1b[31mb"]},
        "total_lines": {"stdout": 0, "stderr": 2},
    }
    found, _, path, _ = asked(
        client_kind, ok(data), lambda s: s.formations.logs(ID, lines=5, stream="all")
    )
    assert path == f"/rpc/formations/{ID}/logs?lines=5&stream=all"
    assert (found.logs.stdout, found.logs.stderr) == ([], ["a", "\x1b[31mb"])
    only = {"formation_id": ID, "logs": {"stdout": ["x"]}, "total_lines": {"stdout": 1}}
    found, *_ = asked(client_kind, ok(only), lambda s: s.formations.logs(ID))
    assert (found.logs.stdout, found.logs.stderr, found.total_lines.stderr) == (["x"], [], 0)


@pytest.mark.parametrize(
    ("body", "lines"),
    [("", []), ("a\nb\n", ["a", "b"]), ("a\u2028b\n\nc", ["a\u2028b", "", "c"]), ("\n", [""])],
)
def test_the_servers_log_is_lines(client_kind: ClientKind, body: str, lines: list[str]) -> None:
    answer = Answer(200, body.encode(), {"Content-Type": "text/plain"})
    found, *request = asked(client_kind, answer, lambda s: s.logs(lines=7))
    assert found == lines
    assert request == ["GET", "/rpc/server/logs?lines=7", None]


def test_drafts(client_kind: ClientKind) -> None:
    where = ["POST", f"/rpc/formations/{ID}/draft/files"]
    data: dict[str, Any] = {"action": "init", "mode": "clone"}
    found, *request = asked(client_kind, draft(data), lambda s: s.drafts.create(ID, mode="clone"))
    assert request == [*where, {"action": "init", "mode": "clone"}]
    assert (found.mode, found.draft.base_version, found.live.version) == ("clone", "1.0.0", None)
    assert found.draft.created_at == datetime(2026, 11, 22, 9, 0, 0, 500_000, timezone.utc)

    entries = [{"name": "agents/", "type": "dir"}, {"name": "a", "type": "file", "size": 3}]
    found, *request = asked(
        client_kind, draft({"path": ".", "entries": entries}), lambda s: s.drafts.list(ID)
    )
    assert request == [*where, {"action": "list", "path": "."}]
    assert [(one.name, one.size) for one in found] == [("agents/", 0), ("a", 3)]
    found, *_ = asked(
        client_kind, draft({"path": "e", "entries": None}), lambda s: s.drafts.list(ID, "e")
    )
    assert list(found) == []

    content = base64.b64encode(b"\xff\x00").decode()
    data = {"path": "a", "content": content, "encoding": "base64"}
    found, *request = asked(client_kind, draft(data), lambda s: s.drafts.read(ID, "a"))
    assert request == [*where, {"action": "read", "path": "a", "encoding": "base64"}]
    assert found.data == b"\xff\x00"
    with pytest.raises(UnicodeDecodeError):
        _ = found.text

    data = {"path": "a", "deleted": True}
    found, *request = asked(client_kind, draft(data), lambda s: s.drafts.delete(ID, "a"))
    assert (found.deleted, request) == (True, [*where, {"action": "delete", "path": "a"}])

    found, *request = asked(client_kind, draft({"discarded": True}), lambda s: s.drafts.discard(ID))
    assert (found.discarded, request) == (True, [*where, {"action": "discard"}])


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        ("é", {"content": "é", "encoding": "utf-8"}),
        (b"\xff", {"content": "/w==", "encoding": "base64"}),
    ],
)
def test_drafts_are_written_as_they_are(
    client_kind: ClientKind, content: str | bytes, sent: dict[str, str]
) -> None:
    answer = draft({"path": "a", "size": 2, "written": True})
    found, *_, body = asked(client_kind, answer, lambda s: s.drafts.write(ID, "a", content))
    assert body == {"action": "write", "path": "a", **sent}
    assert found.size == 2


def test_errors_of_drafts_have_their_code(client_kind: ClientKind) -> None:
    body = {"success": False, "error": "DraftNotFound", "message": "There is none.", **DRAFT}
    with FakeServer(flat(body, 404)) as server, pytest.raises(muxi.NotFoundError) as caught:
        client_kind.server(server.url, lambda s: s.drafts.list(ID))
    assert (caught.value.code, caught.value.message) == ("DraftNotFound", "There is none.")


def test_dev(client_kind: ClientKind) -> None:
    data = {"success": True, "formation_id": ID, "port": 8002, "status": "running"}
    found, *request = asked(client_kind, flat(data), lambda s: s.dev.run(path="/srv/x"))
    assert (found.formation_id, found.port) == (ID, 8002)
    assert request == ["POST", "/rpc/dev/run", {"path": "/srv/x"}]
    data = {"success": True, "formation_id": ID, "status": "stopped"}
    found, *request = asked(client_kind, flat(data), lambda s: s.dev.stop(ID))
    assert (found.status, request) == ("stopped", ["POST", "/rpc/dev/stop", {"formation_id": ID}])


@pytest.mark.parametrize(
    ("status", "text", "code"),
    [
        (409, f"Draft formation {ID} is already running on port 8002.", "Conflict"),
        (404, f"Draft directory not found for formation {ID}", "NotFound"),
        (400, "Failed to parse formation config: x", "ParseError"),
        (400, "Path must be absolute", "BadRequest"),
        (500, "Health check failed: Formation crashed during startup:\nx", "HealthCheckFailed"),
    ],
)
def test_errors_of_dev_have_a_type_too(
    client_kind: ClientKind, status: int, text: str, code: str
) -> None:
    body = {"success": False, "formation_id": ID, "port": 0, "status": "", "error": text}
    with FakeServer(flat(body, status)) as server, pytest.raises(muxi.MuxiError) as caught:
        client_kind.server(server.url, lambda s: s.dev.run(formation_id=ID))
    assert (caught.value.message, caught.value.code) == (text, code)
    assert caught.value.status_code == status


STOP: Callable[[Any], Any] = lambda s: s.formations.stop(ID)  # noqa: E731
DELETE: Callable[[Any], Any] = lambda s: s.formations.delete(ID)  # noqa: E731
STOPPED = refused(409, "Formation is already stopped", "Conflict")


@pytest.mark.parametrize(
    ("use", "done", "kind"),
    [
        (lambda s: s.formations.delete(ID), NOT_FOUND, muxi.NotFoundError),
        (lambda s: s.formations.stop(ID), STOPPED, muxi.ConflictError),
    ],
)
def test_already_done_is_done_on_a_second_try_only(
    client_kind: ClientKind, use: Callable[[Any], Any], done: Answer, kind: type[Exception]
) -> None:
    with FakeServer(DROP, done) as server:
        assert client_kind.server(server.url, use, retry=FAST).id == ID
        assert len(server.received) == 2
    with FakeServer(done) as server, pytest.raises(kind):
        client_kind.server(server.url, use, retry=FAST)


@pytest.mark.parametrize(
    ("use", "script", "kind"),
    [
        (STOP, [refused(429, "busy"), STOPPED], muxi.ConflictError),
        (STOP, [DROP, refused(409, "Formation is being updated", "Conflict")], muxi.ConflictError),
        (STOP, [DROP, refused(409, "is being updated", "DeployConflict")], muxi.ConflictError),
        (DELETE, [refused(503, "x"), NOT_FOUND], muxi.NotFoundError),
        (DELETE, [DROP, refused(404, "Endpoint not found", "Not Found")], muxi.NotFoundError),
        (DELETE, [DROP, Answer(404, "<h1>gone</h1>")], muxi.NotFoundError),
    ],
)
def test_nothing_else_means_that_it_is_done(
    client_kind: ClientKind,
    use: Callable[[Any], Any],
    script: list[Any],
    kind: type[muxi.MuxiError],
) -> None:
    with FakeServer(*script) as server, pytest.raises(kind):
        client_kind.server(server.url, use, retry=FAST)
    assert len(server.received) == 2


@pytest.mark.parametrize("use", [STOP, DELETE])
def test_a_server_that_hangs_up_is_not_asked_a_third_time(
    client_kind: ClientKind, use: Callable[[Any], Any]
) -> None:
    with FakeServer(DROP) as server, pytest.raises(muxi.ConnectionError) as caught:
        client_kind.server(server.url, use, retry=FAST)
    assert len(server.received) == 2
    assert "restart the MUXI Server" in caught.value.message
    assert (caught.value.sent, caught.value.retryable) == (True, False)


PERMANENT = [
    (STOP, refused(500, "Failed to stop formation", "Internal Server Error")),
    (
        lambda s: s.drafts.read(ID, "agents"),
        flat({"success": False, "error": "ReadError", "message": "is a directory", **DRAFT}, 500),
    ),
    (
        lambda s: s.drafts.write(ID, "agents", "x"),
        flat({"success": False, "error": "WriteError", "message": "is a directory", **DRAFT}, 500),
    ),
]


@pytest.mark.parametrize(("use", "answer"), PERMANENT)
def test_what_can_not_change_is_not_asked_again(
    client_kind: ClientKind, use: Callable[[Any], Any], answer: Answer
) -> None:
    with FakeServer(answer) as server, pytest.raises(muxi.ServerError) as caught:
        client_kind.server(server.url, use, retry=FAST)
    assert len(server.received) == 1
    assert (caught.value.retryable, caught.value.status_code) == (False, 500)


def test_a_mode_that_no_draft_has_is_refused(client_kind: ClientKind) -> None:
    with FakeServer(NOT_FOUND) as server, pytest.raises(muxi.ValidationError, match="mode"):
        client_kind.server(server.url, lambda s: s.drafts.create(ID, mode="nothing"))
    assert server.received == []


@pytest.mark.usefixtures("patient_looks")
def test_waiting_until_healthy(client_kind: ClientKind) -> None:
    starting = ok({**FOUND.body["data"], "status": "starting", "healthy": None})  # type: ignore[index,call-overload]
    with FakeServer(starting, starting, FOUND) as server:
        found = client_kind.server(
            server.url, lambda s: s.formations.wait_until_healthy(ID, poll_interval=0.001)
        )
    assert (found.healthy, found.updated_at, len(server.received)) == (True, None, 3)
    with FakeServer(starting) as server, pytest.raises(muxi.TimeoutError) as caught:
        client_kind.server(
            server.url,
            lambda s: s.formations.wait_until_healthy(ID, timeout=0.02, poll_interval=0.01),
        )
    assert caught.value.message.endswith("is starting and not healthy after 0.02 s")
    assert caught.value.sent


@pytest.mark.thorough("asyncio", "trio")
def test_a_wait_looks_once_more_at_its_end(client_kind: ClientKind) -> None:
    """Else it would end without a second look, or look after an hour."""
    late = ok({**FOUND.body["data"], "status": "starting"})  # type: ignore[index,call-overload]
    with FakeServer(late, FOUND) as server:
        found = client_kind.server(
            server.url,
            lambda s: s.formations.wait_until_healthy(ID, timeout=1, poll_interval=3_600),
        )
        assert len(server.received) == 2
    assert found.status == "running"


def test_a_look_that_hangs_does_not_prolong_the_wait(client_kind: ClientKind) -> None:
    late = ok({**FOUND.body["data"], "status": "starting"})  # type: ignore[index,call-overload]
    with FakeServer(late, Silence()) as server, pytest.raises(muxi.TimeoutError) as caught:
        client_kind.server(
            server.url,
            lambda s: s.formations.wait_until_healthy(ID, timeout=1, poll_interval=0.1),
            timeout=600,
        )
    assert "is starting and not healthy after 1 s" in caught.value.message


@pytest.mark.parametrize("status", ["crashed", "stopped"])
def test_a_formation_that_is_down_is_not_waited_for(client_kind: ClientKind, status: str) -> None:
    down = ok({**FOUND.body["data"], "status": status, "healthy": False})  # type: ignore[index,call-overload]
    with FakeServer(down) as server, pytest.raises(DeploymentError, match=f"is {status}"):
        client_kind.server(server.url, lambda s: s.formations.wait_until_healthy(ID))
    assert len(server.received) == 1


def test_ping_is_a_time(client_kind: ClientKind) -> None:
    answer = Answer(200, b"pong", {"Content-Type": "text/plain"})
    found, *_ = asked(client_kind, answer, lambda s: s.ping())
    assert timedelta(0) < found < timedelta(seconds=30)


def test_a_formations_client_shares_what_its_servers_has(client_kind: ClientKind) -> None:
    with FakeServer(failure(404, "RESOURCE_NOT_FOUND")) as server:

        def use(s: Any) -> Any:
            formation = s.formation_client(ID, client_key="fmc_x", user_id="alice", mode="draft")
            assert formation._transport.pool is s._transport.pool
            assert formation._transport.options.timeout == 7.0
            return formation.sessions.get("x")

        with pytest.raises(muxi.NotFoundError):
            client_kind.server(server.url, use, timeout=7.0, retry=FAST, headers={"X-Own": "1"})
        [request] = server.received
    assert request.path == f"/draft/{ID}/v1/sessions/x"
    assert request.headers["x-muxi-client-key"] == "fmc_x"
    assert request.headers["x-own"] == "1"
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("status", "phrase", "kind"),
    [
        (404, "Formation not found", muxi.NotFoundError),
        (502, "Bad gateway", muxi.ServerError),
        (503, "Formation unavailable", muxi.UnavailableError),
    ],
)
def test_errors_of_the_proxy_differ_from_the_formations_own(
    client_kind: ClientKind, status: int, phrase: str, kind: type[muxi.MuxiError]
) -> None:
    def use(s: Any) -> Any:
        return s.formation_client(ID, client_key="k", user_id="u").sessions.get("x")

    with FakeServer(refused(status, "No.", phrase)) as server, pytest.raises(kind) as caught:
        client_kind.server(server.url, use, max_retries=0)
    assert (caught.value.code, caught.value.request_id) == (phrase, None)
    with FakeServer(failure(status, "OWN_CODE")) as server, pytest.raises(kind) as caught:
        client_kind.server(server.url, use, max_retries=0)
    assert (caught.value.code, caught.value.request_id) == ("OWN_CODE", "req_server")


@pytest.mark.parametrize("lines", [0, -1, 10_001, "5", True])
def test_a_number_of_lines_that_the_server_would_ignore(lines: Any) -> None:
    with muxi.ServerClient(url="http://127.0.0.1:1", key_id="k", secret_key="s") as client:
        for use in (client.logs, lambda **given: client.formations.logs(ID, **given)):
            with pytest.raises(muxi.ValidationError, match=r"^lines must be a whole number from 1"):
                use(lines=lines)
        if lines != 0:
            with pytest.raises(muxi.ValidationError, match=r"^lines must be a whole number from 0"):
                client.formations.logs_stream(ID, lines=lines)
