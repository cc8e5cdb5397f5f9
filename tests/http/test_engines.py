"""What differs between the engines of async clients: how to choose one, and aiohttp's habits."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest
from httpx_aiohttp import HttpxAiohttpClient

from muxi import (
    AsyncFormationClient,
    AsyncServerClient,
    ConfigurationError,
    FormationClient,
    MuxiError,
    ServerClient,
    StreamInterruptedError,
    TimeoutError,
)
from muxi._core.async_stream import AsyncStream
from muxi.models import formation as m

from ..support.clients import ClientKind, collect
from ..support.fake_server import SESSIONS, Answer, Drop, FakeServer
from ..support.sse import GOOD, stream_of, token
from ..support.trees import make_tree
from ..support.waiting import until
from ..testing.control.leaks import connections

OFF = {"client_key": "c", "user_id": "u", "max_retries": 0}


def port_of(server: FakeServer) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.mark.parametrize("make", [AsyncFormationClient, AsyncServerClient])
def test_an_unknown_engine_is_named(make: Any) -> None:
    with pytest.raises(ConfigurationError, match="'httpx' or 'aiohttp', not 'curl'"):
        make(url="http://h", engine="curl")


@pytest.mark.parametrize("make", [FormationClient, ServerClient])
def test_a_sync_client_has_no_other_engine(make: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"engine='aiohttp' .* only async clients"):
        make(url="http://h", engine="aiohttp")


def test_an_http_client_has_its_own_engine() -> None:
    with pytest.raises(ConfigurationError, match="omit engine='aiohttp'"):
        AsyncFormationClient(url="http://h", engine="aiohttp", http_client=httpx.AsyncClient())


def test_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    monkeypatch.delitem(sys.modules, "muxi._http.aiohttp_engine", raising=False)
    with pytest.raises(ConfigurationError, match=r"pip install 'muxi-client\[aiohttp\]'"):
        AsyncFormationClient(url="http://h", engine="aiohttp")


def test_aiohttp_needs_asyncio() -> None:
    client = AsyncFormationClient(url="http://h", engine="aiohttp", **OFF)
    with pytest.raises(ConfigurationError, match="needs asyncio"):
        anyio.run(client.sessions.list, backend="trio")


def test_aiohttp_knows_no_socks_proxies() -> None:
    with pytest.raises(ConfigurationError, match="can't use the socks5 proxy"):
        asyncio.run(_with_proxy(httpx.Proxy("socks5://h:1")))


async def _with_proxy(proxy: httpx.Proxy) -> None:
    from muxi._http.aiohttp_engine import AiohttpTransport
    from muxi._http.environment import tls

    AiohttpTransport(tls(), httpx.Limits(), proxy)


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio", "aiohttp"])
def test_tools_that_wrap_the_http_client_see_calls_and_streams(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = httpx.Client if name == "sync" else httpx.AsyncClient
    send, seen = client.send, list[str]()

    def wrapped(self: Any, request: httpx.Request, **options: Any) -> Any:
        seen.append(request.url.path)
        return send(self, request, **options)

    monkeypatch.setattr(client, "send", wrapped)
    caplog.set_level("INFO", logger="httpx")
    with FakeServer(SESSIONS, GOOD) as server:
        ClientKind(name).formation(server.url, lambda f: f.sessions.list(user_id="u"))
        ClientKind(name).formation(server.url, lambda f: collect(f.chat.stream("hi")))
    assert seen == [request.path.partition("?")[0] for request in server.received]
    assert [record.name for record in caplog.records] == ["httpx", "httpx"]


def test_both_engines_send_the_same() -> None:
    def use(client: Any) -> Any:
        return client.sessions.restore("s", [])

    with FakeServer(Answer(418)) as server:
        for name in ("asyncio", "aiohttp"):
            with pytest.raises(Exception, match="418"):
                ClientKind(name).formation(server.url, use, max_retries=0)
    one, other = server.received
    different = {"x-muxi-idempotency-key", "x-muxi-request-id"}
    assert (one.method, one.path, one.body) == (other.method, other.path, other.body)
    assert {*one.headers} == {*other.headers}
    assert {
        name: (value, other.headers[name])
        for name, value in one.headers.items()
        if name not in different and value != other.headers[name]
    } == {}


def test_a_server_that_stops_reading_is_given_up(client_kind: ClientKind) -> None:
    """Small buffers: the kernel would take the whole body otherwise."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        server.bind(("127.0.0.1", 0))
        server.listen()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(TimeoutError) as caught:
            client_kind.formation(
                url, lambda f: f.memories.create("x" * 8_000_000), timeout=1, max_retries=0
            )
    assert caught.value.sent


async def until_it_has_ended(server: FakeServer) -> None:
    with anyio.fail_after(30):
        while connections(port_of(server)):
            await anyio.sleep(0.001)


def test_what_had_arrived_before_a_stream_broke_is_read() -> None:
    go = threading.Event()
    broken = stream_of(
        token("progress"),
        lambda: go.wait(60) and None,
        *[token("content", piece) for piece in "abc"],
        ends=False,
    )

    async def main(url: str) -> None:
        async with (
            AsyncFormationClient(url=url, engine="aiohttp", **OFF) as client,
            client.chat.stream("hi") as stream,
        ):
            assert isinstance(await anext(stream), m.Progress)
            go.set()
            await until_it_has_ended(server)
            with pytest.raises(StreamInterruptedError) as caught:
                await stream.result()
        assert caught.value.partial == "abc"

    with FakeServer(broken) as server:
        asyncio.run(main(server.url))


@pytest.mark.parametrize("engine", ["httpx", "aiohttp"])
def test_a_response_that_nobody_asked_for_is_given_to_nobody(engine: Any) -> None:
    """Some servers say 408 on an idle connection, and leave it open."""
    connections: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(SESSIONS.content)}\r\n\r\n"
            writer.write(head.encode() + SESSIONS.content)

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with AsyncFormationClient(url=url, engine=engine, **OFF) as client:
            await client.sessions.list()
            connections[0].write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
            for _ in range(20):
                await asyncio.sleep(0)
            await client.sessions.list()
        for one in connections:
            one.close()
        server.close()
        await server.wait_closed()

    asyncio.run(main())
    assert len(connections) == 2


async def close_stream(client: AsyncFormationClient, stream: AsyncStream[Any, Any]) -> None:
    await stream.aclose()


async def close_client(client: AsyncFormationClient, stream: AsyncStream[Any, Any]) -> None:
    await client.aclose()


@pytest.mark.parametrize("close", [close_stream, close_client])
@pytest.mark.parametrize("engine", ["httpx", "aiohttp"])
def test_closing_from_another_task_ends_a_read_that_waits(
    engine: Any, close: Callable[..., Any]
) -> None:
    ended = threading.Event()
    silent = stream_of(token("progress"), lambda: ended.wait(30) and None)

    async def main(url: str) -> None:
        client = AsyncFormationClient(url=url, engine=engine, **OFF)
        stream = client.chat.stream("hi")
        assert isinstance(await anext(stream), m.Progress)
        reading = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0)
        await close(client, stream)
        with anyio.fail_after(30):
            await asyncio.wait([reading])
        assert isinstance(reading.exception(), StreamInterruptedError) or not reading.result()
        ended.set()
        await client.aclose()

    with FakeServer(silent) as server:
        asyncio.run(main(server.url))


def test_what_others_send_over_aiohttp_may_have_been_sent(tmp_path: Path) -> None:
    """The transport of httpx-aiohttp calls it a `ConnectTimeout` if there is no response."""
    bundle = make_tree(
        tmp_path / "bot",
        {
            "formation.afs": 'schema: "1.0.0"\nid: bot\ndescription: A\nversion: "1.0.0"\n'
            "server:\n  api_keys: {client_key: fmc_bot, admin_key: fma_bot}\nagents: [a]\n",
            "agents/a.afs": "id: a\nname: A\ndescription: A\n",
        },
    )
    uses: list[Callable[..., Any]] = [
        lambda f, s: f.memories.create("x"),
        lambda f, s: s.formations.deploy(bundle),
    ]

    async def main(url: str) -> None:
        async with HttpxAiohttpClient() as http:
            given: Any = {"url": url, "http_client": http, "max_retries": 0, "timeout": 5}
            formation = AsyncFormationClient(**given, client_key="c", user_id="u")
            server = AsyncServerClient(**given, key_id="MUXI_1", secret_key="sk_1")
            for use in uses:
                with pytest.raises(MuxiError) as caught:
                    await use(formation, server)
                assert caught.value.sent

    with FakeServer(lambda call: Answer(404) if call.method == "GET" else Drop()) as server:
        asyncio.run(main(server.url))
    sent = [one for one in server.received if one.method == "POST"]
    assert [one.path for one in sent] == ["/v1/memories", "/rpc/formations"]
    assert all(len(one.body) == int(one.headers["content-length"]) > 0 for one in sent)


PROGRAM = """
import asyncio, sys
from muxi import AsyncFormationClient

async def main(left):
    client = AsyncFormationClient(url=sys.argv[1], client_key="c", user_id="u", engine="aiohttp")
    print(len(await client.sessions.list()))
    left.append(client)

left = []
asyncio.run(main(left))
asyncio.run(main([]))
loop = asyncio.new_event_loop()
loop.run_until_complete(main(left))
loop.run_until_complete(main([]))
loop.close()
loop = asyncio.new_event_loop()
loop.run_until_complete(main(left))
"""


def test_clients_that_are_never_closed_end_silently() -> None:
    with FakeServer(SESSIONS) as server:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, server.url], capture_output=True, text=True
        )
        assert done.stderr == ""
        assert done.stdout == "0\n" * 5
        until(lambda: connections(port_of(server)) == 0)
