"""Routes, redirects, dates, escapes, and the handling of unread bodies."""

from __future__ import annotations

import socket
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import pytest

from ...support.plain_http import NO_TLS
from .raw_control import BOT, FORMATIONS, Control


@pytest.mark.parametrize(("offset", "status"), [(-290, 200), (-310, 401), (290, 200), (310, 401)])
def test_a_server_whose_clock_is_wrong_says_so(
    control: Control, offset: float, status: int
) -> None:
    control.server.skew = offset
    answer = control.ask("GET", FORMATIONS)
    assert answer.status_code == status
    (date,) = answer.headers.get_list("date")
    assert abs(parsedate_to_datetime(date).timestamp() - time.time() - offset) < 5


def test_a_tolerance_of_ones_own(control: Control) -> None:
    control.server.tolerance, control.server.skew = 5, 10
    message = "Request expired (timestamp too old or in future)"
    assert control.ask("GET", FORMATIONS).json()["message"] == message


@pytest.mark.parametrize("path", ["/rpc//formations", "/rpc/x/../formations", "//ping"])
def test_paths_that_are_not_clean_are_redirected(control: Control, path: str) -> None:
    request = b"GET %s?a=%%20 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode()
    answer = raw(control, request)
    clean = b"/ping" if "ping" in path else b"/rpc/formations"
    assert answer.startswith(b"HTTP/1.1 301 ")
    assert b"location: " + clean + b"?a=%20\r\n" in answer


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("OPTIONS", BOT, 404),
        ("PATCH", FORMATIONS, 404),
        ("POST", BOT, 404),
        ("GET", f"{BOT}/start", 404),
        ("GET", "/rpc/dev/stop", 405),
        ("POST", "/ping", 405),
        ("PATCH", "/mcp", 405),
        ("POST", f"{BOT}/deploy", 404),
        ("POST", f"{BOT}/start/stream", 404),
        ("GET", f"{BOT}/logs/stream", 404),
        ("GET", f"{FORMATIONS}/", 404),
        ("GET", "/mcp/", 404),
    ],
)
def test_what_is_not_there(control: Control, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, control.url + path, verify=NO_TLS)
    assert answer.status_code == status
    found = answer.json()["message"] if status == 404 else answer.content
    assert found == ("Endpoint not found" if status == 404 else b"")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/api", "/draft", "/mcp"])
def test_a_proxy_without_an_id_is_a_route(control: Control, path: str) -> None:
    answer = httpx.get(control.url + path, verify=NO_TLS)
    assert (answer.status_code, answer.json()["message"]) == (404, "Endpoint not found")
    assert answer.headers["access-control-allow-origin"] == "*"


def raw(control: Control, request: bytes) -> bytes:
    where = urlsplit(control.url)
    assert where.hostname
    with socket.create_connection((where.hostname, where.port or 0), timeout=60) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def test_a_refused_upload_is_not_read_to_its_end(control: Control) -> None:
    head = b"POST /rpc/formations HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n"
    answer = raw(control, head + b"\r\n" + b"x" * 262_144)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in answer.lower()
    waiting = raw(control, head + b"Expect: 100-continue\r\n\r\n")
    assert waiting.startswith(b"HTTP/1.1 401 ")


def test_an_awaited_upload_is_asked_for(control: Control) -> None:
    signature = control.headers("POST", FORMATIONS)["Authorization"]
    head = (
        f"POST {FORMATIONS} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n"
        f"Authorization: {signature}\r\nContent-Type: application/gzip\r\n"
        "X-Formation-ID: my-bot\r\nExpect: 100-continue\r\n\r\nx"
    )
    answer = raw(control, head.encode())
    assert answer.startswith(b"HTTP/1.1 100 ")
    assert b"Failed to extract bundle" in answer


def test_json_is_escaped_as_go_does(bot: Control) -> None:
    bot.draft("init", mode="new")
    bot.draft("write", path="<&>", content="")
    assert '"\\u003c\\u0026\\u003e"' in bot.draft("list").text
