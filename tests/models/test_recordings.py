"""Every recorded answer of the real runtime, read through the public client."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel

import muxi
from muxi import FormationClient
from muxi.errors import error_class
from muxi.models import formation as m

from ..resources.formation import test_logs
from ..support import endpoint_calls
from ..support.each import check_each, each
from ..support.fake_server import Answer, Events, FakeServer, Received
from ..support.model_diff import differences, unknown_keys
from ..support.recorded import Recording, recordings
from ..surface.test_coverage import NO_METHOD, ROWS

ASK: list[tuple[str, str, Callable[[FormationClient], object]]] = [
    ("GET", r"/v1/health", lambda f: f.health()),
    ("GET", r"/v1/status", lambda f: f.status()),
    ("POST", r"/v1/chat", lambda f: f.chat.send("hi", wait=False)),
    ("POST", r"/v1/audiochat", lambda f: f.audio.send([])),
    ("GET", r"/v1/sessions", lambda f: f.sessions.list()),
    ("GET", r"/v1/sessions/[^/]+", lambda f: f.sessions.get("s")),
    ("GET", r"/v1/sessions/[^/]+/messages", lambda f: f.sessions.list_messages("s")),
    ("POST", r"/v1/sessions/[^/]+/restore", lambda f: f.sessions.restore("s", [])),
    ("GET", r"/v1/requests", lambda f: f.requests.list()),
    ("GET", r"/v1/requests/[^/]+", lambda f: f.requests.get("r")),
    ("DELETE", r"/v1/requests/[^/]+", lambda f: f.requests.cancel("r")),
]
for found in pkgutil.iter_modules(endpoint_calls.__path__, f"{endpoint_calls.__name__}."):
    ASK += import_module(found.name).ASK
ASK.sort(key=lambda row: row[1].count("[^/]+"))  # a path that is written out comes first


def method_for(recording: Recording) -> Callable[[FormationClient], object] | None:
    for method, pattern, ask in ASK:
        if method == recording.method and re.fullmatch(pattern, recording.asked):
            return ask
    return None


KNOWN = [recording for recording in recordings() if method_for(recording) is not None]
SILENT = [one for one in KNOWN if not one.chunks and "event-stream" in one.headers["content-type"]]
"""Feeds without events: `tests/resources/formation/test_logs.py` replays them."""
PLAIN = [
    recording
    for recording in KNOWN
    if not recording.chunks
    and "content-disposition" not in recording.headers
    and recording not in SILENT
]
STREAMS = [recording for recording in KNOWN if recording.chunks and recording.status == 200]
REFUSED = [recording for recording in KNOWN if recording.chunks and recording.status != 200]

PAGE = "A page for people."
REMOVED = "No method: the formation has no such route."
UNASKED = [
    ("GET", r"/|/v1|/v1/|/v1/v1", 200, PAGE),
    ("GET", r"/health|/v1/nothing-here|/v1/overlord/persona", 404, REMOVED),
    ("GET", r"/v1/secrets/[^/]+", 405, REMOVED),
    ("DELETE", r"/v1/(health|sessions/[^/]+)", 405, REMOVED),
    ("(DELETE|PATCH)", r"/v1/agents/[^/]+", 405, REMOVED),
    ("PATCH", r"/v1/llm/settings", 405, REMOVED),
    ("POST", r"/v1/(agents|logging/destinations|mcp/servers)", 405, REMOVED),
    ("OPTIONS", r"/v1/chat", 200, "Browsers ask so, no client."),
]
"""Recordings that no method asks for: HTTP method, path, status, reason."""


def reason(recording: Recording) -> str | None:
    """Why no method asks for a recording."""
    for method, pattern, status, why in UNASKED:
        if re.fullmatch(f"{method} ({pattern})", f"{recording.method} {recording.path}"):
            return why if recording.status == status else None
    for row in NO_METHOD:
        where = re.sub(r"{[^}]*}", "[^/]+", ROWS[row]["path"])
        if re.fullmatch(f"{ROWS[row]['method']} {where}", f"{recording.method} {recording.path}"):
            return NO_METHOD[row]
    return None


def test_each_recording_is_asked_for_or_has_a_reason() -> None:
    assert len(PLAIN) > 400
    assert len(STREAMS) > 20
    assert len(REFUSED) > 4
    assert len(SILENT) == len(test_logs.SILENT)
    unread = [recording for recording in recordings() if method_for(recording) is None]
    assert [recording for recording in unread if reason(recording) is None] == []


def test_each_reason_is_needed() -> None:
    unread = [f"{one.method} {one.path}" for one in recordings() if method_for(one) is None]
    for method, pattern, _, _ in UNASKED:
        assert any(re.fullmatch(f"{method} ({pattern})", asked) for asked in unread)


def client(server: FakeServer) -> FormationClient:
    return FormationClient(
        url=server.url, client_key="c", admin_key="a", user_id="alice", max_retries=0
    )


def test_answers() -> None:
    asked: list[Recording] = []

    def answer(_: Received) -> Answer:
        kind = {"Content-Type": asked[-1].headers["content-type"]}
        return Answer(asked[-1].status, asked[-1].body, kind)

    def check(recording: Recording) -> None:
        asked.append(recording)
        check_answer(formation, recording)

    with FakeServer(answer) as server, client(server) as formation:
        check_each(check, PLAIN)


def check_answer(formation: FormationClient, recording: Recording) -> None:
    ask = method_for(recording)
    assert ask is not None
    if recording.status >= 400:
        with pytest.raises(muxi.MuxiError) as caught:
            ask(formation)
        check_error(caught.value, recording)
        return
    answer = ask(formation)
    wire = recording.json
    assert isinstance(answer, BaseModel)
    assert list(unknown_keys(answer)) == []
    if isinstance(answer, m.Health):
        assert differences(answer, wire) == []
        return
    assert answer.meta.request_id == wire["request"]["id"]  # type: ignore[attr-defined]
    if isinstance(answer, m.ChatReply):
        check_reply(answer, wire["data"])
    else:
        assert differences(answer, wire["data"]) == []


def check_error(error: muxi.MuxiError, recording: Recording) -> None:
    wire = recording.json
    assert type(error) is error_class(recording.status)
    assert error.status_code == recording.status
    assert error.code == wire["error"]["code"]
    assert error.message.startswith(wire["error"]["message"])
    assert error.details == wire["error"]["data"]
    turn = recording.path == "/v1/chat"
    assert turn or error.request_id == wire["request"]["id"]


def check_reply(reply: m.ChatReply, data: dict[str, Any]) -> None:
    message = data["message"]
    if "role" not in message:
        assert reply.is_background
        assert (reply.metadata.status, reply.text) == ("processing", message["message"])
        assert reply.request_id == message["request_id"]
        assert reply.metadata.workflow_id == message["workflow_id"]
        return
    assert (reply.role, reply.content) == (message["role"], message["content"])
    assert reply.text == message["content"]
    assert differences(reply.metadata, message["metadata"] or {}) == []
    assert reply.artifacts == (message["artifacts"] or [])
    assert reply.user_id == data["user_id"]
    assert reply.session_id == data["session_id"] or data["session_id"] is None
    questions = {"clarification", "approval_required", "requires_user_response"}
    assert reply.awaiting_user == bool(questions & set(message["metadata"] or {}))


@each(REFUSED)
def test_streams_that_never_began(recording: Recording) -> None:
    chat = recording.path.endswith("chat")
    ask = (lambda f: [*f.chat.stream("hi")]) if chat else method_for(recording)
    assert ask is not None
    kind = {"Content-Type": recording.headers["content-type"]}
    with (
        FakeServer(Answer(recording.status, recording.body, kind)) as server,
        client(server) as formation,
        pytest.raises(muxi.MuxiError) as caught,
    ):
        ask(formation)
    check_error(caught.value, recording)


@each(STREAMS)
def test_streams(recording: Recording) -> None:
    tokens = [line for line in recording.body.split(b"\n") if line.startswith(b'data: {"token"')]
    with (
        FakeServer(Events(recording.chunks)) as server,
        client(server) as formation,
        formation.chat.stream("hi") as stream,
    ):
        events: list[m.ChatEvent] = []
        try:
            events.extend(stream)
        except muxi.StreamInterruptedError:
            assert not recording.ended
            return
        except muxi.StreamError as exc:
            assert b"event: error" in recording.body
            assert exc.code == "AttributeError"
            return
        reply = stream.result()
    assert recording.ended
    assert len(events) == len(tokens)
    assert not [event for event in events if isinstance(event, m.UnknownEvent)]
    assert [key for event in events for key in unknown_keys(event)] == []
    [completed] = [event for event in events if isinstance(event, m.Completed)]
    assert reply.text == completed.content
    assert reply.request_id == completed.request_id
    assert reply.awaiting_user == bool(completed.clarification)
