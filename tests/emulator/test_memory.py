"""Memory on the emulator: what is remembered, told, forgotten and derived."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from muxi.testing import Emulator

from .asking import Asker


@pytest.fixture
def alice() -> Iterator[Asker]:
    with Emulator(multi_user=True, token_pause=0) as running:
        yield Asker(running)


@pytest.fixture
def single() -> Iterator[Asker]:
    with Emulator(token_pause=0) as running:
        yield Asker(running)


def as_admin(asker: Asker, method: str, path: str, body: object = None) -> Any:
    answer = asker.ask(method, path, json=body, headers=asker.admin)
    assert answer.is_success, answer.text
    return answer.json()["data"]


def good(asker: Asker, method: str, path: str, **more: Any) -> Any:
    answer = asker.ask(method, path, **more)
    assert answer.is_success, answer.text
    return answer.json()["data"]


def problem(asker: Asker, method: str, path: str, **more: Any) -> tuple[int, str]:
    answer = asker.ask(method, path, **more)
    return answer.status_code, answer.json()["error"]["code"]


def told(source_id: str | None, content: object = "Tea at nine") -> dict[str, object]:
    return {"content": content, "source": "calendar", "source_id": source_id}


def test_a_memory_can_be_read_until_it_is_deleted(alice: Asker) -> None:
    ids = [
        good(alice, "POST", "/memories", json={"content": f"Fact {number}"})["id"]
        for number in range(3)
    ]
    found = good(alice, "GET", "/memories?limit=2&offset=1")
    assert [each["content"] for each in found["memories"]] == ["Fact 1", "Fact 0"]
    assert good(alice, "GET", "/memories?scopes=formation")["memories"] == []
    bob = {"X-Muxi-User-ID": "bob"}
    assert good(alice, "GET", "/memories", headers=bob)["memories"] == []
    # The server doesn't look whose it is.
    assert good(alice, "DELETE", f"/memories/{ids[1]}", headers=bob)["deleted"] == ids[1]
    assert problem(alice, "DELETE", f"/memories/{ids[1]}") == (404, "NOT_FOUND")
    left = good(alice, "GET", "/memories")["memories"]
    assert [each["id"] for each in left] == [ids[2], ids[0]]


def test_a_formation_for_one_user_has_no_such_store(single: Asker) -> None:
    for method, path in (("GET", "/memories"), ("POST", "/memories"), ("DELETE", "/memories/x")):
        body = {"content": "x"} if method == "POST" else None
        assert problem(single, method, path, json=body) == (500, "INTERNAL_ERROR")
    assert good(single, "POST", "/memories", json=told("1"))["status"] == "accepted"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"content": {"a": 1}}, 422),
        ({"content": "x", "scope": "group"}, 422),
        ({"content": "x", "scope": "group", "scope_id": "g"}, 403),
        (told("s" * 256), 422),
        (told(" "), 422),
        (told("1", ""), 422),
        (told("1", 7), 422),
        (told("1", "x" * 10_001), 422),
        (told("1") | {"timestamp": "yesterday"}, 422),
        (told("1") | {"scope": "formation"}, 403),
    ],
)
def test_memories_that_are_refused(alice: Asker, body: object, status: int) -> None:
    assert problem(alice, "POST", "/memories", json=body)[0] == status


def test_an_item_of_a_source_is_taken_once(alice: Asker) -> None:
    first = good(alice, "POST", "/memories", json=told("1"))
    again = good(alice, "POST", "/memories", json=told("1", "Tea at ten"))
    assert (again["status"], again["event_id"]) == ("duplicate", first["event_id"])
    nameless = [good(alice, "POST", "/memories", json=told(None))["status"] for _ in range(2)]
    assert nameless == ["accepted", "accepted"]
    other = good(alice, "POST", "/memories", json=told("1"), headers={"X-Muxi-User-ID": "bob"})
    assert other["status"] == "accepted"
    origin = good(alice, "GET", f"/memories/provenance?event_id={first['event_id']}")
    assert origin["event"]["payload"] == {"content": "Tea at nine"}
    bobs = f"/memories/provenance?event_id={other['event_id']}"
    assert problem(alice, "GET", bobs) == (404, "NOT_FOUND")


def test_a_batch_is_worked_on_in_the_background(alice: Asker) -> None:
    good(alice, "POST", "/memories", json=told("1"))
    items = [told("1"), told("2"), {"content": "x"}, told("3"), told("3")]
    batch = good(alice, "POST", "/memories/batch", json={"items": items})
    states = ["duplicate", "accepted", "invalid", "accepted", "duplicate"]
    assert [each["status"] for each in batch["items"]] == states
    assert batch["counts"] == {"accepted": 2, "duplicate": 2, "invalid": 1}
    path = batch["status_url"].removeprefix("/v1")
    job = good(alice, "GET", path)
    assert (job["status"], job["counts"]["stored"]) == ("completed", 2)
    assert [each["source_id"] for each in job["items"]] == ["2", "3"]
    bob = {"X-Muxi-User-ID": "bob"}
    assert problem(alice, "GET", path, headers=bob) == (403, "FORBIDDEN")
    assert alice.status(batch["processing_id"]) == "completed"
    many = {"items": [told(None)] * 101}
    assert problem(alice, "POST", "/memories/batch", json=many) == (422, "INVALID_PARAMS")


def test_what_a_source_told_is_forgotten(alice: Asker) -> None:
    event = good(alice, "POST", "/memories", json=told("1"))["event_id"]
    body = {"user_id": "alice", "source": "calendar"}
    gone = as_admin(alice, "POST", "/memory/forget", body)
    assert (gone["deleted_events"], gone["status"]) == (1, "processing")
    job = as_admin(alice, "GET", f"/memory/forget/{gone['job_id']}")
    assert (job["status"], "projections" in job) == ("completed", True)
    inline = as_admin(alice, "POST", "/memory/forget?sync=true", body)
    assert (inline["deleted_events"], "job_id" in inline) == (0, False)
    kept = as_admin(alice, "POST", "/memory/forget", body | {"rebuild": False})
    assert kept["rebuild_required"] == []
    shown = good(alice, "GET", f"/memories/provenance?event_id={event}")
    assert shown["event"]["deleted_at"] is not None
    assert good(alice, "POST", "/memories", json=told("1"))["status"] == "accepted"


def test_projections_are_rebuilt_one_or_all(alice: Asker) -> None:
    body: dict[str, object] = {"user_id": "alice", "background": False}
    one = as_admin(alice, "POST", "/memory/rebuild", body | {"projection": "flat_facts"})
    assert one["projections"] == {"flat_facts": {"events": 0, "applied": 0, "failed": 0}}
    every = as_admin(alice, "POST", "/memory/rebuild", body | {"backfill": True})
    assert every["backfill"].keys() == every["projections"].keys()
    assert len(every["projections"]) == 4
    filled = as_admin(alice, "POST", "/memory/backfill", {"user_id": "alice"})
    assert all(each["complete"] for each in filled["synthesized"].values())


def test_lint_counts_those_who_have_memories(alice: Asker) -> None:
    assert as_admin(alice, "POST", "/memory/lint", {})["report"]["users"] == 0
    for user in ("alice", "bob"):
        good(alice, "POST", "/memories", json=told("1"), headers={"X-Muxi-User-ID": user})
    assert as_admin(alice, "POST", "/memory/lint", {})["report"]["users"] == 2
    assert as_admin(alice, "POST", "/memory/lint", {"user_id": "bob"})["report"]["users"] == 1


def test_the_buffer_is_cleared_by_session_and_by_user(alice: Asker) -> None:
    for session in ("one", "two", "two", "three"):
        alice.chat("hi there", session_id=session)
    assert good(alice, "GET", "/memory/buffer")["total_messages"] == 8
    stats = as_admin(alice, "GET", "/memory/stats")
    assert (stats["total_entries"], stats["total_users"], stats["total_sessions"]) == (8, 1, 3)
    assert stats["buffer_size_kb"] > 0
    assert good(alice, "DELETE", "/memory/buffer/two")["messages_cleared"] == 4
    assert problem(alice, "GET", "/sessions/two") == (404, "RESOURCE_NOT_FOUND")
    nobody = {**alice.admin, "X-Muxi-User-ID": ""}
    cleared = good(alice, "DELETE", "/memory/buffer", headers=nobody)
    assert (cleared["user_id"], cleared["messages_cleared"]) == (None, 0)
    cleared = good(alice, "DELETE", "/memory/buffer")
    assert (cleared["messages_cleared"], cleared["sessions_cleared"]) == (4, 2)
    assert good(alice, "GET", "/sessions")["sessions"] == []


def test_one_user_has_no_buffer_under_any_other_name(single: Asker) -> None:
    single.chat("hi there")
    assert good(single, "GET", "/memory/buffer")["total_messages"] == 0
    zero = {"X-Muxi-User-ID": "0"}
    assert good(single, "GET", "/memory/buffer", headers=zero)["total_messages"] == 2


def test_all_buffers_are_cleared_and_it_fails_all_the_same(alice: Asker) -> None:
    alice.chat("hi there")
    assert as_admin(alice, "GET", "/memory/buffers")["total_entries"] == 2
    path = ("DELETE", "/memory/buffers")
    assert problem(alice, *path, headers=alice.admin) == (500, "INTERNAL_ERROR")
    assert as_admin(alice, "GET", "/memory/buffers")["buffers"] == []
    assert problem(alice, *path, headers=alice.admin) == (503, "SERVICE_UNAVAILABLE")
