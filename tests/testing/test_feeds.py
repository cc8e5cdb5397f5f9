"""The feeds of events and logs: they open, stay silent, and end with the caller."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from muxi.testing import Emulator

from .raw_http import RawHttp


@pytest.fixture
def raw() -> Iterator[RawHttp]:
    with Emulator(keepalive=0.01, token_pause=0) as running:
        yield RawHttp(running)


@pytest.mark.parametrize("path", ["/events", "/events/trip", "/logs?level=info"])
def test_a_feed_says_nothing_whatever_happens(raw: RawHttp, path: str) -> None:
    address = urlsplit(raw.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    connection.request("GET", address.path + path, headers=raw.headers | raw.admin)
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["x-accel-buffering"] == "no"
    assert raw.stream("hi", session_id="trip")[-1] == "done"
    assert connection.sock is not None
    connection.sock.settimeout(0.05)
    with pytest.raises(TimeoutError):
        response.read1()
    response.close()
    connection.close()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/events", {"X-Muxi-User-ID": ""}, 400),
        ("/events", {"X-Muxi-Client-Key": "wrong"}, 401),
        ("/events/trip/req_1", {}, 500),
        ("/logs?level=info", {}, 401),
    ],
)
def test_what_fails_before_a_feed_is_open(
    raw: RawHttp, path: str, headers: dict[str, str], status: int
) -> None:
    answer = raw.ask("GET", path, headers=headers)
    assert (answer.status_code, answer.json()["success"]) == (status, False)


def test_logs_need_a_filter(raw: RawHttp) -> None:
    for query in ("", "?color=red", "?level="):
        assert raw.ask("GET", f"/logs{query}", headers=raw.admin).status_code == 400
