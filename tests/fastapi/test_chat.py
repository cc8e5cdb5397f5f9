"""A browser talks to a service, which talks to a formation; on real sockets."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from httpx_sse import connect_sse

from muxi import AsyncFormationClient
from muxi.models.formation import ActionLink, ReplyArtifact
from muxi.testing import (
    Background,
    Clarification,
    Cut,
    Emulator,
    Escalation,
    Event,
    Failure,
    Outcome,
    Reply,
    Turn,
)

from ..support.emulated import formation_keys
from ..support.fake_server import Events, FakeServer
from ..support.service import serving
from ..support.sse import token
from ..support.waiting import until
from .service import service

LINK = ActionLink(type="action_link", id="w", label="Pay", url="https://pay.example.com")
NOTE = ReplyArtifact(type="text", format="txt", filename="note.txt", content="Milk")
TOOL = Event("tool_call", "tool_execution", "Using search...", {"tool_name": "search"})

OUTCOMES: dict[str, Outcome] = {
    "rich": Reply("Here it is.", widgets=[LINK], artifacts=[NOTE], events=[TOOL]),
    "endless": Reply("never", delay=3600),
    "background": Background("I'll work on it.", after=math.inf),
    "escalated": Escalation(after=math.inf),
    "ask": Clarification("Which one?"),
    "apology": Reply("Sorry.", failed=True),
    "fail": Failure(text="secret upstream text"),
    "cut": Cut(2),
}


turns: list[Turn] = []


def model(turn: Turn) -> Outcome:
    turns.append(turn)
    return OUTCOMES.get(turn.message) or Reply(f"Hello {turn.user_id}")


@pytest.fixture(scope="module")
def browser() -> Iterator[httpx.Client]:
    with Emulator(model=model, multi_user=True, token_pause=0) as emulator:
        keys = formation_keys(emulator)
        app = service(lambda: AsyncFormationClient(url=emulator.formation_url, **keys))
        with (
            serving(app) as url,
            httpx.Client(base_url=url, headers={"X-User": "alice"}) as client,
        ):
            yield client


def events(browser: httpx.Client, message: str, **more: object) -> list[tuple[str, Any]]:
    body = {"message": message, **more}
    with connect_sse(browser, "POST", "/chat", json=body) as source:
        return [(event.event, event.json()) for event in source.iter_sse()]


def named(found: list[tuple[str, Any]], name: str) -> list[Any]:
    return [data for event, data in found if event == name]


def test_a_reply_streams(browser: httpx.Client) -> None:
    found = events(browser, "hi", session_id="s1")
    names = [name for name, _ in found]
    assert names[:2] + names[-3:] == ["started", "progress", "text", "text", "completed"]
    assert {*names[2:-3]} == {"progress"}
    [started], [completed] = named(found, "started"), named(found, "completed")
    assert "".join(data["text"] for data in named(found, "text")) == "Hello alice"
    assert completed == {
        "text": "Hello alice",
        "status": "completed",
        "session_id": "s1",
        "request_id": started["request_id"],
        "widgets": [],
        "artifacts": [],
    }
    assert started["session_id"] == "s1"
    assert all(data["stage"] for data in named(found, "progress"))


def test_tools_widgets_and_files_stream_without_nulls(browser: httpx.Client) -> None:
    found = events(browser, "rich")
    link = {"type": "action_link", "id": "w", "label": "Pay", "url": "https://pay.example.com"}
    note = {"type": "text", "format": "txt", "filename": "note.txt", "content": "Milk"}
    assert named(found, "tool") == [{"tool": "search", "text": "Using search..."}]
    assert named(found, "widgets") == [{"widgets": [link]}]
    assert named(found, "completed")[0]["widgets"] == [link]
    assert named(found, "completed")[0]["artifacts"] == [note]
    assert "null" not in json.dumps(found)


def test_the_response_is_a_stream_that_proxies_do_not_hold_back(browser: httpx.Client) -> None:
    with browser.stream("POST", "/chat", json={"message": "hi"}) as response:
        response.read()
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize(
    ("message", "code", "detail"),
    [
        ("fail", "failed", "The reply failed."),
        ("cut", "interrupted", "The connection broke before the end."),
    ],
)
def test_a_stream_that_fails_ends_with_an_error(
    browser: httpx.Client, message: str, code: str, detail: str
) -> None:
    found = events(browser, message)
    request_id = found[0][1]["request_id"]
    assert found[-1] == ("error", {"detail": detail, "code": code, "request_id": request_id})
    assert named(found, "completed") == []


@pytest.mark.parametrize(
    ("message", "streamed", "plain"),
    [
        ("ask", "awaiting_user", "awaiting_user"),
        ("apology", "failed", "completed"),  # only a stream tells them apart
        ("escalated", "background", "background"),
    ],
)
def test_how_a_turn_ended_is_shown(
    browser: httpx.Client, message: str, streamed: str, plain: str
) -> None:
    assert events(browser, message)[-1][1]["status"] == streamed
    assert browser.post("/ask", json={"message": message}).json()["status"] == plain


def test_the_turn_is_cancelled_when_the_browser_leaves(
    browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastapi.sse._PING_INTERVAL", 0.05)
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.05)
    with browser.stream("POST", "/chat", json={"message": "endless"}) as response:
        lines = response.iter_lines()
        started = next(line for line in lines if line.startswith("data:"))
        assert ": ping" in lines  # nothing more comes
        request_id = json.loads(started[5:])["request_id"]
        assert browser.get(f"/turns/{request_id}").json() == "processing"
    until(lambda: browser.get(f"/turns/{request_id}").json() == "cancelled")


def test_a_reply_that_does_not_stream(browser: httpx.Client) -> None:
    response = browser.post("/ask", json={"message": "hi", "session_id": "s2"})
    assert response.status_code == 200
    body = response.json()
    assert body.pop("request_id").startswith("req_")
    assert body == {
        "text": "Hello alice",
        "status": "completed",
        "session_id": "s2",
        "widgets": [],
        "artifacts": [],
    }


@pytest.mark.parametrize("message", ["background", "escalated"])
def test_a_turn_in_the_background_is_202(browser: httpx.Client, message: str) -> None:
    response = browser.post("/ask", json={"message": message})
    assert response.status_code == 202
    assert response.json()["status"] == "background"
    assert browser.get(f"/turns/{response.json()['request_id']}").status_code == 200


@pytest.mark.parametrize("path", ["/ask", "/chat"])
@pytest.mark.parametrize("field", ["webhook_url", "request_id", "agent_id", "user_id", "mode"])
def test_a_stranger_can_not_set(browser: httpx.Client, path: str, field: str) -> None:
    response = browser.post(path, json={"message": "hi", field: "x"})
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", field]


@pytest.mark.parametrize("path", ["/ask", "/chat"])
def test_without_a_user_nothing_is_sent(browser: httpx.Client, path: str) -> None:
    response = httpx.post(f"{browser.base_url}{path}", json={"message": "hi"})
    assert (response.status_code, response.json()) == (401, {"detail": "Log in."})


def test_each_request_acts_as_its_own_user(browser: httpx.Client) -> None:
    ours = browser.post("/ask", json={"message": "hi"})
    theirs = browser.post("/ask", json={"message": "hi"}, headers={"X-User": "bob"})
    assert (ours.json()["text"], theirs.json()["text"]) == ("Hello alice", "Hello bob")
    peek = browser.get(f"/turns/{theirs.json()['request_id']}")
    assert (peek.status_code, peek.json()["code"]) == (403, "forbidden")


def test_a_file_and_a_choice_are_sent_on(browser: httpx.Client) -> None:
    file = {"filename": "a.txt", "content": "Milk", "content_type": "text/plain"}
    body = {"message": "m", "files": [file], "ui_response": {"id": "w", "value": "yes"}}
    turns.clear()
    browser.post("/ask", json=body)
    events(browser, **body)
    assert [turn.files for turn in turns] == [(file,)] * 2
    assert [turn.ui_response for turn in turns] == [{"id": "w", "value": "yes"}] * 2


def test_a_browser_that_does_not_read_slows_the_formation_down() -> None:
    """Nothing in between collects what the browser doesn't take."""
    written, piece, count = 0, token("content", "x" * 32_768), 2_000

    def pieces() -> Iterator[bytes]:
        nonlocal written
        while written < count:
            yield piece
            written += 1

    with (
        FakeServer(Events(pieces())) as formation,
        serving(service(lambda: AsyncFormationClient(url=formation.url, client_key="c"))) as url,
        httpx.stream("POST", f"{url}/chat", json={"message": "m"}, headers={"X-User": "a"}) as got,
    ):
        assert next(got.iter_lines()) == "event: started"
        until(lambda: written > 0)
        before = 0
        while before != (before := written):
            threading.Event().wait(0.2)
        assert 0 < written < count
