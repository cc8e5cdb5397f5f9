"""Files of replies: stored by user and name, in versions, and downloaded unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from muxi.models.formation import ReplyArtifact
from muxi.testing import Emulator, Outcome, Reply, Turn

from .raw_http import RawHttp

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def model(turn: Turn) -> Outcome:
    if turn.message == "draw":
        image = {"type": "image", "filename": 'a "pïxel".png', "data_url": PIXEL}
        return Reply("Drawn", artifacts=[image])
    if turn.message == "break":
        return Reply("", failed=True)
    note = ReplyArtifact(type="text", format="txt", filename="note.txt", content=turn.message)
    return Reply("Noted", artifacts=[note])


@pytest.fixture
def raw() -> Iterator[RawHttp]:
    with Emulator(model=model, multi_user=True, token_pause=0) as running:
        yield RawHttp(running)


def data(raw: RawHttp, path: str, **more: Any) -> Any:
    answer = raw.ask("GET", path, **more)
    assert answer.is_success, answer.text
    return answer.json()["data"]


def test_a_reply_leaves_its_files(raw: RawHttp) -> None:
    assert raw.stream("first", session_id="trip")[-1] == "done"
    # Without a stream the turn runs, but its response fails.
    assert raw.chat("draw", agent_id="painter").status_code == 500
    found = data(raw, "/artifacts")
    assert (found["count"], found["total"]) == (2, 2)
    image, note = found["artifacts"]
    assert (note["name"], note["content_type"], note["size_bytes"]) == ("note.txt", "text/plain", 5)
    assert (note["conversation_id"], note["agent_id"]) == ("trip", "assistant")
    assert (image["content_type"], image["agent_id"]) == ("image/png", "painter")
    assert data(raw, f"/artifacts/{note['id']}") == note
    bob = {"X-Muxi-User-ID": "bob"}
    assert raw.ask("GET", f"/artifacts/{note['id']}", headers=bob).status_code == 404
    assert data(raw, "/artifacts?limit=1")["total"] == 2


def test_other_content_is_another_version(raw: RawHttp) -> None:
    for text in ("first", "second", "second"):
        raw.stream(text)
    [latest] = data(raw, "/artifacts")["artifacts"]
    assert (latest["version"], latest["is_latest"]) == (2, True)
    versions = data(raw, f"/artifacts/{latest['id']}/versions")
    assert [each["version"] for each in versions["versions"]] == [2, 1]
    assert [each["is_latest"] for each in versions["versions"]] == [True, False]
    path = f"/artifacts/{latest['id']}/content"
    for query, text, version in (("", "second", "2"), ("?version=1", "first", "1")):
        answer = raw.ask("GET", path + query)
        assert (answer.text, answer.headers["x-muxi-artifact-version"]) == (text, version)
    assert raw.ask("GET", f"{path}?version=3").status_code == 404
    assert raw.ask("GET", f"{path}?version=0").status_code == 422


def test_the_bytes_come_with_their_type_and_name(raw: RawHttp) -> None:
    raw.stream("draw")
    raw.stream("note")
    drawn = data(raw, "/artifacts")["artifacts"][1]
    answer = raw.ask("GET", f"/artifacts/{drawn['id']}/content", headers={"range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (200, b"\x89PNG\r\n\x1a\n")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == "8"
    assert answer.headers["x-muxi-artifact-id"] == drawn["id"]
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"a _p_xel_.png\"; filename*=UTF-8''a%20%22p%C3%AFxel%22.png"
    )
    # The last file that was read comes first.
    assert data(raw, "/artifacts")["artifacts"][0]["id"] == drawn["id"]


def test_a_turn_that_failed_leaves_nothing(raw: RawHttp) -> None:
    raw.stream("break")
    assert data(raw, "/artifacts")["artifacts"] == []


def test_files_are_counted_among_the_memory_events(raw: RawHttp) -> None:
    raw.stream("first")
    body = {"user_id": "alice", "dry_run": True}
    answer = raw.ask("POST", "/memory/rebuild", json=body, headers=raw.admin)
    assert answer.json()["data"]["projections"]["artifact_metadata"]["events"] == 1
