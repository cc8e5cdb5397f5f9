"""The traps of the runtime's streams, over real sockets (contract A4.1)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from muxi import FormationClient, StreamError, StreamInterruptedError, TimeoutError
from muxi.models import formation as m
from muxi.resources.formation import chat

from ...support.clients import ClientKind
from ...support.fake_server import Events, FakeServer, Received, envelope, failure
from ...support.sse import (
    DONE,
    GOOD,
    KEEPALIVE,
    REPLY,
    UNSTREAMABLE,
    by_path,
    slow_keepalives,
    state,
    stream_of,
    token,
)


def test_a_stalled_stream_is_completed_from_the_request(client_kind: ClientKind) -> None:
    events = stream_of(token("progress"), *slow_keepalives(200))
    script = by_path(events, requests=state("completed", result="I refuse."))
    with FakeServer(script) as server:
        streamed = client_kind.stream(
            server.url, lambda f: f.chat.stream("hi", stall_after=0.2, user_id="bob")
        )
    assert streamed.events[-1] == m.Completed(
        content="I refuse.",
        recovered=True,
        session_id="s",
        request_id=server.received[0].json["request_id"],
    )
    assert streamed.result.text == "I refuse."
    look = server.received[1]
    assert look.path == f"/v1/requests/{server.received[0].json['request_id']}"
    assert look.headers["x-muxi-user-id"] == "bob"


@pytest.mark.parametrize("begin", [[], [token("content", "Hel")]], ids=["silent", "begun"])
def test_a_turn_that_takes_too_long_is_given_up(
    client_kind: ClientKind, begin: list[bytes]
) -> None:
    """Else the server would keep it for ten seconds."""
    with (
        FakeServer(stream_of(*begin, *slow_keepalives(200))) as server,
        pytest.raises(TimeoutError) as caught,
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi", timeout=1))
    assert caught.value.sent
    assert f"{caught.value.request_id}".startswith("req_")


def test_a_turn_that_ends_in_time_is_whole(client_kind: ClientKind) -> None:
    with FakeServer(GOOD) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi", timeout=60))
    assert streamed.result.text == "Hello"


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """What a stream waits for whose connection sends nothing any more, no keep-alives either."""
    monkeypatch.setattr(chat, "_DEAD_AFTER", 1.0)
    over = threading.Event()
    yield lambda: over.wait() and None
    over.set()


def test_a_dead_connection_is_completed_from_the_request(
    client_kind: ClientKind, dead: Callable[[], None]
) -> None:
    events = Events([token("progress"), dead])
    script = by_path(events, requests=state("completed", result="It went on."))
    with FakeServer(script) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))
    assert streamed.events[-1].recovered
    assert streamed.result.text == "It went on."


def test_a_dead_connection_of_a_turn_that_goes_on_is_an_error(
    client_kind: ClientKind, dead: Callable[[], None]
) -> None:
    messages = envelope({"session_id": "s", "messages": [], "count": 0, "has_more": False})
    script = by_path(
        Events([token("progress"), dead]), requests=state("processing"), sessions=messages
    )
    with FakeServer(script) as server, pytest.raises(TimeoutError) as caught:
        client_kind.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))
    assert caught.value.request_id == server.received[0].json["request_id"]
    assert caught.value.sent


def test_a_turn_without_a_user_is_looked_up_as_user_zero() -> None:
    script = by_path(stream_of(*slow_keepalives(200)), requests=state("completed", result="x"))
    with (
        FakeServer(script) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        client.chat.stream("hi", stall_after=0.1).result()
    assert "x-muxi-user-id" not in server.received[0].headers
    assert server.received[1].headers["x-muxi-user-id"] == "0"


def test_a_turn_that_goes_on_is_left_alone(client_kind: ClientKind) -> None:
    events = stream_of(*slow_keepalives(8), token("completed", "Hello"), DONE)
    messages = envelope({"session_id": "s", "messages": [], "count": 0, "has_more": False})
    script = by_path(events, requests=state("processing"), sessions=messages)
    with FakeServer(script) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))
    assert streamed.events[-1].recovered is False
    assert len(server.received) > 1


def test_a_question_that_is_not_streamed_is_found_in_the_session(client_kind: ClientKind) -> None:
    """The runtime doesn't stream the prompt to approve a plan, and its turn stays `processing`."""

    def script(request: Received) -> Any:
        turn = server.received[0].json["request_id"]
        said = [("user", "Do it", turn), ("assistant", "Shall I?", turn)]
        messages = [
            {"text": text, "metadata": {"role": role, "request_id": turn}}
            for role, text, turn in said
        ]
        page = {"session_id": "s", "messages": messages, "count": 2, "has_more": False}
        return by_path(
            stream_of(token("planning"), *slow_keepalives(200)),
            requests=state("processing"),
            sessions=envelope(page),
        )(request)

    with FakeServer(script) as server:
        reply = client_kind.stream(
            server.url, lambda f: f.chat.stream("Do it", stall_after=0.1)
        ).result
    assert reply.text == "Shall I?"
    assert reply.awaiting_user


def test_a_turn_that_is_gone_is_an_interruption(client_kind: ClientKind) -> None:
    script = by_path(stream_of(*slow_keepalives(200)), requests=failure(404, "REQUEST_NOT_FOUND"))
    with (
        FakeServer(script) as server,
        pytest.raises(StreamInterruptedError, match="no longer knows"),
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_stalled_turn_that_failed_is_an_error(client_kind: ClientKind, status: str) -> None:
    script = by_path(stream_of(*slow_keepalives(200)), requests=state(status, error="Reaped"))
    with FakeServer(script) as server, pytest.raises(StreamError, match="Reaped") as caught:
        client_kind.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))
    assert caught.value.code == status.upper()


def test_a_look_that_fails_does_not_end_the_stream(client_kind: ClientKind) -> None:
    events = stream_of(*slow_keepalives(8), token("completed", "Hello"), DONE)
    script = by_path(events, requests=failure(403, "FORBIDDEN"))
    with FakeServer(script) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))
    assert streamed.result.text == "Hello"


def test_done_alone_is_no_reply(client_kind: ClientKind) -> None:
    script = by_path(stream_of(DONE), requests=state("completed", result="From the tracker"))
    with FakeServer(script) as server:
        reply = client_kind.stream(server.url, lambda f: f.chat.stream("hi")).result
    assert reply.text == "From the tracker"
    with (
        FakeServer(by_path(stream_of(DONE), requests=state("processing"))) as server,
        pytest.raises(StreamInterruptedError),
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))


def test_a_refused_message_that_cannot_be_streamed_is_sent_again(client_kind: ClientKind) -> None:
    script = by_path(stream_of(KEEPALIVE, UNSTREAMABLE), plain=REPLY)
    with FakeServer(script) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("x" * 100_001))
    assert streamed.result.text == "whole"
    assert streamed.events[-1].recovered
    first, second = server.received
    assert {**second.json, "stream": True} == first.json


def test_a_message_that_may_have_acted_is_not_sent_again(client_kind: ClientKind) -> None:
    script = by_path(stream_of(KEEPALIVE, UNSTREAMABLE), plain=REPLY)
    with FakeServer(script) as server, pytest.raises(StreamError, match="may have acted already"):
        client_kind.stream(server.url, lambda f: f.chat.stream("Monday"))
    assert len(server.received) == 1


@pytest.mark.parametrize("message", ["/help", "  /jobs cancel 3 "])
def test_a_command_is_never_streamed(client_kind: ClientKind, message: str) -> None:
    with FakeServer(by_path(GOOD, plain=REPLY)) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream(message))
    assert [event.content for event in streamed.events] == ["whole"]
    assert streamed.result.text == "whole"
    assert len(server.received) == 1


@pytest.mark.parametrize("message", ["/usr/bin is a path", "//x", "/", "a /help"])
def test_what_is_no_command_is_streamed(message: str) -> None:
    with (
        FakeServer(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        assert client.chat.stream(message).result().text == "Hello"
    assert server.received[0].json["stream"] is True


def test_voice_that_cannot_be_streamed_is_not_sent_again(client_kind: ClientKind) -> None:
    note = {"filename": "a.wav", "content": "UklGRg==", "content_type": "audio/wav"}
    with (
        FakeServer(stream_of(UNSTREAMABLE)) as server,
        pytest.raises(StreamError, match="may have acted already"),
    ):
        client_kind.stream(server.url, lambda f: f.audio.stream([note]))
    assert len(server.received) == 1


def test_audio_streams_learn_the_turns_id_from_its_events(client_kind: ClientKind) -> None:
    note = {"filename": "a.wav", "content": "UklGRg==", "content_type": "audio/wav"}
    events = stream_of(token("progress", request_id="req_made"), *slow_keepalives(200))

    def script(request: Received) -> Any:
        if request.path == "/v1/audiochat":
            return events
        return state("completed", result="heard")

    with FakeServer(script) as server:
        reply = client_kind.stream(
            server.url, lambda f: f.audio.stream([note], stall_after=0.1)
        ).result
    assert "request_id" not in server.received[0].json
    assert server.received[1].path == "/v1/requests/req_made"
    assert reply.text == "heard"


@pytest.mark.parametrize(
    ("data", "message", "code"),
    [
        ("out of memory", "out of memory", None),
        ('"out of memory"', "out of memory", None),
        ('{"code": "OVERLOADED", "message": "Too much"}', "Too much", "OVERLOADED"),
        ('{"error": {"code": "OVERLOADED", "message": "Too much"}}', "Too much", "OVERLOADED"),
        ('{"error": "boom", "type": "ValueError"}', "boom", "ValueError"),
        ('{"detail": "Not today"}', "Not today", None),
        ("{}", "The turn failed", None),
        ("[1]", "The turn failed", None),
    ],
)
def test_an_error_frame_has_the_servers_message(
    client_kind: ClientKind, data: str, message: str, code: str | None
) -> None:
    frame = f"event: error\ndata: {data}\n\n".encode()
    with (
        FakeServer(stream_of(token("content", "Hel"), frame)) as server,
        pytest.raises(StreamError) as caught,
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert (caught.value.message, caught.value.code) == (message, code)
    assert (caught.value.partial, caught.value.sent) == ("Hel", True)
    assert caught.value.request_id == server.received[0].json["request_id"]
    assert caught.value.details == (json.loads(data) if data[0] in '{["' else data)


def test_widgets_of_a_reply_that_came_whole_are_kept(client_kind: ClientKind) -> None:
    widget = {"type": "action_link", "id": "ui_1", "label": "Open", "url": "https://example.test"}
    message = {"role": "assistant", "content": "Look", "ui": [widget]}
    with FakeServer(envelope({"message": message, "session_id": "s"})) as server:
        reply = client_kind.stream(server.url, lambda f: f.chat.stream("hi")).result
    assert reply.widgets == [m.ActionLink.model_validate(widget)]


def test_a_stream_that_is_answered_from_the_background_says_so(client_kind: ClientKind) -> None:
    word = {"request_id": "req_bg", "status": "processing", "message": "Later"}
    with FakeServer(envelope({"message": word, "session_id": "s"})) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert (streamed.result.is_background, streamed.result.request_id) == (True, "req_bg")
    [end] = streamed.events
    assert (end.content, end.request_id, end.recovered) == ("Later", "req_bg", True)


def test_a_voice_note_that_says_nothing_is_not_looked_up(client_kind: ClientKind) -> None:
    """Without an event nobody knows the id of its turn."""
    note = {"filename": "a.wav", "content": "UklGRg==", "content_type": "audio/wav"}
    events = stream_of(*slow_keepalives(8), token("completed", "Hello", request_id="r"), DONE)
    with FakeServer(events) as server:
        reply = client_kind.stream(
            server.url, lambda f: f.audio.stream([note], stall_after=0.1)
        ).result
        assert len(server.received) == 1
    assert (reply.text, reply.request_id) == ("Hello", "r")


def test_a_ui_event_without_widgets_is_kept_as_unknown(client_kind: ClientKind) -> None:
    frames = (b'event: ui\ndata: {"ui": 7}\n\n', token("completed", "Hello"), DONE)
    with FakeServer(stream_of(*frames)) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert streamed.events[0] == m.UnknownEvent(type="ui", data={"ui": 7})
    assert streamed.result.widgets == []


@pytest.mark.parametrize("more", [{"total_tasks": "3 of 5"}, {"self": 1}, {"cls": 1}])
def test_no_key_of_an_end_is_in_the_way_of_its_reply(
    client_kind: ClientKind, more: dict[str, Any]
) -> None:
    end = token("completed", "Hello", handled_by="agent", **more)
    with FakeServer(stream_of(end, DONE)) as server:
        reply = client_kind.stream(server.url, lambda f: f.chat.stream("hi")).result
    assert (reply.text, reply.metadata.handled_by, reply.metadata.total_tasks) == (
        "Hello",
        "agent",
        None,
    )


@pytest.mark.parametrize("more", [{"stage": 5}, {"timestamp": "soon"}])
def test_an_end_that_does_not_fit_is_looked_up(
    client_kind: ClientKind, more: dict[str, Any]
) -> None:
    events = stream_of(token("completed", "Hello", **more), DONE)
    with FakeServer(by_path(events, requests=state("completed", result="Hello"))) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert streamed.result.text == "Hello"
    assert isinstance(streamed.events[0], m.UnknownEvent)


def test_half_a_surrogate_pair_costs_a_character_and_no_more(client_kind: ClientKind) -> None:
    """Python servers send it escaped where they cut a text between two tokens."""
    frames = [
        b'data: {"token": {"type": "content", "content": "Hi \\ud83d"}}\n\n',
        b'data: {"token": {"type": "content", "content": "\\ude00!"}}\n\n',
        b'data: {"token": {"type": "completed", "content": "Hi \\ud83d\\ude00!"}}\n\n',
    ]
    with FakeServer(stream_of(*frames, DONE)) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert [event.content for event in streamed.events] == [
        "Hi \ufffd",
        "\ufffd!",
        "Hi \U0001f600!",
    ]
    assert streamed.result.text == "Hi \U0001f600!"
