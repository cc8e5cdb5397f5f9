"""The life of a call, driven by hand: no clock, no socket."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

import muxi
from muxi import (
    ConfigurationError,
    ConflictError,
    ConnectionError,
    MuxiError,
    NotFoundError,
    Response,
    Retry,
    ServerError,
    TimeoutError,
    UnavailableError,
    ValidationError,
)
from muxi._core.call import AlreadyDone, Call, KeyKind, UserRule
from muxi._core.exchange import call_steps
from muxi._core.messages import ApiKey, HttpRequest, RawResponse
from muxi._core.options import Options
from muxi._core.steps import Sleep
from muxi.models.formation import ChatRequest, RestoredSession, RestoreRequest, SessionList

from ..support.clock import Clock

CLIENT = ApiKey("X-Muxi-Client-Key", SecretStr("fmc"))
ADMIN = ApiKey("X-Muxi-Admin-Key", SecretStr("fma"))
OPTIONS = Options("http://x/v1", {KeyKind.CLIENT: CLIENT, KeyKind.ADMIN: ADMIN}, Retry(), 30.0)
GET = Call("GET", "/sessions", SessionList, KeyKind.CLIENT)
POST = Call("POST", "/sessions/s/restore", RestoredSession, KeyKind.CLIENT)
GOOD = b'{"data": {"sessions": [], "count": 0}, "request": {"id": "req_1"}, "success": true}'
RESTORED = b"""{"success": true, "data":
    {"session_id": "s", "messages_loaded": 1, "messages_dropped": 0, "message": "m"}}"""


def reply(status: int = 200, body: bytes = GOOD, **headers: str) -> RawResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawResponse(status, httpx.Headers(named), body, 0.1, 1_000_000.0)


Outcome = RawResponse | MuxiError


def play(
    call: Call[Any],
    *outcomes: Outcome | tuple[float, Outcome],
    options: Options = OPTIONS,
    clock: Clock | None = None,
) -> Any:
    """Run an exchange on scripted outcomes: the response, the requests, the pauses.

    With a clock, the outcomes may have the seconds that they take.
    """
    steps: Generator[Any, Any, Response[Any]] = call_steps(call, options)
    script, requests, pauses = list(outcomes), [], []
    try:
        step = next(steps)
        while True:
            if isinstance(step, Sleep):
                pauses.append(step.seconds)
                if clock:
                    clock.sleep(step.seconds)
                step = steps.send(None)
                continue
            assert isinstance(step, HttpRequest)
            requests.append(step)
            outcome = script.pop(0)
            if clock and isinstance(outcome, tuple):
                seconds, outcome = outcome
                clock.now += seconds
            step = steps.throw(outcome) if isinstance(outcome, MuxiError) else steps.send(outcome)
    except StopIteration as stop:
        assert not script
        return stop.value, requests, pauses


def headers(request: HttpRequest) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in request.headers}


def test_a_call_is_sent_once_and_answered() -> None:
    response, [request], pauses = play(GET, reply())
    assert (request.method, request.url, request.content) == ("GET", "http://x/v1/sessions", None)
    assert request.key is CLIENT
    assert len(response.data) == 0
    assert (response.request_id, response.attempts, pauses) == ("req_1", 1, [])
    assert response.data.meta.request_id == "req_1"


def test_every_attempt_carries_the_same_idempotency_key() -> None:
    busy = reply(503, b"")
    response, requests, pauses = play(GET, busy, ConnectionError("cut", sent=True), reply())
    assert response.attempts == 3
    assert len({headers(request)["X-Muxi-Idempotency-Key"] for request in requests}) == 1
    assert len(pauses) == 2
    assert 0 <= pauses[0] <= 0.5
    assert 0 <= pauses[1] <= 1


def test_two_calls_have_two_idempotency_keys() -> None:
    keys = {
        headers(request)["X-Muxi-Idempotency-Key"]
        for _, [request], _ in (play(GET, reply()), play(GET, reply()))
    }
    assert len(keys) == 2


def test_a_call_may_bring_its_own_idempotency_key() -> None:
    _, [request], _ = play(replace(GET, idempotency_key="mine"), reply())
    assert headers(request)["X-Muxi-Idempotency-Key"] == "mine"


@pytest.mark.parametrize(
    "outcome",
    [
        reply(503, b""),
        reply(500, b""),
        ConnectionError("x", sent=True),
        TimeoutError("x", sent=True),
    ],
)
def test_a_post_is_not_repeated_once_the_server_may_have_acted(
    outcome: RawResponse | MuxiError,
) -> None:
    with pytest.raises(MuxiError):
        play(POST, outcome)


def test_a_post_that_never_left_is_repeated() -> None:
    _, requests, _ = play(POST, ConnectionError("refused"), reply(body=RESTORED))
    assert len(requests) == 2


def test_a_deduplicated_post_is_repeated_but_not_after_a_500() -> None:
    call = replace(POST, idempotent=True)
    timeout = TimeoutError("x", sent=True)
    _, requests, _ = play(call, timeout, reply(502, b""), reply(body=RESTORED))
    assert len(requests) == 3
    with pytest.raises(ServerError):
        play(call, reply(500, b""))


def test_the_last_error_is_raised_with_the_turn_it_belongs_to() -> None:
    call = replace(GET, turn_id="req_turn")
    with pytest.raises(UnavailableError) as caught:
        play(call, *[reply(503, b"")] * 3)
    assert caught.value.request_id == "req_turn"
    assert caught.value.sent


def test_the_time_of_a_call_bounds_each_wait_of_its_attempts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    late = reply(503, b"", retry_after_ms="0")
    limited = replace(GET, timeout=20.0)
    _, [first, second], _ = play(limited, (15.0, late), (1.0, reply()), clock=clock)
    assert (first.timeout, first.read_timeout, first.deadline) == (20.0, 20.0, 1_020.0)
    assert 4 < second.read_timeout <= 5
    assert second.deadline == 1_020.0
    _, [alone], _ = play(replace(GET, timeout=100.0), reply())
    assert alone.read_timeout == OPTIONS.timeout


def test_no_pause_goes_beyond_the_time_of_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, limited = Clock(monkeypatch), replace(GET, timeout=5.0)
    busy = reply(503, b'{"error": {"message": "busy"}}', retry_after="4")
    with pytest.raises(TimeoutError, match=r"within 5 s.*busy") as caught:
        play(limited, (1.0, busy), clock=clock)
    assert clock.pauses == []
    assert not caught.value.sent
    with pytest.raises(TimeoutError) as caught:
        play(limited, (5.0, ConnectionError("cut", sent=True)), clock=clock)
    assert caught.value.sent


GONE = reply(404, b'{"error": {"code": "SESSION_NOT_FOUND", "message": "Session not found"}}')
DELETE = replace(
    GET, method="DELETE", already_done=AlreadyDone(404, SessionList(sessions=[], count=0))
)


@pytest.mark.parametrize(
    "lost", [ConnectionError("cut", sent=True), TimeoutError("late", sent=True), reply(502, b"")]
)
def test_what_a_lost_attempt_did_is_done(lost: RawResponse | MuxiError) -> None:
    response, requests, _ = play(DELETE, lost, GONE)
    assert response.data is DELETE.already_done.answer  # type: ignore[union-attr]
    assert len(requests) == 2


@pytest.mark.parametrize(
    "nothing_done", [reply(429, b""), reply(503, b""), ConnectionError("refused"), None]
)
def test_what_no_attempt_can_have_done_is_not_done(
    nothing_done: RawResponse | MuxiError | None,
) -> None:
    before = [nothing_done] if nothing_done is not None else []
    with pytest.raises(NotFoundError):
        play(DELETE, *before, GONE)


@pytest.mark.parametrize(
    "other",
    [
        reply(404, b"<html>", content_type="text/html"),
        reply(404, b'{"error": {"code": "RESOURCE_NOT_FOUND", "message": "Not Found"}}'),
        reply(409, b'{"error": {"code": "SESSION_NOT_FOUND", "message": "x"}}'),
    ],
)
def test_only_the_very_answer_means_that_it_is_done(other: RawResponse) -> None:
    with pytest.raises((NotFoundError, ConflictError)):
        play(DELETE, ConnectionError("cut", sent=True), other)


def test_the_answer_that_means_done_may_need_a_text() -> None:
    busy = b'{"error": "Conflict", "message": "Formation is being updated"}'
    done = b'{"error": "Conflict", "message": "Formation is already stopped"}'
    stop = replace(
        DELETE,
        already_done=AlreadyDone(409, SessionList(sessions=[], count=0), says="already stopped"),
    )
    lost = ConnectionError("cut", sent=True)
    assert len(play(stop, lost, reply(409, done))[1]) == 2
    with pytest.raises(ConflictError):
        play(stop, lost, reply(409, busy))


def test_retry_after_is_obeyed() -> None:
    _, _, pauses = play(GET, reply(429, b"", retry_after="7"), reply())
    assert 7 <= pauses[0] <= 7 + 0.5


def test_redirects_are_not_followed() -> None:
    with pytest.raises(MuxiError, match="redirects to http://elsewhere/"):
        play(GET, reply(307, b"", location="http://elsewhere/"))


def test_a_status_can_be_an_answer_all_the_same() -> None:
    call = replace(GET, accepted_statuses=frozenset({503}))
    response, _, _ = play(call, reply(503))
    assert response.status_code == 503


def test_bodies_hold_what_was_set_and_nothing_else() -> None:
    moment = {"role": "user", "content": "é", "timestamp": "2026-01-01T00:00:00Z"}
    body = RestoreRequest.model_validate({"messages": [moment]})
    _, [request], _ = play(replace(POST, body=body), reply(body=RESTORED))
    assert request.content == (
        '{"messages":[{"role":"user","content":"é","timestamp":"2026-01-01T00:00:00Z"}]}'.encode()
    )
    assert headers(request)["Content-Type"] == "application/json"


def test_common_headers_are_on_every_request() -> None:
    options = replace(OPTIONS, headers={"x-mine": "1"})
    _, [request], _ = play(GET, reply(), options=options)
    sent = headers(request)
    assert sent["x-muxi-sdk"] == f"python/{muxi.__version__}"
    assert sent["user-agent"] == f"muxi-client/{muxi.__version__}"
    assert "/py3." in sent["x-muxi-client"]
    assert (sent["Accept"], sent["x-mine"]) == ("application/json", "1")


@pytest.mark.parametrize(
    ("rule", "auth", "expected"),
    [
        (UserRule.UNUSED, KeyKind.CLIENT, None),
        (UserRule.OPTIONAL, KeyKind.CLIENT, None),
        (UserRule.DEFAULT_ZERO, KeyKind.CLIENT, "0"),
        (UserRule.REQUIRED_WITH_CLIENT_KEY, KeyKind.ADMIN, None),
    ],
)
def test_without_a_user(rule: UserRule, auth: KeyKind, expected: str | None) -> None:
    _, [request], _ = play(replace(GET, user=rule, auth=auth), reply())
    assert headers(request).get("X-Muxi-User-ID") == expected


@pytest.mark.parametrize("rule", [UserRule.REQUIRED, UserRule.REQUIRED_WITH_CLIENT_KEY])
def test_a_missing_user_is_refused_before_sending(rule: UserRule) -> None:
    with pytest.raises(ValidationError, match=r"pass user_id=, take for_user.*MUXI_USER_ID") as exc:
        play(replace(GET, user=rule, auth=KeyKind.EITHER))
    assert not exc.value.sent


def test_the_named_user_beats_the_clients_own() -> None:
    call = replace(GET, user=UserRule.REQUIRED)
    options = replace(OPTIONS, user_id="alice")
    _, [request], _ = play(call, reply(), options=options)
    assert headers(request)["X-Muxi-User-ID"] == "alice"
    _, [request], _ = play(replace(call, user_id="bob"), reply(), options=options)
    assert headers(request)["X-Muxi-User-ID"] == "bob"


@pytest.mark.parametrize("user_id", ["", "zoë", " alice", "a\r\nX-Evil: 1"])
def test_a_user_id_that_no_header_carries_is_refused(user_id: str) -> None:
    with pytest.raises(ValidationError, match="user_id"):
        play(replace(GET, user=UserRule.REQUIRED, user_id=user_id))


def test_either_key_prefers_the_clients() -> None:
    call = replace(GET, auth=KeyKind.EITHER)
    assert play(call, reply())[1][0].key is CLIENT
    only_admin = replace(OPTIONS, keys={KeyKind.ADMIN: ADMIN})
    assert play(call, reply(), options=only_admin)[1][0].key is ADMIN


@pytest.mark.parametrize(
    ("auth", "words"),
    [
        (KeyKind.ADMIN, "admin_key= or set MUXI_ADMIN_KEY"),
        (KeyKind.CLIENT, "client_key= or set MUXI_CLIENT_KEY"),
        (KeyKind.EITHER, "client_key= or admin_key="),
        (KeyKind.HMAC, "key_id= and secret_key=, or set MUXI_KEY_ID and MUXI_SECRET_KEY"),
    ],
)
def test_a_missing_key_is_refused_before_sending(auth: KeyKind, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        play(replace(GET, auth=auth), options=replace(OPTIONS, keys={}))


@pytest.mark.parametrize(
    "call",
    [
        replace(GET, query={"q": "\ud800"}),
        replace(POST, body=ChatRequest(message="half \ud83d of a smile")),
    ],
)
def test_half_a_character_is_refused_before_sending(call: Call[Any]) -> None:
    with pytest.raises(ValidationError, match="a surrogate") as caught:
        play(call)
    assert not caught.value.sent
