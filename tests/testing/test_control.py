"""The control plane: public routes, the order of the HMAC checks, the proxy."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from muxi.models.server import Formation as FormationModel
from muxi.models.server import FormationList, Health, ServerStatus
from muxi.testing import Emulator

from ..support.plain_http import NO_TLS
from .raw_http import RawHttp
from .server.raw_control import Control

PATH = "/rpc/formations"


def get(emulator: Emulator, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.get(emulator.server_url + path, headers=headers, verify=NO_TLS)


def signed(emulator: Emulator, path: str, **more: Any) -> dict[str, str]:
    return Control(emulator).headers("GET", path, **more)


def test_public_routes_need_no_key(emulator: Emulator) -> None:
    ping, health = get(emulator, "/ping"), get(emulator, "/health")
    assert (ping.content, ping.headers["content-type"]) == (b"pong", "text/plain")
    assert Health.model_validate_json(health.content).status == "ok"
    assert health.headers["access-control-allow-origin"] == "*"


def test_signed_reads(emulator: Emulator) -> None:
    answers = {
        path: get(emulator, path, signed(emulator, path)).json()["data"]
        for path in (PATH, f"{PATH}/hello", "/rpc/server/status")
    }
    listed = FormationList.model_validate(answers[PATH])
    assert [each.id for each in listed] == ["hello"]
    one = FormationModel.model_validate(answers[f"{PATH}/hello"])
    assert (one.status, one.healthy, one.port) == ("running", True, listed[0].port)
    assert emulator.formation_url.endswith(f":{one.port}")
    status = ServerStatus.model_validate(answers["/rpc/server/status"])
    assert (status.formations.running, status.port_pool.total) == (1, 1000)


def test_an_unknown_formation(emulator: Emulator) -> None:
    path = f"{PATH}/none"
    answer = get(emulator, path, signed(emulator, path))
    body = {"error": "Not Found", "message": "Formation not found", "code": 404}
    assert (answer.status_code, answer.json()) == (404, body)
    assert answer.text.endswith("\n")


LATE = "Request expired (timestamp too old or in future)"
FORMAT = "Invalid authorization header format"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "Missing authorization header"),
        ("Bearer x", FORMAT),
        ("muxi-hmac key=K, timestamp=1, signature=s", FORMAT),
        ("MUXI-HMAC key=K,timestamp=1,signature=s", FORMAT),
        ("MUXI-HMAC key=K, signature=s", FORMAT),
        # The server checks the key first, then the time, then the signature.
        ("MUXI-HMAC key=other, timestamp=soon, signature=s", "Invalid key"),
        ("MUXI-HMAC key={key}, timestamp=soon, signature=s", LATE),
        ("MUXI-HMAC key={key}, timestamp=1, signature=s", LATE),
        ("MUXI-HMAC key={key}, timestamp={now}, signature=s", "Invalid signature"),
        ("MUXI-HMAC signature=s=, unknown=1, key={key}, timestamp={now}", "Invalid signature"),
    ],
)
def test_why_a_signature_is_refused(emulator: Emulator, header: str, message: str) -> None:
    key = emulator.environ["MUXI_KEY_ID"]
    given = header.format(key=key, now=int(time.time()))
    answer = get(emulator, PATH, {"Authorization": given} if given else None)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Unauthorized", "message": message, "code": 401}


@pytest.mark.parametrize(("offset", "status"), [(-310, 401), (-295, 200), (295, 200), (310, 401)])
def test_clock_skew_of_five_minutes_is_tolerated(
    emulator: Emulator, offset: int, status: int
) -> None:
    given = signed(emulator, PATH, at=time.time() + offset)
    assert get(emulator, PATH, given).status_code == status


def test_another_secret_or_another_path_is_refused(emulator: Emulator) -> None:
    for given in (signed(emulator, PATH, secret="sk_other"), signed(emulator, "/rpc/other")):
        assert get(emulator, PATH, given).json()["message"] == "Invalid signature"
    assert get(emulator, f"{PATH}?x=1", signed(emulator, PATH)).status_code == 200


def test_unmatched_routes_are_answered_before_keys_are_checked(emulator: Emulator) -> None:
    for path in ("/rpc/none", "/rpc/formations/", "/none", "/api", "/draft"):
        answer = get(emulator, path)
        assert (answer.status_code, answer.json()["message"]) == (404, "Endpoint not found")
    wrong = httpx.patch(emulator.server_url + PATH)
    assert (wrong.status_code, wrong.json()["message"]) == (404, "Endpoint not found")


def test_the_proxy_reaches_the_formation_without_a_signature(emulator: Emulator) -> None:
    raw = RawHttp(emulator)
    raw.url = f"{emulator.server_url}/api/hello/v1"
    sdk_header = {"X-Muxi-SDK": "python/1.2.3"}
    answer = raw.ask("POST", "/chat", json={"message": "Ho", "stream": False}, headers=sdk_header)
    assert answer.json()["data"]["message"]["content"] == "You said: Ho"
    assert answer.headers["x-muxi-sdk-latest"] == "1.2.3"
    assert "x-muxi-sdk-latest" not in raw.chat("Ho").headers
    assert "x-muxi-sdk-latest" not in get(emulator, "/ping").headers
    assert raw.stream("Ho")[-2:] == ["completed", "done"]
    assert raw.ask("GET", "/none").json()["error"]["code"] == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("/api/other/v1/health", "Formation not found", "No formation with id 'other'"),
        (
            "/draft/hello/v1/health",
            "Draft formation not found",
            "No draft formation with id 'hello'",
        ),
    ],
)
def test_the_proxy_knows_no_such_formation(
    emulator: Emulator, path: str, error: str, message: str
) -> None:
    answer = get(emulator, path)
    assert answer.json() == {"error": error, "message": message, "code": 404}
    assert answer.status_code == 404


def test_the_proxy_serves_running_formations_only() -> None:
    with Emulator() as emulator:
        assert get(emulator, "/api/hello/v1/health").json()["status"] == "healthy"
        emulator.status = "stopped"
        answer = get(emulator, "/api/hello/v1/health")
        described = get(emulator, f"{PATH}/hello", signed(emulator, f"{PATH}/hello")).json()
    assert answer.status_code == 503
    assert answer.json() == {
        "error": "Formation unavailable",
        "message": "Formation 'hello' is not running (status: stopped)",
        "code": 503,
    }
    assert (described["data"]["status"], described["data"]["pid"]) == ("stopped", 0)
