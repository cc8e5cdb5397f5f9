"""Files that replies made: kept by user and name, in versions, and sent as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from muxi.models.formation import ReplyArtifact
from muxi.testing import Emulator, Outcome, Reply, Turn

from .asking import Asker

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
def asker() -> Iterator[Asker]:
    with Emulator(model=model, multi_user=True, token_pause=0) as running:
        yield Asker(running)


def data(asker: Asker, path: str, **more: Any) -> Any:
    answer = asker.ask("GET", path, **more)
    assert answer.is_success, answer.text
    return answer.json()["data"]


def test_a_reply_leaves_its_files(asker: Asker) -> None:
    assert asker.stream("first", session_id="trip")[-1] == "done"
    # Without a stream the turn has run, and then its answer fails.
    assert asker.chat("draw", agent_id="painter").status_code == 500
    found = data(asker, "/artifacts")
    assert (found["count"], found["total"]) == (2, 2)
    image, note = found["artifacts"]
    assert (note["name"], note["content_type"], note["size_bytes"]) == ("note.txt", "text/plain", 5)
    assert (note["conversation_id"], note["agent_id"]) == ("trip", "assistant")
    assert (image["content_type"], image["agent_id"]) == ("image/png", "painter")
    assert data(asker, f"/artifacts/{note['id']}") == note
    bob = {"X-Muxi-User-ID": "bob"}
    assert asker.ask("GET", f"/artifacts/{note['id']}", headers=bob).status_code == 404
    assert data(asker, "/artifacts?limit=1")["total"] == 2


def test_other_content_is_another_version(asker: Asker) -> None:
    for text in ("first", "second", "second"):
        asker.stream(text)
    [latest] = data(asker, "/artifacts")["artifacts"]
    assert (latest["version"], latest["is_latest"]) == (2, True)
    versions = data(asker, f"/artifacts/{latest['id']}/versions")
    assert [each["version"] for each in versions["versions"]] == [2, 1]
    assert [each["is_latest"] for each in versions["versions"]] == [True, False]
    path = f"/artifacts/{latest['id']}/content"
    for query, text, version in (("", "second", "2"), ("?version=1", "first", "1")):
        answer = asker.ask("GET", path + query)
        assert (answer.text, answer.headers["x-muxi-artifact-version"]) == (text, version)
    assert asker.ask("GET", f"{path}?version=3").status_code == 404
    assert asker.ask("GET", f"{path}?version=0").status_code == 422


def test_the_bytes_come_with_their_type_and_name(asker: Asker) -> None:
    asker.stream("draw")
    asker.stream("note")
    drawn = data(asker, "/artifacts")["artifacts"][1]
    answer = asker.ask("GET", f"/artifacts/{drawn['id']}/content", headers={"range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (200, b"\x89PNG\r\n\x1a\n")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == "8"
    assert answer.headers["x-muxi-artifact-id"] == drawn["id"]
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"a _p_xel_.png\"; filename*=UTF-8''a%20%22p%C3%AFxel%22.png"
    )
    # What was read last comes first.
    assert data(asker, "/artifacts")["artifacts"][0]["id"] == drawn["id"]


def test_a_turn_that_failed_leaves_nothing(asker: Asker) -> None:
    asker.stream("break")
    assert data(asker, "/artifacts")["artifacts"] == []


def test_files_are_counted_among_the_memory_events(asker: Asker) -> None:
    asker.stream("first")
    body = {"user_id": "alice", "dry_run": True}
    answer = asker.ask("POST", "/memory/rebuild", json=body, headers=asker.admin)
    assert answer.json()["data"]["projections"]["artifact_metadata"]["events"] == 1
