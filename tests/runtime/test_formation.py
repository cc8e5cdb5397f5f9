"""This SDK against the real runtime: every method of a formation, each colour of client."""

from __future__ import annotations

import base64
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

import anyio
import pytest

import muxi
from muxi import AsyncFormationClient, FormationClient
from muxi.models import formation as m

from ..conftest import Colour, Streamed
from .conftest import Runtime

WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
NOTE = {"filename": "n.wav", "content": WAV, "content_type": "audio/wav", "size": 44}


class Asking:
    """One colour of client on the booted formation."""

    def __init__(self, colour: Colour, runtime: Runtime) -> None:
        self._colour = colour
        self._runtime = runtime
        self._keys = {"client_key": runtime.client_key, "admin_key": runtime.admin_key}

    def __call__(self, use: Any, **settings: Any) -> Any:
        return self._colour.formation(self._runtime.url, use, **{**self._keys, **settings})

    def stream(self, use: Any, **settings: Any) -> Streamed:
        return self._colour.stream(self._runtime.url, use, **{**self._keys, **settings})


@pytest.fixture
def ask(colour: Colour, runtime: Runtime) -> Asking:
    return Asking(colour, runtime)


def session() -> str:
    return f"sess_{uuid4().hex}"


def test_health_needs_no_key(ask: Asking) -> None:
    health = ask(lambda f: f.health(), client_key=None, admin_key=None)
    assert (health.status, health.version) == ("healthy", "1.2.3")
    assert health.uptime_seconds >= 0


def test_status(ask: Asking) -> None:
    status = ask(lambda f: f.status())
    assert status.formation.id == "lab"
    assert status.agents.count == 2
    assert status.stats.running.since <= datetime.now(timezone.utc)
    assert status.meta.request_id is not None
    assert abs((status.meta.server_time - datetime.now(timezone.utc)).total_seconds()) < 60


@pytest.mark.parametrize("settings", [{"admin_key": "wrong"}, {"client_key": "wrong"}])
def test_wrong_keys(ask: Asking, settings: dict[str, str]) -> None:
    asks = {"admin_key": lambda f: f.status(), "client_key": lambda f: f.sessions.list()}
    [name] = settings
    with pytest.raises(muxi.AuthenticationError) as caught:
        ask(asks[name], **settings)
    assert (caught.value.code, caught.value.status_code) == ("UNAUTHORIZED", 401)
    assert caught.value.request_id is not None


def test_plain_chat_and_its_traces(ask: Asking) -> None:
    where = session()
    reply = ask(lambda f: f.chat.send("What is up?", session_id=where))
    assert reply.text == "Stub answer to: What is up?"
    assert (reply.session_id, reply.awaiting_user) == (where, False)
    assert reply.meta.idempotency_key is not None
    status = ask(lambda f: f.requests.get(reply.request_id))
    assert (status.status, status.result) == ("completed", reply.text)
    assert reply.request_id in [request.request_id for request in ask(lambda f: f.requests.list())]
    assert where in [found.session_id for found in ask(lambda f: f.sessions.list())]
    assert ask(lambda f: f.sessions.get(where)).message_count == 2
    messages = ask(lambda f: f.sessions.messages(where))
    assert [(one.role, one.text) for one in messages] == [
        ("user", "What is up?"),
        ("assistant", reply.text),
    ]
    assert len(ask(lambda f: f.sessions.messages(where, limit=1))) == 1


def test_streams_deliver_pieces_and_the_whole(ask: Asking) -> None:
    streamed = ask.stream(lambda f: f.chat.stream("STUB_LONG=12"))
    pieces = [event.content for event in streamed.events if isinstance(event, m.TextDelta)]
    assert len(pieces) > 5
    assert "".join(pieces).strip() == streamed.result.text
    assert isinstance(streamed.events[-1], m.Completed)
    assert streamed.events[-1].status == "success"
    assert not [event for event in streamed.events if isinstance(event, m.UnknownEvent)]


def test_streams_with_tools(ask: Asking) -> None:
    streamed = ask.stream(lambda f: f.chat.stream("STUB_TOOL=echo__echo please use the tool"))
    assert "hi from the tool" in streamed.result.text
    assert "echo__echo" in {getattr(event, "tool_name", None) for event in streamed.events}


def test_streams_with_files(ask: Asking) -> None:
    reply = ask.stream(lambda f: f.chat.stream("STUB_FILE please write me a note")).result
    [artifact] = reply.artifacts
    assert (artifact.filename, artifact.read()) == ("note.txt", b"a note from the stub\n")


def test_a_plain_turn_with_files_fails_once_and_is_not_run_again(ask: Asking) -> None:
    where = session()
    with pytest.raises(muxi.ServerError, match="not JSON serializable") as caught:
        ask(lambda f: f.chat.send("STUB_FILE please write me a note", session_id=where))
    assert caught.value.request_id is not None
    roles = [one.role for one in ask(lambda f: f.sessions.messages(where))]
    assert roles.count("user") == 1


def test_clarification_by_chat(ask: Asking) -> None:
    question = ask(lambda f: f.chat.send("STUB_CLARIFY fix it", session_id=session()))
    assert (question.text, question.awaiting_user) == ("Which one do you mean?", True)
    answer = ask(lambda f: f.chat.send("the first one", reply_to=question))
    assert answer.text.endswith("Additional context: the first one")
    assert answer.request_id == question.request_id
    assert ask(lambda f: f.requests.get(question.request_id)).status == "completed"


def test_clarification_by_stream(ask: Asking) -> None:
    question = ask.stream(lambda f: f.chat.stream("STUB_CLARIFY mend it")).result
    assert (question.text, question.awaiting_user) == ("Which one do you mean?", True)
    answer = ask.stream(lambda f: f.chat.stream("the first one", reply_to=question)).result
    assert answer.text.endswith("Additional context: the first one")
    assert answer.request_id == question.request_id


def test_approval_by_chat(ask: Asking) -> None:
    question = ask(lambda f: f.chat.send("STUB_COMPLEX research and write"))
    assert question.metadata.approval_required
    assert question.awaiting_user
    answer = ask(lambda f: f.chat.send("yes, go ahead", reply_to=question))
    assert answer.request_id == question.request_id
    assert not answer.awaiting_user


def test_approval_by_stream_is_found_where_the_runtime_left_it(ask: Asking) -> None:
    streamed = ask.stream(lambda f: f.chat.stream("STUB_COMPLEX research", stall_after=2))
    assert streamed.events[-1].recovered
    assert streamed.result.awaiting_user
    assert streamed.result.text == "Stub answer to: STUB_COMPLEX research"


def test_a_refusal_that_never_ends_on_the_wire(ask: Asking) -> None:
    streamed = ask.stream(lambda f: f.chat.stream("STUB_THREAT forget all", stall_after=2))
    assert streamed.result.text == "I can't process that request."
    assert streamed.events[-1].recovered


def test_slash_commands(ask: Asking) -> None:
    plain = ask(lambda f: f.chat.send("/help"))
    streamed = ask.stream(lambda f: f.chat.stream("/help")).result
    assert plain.text == streamed.text
    assert plain.text.startswith("Available commands:")
    assert plain.metadata.command == streamed.metadata.command == "help"


def test_an_over_long_message_is_answered_in_both_ways(ask: Asking) -> None:
    plain = ask(lambda f: f.chat.send("x" * 100_001))
    streamed = ask.stream(lambda f: f.chat.stream("x" * 100_001)).result
    assert plain.text == streamed.text
    assert plain.text.startswith("Message too long")
    assert streamed.metadata.error_code == plain.metadata.error_code == "INPUT_VALIDATION_ERROR"


def test_line_separators_are_text(ask: Asking) -> None:
    """The runtime strips them from replies, and sends them raw in previews and sessions."""
    where, message = session(), "STUB_ECHO=one\u2028two \u2029 three\u0085 end"
    streamed = ask.stream(lambda f: f.chat.stream(message, session_id=where))
    previews = {getattr(event, "message_preview", None) for event in streamed.events}
    assert any("\u2028" in preview for preview in previews if preview)
    assert message in [one.text for one in ask(lambda f: f.sessions.messages(where))]
    assert streamed.result.text.startswith("one")


def test_audio(ask: Asking) -> None:
    plain = ask(lambda f: f.audio.send([NOTE]))
    assert plain.text == "Stub answer to: hello from the voice note"
    assert plain.session_id is not None
    streamed = ask.stream(lambda f: f.audio.stream([m.Attachment(**NOTE)]))
    assert streamed.result.text == plain.text
    assert streamed.result.request_id is not None


def test_what_is_no_audio_is_refused(ask: Asking) -> None:
    picture = {"filename": "a.png", "content": base64.b64encode(b"x").decode()}
    with pytest.raises(muxi.ValidationError, match="Only audio files") as caught:
        ask(lambda f: f.audio.send([{**picture, "content_type": "image/png"}]))
    assert caught.value.details == {"field": "files", "invalid_content_type": "image/png"}


def test_sessions_can_be_restored(ask: Asking) -> None:
    where = session()
    said = [
        {"role": "user", "content": "Hi", "timestamp": "2026-01-01T00:00:00Z"},
        m.RestoreMessage(
            role="assistant", content="Hello", timestamp=datetime(2026, 1, 1, tzinfo=timezone.utc)
        ),
    ]
    restored = ask(lambda f: f.sessions.restore(where, said))
    assert (restored.messages_loaded, restored.messages_dropped) == (2, 0)
    messages = ask(lambda f: f.sessions.messages(where))
    assert [one.text for one in messages] == ["Hi", "Hello"]
    assert messages[0].timestamp == datetime(2026, 1, 1, tzinfo=timezone.utc)


def test_unknown_things(ask: Asking) -> None:
    with pytest.raises(muxi.NotFoundError, match="'none' not found"):
        ask(lambda f: f.sessions.get("none"))
    assert len(ask(lambda f: f.sessions.messages("none"))) == 0
    for use in (lambda f: f.requests.get("none"), lambda f: f.requests.cancel("none")):
        with pytest.raises(muxi.NotFoundError):
            ask(use)


def test_path_parts_reach_the_runtime_as_they_are(ask: Asking) -> None:
    for part in ("a b", "é\u2028😀", "a+b&c=d;e", "~'()*!$,@:", "..."):
        with pytest.raises(muxi.NotFoundError) as caught:
            ask(lambda f, part=part: f.sessions.get(part))
        assert caught.value.message == f"Session '{part}' not found"


def test_a_timeout_leaves_the_turn_running_and_wait_finishes_it(ask: Asking) -> None:
    with pytest.raises(muxi.TimeoutError) as caught:
        ask(lambda f: f.chat.send("STUB_SLEEP=2 take your time"), timeout=1.0, max_retries=0)
    turn = caught.value.request_id
    status = ask(lambda f: f.requests.wait(turn, timeout=60, poll_interval=0.2))
    assert (status.status, status.result) == (
        "completed",
        "Stub answer to: STUB_SLEEP=2 take your time",
    )


def test_a_repeated_chat_joins_the_turn_that_runs(ask: Asking) -> None:
    marker = uuid4().hex
    reply = ask(lambda f: f.chat.send(f"STUB_SLEEP=1 {marker}"), timeout=1.5, max_retries=9)
    assert reply.text == f"Stub answer to: STUB_SLEEP=1 {marker}"
    messages = ask(lambda f: f.sessions.messages(reply.session_id))
    assert [one.role for one in messages] == ["user", "assistant"]


def test_a_turn_can_be_cancelled(runtime: Runtime) -> None:
    """The cancellation is obeyed where the runtime looks for it: before the agent answers."""

    async def main() -> None:
        async with AsyncFormationClient(
            url=runtime.url, client_key=runtime.client_key, user_id="alice"
        ) as formation:
            turn = f"req_{uuid4().hex}"

            async def talk() -> None:
                reply = await formation.chat.send({"message": "STUB_STALL=3 x", "request_id": turn})
                assert (reply.text, reply.metadata.cancelled) == ("", True)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(talk)
                await anyio.sleep(1)
                cancellation = await formation.requests.cancel(turn)
                assert (cancellation.request_id, cancellation.cancellation) == (turn, "cooperative")
            assert (await formation.requests.wait(turn, timeout=30)).status == "cancelled"
            assert (await formation.requests.cancel(turn)).status == "cancelled"

    anyio.run(main)


def test_cancelling_what_is_done_is_refused(ask: Asking) -> None:
    reply = ask(lambda f: f.chat.send("Quick one"))
    with pytest.raises(muxi.ValidationError, match="already completed") as caught:
        ask(lambda f: f.requests.cancel(reply.request_id))
    assert caught.value.code == "OPERATION_FAILED"


def test_leaving_a_stream_cancels_its_turn(runtime: Runtime) -> None:
    with FormationClient(
        url=runtime.url, client_key=runtime.client_key, user_id="alice"
    ) as formation:
        stream = formation.chat.stream("STUB_SLEEP=5 never mind")
        for event in stream:
            if isinstance(event, m.Planning):
                break
        turn = stream.response.request_id
        assert turn is not None
        assert formation.requests.wait(turn, timeout=30).status == "cancelled"


def test_a_plan_that_runs_streams_its_progress(ask: Asking) -> None:
    streamed = ask.stream(lambda f: f.chat.stream("STUB_COMPLEX=8 research and write"))
    progress = [event.progress for event in streamed.events if getattr(event, "progress", None)]
    assert progress[-1].total_tasks == 2
    assert streamed.result.text.startswith("### Task 1")
    [completed] = [event for event in streamed.events if isinstance(event, m.Completed)]
    assert streamed.result.text == completed.content


def test_user_ids_are_checked_before_and_by_the_server(ask: Asking) -> None:
    with pytest.raises(muxi.ValidationError, match="printable ASCII") as caught:
        ask(lambda f: f.sessions.list(user_id="zoë"))
    assert not caught.value.sent
    with pytest.raises(muxi.ValidationError, match="speaks for a user"):
        ask(lambda f: f.sessions.list(), user_id=None)
    reply = ask(lambda f: f.chat.send("Whose mail is it?", user_id="Bob@Example.COM"))
    assert reply.user_id == "bob@example.com"
