"""Chat streams over real sockets: events, and how they end (contract A4.1)."""

from __future__ import annotations

import json

import pytest

from muxi import (
    AuthenticationError,
    FormationClient,
    InvalidResponseError,
    StreamError,
    StreamInterruptedError,
)
from muxi.models import formation as m

from ..support.clients import ClientKind, collect
from ..support.fake_server import Answer, Events, FakeServer, failure
from ..support.sse import DONE, GOOD, stream_of, token


def test_events_are_typed_and_add_up(client_kind: ClientKind) -> None:
    with FakeServer(GOOD) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi", session_id="s"))
    kinds = [type(event) for event in streamed.events]
    assert kinds == [m.Progress, m.TextDelta, m.TextDelta, m.Completed]
    assert (streamed.result.text, streamed.result.session_id) == ("Hello", "s")
    [request] = server.received
    assert request.json["stream"] is True
    assert request.json["request_id"].startswith("req_")
    assert request.headers["accept"] == "text/event-stream, application/json"
    assert request.headers["x-muxi-user-id"] == "alice"


def test_what_follows_the_last_event_is_ignored(client_kind: ClientKind) -> None:
    end = (
        token("completed", "Hello") + DONE + token("content", "late") + b"event: error\ndata: x\n\n"
    )
    with FakeServer(stream_of(end)) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert [event.type for event in streamed.events] == ["completed"]
    assert streamed.result.text == "Hello"


def test_unknown_types_stages_names_and_frames_are_kept(client_kind: ClientKind) -> None:
    odd = stream_of(
        token("dream", "zzz", depth=3),
        token("progress", stage="juggling", balls=5),
        b'event: gossip\ndata: {"a": 1}\n\n',
        b'data: {"not": "a token"}\n\n',
        b'data: {"token": "bare"}\n\n',
        token("completed", "x"),
        DONE,
    )
    with FakeServer(odd) as server:
        events = client_kind.stream(server.url, lambda f: f.chat.stream("hi")).events
    dream, stage, gossip, frame, bare, _ = events
    assert (dream.type, dream.model_extra["depth"]) == ("dream", 3)
    assert (stage.stage, stage.model_extra["balls"]) == ("juggling", 5)
    assert (gossip.type, gossip.data) == ("gossip", {"a": 1})
    assert (frame.type, frame.data) == ("message", {"not": "a token"})
    assert bare == m.TextDelta(content="bare")


def test_widgets_belong_to_the_reply(client_kind: ClientKind) -> None:
    ui = {
        "ui": [
            {"type": "options", "id": "ui_1", "prompt": "?", "options": [], "multi": False},
            {"type": "hologram", "id": "ui_2", "depth": 3},
        ]
    }
    frame = b"event: ui\ndata: " + json.dumps(ui).encode() + b"\n\n"
    with FakeServer(stream_of(token("completed", "x"), frame, DONE)) as server:
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    options, unknown = streamed.result.widgets
    assert isinstance(streamed.events[-1], m.Widgets)
    assert isinstance(options, m.OptionsWidget)
    assert isinstance(unknown, m.UnknownWidget)
    assert (unknown.model_extra or {})["depth"] == 3


def text_of(events: Events) -> tuple[list[str], m.ChatReply]:
    with (
        FakeServer(events) as server,
        FormationClient(url=server.url, client_key="c") as client,
        client.chat.stream("hi") as stream,
    ):
        return list(stream.text()), stream.result()


def test_text_gives_the_pieces() -> None:
    assert text_of(GOOD)[0] == ["Hel", "lo"]


def test_text_opens_the_stream(client_kind: ClientKind) -> None:
    with FakeServer(GOOD) as server:
        pieces = client_kind.formation(server.url, lambda f: collect(f.chat.stream("hi").text()))
    assert pieces == ["Hel", "lo"]


def test_text_gives_the_whole_where_there_are_no_pieces() -> None:
    late = token("content", "Whole", stage="final_response")
    assert text_of(stream_of(token("completed", "Whole"), late, DONE))[0] == ["Whole"]


def test_pieces_that_the_server_disowns_are_replaced_in_the_result() -> None:
    end = token("completed", "Right", stream_discontinuity=True)
    pieces, reply = text_of(stream_of(token("content", "Wro"), end, DONE))
    assert pieces == ["Wro"]
    assert reply.text == "Right"


def test_a_401_is_an_error_and_no_empty_loop(client_kind: ClientKind) -> None:
    with (
        FakeServer(failure(401, "UNAUTHORIZED", "Bad key")) as server,
        pytest.raises(AuthenticationError, match="Bad key"),
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))


def test_html_is_an_error_before_the_first_event(client_kind: ClientKind) -> None:
    page = Answer(200, "<html></html>", {"Content-Type": "text/html"})
    with FakeServer(page) as server, pytest.raises(InvalidResponseError):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))


def test_an_error_frame_raises_with_what_came_so_far(client_kind: ClientKind) -> None:
    frame = b'event: error\ndata: {"error": "boom", "type": "ValueError"}\n\n'
    with (
        FakeServer(stream_of(token("content", "Hal"), frame)) as server,
        pytest.raises(StreamError, match="boom") as caught,
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert (caught.value.code, caught.value.partial, caught.value.sent) == (
        "ValueError",
        "Hal",
        True,
    )
    assert caught.value.request_id == server.received[0].json["request_id"]


def test_an_event_that_is_no_json_raises(client_kind: ClientKind) -> None:
    with FakeServer(stream_of(b"data: {oops\n\n")) as server, pytest.raises(InvalidResponseError):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))


def test_a_stream_that_can_not_be_decoded_is_refused(client_kind: ClientKind) -> None:
    headers = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}
    with (
        FakeServer(Answer(200, b"no gzip", headers)) as server,
        pytest.raises(InvalidResponseError, match=r"^The stream can't be decoded: .") as caught,
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert caught.value.sent


@pytest.mark.parametrize("ends", [True, False])
def test_a_body_that_ends_early_is_an_interruption(client_kind: ClientKind, ends: bool) -> None:
    with (
        FakeServer(stream_of(token("content", "Hal"), ends=ends)) as server,
        pytest.raises(StreamInterruptedError) as caught,
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert caught.value.partial == "Hal"


def test_a_stream_that_is_reset_says_so(client_kind: ClientKind) -> None:
    """The error of asyncio has no text: the name of its type stands in for it."""
    events = Events([token("content", "Hal")], resets=True)
    why = "ReadError" if client_kind.name.startswith("asyncio") else ".*Connection reset by peer"
    with (
        FakeServer(events) as server,
        pytest.raises(StreamInterruptedError, match=f"^The stream broke: {why}"),
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))


@pytest.mark.parametrize("kind", ["failed", "cancelled"])
def test_a_turn_that_failed_has_no_result(client_kind: ClientKind, kind: str) -> None:
    with (
        FakeServer(stream_of(token(kind, "Sorry"), DONE)) as server,
        pytest.raises(StreamError, match="Sorry") as caught,
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert caught.value.code == kind.upper()


@pytest.mark.parametrize("ends", [True, False])
def test_without_done_even_a_completed_turn_may_lack_something(
    client_kind: ClientKind, ends: bool
) -> None:
    """Success is `completed` followed by `done` (contract A4.5): widgets come in between."""
    events = stream_of(token("content", "He"), token("completed", "Hello"), ends=ends)
    with FakeServer(events) as server, pytest.raises(StreamInterruptedError) as caught:
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert caught.value.partial == "Hello"
