"""`chat.send` returns a reply in every case, or says that the turn goes on."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

import muxi
from muxi import FormationClient
from muxi.models import formation as m
from muxi.resources.formation import _turn_end
from muxi.resources.formation.chat import Audio, Chat

from ...support.clients import ClientKind
from ...support.fake_server import (
    REPLY,
    Action,
    Answer,
    Drop,
    FakeServer,
    Received,
    Silence,
    envelope,
    failure,
)
from ...support.sse import state

NOTE = {"filename": "a.wav", "content": "UklGRg==", "content_type": "audio/wav"}
ACK = {"request_id": "req_bg", "status": "processing", "message": "Later", "workflow_id": "wrk_1"}
LATER = envelope({"message": ACK, "user_id": "alice", "session_id": "s", "request_id": None})
NOTHING = envelope({"session_id": "s", "messages": [], "count": 0, "has_more": False})
GATEWAY = Answer(504, "<html>Gateway Time-out</html>", {"Content-Type": "text/html"})
DONE = state("completed", result="It went on.")


def script(first: Action, *looks: Action, messages: Action = NOTHING) -> Callable[..., Action]:
    """Answer the message with one thing, and what is looked up afterwards with others."""
    left = list(looks)

    def decide(request: Received) -> Action:
        if request.method == "POST":
            return first
        if request.path.startswith("/v1/sessions/"):
            return messages
        return left.pop(0) if len(left) > 1 else left[0]

    return decide


def once(
    client_kind: ClientKind, server: FakeServer, *, patience: float = 60, **options: Any
) -> Any:
    return client_kind.formation(
        server.url, lambda f: f.chat.send("hi", **options), max_retries=0, timeout=patience
    )


@pytest.mark.parametrize(
    "lost",
    [Drop(), Silence(), GATEWAY, Answer(408), Answer(502), Answer(200, REPLY.content, missing=5)],
)
def test_a_lost_answer_is_picked_up_from_the_tracked_turn(
    client_kind: ClientKind, lost: Action
) -> None:
    with FakeServer(script(lost, DONE)) as server:
        patience = 1 if isinstance(lost, Silence) else 60
        reply = once(client_kind, server, patience=patience, session_id="trip")
    message, look = server.received
    assert reply == m.ChatReply(
        content="It went on.",
        recovered=True,
        session_id="trip",
        request_id=reply.request_id,
        metadata=m.ReplyMetadata(requires_user_response=None),
    )
    assert look.path == f"/v1/requests/{message.json['request_id']}"
    assert look.headers["x-muxi-user-id"] == "alice"
    assert reply.meta.request_id == "req_server"


def test_a_turn_without_a_user_is_picked_up_as_user_zero() -> None:
    with (
        FakeServer(script(Drop(), DONE)) as server,
        FormationClient(url=server.url, client_key="c", max_retries=0) as client,
    ):
        assert client.chat.send("hi").text == "It went on."
    assert server.received[1].headers["x-muxi-user-id"] == "0"


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again after a moment instead of a second."""
    monkeypatch.setattr(_turn_end, "_POLL_INTERVAL", 0.01)


@pytest.mark.usefixtures("quick_looks")
def test_a_turn_that_goes_to_the_background_is_waited_for(client_kind: ClientKind) -> None:
    with FakeServer(script(LATER, state("running"), DONE)) as server:
        reply = once(client_kind, server, timeout=30)
    assert (reply.text, reply.is_background) == ("It went on.", False)
    assert {one.path for one in server.received[1:]} == {"/v1/requests/req_bg"}


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("hi", {"wait": False}),
        ({"message": "hi", "webhook_url": "https://example.test/hook"}, {}),
    ],
)
def test_a_turn_that_was_sent_to_the_background_is_answered_at_once(
    client_kind: ClientKind, message: Any, options: dict[str, Any]
) -> None:
    with FakeServer(script(LATER, DONE)) as server:
        reply = client_kind.formation(server.url, lambda f: f.chat.send(message, **options))
        assert len(server.received) == 1
        state = client_kind.formation(server.url, lambda f: f.requests.wait(reply))
    assert reply.is_background
    assert not reply.awaiting_user
    assert (reply.text, reply.request_id, reply.session_id) == ("Later", "req_bg", "s")
    assert (reply.metadata.status, reply.metadata.workflow_id) == ("processing", "wrk_1")
    assert state.result == "It went on."
    assert server.received[1].path == "/v1/requests/req_bg"


@pytest.mark.usefixtures("patient_looks")
@pytest.mark.thorough("asyncio", "trio")
def test_a_turn_that_takes_too_long_goes_on(client_kind: ClientKind) -> None:
    with (
        FakeServer(script(Drop(), state("processing"))) as server,
        pytest.raises(muxi.TimeoutError, match=r"still running\. requests\.wait") as caught,
    ):
        once(client_kind, server, timeout=1)
    assert caught.value.request_id == server.received[0].json["request_id"]
    assert caught.value.sent


@pytest.mark.parametrize(
    ("answer", "look"),
    [(Silence(), state("processing")), (Drop(), Silence()), (Answer(504), Answer(503))],
)
def test_timeout_is_for_the_whole_turn(
    client_kind: ClientKind, answer: Action, look: Action
) -> None:
    """The client itself would wait for half a minute, and try again."""
    with (
        FakeServer(script(answer, look)) as server,
        pytest.raises(muxi.TimeoutError, match="the turn is still running") as caught,
    ):
        client_kind.formation(server.url, lambda f: f.chat.send("hi", timeout=1))
    assert caught.value.request_id == server.received[0].json["request_id"]
    assert caught.value.sent


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.chat.send("hi", timeout=0.5, wait=False),
        lambda f: f.audio.send([NOTE], timeout=0.5),
        lambda f: f.triggers.fire("t", {}, wait=True, timeout=0.5),
        lambda f: f.artifacts.download("a", io.BytesIO(), timeout=0.5),
    ],
)
def test_each_call_that_takes_long_has_a_timeout(client_kind: ClientKind, use: Any) -> None:
    with FakeServer(Silence()) as server, pytest.raises(muxi.TimeoutError) as caught:
        client_kind.formation(server.url, use)
    assert caught.value.sent


def test_a_turn_that_the_formation_does_not_know_has_the_error_of_its_call(
    client_kind: ClientKind,
) -> None:
    with (
        FakeServer(script(Drop(), failure(404, "REQUEST_NOT_FOUND"))) as server,
        pytest.raises(muxi.ConnectionError) as caught,
    ):
        once(client_kind, server)
    assert caught.value.request_id == server.received[0].json["request_id"]


@pytest.mark.parametrize(
    ("status", "kind"), [("failed", muxi.ServerError), ("cancelled", muxi.MuxiError)]
)
def test_a_turn_that_failed_meanwhile_is_an_error(
    client_kind: ClientKind, status: str, kind: type[muxi.MuxiError]
) -> None:
    with (
        FakeServer(script(Drop(), state(status, error="Reaped"))) as server,
        pytest.raises(kind, match="Reaped") as caught,
    ):
        once(client_kind, server)
    assert (type(caught.value), caught.value.code, caught.value.sent) == (
        kind,
        status.upper(),
        True,
    )


def test_a_question_is_picked_up_from_the_session(client_kind: ClientKind) -> None:
    def decide(request: Received) -> Action:
        if request.method == "POST":
            return Drop()
        if request.path.startswith("/v1/requests/"):
            return state("processing")
        turn = server.received[0].json["request_id"]
        said = [
            {"text": text, "metadata": {"role": role, "request_id": turn}}
            for role, text in (("user", "hi"), ("assistant", "Which one?"))
        ]
        return envelope({"session_id": "s", "messages": said, "count": 2, "has_more": False})

    with FakeServer(decide) as server:
        reply = once(client_kind, server)
    assert (reply.text, reply.awaiting_user) == ("Which one?", True)


@pytest.mark.usefixtures("quick_looks")
def test_a_look_that_fails_for_a_moment_is_repeated(client_kind: ClientKind) -> None:
    with FakeServer(script(Drop(), Answer(503), Drop(), DONE)) as server:
        reply = client_kind.formation(
            server.url, lambda f: f.chat.send("hi", timeout=30), max_retries=0
        )
    assert reply.text == "It went on."


def test_a_look_that_is_refused_ends_the_wait(client_kind: ClientKind) -> None:
    with (
        FakeServer(script(Drop(), failure(403, "FORBIDDEN"))) as server,
        pytest.raises(muxi.AuthorizationError) as caught,
    ):
        once(client_kind, server)
    assert caught.value.request_id == server.received[0].json["request_id"]
    assert caught.value.sent


@pytest.mark.parametrize("status", [400, 401, 403, 500, 501, 503])
def test_what_the_formation_itself_refuses_is_not_waited_for(
    client_kind: ClientKind, status: int
) -> None:
    with FakeServer(script(failure(status, "NO"), DONE)) as server:
        with pytest.raises(muxi.MuxiError) as caught:
            once(client_kind, server)
        assert len(server.received) == 1
    assert caught.value.status_code == status


def test_a_lost_answer_is_an_error_for_those_who_do_not_wait(client_kind: ClientKind) -> None:
    with FakeServer(script(Drop(), DONE)) as server:
        with pytest.raises(muxi.ConnectionError):
            once(client_kind, server, wait=False)
        assert len(server.received) == 1


def test_a_voice_note_can_not_be_picked_up(client_kind: ClientKind) -> None:
    """Nobody tells the id of its turn."""
    with FakeServer(script(Drop(), DONE)) as server:
        with pytest.raises(muxi.ConnectionError):
            client_kind.formation(server.url, lambda f: f.audio.send([NOTE]), max_retries=0)
        assert len(server.received) == 1


def test_a_voice_note_that_goes_to_the_background_is_waited_for(client_kind: ClientKind) -> None:
    with FakeServer(script(LATER, DONE)) as server:
        reply = client_kind.formation(server.url, lambda f: f.audio.send([NOTE]))
    assert (reply.text, reply.request_id) == ("It went on.", "r")


def test_the_session_is_known_if_the_formation_does_not_send_it(client_kind: ClientKind) -> None:
    """It tells none for a greeting and a command, and goes on with it all the same."""
    greeting = envelope({"message": {"role": "assistant", "content": "Hello!"}, "session_id": None})
    with FakeServer(greeting) as server:
        first, other = (
            client_kind.formation(server.url, lambda f: f.chat.send("hello")) for _ in range(2)
        )
        spoken = client_kind.formation(server.url, lambda f: f.audio.send([NOTE]))
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("/help")).result
    replies = [first, other, spoken, streamed]
    assert [one.json["session_id"] for one in server.received] == [
        reply.session_id for reply in replies
    ]
    assert len({reply.session_id for reply in replies}) == 4
    assert all(reply.session_id.startswith("sess_") for reply in replies)
    assert first.request_id == server.received[0].json["request_id"]
    assert spoken.request_id == "req_server"


def test_ids_may_be_numbers_and_uuids() -> None:
    body = Chat.send.build("hi", session_id=UUID(int=1), agent_id=7).body  # type: ignore[arg-type]
    assert isinstance(body, m.ChatRequest)
    assert (body.session_id, body.agent_id) == ("00000000-0000-0000-0000-000000000001", "7")


def test_a_message_of_another_type_is_named() -> None:
    for message in (3, None, ["hi"]):
        with pytest.raises(muxi.ValidationError, match="message must be a string, a ChatRequest"):
            Chat.send.build(message)  # type: ignore[arg-type]


def test_one_file_is_no_list_of_files() -> None:
    for file in ("a.txt", b"a", {"filename": "a"}, 7):
        with pytest.raises(muxi.ValidationError, match="files must be a list of files, not"):
            Chat.send.build("hi", files=file)  # type: ignore[arg-type]
        with pytest.raises(muxi.ValidationError, match="files must be a list of files, not"):
            Audio.send.build(file)  # type: ignore[arg-type]


def test_reply_to_goes_with_no_other_ids() -> None:
    reply = m.ChatReply(session_id="s", request_id="r")
    messages: list[Any] = [
        {"message": "yes", "session_id": "t"},
        m.ChatRequest(message="yes", request_id="t"),
    ]
    for message in messages:
        with pytest.raises(muxi.ValidationError, match="leave out session_id and request_id"):
            Chat.send.build(message, reply_to=reply)
    with pytest.raises(muxi.ValidationError, match=r"^reply_to must be a ChatReply, not str\.$"):
        Chat.send.build("yes", reply_to="r")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "key", ["self", "cls", "_fields_set", "type", "timestamp", "stage", "text"]
)
def test_no_key_of_an_answer_is_in_the_way(client_kind: ClientKind, key: str) -> None:
    message = {"role": "assistant", "content": "hi", "metadata": {key: 1}, key: 1}
    answer = envelope({"message": message, "session_id": "s", "request_id": "r", key: 1})
    with FakeServer(answer) as server:
        reply = client_kind.formation(server.url, lambda f: f.chat.send("hi"))
        streamed = client_kind.stream(server.url, lambda f: f.chat.stream("/help")).result
    for one in (reply, streamed):
        assert one.text == "hi"
        assert one.model_extra == one.metadata.model_extra == {key: 1}


@pytest.mark.parametrize("seconds", [-1, float("nan"), "5", 1e10, True])
@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("timeout", lambda f, s: f.chat.send("hi", timeout=s)),
        ("timeout", lambda f, s: f.audio.send([NOTE], timeout=s)),
        ("timeout", lambda f, s: f.triggers.fire("t", {}, timeout=s)),
        ("timeout", lambda f, s: f.requests.wait("r", timeout=s)),
        ("poll_interval", lambda f, s: f.requests.wait("r", poll_interval=s)),
        ("timeout", lambda f, s: f.artifacts.download("a", io.BytesIO(), timeout=s)),
        ("stall_after", lambda f, s: f.chat.stream("hi", stall_after=s)),
        ("silence_timeout", lambda f, s: f.events.stream(silence_timeout=s)),
        ("silence_timeout", lambda f, s: f.logs.stream(silence_timeout=s)),
    ],
)
def test_seconds_that_can_not_be_are_refused_by_name(name: str, use: Any, seconds: Any) -> None:
    with FormationClient(
        url="http://127.0.0.1:9", client_key="c", admin_key="a", user_id="u"
    ) as client:
        with pytest.raises(muxi.ValidationError, match=f"{name} must be seconds") as caught:
            use(client, seconds)
        assert not caught.value.sent
