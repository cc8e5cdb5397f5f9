"""Events and logs as they happen: what a server that feeds them would send, and silence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

import muxi
from muxi.models import formation as m

from ...support.clients import ADMIN_KEY, CLIENT_KEY, ClientKind, Connect
from ...support.fake_server import Events, FakeServer, envelope
from ...support.recorded import Recording, recordings
from ...support.sse import KEEPALIVE, slow_keepalives

Use = Callable[[Any], Any]

SILENT = [
    one
    for one in recordings()
    if one.path.startswith(("/v1/events", "/v1/logs")) and one.status == 200
]
EVENT = {
    "type": "agent.planning",
    "timestamp": 1_795_326_461.5,
    "message": "Planning",
    "session_id": "s",
    "request_id": "r",
}
RECORD = {
    "timestamp": 1_795_326_461.5,
    "level": "warning",
    "event_type": "chat.slow",
    "user_id": None,
    "session_id": "s",
    "request_id": None,
    "agent_id": None,
    "message": "Slow",
    "data": {"seconds": 3},
}
AT = datetime.fromtimestamp(1_795_326_461.5, timezone.utc)


def uses(silence_timeout: float) -> list[Use]:
    return [
        lambda f: f.events.stream(silence_timeout=silence_timeout),
        lambda f: f.events.stream("s", silence_timeout=silence_timeout),
        lambda f: f.events.stream_turn("s", "r", silence_timeout=silence_timeout),
        lambda f: f.logs.stream(level="info", silence_timeout=silence_timeout),
    ]


USES = uses(60)
SHORT = uses(0.5)
by_one_kind = pytest.mark.thorough("asyncio", "trio")
EACH_SHORT = [SHORT[0], *(pytest.param(use, marks=by_one_kind) for use in SHORT[1:])]


def frame(body: object, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(body)}\n\n".encode()


def read(connect: Connect, use: Use, *chunks: Any, ends: bool = True) -> tuple[list[Any], Any]:
    """The events that came, and what came in the end: a result or an error."""
    seen: list[Any] = []
    with FakeServer(Events(chunks, ends)) as server:
        try:
            with use(connect.formation(server.url)) as stream:
                for event in stream:
                    seen.append(event)
                return seen, stream.result()
        except muxi.MuxiError as exc:
            return seen, exc


@pytest.fixture
def hold() -> Iterator[Callable[[], None]]:
    """Keeps a stream open and silent, up to the end of the test."""
    done = threading.Event()

    def wait() -> None:
        done.wait(60)

    yield wait
    done.set()


@pytest.mark.parametrize("use", EACH_SHORT)
def test_silence_ends_in_an_error(connect: Connect, use: Use, hold: Callable[[], None]) -> None:
    seen, error = read(connect, use, hold)
    assert (seen, type(error)) == ([], muxi.TimeoutError)
    assert "sent no event for 0.5 s" in error.message
    assert (error.sent, error.retryable) == (True, True)


@pytest.mark.parametrize("use", EACH_SHORT)
def test_keepalives_alone_end_in_an_error(connect: Connect, use: Use) -> None:
    seen, error = read(connect, use, *slow_keepalives(200))
    assert (seen, type(error)) == ([], muxi.TimeoutError)


@pytest.mark.parametrize("use", USES)
def test_a_stream_that_ends_is_interrupted(connect: Connect, use: Use) -> None:
    for ends in (True, False):
        _, error = read(connect, use, KEEPALIVE, ends=ends)
        assert type(error) is muxi.StreamInterruptedError


def test_events(connect: Connect) -> None:
    chunks = [frame(EVENT), frame({**EVENT, "new": 1, "message": None}), frame([1]), frame({}, "x")]
    (first, second, third, fourth), error = read(connect, USES[0], *chunks)
    assert first == m.FormationEvent(**{**EVENT, "timestamp": AT})
    assert (first.timestamp, second.message, second.model_extra) == (AT, None, {"new": 1})
    assert third == m.UnknownEvent(type="message", data=[1])
    assert fourth == m.UnknownEvent(type="x", data={})
    assert type(error) is muxi.StreamInterruptedError


def test_log_records(connect: Connect) -> None:
    seen, error = read(connect, USES[3], frame(RECORD, "log"), frame(RECORD))
    assert seen[0] == m.LogRecord(**{**RECORD, "timestamp": AT})
    assert seen[0].data == {"seconds": 3}
    assert isinstance(seen[1], m.UnknownEvent)
    assert type(error) is muxi.StreamInterruptedError


def test_a_turn_is_over_when_it_says_so(connect: Connect) -> None:
    ids = {"session_id": "s", "request_id": "r"}
    delta = {"type": "content", "content": "Hel", "timestamp": 1.5, **ids}
    end = {"type": "completed", "content": "Hello", "timestamp": 1.5, **ids}
    chunks = [{"type": "stream_open", **ids}, delta, end, {"type": "stream_completed", **ids}]
    seen, result = read(connect, USES[2], *map(frame, chunks))
    assert [type(one) for one in seen] == [m.TextDelta, m.Completed]
    assert result is None
    seen, error = read(connect, USES[2], *map(frame, chunks[:-1]))
    assert (len(seen), type(error)) == (2, muxi.StreamInterruptedError)


@pytest.mark.parametrize(
    ("use", "chunk", "told"),
    [
        (USES[0], frame({"error": True, "message": "Streaming error occurred"}), "occurred"),
        (USES[2], frame({"error": "Unauthorized or request not streaming"}), "not streaming"),
        (USES[3], frame({"error": True, "message": "No overlord"}, "error"), "No overlord"),
        (USES[3], frame([], "error"), "failed"),
    ],
)
def test_error_frames(connect: Connect, use: Use, chunk: bytes, told: str) -> None:
    seen, error = read(connect, use, chunk)
    assert (seen, type(error)) == ([], muxi.StreamError)
    assert told in error.message


def test_what_is_no_json_is_an_error(connect: Connect) -> None:
    for use in USES:
        _, error = read(connect, use, b"data: {\n\n")
        assert type(error) is muxi.InvalidResponseError


def test_what_this_runtime_would_send_is_no_event(connect: Connect) -> None:
    """It writes the letters of line breaks, not line breaks (contract A4.2)."""
    sent = f"data: {json.dumps(EVENT)}\\n\\n".encode()
    seen, error = read(connect, USES[0], sent, sent)
    assert (seen, type(error)) == ([], muxi.StreamInterruptedError)


def test_a_whole_answer_is_no_stream(client_kind: ClientKind) -> None:
    with FakeServer(envelope({"x": 1})) as server, pytest.raises(muxi.InvalidResponseError):
        client_kind.stream(server.url, USES[0])


@pytest.mark.parametrize("recording", SILENT, ids=str)
@pytest.mark.parametrize("client_kind", [ClientKind("sync")])
def test_recorded_silence(connect: Connect, recording: Recording, hold: Callable[[], None]) -> None:
    assert not recording.ended
    use = SHORT[3] if recording.path == "/v1/logs" else SHORT[0]
    seen, error = read(connect, use, *recording.chunks, hold)
    assert (seen, type(error)) == ([], muxi.TimeoutError)


def test_there_are_recordings() -> None:
    assert len(SILENT) >= 6


def test_what_is_asked(client_kind: ClientKind) -> None:
    def sent(use: Use, **settings: Any) -> Any:
        with FakeServer(Events([])) as server:
            with pytest.raises(muxi.StreamInterruptedError):
                client_kind.stream(server.url, use, **settings)
            [request] = server.received
        return request

    for use, path in zip(USES[:3], ("events", "events/s", "events/s/r"), strict=True):
        request = sent(use)
        assert request.path == f"/v1/{path}"
        assert request.headers["x-muxi-client-key"] == CLIENT_KEY
        assert request.headers["x-muxi-user-id"] == "alice"
        with pytest.raises(muxi.ValidationError, match="needs a user"):
            client_kind.stream("http://muxi.test", use, user_id=None)
        assert "x-muxi-user-id" not in sent(use, client_key=None, user_id=None).headers
    request = sent(lambda f: f.logs.stream())
    assert (request.path, request.headers["x-muxi-admin-key"]) == (
        "/v1/logs?level=debug",
        ADMIN_KEY,
    )
    assert "x-muxi-user-id" not in request.headers
    request = sent(lambda f: f.logs.stream(level="error", event_type="chat.*", user_id="bob"))
    assert request.path == "/v1/logs?level=error&event_type=chat.%2A&user_id=bob"
