"""Errors of the formation become HTTP errors, which tell nothing about it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest

import muxi
from muxi import AsyncFormationClient, Retry
from muxi.fastapi._errors import describe

from ..support.fake_server import Action, Answer, Drop, FakeServer, Received, failure
from ..support.service import serving
from ..support.sse import stream_of, token
from .service import service

KEY, UPSTREAM = "fmc_hidden", "the text of the formation"


def refusal(status: int, code: str, **headers: str) -> Answer:
    answer = failure(status, code, UPSTREAM)
    return Answer(status, answer.body, {**answer.headers, **headers})


HTML = Answer(502, f"<h1>{UPSTREAM}</h1>", {"Content-Type": "text/html"})
MISFIT = Answer(200, UPSTREAM, {"Content-Type": "application/json"})

ERRORS: dict[str, tuple[Action, int, str, str | None]] = {
    "our key": (refusal(401, "UNAUTHORIZED"), 500, "misconfigured", None),
    "forbidden": (refusal(403, "FORBIDDEN"), 403, "forbidden", None),
    "bad": (refusal(400, "INVALID_REQUEST"), 400, "invalid_request", None),
    "too large": (refusal(413, "PAYLOAD_TOO_LARGE"), 413, "invalid_request", None),
    "misfit": (refusal(422, "VALIDATION_ERROR"), 422, "invalid_request", None),
    "missing": (refusal(404, "NOT_FOUND"), 404, "not_found", None),
    "conflict": (refusal(409, "CONFLICT"), 409, "conflict", None),
    "limit": (refusal(429, "RATE_LIMITED", **{"Retry-After": "7"}), 429, "rate_limited", "7"),
    "limit ms": (refusal(429, "X", **{"Retry-After-Ms": "1500"}), 429, "rate_limited", "2"),
    "gone": (refusal(410, "GONE"), 502, "upstream_error", None),
    "broken": (refusal(500, "INTERNAL_ERROR"), 502, "upstream_error", None),
    "gateway": (HTML, 502, "upstream_error", None),
    "down": (refusal(503, "SERVICE_UNAVAILABLE", **{"Retry-After": "3"}), 503, "unavailable", "3"),
    "slow": (refusal(408, "TIMEOUT"), 504, "timeout", None),
    "no JSON": (MISFIT, 502, "upstream_error", None),
    "dropped": (Drop(), 502, "upstream_error", None),
}


def decide(request: Received) -> Action:
    return ERRORS[request.json["message"]][0]


@pytest.fixture(scope="module")
def browser() -> Iterator[httpx.Client]:
    with FakeServer(decide) as formation:
        never = Retry(max_retries=0)
        app = service(lambda: AsyncFormationClient(url=formation.url, client_key=KEY, retry=never))
        with (
            serving(app) as url,
            httpx.Client(base_url=url, headers={"X-User": "alice"}) as client,
        ):
            yield client


@pytest.mark.parametrize("path", ["/ask", "/chat"])
@pytest.mark.parametrize("name", ERRORS)
def test_errors_before_the_answer_are_http_errors(
    browser: httpx.Client, path: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, status, code, wait = ERRORS[name]
    caplog.set_level(logging.INFO, "muxi.fastapi")
    response = browser.post(path, json={"message": name})
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code)
    assert response.headers.get("retry-after") == wait
    assert body.keys() - {"request_id"} == {"detail", "code"}
    assert response.headers["content-type"] == "application/json"
    for hidden in (KEY, UPSTREAM, "127.0.0.1", "/v1/"):
        assert hidden not in response.text
    [record] = [one for one in caplog.records if one.name == "muxi.fastapi"]
    assert f"POST {path} -> {status} {code}" in record.getMessage()
    assert "/chat" in record.getMessage().partition(" -> ")[2]
    assert (record.levelno == logging.ERROR) is (status >= 500)
    assert KEY not in record.getMessage()


def test_a_stream_that_breaks_later_ends_with_an_event() -> None:
    """The browser got a part of the answer, so the status is 200."""
    broken = b'event: error\ndata: {"error": "%s", "type": "Boom"}\n\n' % UPSTREAM.encode()
    with (
        FakeServer(stream_of(token("content", "Hel"), broken)) as formation,
        serving(service(lambda: AsyncFormationClient(url=formation.url, client_key=KEY))) as url,
    ):
        response = httpx.post(f"{url}/chat", json={"message": "hi"}, headers={"X-User": "alice"})
    assert response.status_code == 200
    last = response.text.strip().split("\n\n")[-1]
    assert last.startswith('event: error\ndata: {"detail":"The reply failed.","code":"failed"')
    assert UPSTREAM not in response.text


def test_what_the_client_refuses_names_the_argument() -> None:
    error = muxi.ValidationError("limit must be 1 or more, not 0.")
    status, body = describe(error, "GET /sessions")
    assert status == 422
    assert body.model_dump() == {"detail": error.message, "code": "invalid_request"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (muxi.ConfigurationError("MUXI_CLIENT_KEY is empty."), 500, "misconfigured"),
        (muxi.ClientClosedError("The client is closed."), 503, "unavailable"),
        (muxi.WebhookSignatureError("It was changed."), 401, "unauthorized"),
        (muxi.StreamError("It was cancelled.", code="CANCELLED", sent=True), 409, "cancelled"),
        (muxi.TimeoutError("No reply came.", sent=True), 504, "timeout"),
        (muxi.MuxiError("Unknown."), 502, "upstream_error"),
    ],
)
def test_other_errors(error: muxi.MuxiError, status: int, code: str) -> None:
    found, body = describe(error, "POST /ask")
    assert (found, body.code) == (status, code)
    assert error.message not in body.model_dump_json()


def test_a_text_with_line_breaks_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    describe(muxi.ServerError("one\nERROR:root:forged", sent=True), "POST /ask")
    assert r"one\nERROR:root:forged" in caplog.messages[0]
