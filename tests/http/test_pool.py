"""Who shares connections with whom: processes, event loops, proxies, and HTTP clients passed in."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from muxi import (
    AsyncFormationClient,
    ClientClosedError,
    ConfigurationError,
    ConnectionError,
    FormationClient,
    ServerClient,
    TimeoutError,
)
from muxi._http.environment import proxy_of, tls

from ..support.clients import ClientKind, Connect
from ..support.fake_server import SESSIONS, Answer, Events, FakeServer, Received, envelope
from .test_forks import certified

OFF = {"max_retries": 0, "client_key": "c"}


def whose(request: Received) -> Answer:
    """The name of the user who asks, as the id of a session."""
    user = request.headers["x-muxi-user-id"]
    session = {"session_id": user, "active": True, "user_id": user}
    return envelope({"sessions": [session], "count": 1})


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(whose) as running:
        yield running


def foreign(client: FormationClient, name: str) -> int:
    """How many of 30 answers were another user's."""
    mine = client.for_user(name).sessions
    return sum(mine.list()[0].session_id != name for _ in range(30))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_children_of_a_fork_have_connections_of_their_own(server: FakeServer) -> None:
    with FormationClient(url=server.url, **OFF) as client:
        assert foreign(client, "parent") == 0
        before = len(server.received)
        children = [os.fork() or os._exit(_child(client, number)) for number in range(3)]
        assert foreign(client, "parent") == 0
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert codes == [0, 0, 0]
        assert foreign(client, "parent") == 0
    assert len(server.received) == before + 30 * 5


def _child(client: FormationClient, number: int) -> int:
    try:
        found = foreign(client, f"child{number}")
        client.close()
        return found
    except BaseException:
        return 99


@pytest.mark.parametrize("orderly", [True, False], ids=["asyncio.run", "loop.close"])
def test_event_loops_one_after_another(server: FakeServer, orderly: bool) -> None:
    client = AsyncFormationClient(url=server.url, user_id="u", **OFF)
    for _ in range(5):
        if orderly:
            asyncio.run(client.sessions.list())
        else:
            loop = asyncio.new_event_loop()
            transports: list[Any] = []
            loop.run_until_complete(_call_and_note(client, transports))
            for transport in transports:
                transport.close()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()
        anyio.run(client.sessions.list, backend="trio")
    assert len(server.received) == 10
    assert len(client._transport.pool._made) <= 1


async def _call_and_note(client: AsyncFormationClient, transports: list[Any]) -> None:
    """Call, and note what a loop that is closed without care would leave open."""
    loop = asyncio.get_running_loop()
    create = loop.create_connection

    async def creating(*args: Any, **kwargs: Any) -> Any:
        transport, protocol = await create(*args, **kwargs)
        transports.append(transport)
        return transport, protocol

    loop.create_connection = creating  # type: ignore[method-assign]
    await client.sessions.list()
    assert transports


def test_event_loops_at_once(server: FakeServer) -> None:
    client = AsyncFormationClient(url=server.url, **OFF)
    wrong: list[object] = []

    async def many(name: str) -> None:
        mine = client.for_user(name).sessions
        for _ in range(5):
            answers = await asyncio.gather(*[mine.list() for _ in range(6)])
            wrong.extend(one[0].session_id for one in answers if one[0].session_id != name)

    async def few(name: str) -> None:
        mine = client.for_user(name).sessions
        found = [(await mine.list())[0].session_id for _ in range(10)]
        wrong.extend(one for one in found if one != name)

    def work(name: str, backend: str) -> None:
        try:
            anyio.run(many if backend == "asyncio" else few, name, backend=backend)
        except BaseException as exc:
            wrong.append(exc)

    threads = [
        threading.Thread(target=work, args=(f"user{number}", "trio" if number == 2 else "asyncio"))
        for number in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(server.received) == 70
    assert client._transport.pool._made == {}


def test_an_http_client_of_the_other_kind_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"must be an httpx\.Client, not AsyncClient"):
        FormationClient(url="http://h", http_client=httpx.AsyncClient())  # type: ignore[arg-type]
    with httpx.Client() as sync:
        with pytest.raises(ConfigurationError, match=r"must be an httpx\.AsyncClient, not Client"):
            AsyncFormationClient(url="http://h", http_client=sync)  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match=r"must be an httpx\.Client, not str"):
            ServerClient(url="http://h", http_client="x")  # type: ignore[arg-type]


def test_a_closed_client_says_which_one(
    client_kind: ClientKind, connect: Connect, server: FakeServer
) -> None:
    closed: Any = httpx.Client() if client_kind.name == "sync" else httpx.AsyncClient()
    if client_kind.name == "sync":
        closed.close()
    else:
        anyio.run(closed.aclose, backend=client_kind.backend)
    with pytest.raises(ClientClosedError, match="http_client= that this client was given"):
        client_kind.formation(server.url, lambda f: f.sessions.list(), http_client=closed)

    client = connect.formation(server.url)
    client.close()
    client.close()
    with pytest.raises(ClientClosedError, match=r"^The client is closed\.$"):
        client.sessions.list()
    assert server.received == []


@pytest.mark.thorough("trio")
def test_more_than_a_hundred_calls_may_run_at_once(client_kind: ClientKind) -> None:
    """httpx by itself would let a hundred run."""
    count = 101
    together = threading.Barrier(count)

    def answer(_: Received) -> Answer:
        together.wait(60)
        return SESSIONS

    def use_sync(client: FormationClient) -> None:
        with ThreadPoolExecutor(count) as threads:
            list(threads.map(lambda _: client.sessions.list(), range(count)))

    async def use_async(client: AsyncFormationClient) -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(count):
                tasks.start_soon(client.sessions.list)

    with FakeServer(answer) as server:
        use = use_sync if client_kind.name == "sync" else use_async
        client_kind.formation(server.url, use, max_retries=0)
    assert len(server.received) == count


def test_the_wait_for_a_free_connection_ends(client_kind: ClientKind) -> None:
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)

    def use_sync(client: Any) -> None:
        with client.chat.stream("hi"):
            client.with_options(timeout=0.2).sessions.list()

    async def use_async(client: Any) -> None:
        async with client.chat.stream("hi"):
            await client.with_options(timeout=0.2).sessions.list()

    over = threading.Event()
    held = Events([b": hi\n\n", lambda: over.wait(60) and None])
    own: Any = httpx.Client if client_kind.name == "sync" else httpx.AsyncClient
    with FakeServer(held) as server:
        with pytest.raises(TimeoutError) as caught:
            client_kind.formation(
                server.url,
                use_sync if client_kind.name == "sync" else use_async,
                http_client=own(limits=limits),
                max_retries=0,
            )
        over.set()
    assert not caught.value.sent
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("http://h", {}, None),
        ("http://h", {"HTTP_PROXY": "http://p:1"}, "http://p:1"),
        ("http://h", {"http_proxy": "p:1"}, "http://p:1"),
        ("https://h", {"HTTP_PROXY": "http://p:1"}, None),
        ("https://h", {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ("http://h", {"ALL_PROXY": "http://a:1", "HTTP_PROXY": "http://p:1"}, "http://p:1"),
        *(
            (url, {"ALL_PROXY": "http://p:1", "NO_PROXY": no}, None)
            for url, no in (
                ("http://h:7890", "other, h"),
                ("http://h:7890", "*"),
                ("http://bot.example.com", "localhost,.example.com"),
                ("http://bot.example.com", "example.com"),
                ("http://127.0.0.1:5", "127.0.0.1,::1,fd00::/8"),
                ("http://10.1.2.3", "10.0.0.0/8"),
                ("http://[fd00::7]:80", "localhost,::1,fd00::/8,[::1]"),
                ("http://[::1]:80", "[::1]"),
            )
        ),
        *(
            (url, {"ALL_PROXY": "http://p:1", "NO_PROXY": no}, "http://p:1")
            for url, no in (
                ("http://h", "localhost,127.0.0.1,::1,fd00::/8,[::1],,"),
                ("http://badexample.com", "example.com"),
                ("http://11.1.2.3", "10.0.0.0/8"),
                ("http://[fe00::7]", "fd00::/8"),
            )
        ),
    ],
)
def test_proxies_of_the_environment(
    no_proxies: None,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    environment: dict[str, str],
    proxy: str | None,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = proxy_of(url)
    assert found == proxy if found is None else str(found.url) == proxy


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "proxy", ["socks://127.0.0.1:1", "ftp://127.0.0.1", "http://[::1", "socks4://h"]
)
def test_a_proxy_that_can_not_be_used_is_named(
    client_kind: ClientKind, no_proxies: None, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ConfigurationError, match=r"ALL_PROXY can't be used: .*name h in NO_PROXY"):
        client_kind.formation("http://h:1", lambda f: f.sessions.list())


def test_calls_go_through_the_proxy(
    client_kind: ClientKind, no_proxies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeServer(SESSIONS) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//user:pw@"))
        client_kind.formation("http://nowhere.invalid", lambda f: f.sessions.list())
    [request] = proxy.received
    assert request.headers["host"] == "nowhere.invalid"
    assert request.headers["proxy-authorization"] == "Basic dXNlcjpwdw=="


def test_a_call_that_the_proxy_refuses_was_not_sent(
    client_kind: ClientKind, no_proxies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeServer(Answer(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//user:pw@"))
        with pytest.raises(ConnectionError, match="407") as caught:
            client_kind.formation("https://h.invalid", lambda f: f.sessions.list(), max_retries=0)
    [request] = proxy.received
    assert (request.method, request.path) == ("CONNECT", "h.invalid:443")
    assert request.headers["proxy-authorization"] == "Basic dXNlcjpwdw=="
    assert not caught.value.sent


def test_a_connection_over_tls_is_used_again(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = certified(tmp_path)
    handshakes: list[object] = []
    context.sni_callback = lambda *told: handshakes.append(told)
    tls.cache_clear()
    with FakeServer(SESSIONS, tls=context) as server:
        with pytest.raises(ConnectionError, match="can't be reached") as caught:
            connect.formation(server.url, max_retries=0).sessions.list()
        assert not caught.value.sent
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        tls.cache_clear()
        formation = connect.formation(server.url, max_retries=0)
        for _ in range(3):
            formation.sessions.list()
    tls.cache_clear()
    assert len(handshakes) == 2


def test_certificates_that_can_not_be_read_are_named() -> None:
    program = """
from muxi import ConfigurationError, FormationClient
try:
    FormationClient(url="https://h.invalid", client_key="c", user_id="u").sessions.list()
except ConfigurationError as exc:
    print(exc)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "SSL_CERT_FILE": "/nowhere/at/all"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("The certificates in SSL_CERT_FILE can't be read: ")


def test_plain_http_loads_no_certificates(client_kind: ClientKind, server: FakeServer) -> None:
    tls.cache_clear()
    client_kind.formation(server.url, lambda f: f.sessions.list())
    assert tls.cache_info().currsize == 0


def test_cookies_of_an_answer_are_not_kept(connect: Connect) -> None:
    cookie = Answer(200, SESSIONS.body, {**SESSIONS.headers, "Set-Cookie": "who=alice"})

    with FakeServer(cookie) as server:
        client = connect.formation(server.url)
        client.sessions.list()
        client.sessions.list()
        [made] = client._transport.pool._made.values()
        assert len(getattr(made, "client", made).cookies) == 0
    assert ["cookie" in request.headers for request in server.received] == [False, False]


def test_a_call_while_the_interpreter_ends_opens_new_connections(server: FakeServer) -> None:
    code = f"""
import atexit

def last():
    print(len(client.sessions.list()))

atexit.register(last)  # runs after what is registered later, such as the end of the connections
from muxi import FormationClient
client = FormationClient(url={server.url!r}, client_key="c", user_id="u", max_retries=0)
print(len(client.sessions.list()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n1\n", "")
