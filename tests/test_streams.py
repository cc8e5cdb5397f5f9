"""Chat streams over real sockets: events, ends, and the traps of the runtime (contract A4.1)."""

from __future__ import annotations

import asyncio
import json
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from muxi import (
    AsyncFormationClient,
    AuthenticationError,
    FormationClient,
    InvalidResponseError,
    StreamError,
    StreamInterrupted,
)
from muxi.models import formation as m

from .conftest import Colour
from .scripted import Answer, Events, Received, Scripted, Silence, envelope, failure

KEEPALIVE = b": keepalive\n\n"
DONE = b'event: done\ndata: {"finished": true}\n\n'
UNSTREAMABLE = (
    b"event: error\n"
    b"data: {\"error\":\"'MuxiResponse' object has no attribute '__aiter__'\","
    b'"type":"AttributeError"}\n\n'
)
REPLY = envelope({"message": {"role": "assistant", "content": "whole"}, "session_id": "s"})


def token(kind: str, content: str = "", **more: Any) -> bytes:
    fields = {"type": kind, "content": content, "session_id": "s", "timestamp": 1.5, **more}
    return b"data: " + json.dumps({"token": fields}).encode() + b"\n\n"


def stream_of(*chunks: bytes | Callable[[], None], ends: bool = True) -> Events:
    return Events(chunks, ends)


GOOD = stream_of(
    KEEPALIVE,
    token("progress", stage="init"),
    token("content", "Hel"),
    token("content", "lo"),
    token("completed", "Hello", status="success"),
    DONE,
)


def test_events_are_typed_and_add_up(colour: Colour) -> None:
    with Scripted(GOOD) as server:
        streamed = colour.stream(server.url, lambda f: f.chat.stream("hi", session_id="s"))
    kinds = [type(event) for event in streamed.events]
    assert kinds == [m.Progress, m.TextDelta, m.TextDelta, m.Completed]
    assert (streamed.result.text, streamed.result.session_id) == ("Hello", "s")
    [request] = server.received
    assert request.json["stream"] is True
    assert request.json["request_id"].startswith("req_")
    assert request.headers["accept"] == "text/event-stream, application/json"
    assert request.headers["x-muxi-user-id"] == "alice"


def test_unknown_types_stages_names_and_frames_are_kept(colour: Colour) -> None:
    odd = stream_of(
        token("dream", "zzz", depth=3),
        token("progress", stage="juggling", balls=5),
        b'event: gossip\ndata: {"a": 1}\n\n',
        b'data: {"not": "a token"}\n\n',
        b'data: {"token": "bare"}\n\n',
        token("completed", "x"),
        DONE,
    )
    with Scripted(odd) as server:
        events = colour.stream(server.url, lambda f: f.chat.stream("hi")).events
    dream, stage, gossip, frame, bare, _ = events
    assert (dream.type, dream.model_extra["depth"]) == ("dream", 3)
    assert (stage.stage, stage.model_extra["balls"]) == ("juggling", 5)
    assert (gossip.type, gossip.data) == ("gossip", {"a": 1})
    assert (frame.type, frame.data) == ("message", {"not": "a token"})
    assert bare == m.TextDelta(content="bare")


def test_widgets_belong_to_the_reply(colour: Colour) -> None:
    ui = {
        "ui": [
            {"type": "options", "id": "ui_1", "prompt": "?", "options": [], "multi": False},
            {"type": "hologram", "id": "ui_2", "depth": 3},
        ]
    }
    frame = b"event: ui\ndata: " + json.dumps(ui).encode() + b"\n\n"
    with Scripted(stream_of(token("completed", "x"), frame, DONE)) as server:
        streamed = colour.stream(server.url, lambda f: f.chat.stream("hi"))
    options, unknown = streamed.result.widgets
    assert isinstance(streamed.events[-1], m.Widgets)
    assert isinstance(options, m.OptionsWidget)
    assert isinstance(unknown, m.UnknownWidget)
    assert (unknown.model_extra or {})["depth"] == 3


def text_of(events: Events) -> tuple[list[str], m.ChatReply]:
    with (
        Scripted(events) as server,
        FormationClient(url=server.url, client_key="c") as client,
        client.chat.stream("hi") as stream,
    ):
        return list(stream.text()), stream.result()


def test_text_gives_the_pieces() -> None:
    assert text_of(GOOD)[0] == ["Hel", "lo"]


def test_text_gives_the_whole_where_there_are_no_pieces() -> None:
    late = token("content", "Whole", stage="final_response")
    assert text_of(stream_of(token("completed", "Whole"), late, DONE))[0] == ["Whole"]


def test_pieces_that_the_server_disowns_are_replaced_in_the_result() -> None:
    end = token("completed", "Right", stream_discontinuity=True)
    pieces, reply = text_of(stream_of(token("content", "Wro"), end, DONE))
    assert pieces == ["Wro"]
    assert reply.text == "Right"


def test_a_401_is_an_error_and_no_empty_loop(colour: Colour) -> None:
    with (
        Scripted(failure(401, "UNAUTHORIZED", "Bad key")) as server,
        pytest.raises(AuthenticationError, match="Bad key"),
    ):
        colour.stream(server.url, lambda f: f.chat.stream("hi"))


def test_html_is_an_error_before_the_first_event(colour: Colour) -> None:
    page = Answer(200, "<html></html>", {"Content-Type": "text/html"})
    with Scripted(page) as server, pytest.raises(InvalidResponseError):
        colour.stream(server.url, lambda f: f.chat.stream("hi"))


def test_an_error_frame_raises_with_what_came_so_far(colour: Colour) -> None:
    frame = b'event: error\ndata: {"error": "boom", "type": "ValueError"}\n\n'
    with (
        Scripted(stream_of(token("content", "Hal"), frame)) as server,
        pytest.raises(StreamError, match="boom") as caught,
    ):
        colour.stream(server.url, lambda f: f.chat.stream("hi"))
    assert (caught.value.code, caught.value.partial, caught.value.sent) == (
        "ValueError",
        "Hal",
        True,
    )
    assert caught.value.request_id == server.received[0].json["request_id"]


def test_an_event_that_is_no_json_raises(colour: Colour) -> None:
    with Scripted(stream_of(b"data: {oops\n\n")) as server, pytest.raises(InvalidResponseError):
        colour.stream(server.url, lambda f: f.chat.stream("hi"))


@pytest.mark.parametrize("ends", [True, False])
def test_a_body_that_ends_early_is_an_interruption(colour: Colour, ends: bool) -> None:
    with (
        Scripted(stream_of(token("content", "Hal"), ends=ends)) as server,
        pytest.raises(StreamInterrupted) as caught,
    ):
        colour.stream(server.url, lambda f: f.chat.stream("hi"))
    assert caught.value.partial == "Hal"


@pytest.mark.parametrize("kind", ["failed", "cancelled"])
def test_a_turn_that_failed_has_no_result(colour: Colour, kind: str) -> None:
    with (
        Scripted(stream_of(token(kind, "Sorry"), DONE)) as server,
        pytest.raises(StreamError, match="Sorry") as caught,
    ):
        colour.stream(server.url, lambda f: f.chat.stream("hi"))
    assert caught.value.code == kind.upper()


def by_path(events: Events, **others: Any) -> Callable[[Received], Any]:
    """Answers chats with events, and what is looked up meanwhile with something else."""

    def decide(request: Received) -> Any:
        if request.path == "/v1/chat":
            return events if request.json["stream"] else others["plain"]
        return others[request.path.split("/")[2]]

    return decide


def state(status: str, **more: Any) -> Answer:
    return envelope({"request_id": "r", "status": status, "created_at": 1.0, **more})


def slow_keepalives(count: int) -> list[bytes | Callable[[], None]]:
    pause = threading.Event()
    return [piece for _ in range(count) for piece in (KEEPALIVE, lambda: pause.wait(0.05) and None)]


def test_a_stalled_stream_is_completed_from_the_request(colour: Colour) -> None:
    events = stream_of(token("progress"), *slow_keepalives(200))
    script = by_path(events, requests=state("completed", result="I refuse."))
    with Scripted(script) as server:
        streamed = colour.stream(
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


def test_a_turn_without_a_user_is_looked_up_as_user_zero() -> None:
    script = by_path(stream_of(*slow_keepalives(200)), requests=state("completed", result="x"))
    with (
        Scripted(script) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        client.chat.stream("hi", stall_after=0.1).result()
    assert "x-muxi-user-id" not in server.received[0].headers
    assert server.received[1].headers["x-muxi-user-id"] == "0"


def test_a_turn_that_goes_on_is_left_alone(colour: Colour) -> None:
    events = stream_of(*slow_keepalives(8), token("completed", "Hello"), DONE)
    messages = envelope({"session_id": "s", "messages": [], "count": 0, "has_more": False})
    script = by_path(events, requests=state("processing"), sessions=messages)
    with Scripted(script) as server:
        streamed = colour.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))
    assert streamed.events[-1].recovered is False
    assert len(server.received) > 1


def test_a_question_that_is_not_streamed_is_found_in_the_session(colour: Colour) -> None:
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

    with Scripted(script) as server:
        reply = colour.stream(server.url, lambda f: f.chat.stream("Do it", stall_after=0.1)).result
    assert reply.text == "Shall I?"
    assert reply.awaiting_user


def test_a_turn_that_is_gone_is_an_interruption(colour: Colour) -> None:
    script = by_path(stream_of(*slow_keepalives(200)), requests=failure(404, "REQUEST_NOT_FOUND"))
    with Scripted(script) as server, pytest.raises(StreamInterrupted, match="no longer knows"):
        colour.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_stalled_turn_that_failed_is_an_error(colour: Colour, status: str) -> None:
    script = by_path(stream_of(*slow_keepalives(200)), requests=state(status, error="Reaped"))
    with Scripted(script) as server, pytest.raises(StreamError, match="Reaped") as caught:
        colour.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))
    assert caught.value.code == status.upper()


def test_a_look_that_fails_does_not_end_the_stream(colour: Colour) -> None:
    events = stream_of(*slow_keepalives(8), token("completed", "Hello"), DONE)
    script = by_path(events, requests=failure(403, "FORBIDDEN"))
    with Scripted(script) as server:
        streamed = colour.stream(server.url, lambda f: f.chat.stream("hi", stall_after=0.1))
    assert streamed.result.text == "Hello"


def test_done_alone_is_no_reply(colour: Colour) -> None:
    script = by_path(stream_of(DONE), requests=state("completed", result="From the tracker"))
    with Scripted(script) as server:
        reply = colour.stream(server.url, lambda f: f.chat.stream("hi")).result
    assert reply.text == "From the tracker"
    with (
        Scripted(by_path(stream_of(DONE), requests=state("processing"))) as server,
        pytest.raises(StreamInterrupted),
    ):
        colour.stream(server.url, lambda f: f.chat.stream("hi"))


def test_a_refused_message_that_cannot_be_streamed_is_sent_again(colour: Colour) -> None:
    script = by_path(stream_of(KEEPALIVE, UNSTREAMABLE), plain=REPLY)
    with Scripted(script) as server:
        streamed = colour.stream(server.url, lambda f: f.chat.stream("x" * 100_001))
    assert streamed.result.text == "whole"
    assert streamed.events[-1].recovered
    first, second = server.received
    assert {**second.json, "stream": True} == first.json


def test_a_message_that_may_have_acted_is_not_sent_again(colour: Colour) -> None:
    script = by_path(stream_of(KEEPALIVE, UNSTREAMABLE), plain=REPLY)
    with Scripted(script) as server, pytest.raises(StreamError, match="may have acted already"):
        colour.stream(server.url, lambda f: f.chat.stream("Monday"))
    assert len(server.received) == 1


@pytest.mark.parametrize("message", ["/help", "  /jobs cancel 3 "])
def test_a_command_is_never_streamed(colour: Colour, message: str) -> None:
    with Scripted(by_path(GOOD, plain=REPLY)) as server:
        streamed = colour.stream(server.url, lambda f: f.chat.stream(message))
    assert [event.content for event in streamed.events] == ["whole"]
    assert streamed.result.text == "whole"
    assert len(server.received) == 1


@pytest.mark.parametrize("message", ["/usr/bin is a path", "//x", "/", "a /help"])
def test_what_is_no_command_is_streamed(message: str) -> None:
    with (
        Scripted(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        assert client.chat.stream(message).result().text == "Hello"
    assert server.received[0].json["stream"] is True


def test_the_response_is_there_once_the_stream_is_open() -> None:
    with (
        Scripted(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        stream = client.chat.stream("hi")
        with pytest.raises(StreamError, match="not open"):
            _ = stream.response
        with stream:
            assert stream.response.status_code == 200
            assert stream.response.headers["CONTENT-TYPE"].startswith("text/event-stream")
            assert stream.response.request_id == server.received[0].json["request_id"]
        stream.close()
        with pytest.raises(StreamError, match="closed before its end"):
            stream.result()


def test_within_with_a_loop_may_be_left_and_the_result_still_had() -> None:
    with (
        Scripted(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
        client.chat.stream("hi") as stream,
    ):
        for _ in stream:
            break
        assert stream.result().text == "Hello"


def test_a_loop_that_is_left_closes_the_connection() -> None:
    with (
        Scripted(stream_of(token("progress"), *slow_keepalives(200))) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        for event in client.chat.stream("hi"):
            assert isinstance(event, m.Progress)
            break
        assert pool_size(client) == 0


def test_a_stream_that_was_read_to_its_end_gives_its_connection_back() -> None:
    with (
        Scripted(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        list(client.chat.stream("hi"))
        assert pool_size(client) == 1


def pool_size(client: Any) -> int:
    http = client._transport.pool._made
    return len(http._transport._pool.connections)


def test_breaking_out_of_an_awaited_stream_closes_within_a_turn_of_the_loop() -> None:
    async def main(url: str) -> None:
        client = AsyncFormationClient(url=url, client_key="c", user_id="alice")
        async for event in await client.chat_stream({"message": "hi"}):
            assert isinstance(event, m.Progress)
            break
        for _ in range(12):  # steps of one turn: the loop makes the closing a task of its own
            await asyncio.sleep(0)
        assert pool_size(client) == 0

    with (
        Scripted(stream_of(token("progress"), *slow_keepalives(200))) as server,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        asyncio.run(main(server.url))
    assert [str(warning.message) for warning in caught] == []


def test_cancelling_closes_the_stream() -> None:
    async def main(url: str) -> None:
        async with AsyncFormationClient(url=url, client_key="c") as client:

            async def read() -> None:
                async for _ in client.chat.stream("hi"):
                    started.set()

            started = asyncio.Event()
            task = asyncio.create_task(read())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert pool_size(client) == 0

    with Scripted(stream_of(token("progress"), *slow_keepalives(200))) as server:
        asyncio.run(main(server.url))


@pytest.mark.parametrize("ends", [True, False])
def test_without_done_even_a_completed_turn_may_lack_something(colour: Colour, ends: bool) -> None:
    """Success is `completed` followed by `done` (contract A4.5): widgets come in between."""
    events = stream_of(token("content", "He"), token("completed", "Hello"), ends=ends)
    with Scripted(events) as server, pytest.raises(StreamInterrupted) as caught:
        colour.stream(server.url, lambda f: f.chat.stream("hi"))
    assert caught.value.partial == "Hello"


def test_voice_that_cannot_be_streamed_is_not_sent_again(colour: Colour) -> None:
    note = {"filename": "a.wav", "content": "UklGRg==", "content_type": "audio/wav"}
    with (
        Scripted(stream_of(UNSTREAMABLE)) as server,
        pytest.raises(StreamError, match="may have acted already"),
    ):
        colour.stream(server.url, lambda f: f.audio.stream([note]))
    assert len(server.received) == 1


def test_audio_streams_learn_the_turns_id_from_its_events(colour: Colour) -> None:
    note = {"filename": "a.wav", "content": "UklGRg==", "content_type": "audio/wav"}
    events = stream_of(token("progress", request_id="req_made"), *slow_keepalives(200))

    def script(request: Received) -> Any:
        if request.path == "/v1/audiochat":
            return events
        return state("completed", result="heard")

    with Scripted(script) as server:
        reply = colour.stream(server.url, lambda f: f.audio.stream([note], stall_after=0.1)).result
    assert "request_id" not in server.received[0].json
    assert server.received[1].path == "/v1/requests/req_made"
    assert reply.text == "heard"


def test_nothing_is_sent_until_the_stream_is_read() -> None:
    with (
        Scripted(Silence()) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        client.chat.stream("hi")
        assert server.received == []
