"""Turns: time, concurrency, keys and users, which recordings can't show well."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from muxi.models.formation import ChatTurn, FormationStatus, MessageList, RequestList, SessionList
from muxi.testing import Emulator, Outcome, Reply, Turn

from ..support.plain_http import NO_TLS
from ..support.waiting import until
from .fake_model import turns
from .raw_http import RawHttp, Streaming


def test_the_models_of_the_sdk_fit_the_answers(raw: RawHttp) -> None:
    said = ChatTurn.model_validate(raw.chat("Fine?", session_id="s_models").json()["data"])
    assert (said.reply(session_id="s", request_id="r").text, said.session_id) == (
        "It is well",
        "s_models",
    )
    listed = SessionList.model_validate(raw.ask("GET", "/sessions").json()["data"])
    assert listed[0].session_id == "s_models"
    answer = raw.ask("GET", "/sessions/s_models/messages").json()["data"]
    spoken = MessageList.model_validate(answer)
    assert [each.role for each in spoken] == ["user", "assistant"]
    tracked = RequestList.model_validate(raw.ask("GET", "/requests").json()["data"])
    assert spoken[1].metadata.request_id == tracked[-1].request_id


def test_the_status_counts_requests(emulator: Emulator) -> None:
    raw = RawHttp(emulator)
    raw.chat("One")
    answer = raw.ask("GET", "/status", headers=raw.admin)
    status = FormationStatus.model_validate(answer.json()["data"])
    assert status.formation.id == "hello"
    assert (status.stats.requests.total, status.stats.requests.active) == (1, 0)


def test_either_key_opens_the_tracker_and_no_other_does(emulator: Emulator) -> None:
    url = f"{emulator.formation_url}/v1/requests"
    admin = RawHttp(emulator).admin
    assert httpx.get(url, headers=admin, verify=NO_TLS).status_code == 200
    assert httpx.get(url, headers={"X-Muxi-Client-Key": "x"}, verify=NO_TLS).status_code == 401
    swapped = {"X-Muxi-Client-Key": admin["X-Muxi-Admin-Key"]}
    refused = httpx.get(f"{emulator.formation_url}/v1/sessions", headers=swapped, verify=NO_TLS)
    assert refused.json()["error"]["code"] == "UNAUTHORIZED"
    assert httpx.head(f"{emulator.formation_url}/v1/health").status_code == 405


def test_a_duplicate_joins_the_running_turn(raw: RawHttp) -> None:
    def send(user: str) -> httpx.Response:
        headers = {"X-Muxi-Idempotency-Key": "once", "X-Muxi-User-ID": user}
        body = {"message": "slow", "stream": False}
        return raw.ask("POST", "/chat", json=body, headers=headers)

    turns.clear()
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(send, ["alice"] * 4))
    assert len(turns) == 1
    assert len({each.content for each in answers}) == 1
    assert answers[0].json()["request"]["idempotency_key"] == "once"
    assert send("alice").content == answers[0].content
    assert send("bob").json()["data"]["user_id"] == "bob"
    assert len(turns) == 2


def test_a_failed_turn_is_not_replayed(raw: RawHttp) -> None:
    turns.clear()
    key = {"X-Muxi-Idempotency-Key": "failing"}
    for _ in range(2):
        body = {"message": "fail", "stream": False}
        failure = raw.ask("POST", "/chat", json=body, headers=key).json()
        assert failure["request"]["idempotency_key"] is None
    assert len(turns) == 2


@pytest.mark.parametrize(
    ("message", "end", "text"), [("slow", "completed", "Slowly"), ("long", "cancelled", "")]
)
def test_a_cancellation_takes_effect_at_the_next_checkpoint_only(
    raw: RawHttp, message: str, end: str, text: str
) -> None:
    name = f"req_{message}"
    with ThreadPoolExecutor() as pool:
        running = pool.submit(raw.chat, message, request_id=name)
        until(lambda: name in [turn.request_id for turn in turns])
        assert raw.status(name) == "processing"
        assert raw.ask("DELETE", f"/requests/{name}").json()["data"]["status"] == "cancelled"
        assert raw.status(name) == "processing"
        said = running.result().json()["data"]["message"]
    assert (raw.status(name), said["content"]) == (end, text)
    assert bool(said["metadata"].get("cancelled")) == (end == "cancelled")
    again = raw.ask("DELETE", f"/requests/{name}").status_code
    assert again == (200 if end == "cancelled" else 400)


def test_a_cancelled_stream_falls_silent(raw: RawHttp) -> None:
    name = "req_silent"
    with Streaming(raw, "long", request_id=name) as lines:
        until(lambda: raw.status(name) == "processing")
        raw.ask("DELETE", f"/requests/{name}")
        until(lambda: raw.status(name) == "cancelled")
        rest = [next(lines) for _ in range(30)]
    assert set(rest[-10:]) == {": keepalive", ""}


@pytest.mark.parametrize(("interval", "count"), [(60, 1), (0.01, 5)])
def test_keepalives_come_at_once_and_in_every_interval_of_silence(
    interval: float, count: int
) -> None:
    gate = threading.Event()

    def silent(turn: Turn) -> Outcome:
        gate.wait(60)
        return Reply("Freed")

    with (
        Emulator(model=silent, keepalive=interval) as emulator,
        Streaming(RawHttp(emulator), "Wait") as lines,
    ):
        assert [next(lines) for _ in range(2 * count)] == [": keepalive", ""] * count
        gate.set()


def test_a_client_that_goes_away_cancels_its_turn(raw: RawHttp) -> None:
    with Streaming(raw, "slow", request_id="req_gone") as lines:
        until(lambda: raw.status("req_gone") == "processing")
        next(lines)
    until(lambda: raw.status("req_gone") == "cancelled")
    time.sleep(1.1)  # the reply would be there
    assert raw.status("req_gone") == "cancelled"


def test_leaving_after_the_terminal_event_cancels_nothing(raw: RawHttp) -> None:
    with Streaming(raw, "tail", request_id="req_asked") as lines:
        assert any('"completed"' in line for line in lines)
    time.sleep(0.1)
    assert raw.status("req_asked") == "processing"
    kinds = [kind for kind in raw.stream("tail") if kind != "keepalive"]
    assert kinds[-3:] == ["completed", "content", "done"]


def test_the_next_turn_of_the_session_goes_on_with_the_question(raw: RawHttp) -> None:
    asked = raw.chat("which", session_id="s_ask").json()["data"]["message"]["metadata"]
    assert asked["clarification"] is True
    waiting = raw.ask("GET", "/sessions/s_ask/messages").json()["data"]["messages"]
    name = waiting[-1]["metadata"]["request_id"]
    assert raw.status(name) == "processing"
    raw.chat("the first", session_id="s_ask")
    assert raw.status(name) == "completed"


def test_users_are_kept_apart_unless_there_is_one() -> None:
    seen: dict[bool, list[object]] = {}
    for many in (False, True):
        with Emulator(multi_user=many) as emulator:
            alice, bob = RawHttp(emulator, "Alice@Example.com"), RawHttp(emulator, "bob")
            said = alice.chat("Mine", session_id="s", request_id="req_mine").json()["data"]
            theirs = bob.ask("GET", "/requests/req_mine")
            sessions = bob.ask("GET", "/sessions/s")
            seen[many] = [said["user_id"], theirs.status_code, sessions.status_code]
    assert seen == {False: ["alice@example.com", 200, 200], True: ["alice@example.com", 403, 404]}


def test_a_model_may_block() -> None:
    held, gate = threading.Event(), threading.Event()

    def blocking(turn: Turn) -> Outcome:
        held.set()
        gate.wait(60)
        return Reply("Freed")

    with Emulator(model=blocking) as emulator, ThreadPoolExecutor() as pool:
        running = pool.submit(RawHttp(emulator).chat, "Wait")
        assert held.wait(60)
        assert httpx.get(f"{emulator.formation_url}/v1/health", verify=NO_TLS).is_success
        gate.set()
        assert running.result().json()["data"]["message"]["content"] == "Freed"
