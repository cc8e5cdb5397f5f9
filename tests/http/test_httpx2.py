"""Clients of httpx2 as `http_client=`: what they add to requests, and what their hooks do.

The tests of streams, limits and retries run with them too.
"""

from __future__ import annotations

import gzip
from typing import Any

import httpx2
import pytest

from muxi import AsyncFormationClient, ConfigurationError, ConnectionError, NotFoundError

from ..support.clients import ClientKind
from ..support.fake_server import SESSIONS, Answer, Drop, FakeServer, failure
from ..support.sse import GOOD

KINDS = [ClientKind("sync"), ClientKind("asyncio"), ClientKind("trio")]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def client(kind: ClientKind, **settings: Any) -> Any:
    """An HTTP client that keeps no connection, so that it need not be closed."""
    limits = httpx2.Limits(max_keepalive_connections=0)
    own: Any = httpx2.Client if kind.is_sync else httpx2.AsyncClient
    return own(limits=limits, **settings)


def hook(kind: ClientKind, work: Any) -> Any:
    """What to do with a response, as a hook of this kind of client."""

    async def awaited(response: httpx2.Response) -> None:
        await response.aread()
        work(response)

    def called(response: httpx2.Response) -> None:
        response.read()
        work(response)

    return {"response": [called if kind.is_sync else awaited]}


@each_kind
def test_what_the_client_has_is_sent(kind: ClientKind) -> None:
    own = client(kind, headers={"X-Team": "blue"}, cookies={"a": "b"}, params={"tenant": "1"})
    with FakeServer(SESSIONS) as server:
        kind.formation(server.url, lambda f: f.sessions.list(limit=5), http_client=own)
    [request] = server.received
    assert (request.headers["x-team"], request.headers["cookie"]) == ("blue", "a=b")
    assert request.path == "/v1/sessions?tenant=1&limit=5"
    assert request.headers["x-muxi-client-key"] == "fmc_test_client"


@each_kind
def test_a_hook_may_read_the_response(kind: ClientKind) -> None:
    seen: list[int] = []
    own = client(kind, event_hooks=hook(kind, lambda response: seen.append(len(response.content))))
    with FakeServer(GOOD) as server:
        streamed = kind.stream(server.url, lambda f: f.chat.stream("hi"), http_client=own)
    assert streamed.result.text == "Hello"
    assert seen[0] > 100
    headers = {**SESSIONS.headers, "Content-Encoding": "gzip"}
    with FakeServer(Answer(200, gzip.compress(SESSIONS.content), headers)) as server:
        found = kind.formation(server.url, lambda f: f.sessions.list(), http_client=own)
    assert list(found) == []


@each_kind
def test_a_hook_that_raises_for_a_status_gives_the_error_of_that_status(kind: ClientKind) -> None:
    own = client(kind, event_hooks=hook(kind, httpx2.Response.raise_for_status))
    with (
        FakeServer(failure(404, "SESSION_NOT_FOUND")) as server,
        pytest.raises(NotFoundError, match=r"No\."),
    ):
        kind.formation(server.url, lambda f: f.sessions.get("s"), http_client=own)


@each_kind
def test_the_key_is_in_no_cause(kind: ClientKind) -> None:
    with FakeServer(Drop()) as server, pytest.raises(ConnectionError) as caught:
        kind.formation(
            server.url, lambda f: f.sessions.list(), http_client=client(kind), max_retries=0
        )
    cause: BaseException | None = caught.value
    requests = []
    while (cause := cause.__cause__) is not None:
        if isinstance(cause, httpx2.RequestError):
            requests.append(cause.request)
    assert [{*request.headers} for request in requests] == [{"host"}]


def test_a_client_of_the_other_kind_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"must be an httpx\.AsyncClient, not Client"):
        AsyncFormationClient(url="http://h", http_client=httpx2.Client())  # type: ignore[arg-type]
