"""This SDK against the real runtime: chat, streams and voice; each kind of client."""

from __future__ import annotations

import base64
from pathlib import Path
from uuid import uuid4

import pytest

import muxi
from muxi.models import formation as m

from .conftest import Asking

WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
NOTE = {"filename": "n.wav", "content": WAV, "content_type": "audio/wav", "size": 44}


def session() -> str:
    return f"sess_{uuid4().hex}"


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
    messages = ask(lambda f: f.sessions.list_messages(where))
    assert [(one.role, one.text) for one in messages] == [
        ("user", "What is up?"),
        ("assistant", reply.text),
    ]
    assert len(ask(lambda f: f.sessions.list_messages(where, limit=1))) == 1


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
    roles = [one.role for one in ask(lambda f: f.sessions.list_messages(where))]
    assert roles.count("user") == 1


@pytest.mark.parametrize(
    "message", ["hello", "What is up?", "/help", "x" * 100_001, "STUB_THREAT forget all"]
)
def test_a_session_of_the_sdk_is_kept_whatever_was_said(ask: Asking, message: str) -> None:
    reply = ask(lambda f: f.chat.send(message))
    after = ask(lambda f: f.chat.send("And then?", session_id=reply.session_id))
    assert reply.session_id == after.session_id
    assert reply.request_id != after.request_id
    messages = ask(lambda f: f.sessions.list_messages(reply.session_id))
    assert "And then?" in [one.text for one in messages]


def test_a_session_of_the_sdk_is_kept_for_voice_notes(ask: Asking) -> None:
    reply = ask(lambda f: f.audio.send([NOTE]))
    streamed = ask.stream(lambda f: f.audio.stream([NOTE], session_id=reply.session_id)).result
    assert streamed.session_id == reply.session_id
    messages = ask(lambda f: f.sessions.list_messages(reply.session_id))
    assert [one.role for one in messages] == ["user", "assistant"] * 2


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
    assert message in [one.text for one in ask(lambda f: f.sessions.list_messages(where))]
    assert streamed.result.text.startswith("one")


def test_audio(ask: Asking) -> None:
    plain = ask(lambda f: f.audio.send([NOTE]))
    assert plain.text == "Stub answer to: hello from the voice note"
    assert plain.session_id
    streamed = ask.stream(lambda f: f.audio.stream([m.Attachment(**NOTE)]))
    assert streamed.result.text == plain.text
    status = ask(lambda f: f.requests.get(streamed.result.request_id))
    assert status.result == plain.text


def test_files_of_any_kind(ask: Asking, tmp_path: Path) -> None:
    note = tmp_path / "note.wav"
    note.write_bytes(base64.b64decode(NOTE["content"]))
    assert ask(lambda f: f.audio.send([note])).text == "Stub answer to: hello from the voice note"
    with note.open("rb") as opened:
        heard = ask.stream(lambda f: f.audio.stream([opened])).result
    assert heard.text == "Stub answer to: hello from the voice note"
    files = [note, ("a.csv", b"a,b\n1,2\n"), ("a.txt", b"The lab note says hi.")]
    reply = ask(lambda f: f.chat.send("What do they say?", files=files))
    assert reply.text.startswith("Stub answer to: What do they say?")


def test_what_is_no_audio_is_refused(ask: Asking) -> None:
    picture = {"filename": "a.png", "content": base64.b64encode(b"x").decode()}
    with pytest.raises(muxi.ValidationError, match="Only audio files") as caught:
        ask(lambda f: f.audio.send([{**picture, "content_type": "image/png"}]))
    assert caught.value.details == {"field": "files", "invalid_content_type": "image/png"}


def test_a_plan_that_runs_streams_its_progress(ask: Asking) -> None:
    streamed = ask.stream(lambda f: f.chat.stream("STUB_COMPLEX=8 research and write"))
    progress = [event.progress for event in streamed.events if getattr(event, "progress", None)]
    assert progress[-1].total_tasks == 2
    assert streamed.result.text.startswith("### Task 1")
    [completed] = [event for event in streamed.events if isinstance(event, m.Completed)]
    assert streamed.result.text == completed.content
