"""Error bodies, of both services and of neither."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import muxi
from muxi import MuxiError
from muxi._core.call import Call, KeyKind
from muxi._core.decode import read_answer
from muxi._core.error_bodies import read_error
from muxi._core.messages import RawResponse
from muxi.models.formation import FormationStatus, SessionList

NOW = 1_795_326_461.0  # Sun, 22 Nov 2026 05:47:41 GMT


def reply(status: int, body: Any, **headers: str) -> RawResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawResponse(status, httpx.Headers(named), content, 0.1, NOW)


def formation_error(code: str, message: str = "No.", data: Any = None) -> dict[str, Any]:
    error = {"code": code, "message": message, "data": data}
    return {"success": False, "error": error, "data": {}, "request": {"id": "req_1"}}


def test_the_formations_envelope() -> None:
    error = read_error(reply(404, formation_error("REQUEST_NOT_FOUND", "Request not found")))
    assert type(error) is muxi.NotFoundError
    assert (error.code, error.message, error.status_code, error.request_id, error.sent) == (
        "REQUEST_NOT_FOUND",
        "Request not found",
        404,
        "req_1",
        True,
    )
    assert str(error) == "Request not found [404, REQUEST_NOT_FOUND, request req_1]"


def test_the_flat_body_of_the_control_plane_and_the_proxy() -> None:
    body = {"error": "Formation unavailable", "message": "Not running", "code": 503}
    error = read_error(reply(503, body))
    assert type(error) is muxi.UnavailableError
    assert (error.code, error.message, error.request_id) == (
        "Formation unavailable",
        "Not running",
        None,
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, muxi.ValidationError),
        (401, muxi.AuthenticationError),
        (403, muxi.AuthorizationError),
        (404, muxi.NotFoundError),
        (405, MuxiError),
        (408, muxi.TimeoutError),
        (409, muxi.ConflictError),
        (410, MuxiError),
        (413, muxi.ValidationError),
        (422, muxi.ValidationError),
        (429, muxi.RateLimitError),
        (500, muxi.ServerError),
        (501, muxi.ServerError),
        (502, muxi.ServerError),
        (503, muxi.UnavailableError),
        (507, muxi.ServerError),
    ],
)
def test_the_status_decides_the_class(status: int, kind: type[MuxiError]) -> None:
    for body in (formation_error("X"), {"error": "X", "message": "m", "code": status}, b""):
        assert type(read_error(reply(status, body))) is kind


@pytest.mark.parametrize(
    "body",
    [b'{"error": {"code"', b"", b"[1]", b'"x"', b"null", b"\xff"],
)
def test_bodies_that_are_no_error_at_all(body: bytes) -> None:
    error = read_error(reply(502, body, content_type="application/json"))
    assert type(error) is muxi.ServerError
    assert error.message == f"The server answered 502 with {len(body)} bytes of application/json"


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("application/json", b'{"detail": "locked by a worker"}', "locked by a worker"),
        ("application/json", b'{"detail": [{"msg": "x"}]}', None),
        (
            "application/problem+json",
            b'{"title": "Locked", "detail": "by a worker", "status": 409}',
            "Locked: by a worker",
        ),
        ("text/plain", b"locked\r\nby\x1b[31m a worker\n", "locked by [31m a worker"),
        ("text/html", b"<h1>locked</h1><p>by a&nbsp;worker", "locked by a worker"),
        ("text/html; charset=x", b"<TITLE>Bad\n Gateway</TITLE><p>x", "Bad Gateway"),
        ("text/html", b"<html></html>", None),
        ("text/plain", b"x" * 1_000_000, "x" * 200 + "\u2026"),
    ],
)
def test_the_text_of_frameworks_and_gateways_is_in_the_message(
    kind: str, body: bytes, said: str | None
) -> None:
    message = read_error(reply(409, body, content_type=kind)).message
    if said is None:
        assert message == f"The server answered 409 with {len(body)} bytes of {kind}"
    else:
        prefix = "The server answered 409: " if kind.startswith("text/") else ""
        assert message == f"{prefix}{said}"


@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["error", "message", "code", "data", "request", "id", "success"]),
                inner,
            )
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    st.integers(300, 599),
)
def test_any_body_makes_an_error(body: bytes, status: int) -> None:
    error = read_error(reply(status, body))
    assert error.message
    assert error.status_code == status


def test_an_error_with_a_status_of_success_has_its_text() -> None:
    data = {"request_id": "req_1", "channels": ["slack"], "delivered": [], "failed": ["slack"]}
    body = {"success": True, "error": None, "data": data, "request": {"id": "req_1"}}
    error = read_error(reply(502, body, content_type="application/json"))
    assert type(error) is muxi.ServerError
    assert (error.code, error.details, error.request_id) == (None, data, "req_1")
    assert error.message.startswith("The server answered 502 with ")
    assert read_error(reply(500, {"reason": "full"})).details == {"reason": "full"}
    assert read_error(reply(500, {"error": "Full", "data": 1})).details is None


def test_refused_fields_are_named() -> None:
    faults = [
        {"field": "message", "msg": "Field required", "type": "string", "error": "missing"},
        {"field": "", "msg": "Bad", "type": "string", "error": "invalid"},
    ]
    body = formation_error("INVALID_PARAMS", "Validation failed", {"validation_errors": faults})
    error = read_error(reply(422, body))
    assert error.message == "Validation failed: message: Field required; body: Bad"
    assert error.details == {"validation_errors": faults}


EXPIRED = {
    "error": "Unauthorized",
    "message": "Request expired (timestamp too old or in future)",
    "code": 401,
}


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Sun, 22 Nov 2026 05:57:41 GMT", "clock is 600 s behind the server's"),
        ("Sun, 22 Nov 2026 05:37:41 GMT", "clock is 600 s ahead of the server's"),
    ],
)
def test_clocks_that_differ_are_named(date: str, told: str) -> None:
    assert told in read_error(reply(401, EXPIRED, date=date)).message


def test_clocks_that_agree_are_not_blamed() -> None:
    error = read_error(reply(401, EXPIRED, date="Sun, 22 Nov 2026 05:47:31 GMT"))
    assert error.message == EXPIRED["message"]


def test_a_clock_is_blamed_only_for_what_expired() -> None:
    hour_off = "Sun, 22 Nov 2026 06:47:41 GMT"
    other = {**EXPIRED, "message": "Invalid signature"}
    assert read_error(reply(401, other, date=hour_off)).message == "Invalid signature"
    for date in ({}, {"date": "soon"}):
        assert read_error(reply(401, EXPIRED, **date)).message == EXPIRED["message"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "3"}, 3.0),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after_ms": "250", "retry_after": "9"}, 0.25),
        ({"retry_after": "Sun, 22 Nov 2026 05:47:51 GMT"}, 10.0),
        ({"retry_after": "Sun, 22 Nov 2026 05:47:51"}, 10.0),
        ({"retry_after": "Sun, 22 Nov 2026 05:47:51 -0000"}, 10.0),
        (
            {
                "retry_after": "Sun, 22 Nov 2026 05:47:51 GMT",
                "date": "Sun, 22 Nov 2026 05:47:46 GMT",
            },
            5.0,
        ),
        ({"retry_after": "Sun, 22 Nov 2020 05:47:51 GMT"}, 0.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert read_error(reply(429, b"", **headers)).retry_after == seconds


STATUS = Call("GET", "/status", FormationStatus, KeyKind.ADMIN)


def test_an_error_inside_a_200_is_an_error() -> None:
    with pytest.raises(muxi.NotFoundError) as caught:
        read_answer(STATUS, reply(200, formation_error("SESSION_NOT_FOUND")), 1)
    assert (caught.value.status_code, caught.value.request_id) == (200, "req_1")
    fits = {**formation_error("FORBIDDEN"), "data": {"sessions": [], "count": 0}}
    with pytest.raises(muxi.AuthorizationError):
        read_answer(Call("GET", "/sessions", SessionList, KeyKind.CLIENT), reply(200, fits), 1)


@pytest.mark.parametrize("moment", [0, -1, 10**14, "now", None])
def test_a_time_that_is_none_is_left_out(moment: Any) -> None:
    call = Call("GET", "/sessions", SessionList, KeyKind.CLIENT)
    body = {"data": {"sessions": [], "count": 0}, "timestamp": moment}
    assert read_answer(call, reply(200, body), 1).data.meta.server_time is None


@pytest.mark.parametrize(
    "body",
    [
        b"<html></html>",
        b'{"data": {"agents"',
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"data": {"formation": ' + b"9" * 5_000 + b"}}",
        b'{"data": {"formation": "\\ud800"}}',
        b'{"data": {"formation": "\xff"}}',
        b'{"request": {"id": "req_1"}, "data": {"formation": 5}}',
        b'{"request": {"id": "req_1"}, "data": null}',
    ],
)
def test_responses_that_do_not_fit_the_model_name_the_call(body: bytes) -> None:
    with pytest.raises(muxi.InvalidResponseError, match="GET /status") as caught:
        read_answer(STATUS, reply(200, body), 1)
    assert caught.value.status_code == 200
    assert caught.value.request_id == ("req_1" if b"req_1" in body else None)
    assert caught.value.__cause__ is None
    assert "input_value" not in str(caught.value)
