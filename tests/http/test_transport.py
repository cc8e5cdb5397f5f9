"""HTTP over real sockets: what is repeated and what not, and what goes wrong."""

from __future__ import annotations

import builtins
import socket
from typing import Any

import anyio
import pytest

from muxi import (
    AsyncFormationClient,
    ConnectionError,
    MuxiError,
    NotFoundError,
    ServerError,
    TimeoutError,
    ValidationError,
)
from muxi._core.steps import Flow, Sleep
from muxi._http import transport

from ..support.clients import ClientKind
from ..support.fake_server import (
    FAST,
    FORMATIONS,
    REPLY,
    RESTORED,
    SESSIONS,
    Answer,
    Drop,
    FakeServer,
    Received,
    Silence,
    envelope,
    failure,
)


def test_a_get_survives_a_bad_server(client_kind: ClientKind) -> None:
    script = (failure(503, "SYSTEM_OVERLOAD"), Drop(), Answer(502, "<html>"), SESSIONS)
    with FakeServer(*script) as server:
        sessions = client_kind.formation(server.url, lambda f: f.sessions.list(), retry=FAST)
    assert list(sessions) == []
    keys = {request.headers["x-muxi-idempotency-key"] for request in server.received}
    assert (len(server.received), len(keys)) == (4, 1)


def test_every_attempt_has_its_own_signature(
    client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(1_000, 2_000))
    monkeypatch.setattr("muxi._http.auth.time.time", lambda: next(seconds))
    with FakeServer(Answer(503), FORMATIONS) as server:
        client_kind.server(server.url, lambda s: s.formations.list(), retry=FAST)
    signed = [request.headers["authorization"] for request in server.received]
    stamps = [int(header.partition("timestamp=")[2].partition(",")[0]) for header in signed]
    assert stamps[0] < stamps[1]
    assert len({header.partition("signature=")[2] for header in signed}) == 2


@pytest.mark.parametrize("trouble", [failure(503, "SYSTEM_OVERLOAD"), Drop()])
def test_a_post_is_not_repeated_after_the_server_may_have_acted(
    client_kind: ClientKind, trouble: Answer | Drop
) -> None:
    with FakeServer(trouble, RESTORED) as server, pytest.raises(MuxiError) as caught:
        client_kind.formation(server.url, lambda f: f.sessions.restore("s", []), retry=FAST)
    assert caught.value.sent
    assert len(server.received) == 1


def test_a_chat_is_repeated_under_one_key_and_one_turn(client_kind: ClientKind) -> None:
    with FakeServer(Drop(), failure(503, "SYSTEM_OVERLOAD"), REPLY) as server:
        reply = client_kind.formation(server.url, lambda f: f.chat.send("hi"), retry=FAST)
    assert reply.text == "hello"
    assert len({request.headers["x-muxi-idempotency-key"] for request in server.received}) == 1
    assert len({request.body for request in server.received}) == 1


def test_a_chat_that_failed_is_not_run_again(client_kind: ClientKind) -> None:
    with FakeServer(failure(500, "INTERNAL_ERROR"), REPLY) as server, pytest.raises(ServerError):
        client_kind.formation(server.url, lambda f: f.chat.send("hi"), retry=FAST)
    assert len(server.received) == 1


def test_a_stream_is_not_repeated_after_the_server_may_have_acted(client_kind: ClientKind) -> None:
    with FakeServer(Drop(), REPLY) as server, pytest.raises(ConnectionError):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"), retry=FAST)
    assert len(server.received) == 1


def test_a_timeout_has_the_request_id_and_wait_returns_the_reply(client_kind: ClientKind) -> None:
    def script(request: Received) -> Any:
        if request.path == "/v1/chat":
            return Silence()
        looks.append(request)
        status = "processing" if len(looks) < 3 else "completed"
        data = {"request_id": request.path.rpartition("/")[2], "status": status, "created_at": 1.0}
        return envelope({**data, "result": "at last"} if status == "completed" else data)

    looks: list[Received] = []
    with FakeServer(script) as server:
        with pytest.raises(TimeoutError, match=r"within 0\.5 s") as caught:
            client_kind.formation(
                server.url, lambda f: f.chat.send("hi", wait=False), timeout=0.5, max_retries=1
            )
        turn = caught.value.request_id
        assert (
            turn == server.received[0].json["request_id"] == server.received[1].json["request_id"]
        )
        status = client_kind.formation(
            server.url, lambda f: f.requests.wait(turn, timeout=60, poll_interval=0.01)
        )
    assert (status.result, len(looks)) == ("at last", 3)
    assert isinstance(caught.value, builtins.TimeoutError)


@pytest.mark.usefixtures("patient_looks")
@pytest.mark.thorough("asyncio", "trio")
def test_wait_gives_a_new_turn_a_moment_to_become_known(client_kind: ClientKind) -> None:
    unknown = failure(404, "REQUEST_NOT_FOUND")
    done = envelope({"request_id": "r", "status": "completed", "created_at": 1.0})
    with FakeServer(unknown, unknown, done) as server:
        status = client_kind.formation(server.url, lambda f: f.requests.wait("r"))
    assert (status.status, len(server.received)) == ("completed", 3)
    for timeout, looks in ((0, 1), (None, 5)):
        with FakeServer(unknown) as server, pytest.raises(NotFoundError):
            client_kind.formation(server.url, lambda f: f.requests.wait("r", timeout=timeout))  # noqa: B023
        assert len(server.received) == looks


def test_wait_does_not_look_for_what_was_forgotten(client_kind: ClientKind) -> None:
    running = envelope({"request_id": "r", "status": "processing", "created_at": 1.0})
    with FakeServer(running, failure(404, "REQUEST_NOT_FOUND")) as server:
        with pytest.raises(NotFoundError):
            client_kind.formation(server.url, lambda f: f.requests.wait("r", poll_interval=0.01))
        assert len(server.received) == 2


@pytest.mark.usefixtures("patient_looks")
def test_wait_gives_up_in_time(client_kind: ClientKind) -> None:
    running = envelope({"request_id": "r", "status": "processing", "created_at": 1.0})
    with (
        FakeServer(running) as server,
        pytest.raises(TimeoutError, match="still processing") as exc,
    ):
        client_kind.formation(
            server.url, lambda f: f.requests.wait("r", timeout=0.05, poll_interval=0.01)
        )
    assert exc.value.request_id == "r"


def test_a_refused_connection_is_retryable_and_not_sent(client_kind: ClientKind) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(ConnectionError) as caught:
            client_kind.formation(url, lambda f: f.chat.send("hi"), retry=FAST)
    assert not caught.value.sent
    assert caught.value.retryable
    assert isinstance(caught.value, OSError)


def test_an_answer_that_is_cut_off(client_kind: ClientKind) -> None:
    short = Answer(200, b'{"da', {"Content-Length": "400"})
    with FakeServer(short) as server, pytest.raises(ConnectionError) as caught:
        client_kind.formation(server.url, lambda f: f.sessions.list(), max_retries=0)
    assert caught.value.sent


def test_a_connection_that_is_reset_says_so(client_kind: ClientKind) -> None:
    """The error of asyncio has no text: the name of its type stands in for it."""
    why = "ReadError" if client_kind.name.startswith("asyncio") else ".*Connection reset by peer"
    with (
        FakeServer(Drop(resets=True)) as server,
        pytest.raises(ConnectionError, match=f"^GET /v1/sessions failed: {why}") as caught,
    ):
        client_kind.formation(server.url, lambda f: f.sessions.list(), max_retries=0)
    assert caught.value.sent


@pytest.mark.anyio
async def test_clean_up_after_a_cancellation_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_CLEANUP", 0.01)
    caught: list[TimeoutError] = []

    def flow() -> Flow[None]:
        try:
            yield Sleep(5)
        finally:
            try:
                yield Sleep(5)
            except TimeoutError as exc:
                caught.append(exc)

    async with AsyncFormationClient(url="http://127.0.0.1:1") as client:
        with anyio.move_on_after(0) as scope:
            await client._transport.run(flow())
    assert scope.cancelled_caught
    assert [(one.message, one.sent) for one in caught] == [
        ("Cleaning up took longer than 0.01 s", True)
    ]


def test_an_id_that_is_too_long_for_an_address_is_refused(client_kind: ClientKind) -> None:
    with FakeServer(SESSIONS) as server, pytest.raises(ValidationError, match="too long") as caught:
        client_kind.formation(server.url, lambda f: f.sessions.get("x" * 70_000))
    assert not caught.value.sent
    assert len(caught.value.message) < 400
    assert server.received == []


def test_redirects_are_not_followed_with_keys(client_kind: ClientKind) -> None:
    with FakeServer(SESSIONS) as elsewhere:
        moved = Answer(307, b"", {"Location": f"{elsewhere.url}/v1/sessions"})
        with FakeServer(moved) as server, pytest.raises(MuxiError, match="redirects to"):
            client_kind.formation(server.url, lambda f: f.sessions.list())
        assert elsewhere.received == []
