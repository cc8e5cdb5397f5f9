"""Clients over real sockets: keys, users, views, raw answers, connections and their end."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import socket
import threading
import warnings
from typing import Any
from unittest import mock
from urllib.parse import parse_qs

import anyio
import httpx
import pytest

import muxi
from muxi import (
    AsyncFormationClient,
    ClientClosedError,
    ConnectionError,
    FormationClient,
    MuxiError,
    NotFoundError,
    ServerClient,
    TimeoutError,
    ValidationError,
)
from muxi.auth import sign
from muxi.models import formation as m

from .support.clients import ADMIN_KEY, CLIENT_KEY, ClientKind
from .support.fake_server import (
    FAST,
    REPLY,
    SESSIONS,
    Answer,
    Drop,
    FakeServer,
    Received,
    envelope,
    failure,
)


def test_keys_go_only_where_they_are_needed(client_kind: ClientKind) -> None:
    health = Answer(200, {"status": "healthy", "version": "1", "uptime_seconds": 1})
    with FakeServer(health) as server:
        client_kind.formation(server.url, lambda f: f.health())
    assert not [
        name for name in server.received[0].headers if name.endswith("-key") and "idem" not in name
    ]
    with FakeServer(SESSIONS) as server:
        client_kind.formation(server.url, lambda f: f.sessions.list())
    assert server.received[0].headers["x-muxi-client-key"] == CLIENT_KEY
    assert "x-muxi-admin-key" not in server.received[0].headers


def test_an_unhealthy_formation_answers_all_the_same(client_kind: ClientKind) -> None:
    sick = Answer(503, {"status": "unhealthy", "version": "1", "uptime_seconds": 1})
    with FakeServer(sick) as server:
        health = client_kind.formation(server.url, lambda f: f.health())
    assert health.status == "unhealthy"


def test_raw_gives_all_that_came_around_the_answer(client_kind: ClientKind) -> None:
    with FakeServer(failure(503, "SYSTEM_OVERLOAD"), SESSIONS) as server:
        response = client_kind.formation(server.url, lambda f: f.raw.sessions.list(), retry=FAST)
    assert isinstance(response, muxi.Response)
    assert isinstance(response.data, m.SessionList)
    assert (response.status_code, response.attempts) == (200, 2)
    assert response.headers["content-type"] == "application/json"
    assert response.request_id == "req_server"
    assert response.elapsed.total_seconds() > 0


def test_a_user_in_the_body_moves_to_the_header(client_kind: ClientKind) -> None:
    message = {"message": "hi", "user_id": "bob"}
    with FakeServer(REPLY) as server:
        client_kind.formation(server.url, lambda f: f.chat.send(message))
        client_kind.formation(server.url, lambda f: f.chat.send(message, user_id="carol"))
        with pytest.raises(ValidationError, match="user_id is empty"):
            client_kind.formation(server.url, lambda f: f.chat.send("hi", user_id=""))
        client_kind.formation(server.url, lambda f: f.chat.send({**message, "user_id": 5}))
        for wrong in (True, [5]):
            given = {**message, "user_id": wrong}
            with pytest.raises(ValidationError, match="user_id must be a string, not"):
                client_kind.formation(server.url, lambda f, given=given: f.chat.send(given))
    assert [one.headers["x-muxi-user-id"] for one in server.received] == ["bob", "carol", "5"]
    assert not [one for one in server.received if "user_id" in one.json]


def test_a_follow_up_keeps_session_and_turn_of_what_it_answers(client_kind: ClientKind) -> None:
    message = {"role": "assistant", "content": "Which?", "metadata": {"clarification": True}}

    def script(request: Received) -> Answer:
        asking = request.json["message"] == "fix it"
        said = message if asking else {"role": "assistant", "content": "Done"}
        turn = request.json["request_id"]
        return envelope({"message": said, "session_id": "s", "request_id": turn})

    with FakeServer(script) as server:
        question = client_kind.formation(server.url, lambda f: f.chat.send("fix it"))
        answer = client_kind.formation(server.url, lambda f: f.chat.send("one", reply_to=question))
        client_kind.formation(server.url, lambda f: f.chat.send("thanks", reply_to=answer))
    assert question.awaiting_user
    assert not answer.awaiting_user
    first, second, third = (request.json for request in server.received)
    assert (second["session_id"], third["session_id"]) == ("s", "s")
    assert first["request_id"] == second["request_id"] != third["request_id"]


def test_ping_measures_and_knows_a_stranger(client_kind: ClientKind) -> None:
    with FakeServer(Answer(200, b"pong")) as server:
        assert client_kind.server(server.url, lambda s: s.ping()).total_seconds() > 0
    with FakeServer(Answer(200, b"hello")) as server, pytest.raises(muxi.InvalidResponseError):
        client_kind.server(server.url, lambda s: s.ping())


def test_views_share_the_pool_and_change_nothing_else() -> None:
    with (
        FakeServer(SESSIONS) as server,
        FormationClient(url=server.url, client_key="c", user_id="alice") as client,
    ):
        bob = client.for_user("bob").with_options(headers={"X-Mine": "1"}, timeout=5)
        bob.sessions.list()
        client.sessions.list()
        assert bob._transport.pool is client._transport.pool
    mine, plain = server.received
    assert (mine.headers["x-muxi-user-id"], mine.headers["x-mine"]) == ("bob", "1")
    assert plain.headers["x-muxi-user-id"] == "alice"
    assert "x-mine" not in plain.headers
    assert type(bob) is FormationClient


def test_a_view_leaves_the_connections_open() -> None:
    with (
        FakeServer(SESSIONS) as server,
        FormationClient(url=server.url, client_key="c", user_id="alice") as client,
    ):
        with client.for_user("bob") as bob:
            bob.sessions.list()
        bob.close()
        client.sessions.list()
        bob.sessions.list()
    assert len(server.received) == 3
    health = Answer(200, {"status": "healthy", "version": "1", "uptime_seconds": 1})
    with FakeServer(health) as server, ServerClient(url=server.url) as plane:
        with plane.formation_client("f", client_key="c") as formation:
            formation.health()
        plane.formation_client("f").health()
    assert len(server.received) == 2


def test_an_async_view_leaves_the_connections_open() -> None:
    async def use(url: str) -> None:
        async with AsyncFormationClient(url=url, client_key="c", user_id="alice") as client:
            async with client.for_user("bob") as bob:
                await bob.sessions.list()
            await bob.aclose()
            await client.sessions.list()
        with pytest.raises(MuxiError, match="closed"):
            await bob.sessions.list()

    with FakeServer(SESSIONS) as server:
        asyncio.run(use(server.url))
    assert len(server.received) == 2


def test_a_view_may_have_no_user() -> None:
    client = FormationClient(url="http://h", admin_key="a", user_id="alice")
    assert client.with_options(timeout=3)._transport.options.user_id == "alice"
    assert client.with_options(user_id=None)._transport.options.user_id is None
    assert "alice" in repr(client.with_options(timeout=3))
    assert "alice" not in repr(client.with_options(user_id=None))


def test_namespaces_are_objects() -> None:
    client = FormationClient(url="http://127.0.0.1:9", client_key="c", user_id="u")
    assert client.chat is client.chat
    assert client.memory.buffer is client.memory.buffer
    assert client.raw.sessions is client.raw.sessions
    assert client.for_user("bob").chat is not client.chat
    with mock.patch.object(client.chat, "send", autospec=True, return_value="faked") as send:
        assert client.chat.send("hello") == "faked"  # type: ignore[comparison-overlap]
    send.assert_called_once_with("hello")
    fake = mock.create_autospec(client)
    fake.sessions.list.return_value = []
    assert fake.sessions.list() == []
    with pytest.raises(TypeError):
        fake.sessions.list(limt=3)


def test_a_wrong_argument_is_one_of_the_client() -> None:
    with pytest.raises(TypeError, match=r"^FormationClient\.__init__\(\) got .*'uri'"):
        FormationClient(uri="http://h")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^ServerClient\.__init__\(\) got .*'uri'"):
        ServerClient(uri="http://h")  # type: ignore[call-arg]


def close(http: Any) -> None:
    """Close an HTTP client that holds no connection."""
    if isinstance(http, httpx.Client):
        http.close()
    else:
        asyncio.run(http.aclose())


def test_an_http_client_passed_in_is_used_as_it_is_and_not_closed(client_kind: ClientKind) -> None:
    own: Any = httpx.Client if client_kind.name == "sync" else httpx.AsyncClient
    theirs = own(
        headers={"X-Gateway-Key": "g", "user-agent": "theirs", "x-muxi-user-id": "mallory"},
        cookies={"node": "7"},
        params={"tenant": "t 1"},
        limits=httpx.Limits(max_keepalive_connections=0),  # its event loop ends before it
    )
    before = dict(theirs.headers)
    with FakeServer(SESSIONS) as server:
        client_kind.formation(
            server.url, lambda f: f.sessions.list(limit=3), http_client=theirs, user_id="alice"
        )
        assert not theirs.is_closed
        close(theirs)
    assert dict(theirs.headers) == before
    [request] = server.received
    assert request.headers["x-gateway-key"] == "g"
    assert request.headers["cookie"] == "node=7"
    assert request.headers["x-muxi-user-id"] == "alice"
    assert request.headers["user-agent"].startswith("muxi-client/")
    assert request.headers["accept"] == "application/json"
    asked = parse_qs(request.path.partition("?")[2])
    assert asked == {"limit": ["3"], "tenant": ["t 1"]}


def test_a_redirect_is_not_followed_with_keys(client_kind: ClientKind) -> None:
    own: Any = httpx.Client if client_kind.name == "sync" else httpx.AsyncClient
    theirs = own(follow_redirects=True, limits=httpx.Limits(max_keepalive_connections=0))
    with FakeServer(SESSIONS) as other:
        away = Answer(307, b"", {"Location": f"{other.url}/v1/sessions"})
        with FakeServer(away) as server, pytest.raises(MuxiError, match="redirects"):
            client_kind.formation(server.url, lambda f: f.sessions.list(), http_client=theirs)
        close(theirs)
    assert other.received == []


def test_a_client_that_is_closed_between_attempts_says_so() -> None:
    client = FormationClient(url="http://h", client_key="c")

    def closing(request: Received) -> Answer:
        client.close()
        return failure(503, "SYSTEM_OVERLOAD")

    with FakeServer(closing) as server:
        client = FormationClient(url=server.url, client_key="c", user_id="u", retry=FAST)
        with pytest.raises(ClientClosedError, match=r"^The client is closed\.$"):
            client.sessions.list()
    assert len(server.received) == 1


def test_an_http_client_that_is_closed_by_its_own_hook_says_so() -> None:
    """Between the look whether it is open, and sending."""
    calls: list[object] = []

    class Closing(httpx.Client):
        @property
        def is_closed(self) -> bool:
            calls.append(None)
            return super().is_closed if len(calls) > 1 else self.close() is not None

    with pytest.raises(ClientClosedError, match="http_client= that this client was given"):
        FormationClient(
            url="http://127.0.0.1:9", client_key="c", user_id="u", http_client=Closing()
        ).sessions.list()


def test_an_async_client_works_on_one_event_loop_after_another() -> None:
    client: AsyncFormationClient

    async def ask() -> None:
        assert len(await client.sessions.list()) == 0

    with FakeServer(SESSIONS) as server, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client = AsyncFormationClient(url=server.url, client_key="c", user_id="u")
        for _ in range(3):
            asyncio.run(ask())
        anyio.run(ask, backend="trio")
    assert [str(warning.message) for warning in caught] == []


def test_many_threads_may_make_the_first_call_together() -> None:
    with (
        FakeServer(SESSIONS) as server,
        FormationClient(url=server.url, client_key="c", user_id="u") as client,
    ):
        threads = [threading.Thread(target=client.sessions.list) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.received) == 20


def test_signed_paths_leave_out_the_prefix_of_a_reverse_proxy(client_kind: ClientKind) -> None:
    with FakeServer(Answer(404, {"error": "Not Found"})) as server, pytest.raises(NotFoundError):
        client_kind.server(f"{server.url}/muxi", lambda s: s.formations.get("a b"))
    assert server.received[0].path == "/muxi/rpc/formations/a%20b"
    header = server.received[0].headers["authorization"]
    stamp = int(header.partition("timestamp=")[2].partition(",")[0])
    expected = sign("sk_test", timestamp=stamp, method="GET", path="/rpc/formations/a b")
    assert header == f"MUXI-HMAC key=MUXI_test, timestamp={stamp}, signature={expected}"


def test_the_signature_is_the_contracts() -> None:
    """Worked out by hand: base64 of HMAC-SHA256 with key "k" over "1;GET;/rpc/formations"."""
    digest = hmac.new(b"k", b"1;GET;/rpc/formations", hashlib.sha256).digest()
    signature = sign("k", timestamp=1, method="GET", path="/rpc/formations")
    assert signature == base64.b64encode(digest).decode()


def test_a_proxy_error_is_not_the_formations(client_kind: ClientKind) -> None:
    flat = {"error": "Formation not found", "message": "No formation with id 'x'", "code": 404}
    with FakeServer(Answer(404, flat)) as server, pytest.raises(NotFoundError) as caught:
        client_kind.formation(server.url, lambda f: f.sessions.get("s"))
    assert (caught.value.code, caught.value.request_id) == ("Formation not found", None)
    assert ADMIN_KEY not in str(caught.value)


def test_reprs_of_server_and_formation_clients_differ() -> None:
    assert repr(object.__new__(ServerClient)) == "<ServerClient without settings>"
    assert repr(ServerClient(url="http://x:1/")) == "ServerClient('http://x:1')"
    formation = FormationClient(server_url="http://x:1", formation_id="bot", user_id="u")
    where = "('http://x:1/api/bot/v1', user_id='u'"
    assert repr(formation) == f"FormationClient{where})"
    assert repr(formation.chat) == f"Chat{where})"
    assert repr(formation.raw) == f"FormationApi{where}, raw=True)"
    assert repr(formation.raw.memory.buffer) == f"Buffer{where}, raw=True)"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(404, {"detail": "Not Found"}), "^Not Found. No MUXI service answers there: check"),
        (
            Answer(404, b"404 page not found", {"Content-Type": "text/plain"}),
            "^The server answered 404: 404 page not found. No MUXI service answers there: check",
        ),
    ],
)
def test_a_wrong_address_differs_from_a_missing_resource(
    client_kind: ClientKind, answer: Answer, words: str
) -> None:
    with FakeServer(answer) as server, pytest.raises(NotFoundError, match=words) as caught:
        client_kind.formation(f"{server.url}/wrong", lambda f: f.sessions.get("s"))
    assert caught.value.url == f"{server.url}/wrong/v1/sessions/s"
    assert server.url not in str(caught.value)
    missing = failure(404, "SESSION_NOT_FOUND", "No such session.")
    with FakeServer(missing) as server, pytest.raises(NotFoundError) as caught:
        client_kind.formation(server.url, lambda f: f.sessions.get("s"))
    assert caught.value.message == "No such session."


def test_a_server_that_cant_be_reached_is_named(client_kind: ClientKind) -> None:
    with pytest.raises(ConnectionError) as caught:
        client_kind.formation("http://127.0.0.1:9", lambda f: f.sessions.list(), retry=FAST)
    assert caught.value.url == "http://127.0.0.1:9/v1/sessions?limit=50"
    named = "GET /v1/sessions failed: http://127.0.0.1:9 can't be reached. "
    assert caught.value.message.startswith(named)
    with pytest.raises(ConnectionError, match=r"/rpc/formations failed: http://127\.0\.0\.1:9 "):
        client_kind.server("http://127.0.0.1:9", lambda s: s.formations.list(), retry=FAST)


def test_a_server_that_takes_no_connection_is_named(client_kind: ClientKind) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as first:
        first.connect(full.getsockname())  # the only one that waits to be accepted
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        with pytest.raises(TimeoutError, match=f"got no connection to {url} in 0.02 s") as caught:
            client_kind.formation(url, lambda f: f.health(), timeout=0.02, max_retries=0)
    assert not caught.value.sent


def test_other_messages_keep_the_servers_address_out(client_kind: ClientKind) -> None:
    with FakeServer(Drop()) as server, pytest.raises(ConnectionError) as caught:
        client_kind.formation(server.url, lambda f: f.sessions.list(), max_retries=0)
    assert caught.value.message.startswith("GET /v1/sessions failed: ")
    assert "127.0.0.1" not in str(caught.value)
