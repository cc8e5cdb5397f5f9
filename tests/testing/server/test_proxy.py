"""The proxy: its headers, its errors and its paths."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest

from muxi.testing import Emulator, Fault, Outcome, Reply, Turn
from muxi.testing.server.control import ControlPlane
from muxi.testing.server.registry import Registry

from ...support.plain_http import NO_TLS
from .raw_control import Control


def ask(registry: Registry, method: str, path: str, **more: object) -> httpx.Response:
    transport = httpx.ASGITransport(ControlPlane(registry, ("", "")))

    async def asking() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://muxi") as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]

    return asyncio.run(asking())


def test_forwarded_headers(registry: Registry) -> None:
    headers = {
        "X-Muxi-Server": "forged",
        "X-Forwarded-For": "10.0.0.1, 10.0.0.2",
        "X-Real-IP": "10.0.0.3",
        "Authorization": "Bearer mine",
        "Connection": "keep-alive",
    }
    answer = ask(registry, "PUT", "/api/my-bot/v1/x?a=%20b", headers=headers, content=b"body")
    said = answer.json()
    assert (said["method"], said["path"], said["query"]) == ("PUT", "/v1/x", "a=%20b")
    assert said["body"] == "body"
    got = said["headers"]
    shown = {name: got[name] for name in got if name.startswith("x-") or name == "host"}
    assert shown == {
        "host": "localhost:8000",
        "x-real-ip": "10.0.0.3",
        "x-forwarded-for": "10.0.0.1",
        "x-forwarded-proto": "http",
        "x-forwarded-host": "muxi",
        "x-muxi-server": "1.20260713.0",
    }
    assert got["authorization"] == "Bearer mine"
    assert (got["transfer-encoding"], "content-length" in got) == ("chunked", False)
    # One is from the formation, one from the server.
    assert answer.headers.get_list("access-control-allow-origin") == ["https://x", "*"]


@pytest.mark.parametrize(
    ("headers", "sender"), [({}, "127.0.0.1"), ({"X-Real-IP": "10.0.0.3"}, "10.0.0.3")]
)
def test_the_forwarded_sender(registry: Registry, headers: dict[str, str], sender: str) -> None:
    got = ask(registry, "GET", "/api/my-bot", headers=headers).json()["headers"]
    assert got["x-forwarded-for"] == sender
    assert "transfer-encoding" not in got


@pytest.mark.parametrize(
    ("path", "inner", "query"),
    [
        ("/api/my-bot", "/", ""),
        ("/api/my-bot/", "/", ""),
        ("/api/my-bot/a%2Fb", "/a/b", ""),
        ("/api/my-bot/a%3Fb?c", "/a", "b?c"),
        ("/api/my-bot/a%23b?c", "/a", "c"),
        ("/api/my-bot/a%2541", "/aA", ""),
        ("/mcp/my-bot", "/mcp", ""),
        ("/mcp/my-bot/sse", "/mcp/sse", ""),
    ],
)
def test_what_becomes_of_a_path(registry: Registry, path: str, inner: str, query: str) -> None:
    said = ask(registry, "GET", path).json()
    assert (said["path"], said["query"]) == (inner, query)


def test_a_percent_sign_is_too_much(registry: Registry) -> None:
    answer = ask(registry, "GET", "/api/my-bot/100%25")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "Internal server error",
        "message": "Failed to parse target URL",
        "code": 500,
    }


def test_options_are_answered_by_the_server(registry: Registry) -> None:
    for path in ("/api/my-bot/x", "/draft/none/x", "/mcp/my-bot"):
        answer = ask(registry, "OPTIONS", path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["access-control-allow-methods"] == "GET, POST, PUT, DELETE, OPTIONS"


@pytest.mark.parametrize(
    ("path", "given", "latest"),
    [
        ("/api/my-bot/x", "python/1.0.0", "2.0.0"),
        ("/api/my-bot/x", "python", "2.0.0"),
        ("/api/my-bot/x", "cli/3.0.0", "3.0.0"),
        ("/api/my-bot/x", "cli", None),
        ("/api/my-bot/x", "", None),
        ("/api/none/x", "python/1.0.0", "2.0.0"),
        ("/draft/none/x", "python/1.0.0", "2.0.0"),
        ("/mcp/my-bot/x", "python/1.0.0", None),
        ("/health", "python/1.0.0", None),
    ],
)
def test_the_latest_sdk(registry: Registry, path: str, given: str, latest: str | None) -> None:
    registry.behavior.sdk_versions["python"] = "2.0.0"
    answer = ask(registry, "GET", path, headers={"X-Muxi-SDK": given})
    assert answer.headers.get("x-muxi-sdk-latest") == latest


def test_a_formation_that_does_not_answer(registry: Registry) -> None:
    registry.behavior.faults.append(Fault("proxy", cut="drop"))
    body = {"error": "Bad gateway", "message": "Formation did not respond", "code": 502}
    assert ask(registry, "GET", "/api/my-bot/x").json() == body
    assert ask(registry, "GET", "/api/my-bot/x").status_code == 200
    registry.processes["my-bot"].stop()
    assert ask(registry, "GET", "/api/my-bot/x").status_code == 502
    draft = registry.spawn("my-bot-draft", "my-bot", registry.root, failure="")
    registry.behavior.faults.append(Fault("proxy", cut="drop"))
    answer = ask(registry, "GET", "/draft/my-bot/x")
    assert answer.json()["message"] == "Draft formation did not respond"
    draft.stop()
    answer = ask(registry, "GET", "/draft/my-bot/x")
    text = "Draft formation 'my-bot' is not running (status: crashed)"
    assert answer.json() == {"error": "Draft formation unavailable", "message": text, "code": 503}


def test_an_unhealthy_formation_is_served_while_its_process_is_known(registry: Registry) -> None:
    registry.formations["my-bot"].status = "unhealthy"
    assert ask(registry, "GET", "/api/my-bot/x").status_code == 200
    registry.processes["my-bot-staging"] = registry.processes.pop("my-bot")
    assert ask(registry, "GET", "/api/my-bot/x").status_code == 503


def test_errors_are_not_escaped_unless_that_is_mended(registry: Registry) -> None:
    answer = ask(registry, "GET", '/api/my"bot/x')
    assert answer.status_code == 404
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    registry.behavior.quirks.unescaped = False
    assert ask(registry, "GET", '/api/my"bot/x').json()["message"].endswith("'my\"bot'")


def test_streams_pass_the_proxy_piece_by_piece(
    bot: Control, serving: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def waiting(turn: Turn) -> Outcome:
        gate.wait(60)
        return Reply("Ho")

    monkeypatch.setattr(serving, "model", waiting)
    headers = {"X-Muxi-Client-Key": "fmc_bot", "X-Muxi-User-ID": "alice"}
    url = f"{bot.url}/api/my-bot/v1/chat"
    with httpx.stream(
        "POST", url, json={"message": "Ho"}, headers=headers, verify=NO_TLS
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == ": keepalive"
        gate.set()
        assert [line for line in lines if line][-2:] == ["event: done", 'data: {"finished":true}']
