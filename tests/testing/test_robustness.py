"""Problems that other clients found: old requests, odd texts, keys, pages outside the API."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from muxi.testing import Emulator, Escalation, Outcome, Reply, Turn

from ..support.plain_http import NO_TLS
from ..support.waiting import until
from .raw_http import RawHttp, Streaming
from .server.raw_control import FORMATIONS, Control

HALF = "half \ud83d a pair"


@dataclass
class Clock:
    """A clock with a time that the test sets."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def model(turn: Turn) -> Outcome:
    if turn.message == "escalate":
        return Escalation(after=math.inf)
    if turn.message == "hang":
        return Reply("Too late", delay=60)
    return Reply(HALF if turn.message == "half" else turn.message)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def raw(clock: Clock) -> Iterator[RawHttp]:
    with Emulator(
        model=model, multi_user=True, keepalive=0.05, token_pause=0, clock=clock
    ) as emulator:
        yield RawHttp(emulator)


def test_finished_requests_are_forgotten_after_five_to_six_minutes(
    raw: RawHttp, clock: Clock
) -> None:
    clock.now += 30
    raw.chat("Weather", request_id="old")
    clock.now += 299
    assert raw.status("old") == "completed"
    clock.now += 30  # five minutes have passed, but the server hasn't checked again
    assert raw.status("old") == "completed"
    clock.now += 2
    answer = raw.ask("GET", "/requests/old")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "REQUEST_NOT_FOUND")
    assert raw.ask("GET", "/requests").json()["data"]["count"] == 0


def test_requests_that_hang_fail_after_ten_minutes(raw: RawHttp, clock: Clock) -> None:
    with Streaming(raw, "hang", request_id="stuck") as lines:
        next(lines)
        until(lambda: raw.status("stuck") == "processing")
        clock.now += 600
        assert raw.status("stuck") == "processing"
        clock.now += 60
        data = raw.ask("GET", "/requests/stuck").json()["data"]
    assert (data["status"], data["error"]) == (
        "failed",
        "Request timed out (stale request reaper)",
    )


def test_an_escalated_request_may_take_longer(raw: RawHttp, clock: Clock) -> None:
    raw.chat("escalate", request_id="slow")
    clock.now += 3600
    assert raw.status("slow") == "processing"


def send(raw: RawHttp, path: str, body: str) -> httpx.Response:
    headers = {**raw.headers, "content-type": "application/json"}
    return httpx.post(raw.url + path, content=body.encode(), headers=headers, verify=NO_TLS)


def test_half_a_surrogate_pair_is_an_error_that_leaves_nothing_behind(raw: RawHttp) -> None:
    streamed = send(raw, "/chat", r'{"message": "half \ud83d a pair"}').text
    error = r"'utf-8' codec can't encode character '\\ud83d' in position 5"
    assert streamed.split("\n\n")[1].startswith(f'event: error\ndata: {{"error":"{error}')
    plain = send(raw, "/chat", r'{"message": "half \ud83d a pair", "stream": false}')
    assert (plain.status_code, plain.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    session = send(raw, "/chat", r'{"message": "a", "session_id": "\ud83d", "stream": false}')
    assert session.status_code == 500
    memory = send(raw, "/memories", r'{"content": "half \ud83d a pair"}')
    assert memory.status_code == 500
    assert raw.ask("GET", "/sessions").json()["data"]["count"] == 0
    assert raw.ask("GET", "/requests").json()["data"]["count"] == 0
    assert raw.ask("GET", "/memories").status_code == 200


def test_a_model_that_answers_half_a_pair_fails_its_turn_only(raw: RawHttp) -> None:
    assert raw.stream("half")[-1] == "error"
    assert raw.chat("half", session_id="s").status_code == 500
    assert raw.ask("GET", "/sessions/s/messages").status_code == 200
    assert raw.chat("Fine").status_code == 200


KEYS = {"server": {"api_keys": {"client_key": "fmc_own", "admin_key": "fma_own"}}}


def test_the_keys_of_a_manifest_work_before_and_after_a_restart() -> None:
    with Emulator(manifest=KEYS) as emulator:
        assert emulator.environ["MUXI_CLIENT_KEY"] == "fmc_own"
        assert emulator.environ["MUXI_ADMIN_KEY"] == "fma_own"
        assert RawHttp(emulator).chat("Hi").status_code == 200
        control = Control(emulator)
        assert control.ask("POST", f"{FORMATIONS}/hello/restart").status_code == 200
        assert emulator.environ["MUXI_CLIENT_KEY"] == "fmc_own"
        assert RawHttp(emulator).chat("Hi").status_code == 200


def test_a_manifest_without_a_description_can_be_restarted() -> None:
    with Emulator(manifest={"agents": []}) as emulator:
        answer = Control(emulator).ask("POST", f"{FORMATIONS}/hello/restart")
        assert answer.status_code == 200
        assert RawHttp(emulator).chat("Hi").status_code == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc"])
def test_pages_for_browsers_need_no_key(emulator: Emulator, path: str) -> None:
    answer = httpx.get(emulator.formation_url + path, verify=NO_TLS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_the_api_is_described(emulator: Emulator) -> None:
    described = httpx.get(emulator.formation_url + "/openapi.json", verify=NO_TLS).json()
    assert (described["openapi"], described["info"]["version"]) == ("3.1.0", "1.20260928.0")
    assert {"get", "post"} <= {*described["paths"]["/v1/scheduler/jobs"]}
    assert "post" in described["paths"]["/v1/chat"]


def test_mcp_is_there_for_the_client_key(emulator: Emulator) -> None:
    url = emulator.formation_url + "/mcp/"
    asked: dict[str, object] = {"jsonrpc": "2.0", "id": 1, "method": "initialize"}
    headers = {"X-Muxi-Client-Key": emulator.environ["MUXI_CLIENT_KEY"]}
    assert httpx.post(url, json=asked, verify=NO_TLS).status_code == 401
    answer = httpx.post(url, json=asked, headers=headers, verify=NO_TLS).json()
    assert answer["result"]["serverInfo"] == {"name": "hello", "version": "1.20260928.0"}
    response = httpx.post(
        url,
        json={"jsonrpc": "2.0", "method": "notifications/initialized"},
        headers=headers,
        verify=NO_TLS,
    )
    assert response.status_code == 202
    asked = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    listed = httpx.post(url, json=asked, headers=headers, verify=NO_TLS).json()
    assert listed == {"jsonrpc": "2.0", "id": 2, "result": {"tools": []}}
    proxied = httpx.post(
        emulator.server_url + "/mcp/hello/", json=asked, headers=headers, verify=NO_TLS
    )
    assert proxied.json() == listed
