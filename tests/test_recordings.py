"""Every recorded answer of the real runtime, read through the public client."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel

import muxi
from muxi import FormationClient
from muxi.errors import error_class
from muxi.models import formation as m

from . import asks
from .recorded import Recording, recordings
from .scripted import Answer, Events, Scripted

ASK: list[tuple[str, str, Callable[[FormationClient], object]]] = [
    ("GET", r"/v1/health", lambda f: f.health()),
    ("GET", r"/v1/status", lambda f: f.status()),
    ("POST", r"/v1/chat", lambda f: f.chat.send("hi")),
    ("POST", r"/v1/audiochat", lambda f: f.audio.send([])),
    ("GET", r"/v1/sessions", lambda f: f.sessions.list()),
    ("GET", r"/v1/sessions/[^/]+", lambda f: f.sessions.get("s")),
    ("GET", r"/v1/sessions/[^/]+/messages", lambda f: f.sessions.messages("s")),
    ("POST", r"/v1/sessions/[^/]+/restore", lambda f: f.sessions.restore("s", [])),
    ("GET", r"/v1/requests", lambda f: f.requests.list()),
    ("GET", r"/v1/requests/[^/]+", lambda f: f.requests.get("r")),
    ("DELETE", r"/v1/requests/[^/]+", lambda f: f.requests.cancel("r")),
]
for found in pkgutil.iter_modules(asks.__path__, f"{asks.__name__}."):
    ASK += import_module(found.name).ASK
ASK.sort(key=lambda row: row[1].count("[^/]+"))  # a path that is written out comes first


def method_for(recording: Recording) -> Callable[[FormationClient], object] | None:
    for method, pattern, ask in ASK:
        if method == recording.method and re.fullmatch(pattern, recording.path):
            return ask
    return None


KNOWN = [recording for recording in recordings() if method_for(recording) is not None]
PLAIN = [
    recording
    for recording in KNOWN
    if not recording.chunks and "content-disposition" not in recording.headers
]
STREAMS = [recording for recording in KNOWN if recording.chunks and recording.status == 200]


def test_there_is_something_to_read() -> None:
    assert len(PLAIN) > 100
    assert len(STREAMS) > 20


def client(server: Scripted) -> FormationClient:
    return FormationClient(
        url=server.url, client_key="c", admin_key="a", user_id="alice", max_retries=0
    )


@pytest.mark.parametrize("recording", PLAIN, ids=str)
def test_answers(recording: Recording) -> None:
    ask = method_for(recording)
    assert ask is not None
    kind = {"Content-Type": recording.headers["content-type"]}
    with (
        Scripted(Answer(recording.status, recording.body, kind)) as server,
        client(server) as formation,
    ):
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
    if isinstance(answer, (m.ChatReply, m.ChatAccepted)):
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


def check_reply(reply: m.ChatReply | m.ChatAccepted, data: dict[str, Any]) -> None:
    assert isinstance(reply, m.ChatReply)
    message = data["message"]
    assert (reply.role, reply.content) == (message["role"], message["content"])
    assert reply.text == message["content"]
    assert differences(reply.metadata, message["metadata"] or {}) == []
    assert reply.artifacts == (message["artifacts"] or [])
    assert reply.user_id == data["user_id"]
    assert reply.session_id == data["session_id"] or data["session_id"] is None
    asks = {"clarification", "approval_required", "requires_user_response"}
    assert reply.awaiting_user == bool(asks & set(message["metadata"] or {}))


@pytest.mark.parametrize("recording", STREAMS, ids=str)
def test_streams(recording: Recording) -> None:
    tokens = [line for line in recording.body.split(b"\n") if line.startswith(b'data: {"token"')]
    with (
        Scripted(Events(recording.chunks)) as server,
        client(server) as formation,
        formation.chat.stream("hi") as stream,
    ):
        events: list[m.ChatEvent] = []
        try:
            events.extend(stream)
        except muxi.StreamInterrupted:
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


def unknown_keys(value: object, where: str = "") -> Iterator[str]:
    """Keys that no model knew, anywhere in an answer."""
    if isinstance(value, BaseModel):
        yield from (f"{where}.{key}" for key in value.model_extra or {})
        for name in type(value).model_fields:
            yield from unknown_keys(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from unknown_keys(item, f"{where}[]")


def differences(ours: object, wire: object, where: str = "") -> list[str]:
    """Where a model says something else than the wire."""
    if isinstance(ours, BaseModel):
        assert isinstance(wire, dict)
        names = {field.alias: name for name, field in type(ours).model_fields.items()}
        pairs = (
            (getattr(ours, names.get(key, key), "absent"), value, key)
            for key, value in wire.items()
        )
        return [fault for a, b, key in pairs for fault in differences(a, b, f"{where}.{key}")]
    if isinstance(ours, dict):
        assert isinstance(wire, dict)
        assert ours.keys() == wire.keys()
        return [fault for k in ours for fault in differences(ours[k], wire[k], f"{where}.{k}")]
    if isinstance(ours, list):
        assert isinstance(wire, list)
        pairs = ((a, b, str(i)) for i, (a, b) in enumerate(zip(ours, wire, strict=True)))
        return [fault for a, b, key in pairs for fault in differences(a, b, f"{where}.{key}")]
    if isinstance(ours, datetime):
        moment = wire
        if isinstance(wire, str):
            parsed = datetime.fromisoformat(wire.replace("Z", "+00:00"))
            aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
            moment = aware.timestamp()
        assert isinstance(moment, (int, float))
        return [] if abs(ours.timestamp() - moment) < 1e-5 else [f"{where}: {ours} {wire}"]
    return [] if ours == wire else [f"{where}: {ours!r} {wire!r}"]
