"""Answers that are too long, too late, damaged or no answer at all, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from muxi import (
    AsyncFormationClient,
    FormationClient,
    InvalidResponseError,
    MuxiError,
    NotFoundError,
    Retry,
    TimeoutError,
)
from muxi._core.call import Call, KeyKind
from muxi._http.threads import run_in_thread
from muxi.models.formation import SessionList

from ..support.clients import ClientKind
from ..support.fake_server import FAST, SESSIONS, Answer, Events, FakeServer, failure
from ..support.sse import DONE, GOOD, stream_of, token


def limited(client: Any, **limits: int) -> Any:
    """The client with other limits."""
    transport = client._transport
    return type(client)._on(transport.view(replace(transport.options, **limits)))


def packed(body: bytes, encoding: str = "gzip") -> Answer:
    data = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
    return Answer(200, data, {"Content-Encoding": encoding, "Content-Type": "application/json"})


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_an_answer_may_be_compressed(client_kind: ClientKind, encoding: str) -> None:
    with FakeServer(packed(SESSIONS.content, encoding)) as server:
        assert list(client_kind.formation(server.url, lambda f: f.sessions.list())) == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity"])
def test_a_long_answer_is_refused_by_its_decoded_length(
    client_kind: ClientKind, encoding: str
) -> None:
    body = b" " * 3_000_000
    answer = Answer(200, body) if encoding == "identity" else packed(body, encoding)
    with (
        FakeServer(answer) as server,
        pytest.raises(InvalidResponseError, match="longer than 2000000 bytes") as caught,
    ):
        client_kind.formation(
            server.url, lambda f: limited(f, max_response_bytes=2_000_000).sessions.list()
        )
    assert caught.value.sent


@pytest.mark.parametrize(
    "damaged",
    [
        gzip.compress(SESSIONS.content, mtime=0)[:-9],
        b"no gzip",
        b"",
    ],
)
def test_a_damaged_answer_is_refused(client_kind: ClientKind, damaged: bytes) -> None:
    answer = Answer(200, damaged, {"Content-Encoding": "gzip"})
    with FakeServer(answer) as server, pytest.raises(InvalidResponseError, match="be decoded"):
        client_kind.formation(server.url, lambda f: f.sessions.list())


def test_an_encoding_that_nobody_asked_for_is_refused(client_kind: ClientKind) -> None:
    answer = Answer(200, b"x", {"Content-Encoding": "rot13"})
    with FakeServer(answer) as server, pytest.raises(InvalidResponseError, match="rot13"):
        client_kind.formation(server.url, lambda f: f.sessions.list())


@pytest.mark.parametrize(
    "page",
    [
        Answer(503, b"x" * 3000, {"Retry-After": "0"}),
        Answer(503, b"Not now", {"Retry-After": "0", "Content-Encoding": "br"}),
        Answer(503, b"Not now", {"Retry-After": "0", "Content-Encoding": "gzip"}),
    ],
    ids=["too long", "unknown encoding", "no gzip"],
)
def test_an_error_status_counts_whatever_its_page_is(client_kind: ClientKind, page: Answer) -> None:
    with FakeServer(page, SESSIONS) as server:
        given = {"retry": FAST, "max_response_bytes": 2000}
        found = client_kind.formation(server.url, lambda f: f.sessions.list(), **given)
    assert list(found) == []


def test_a_long_event_is_refused(client_kind: ClientKind) -> None:
    with (
        FakeServer(stream_of(token("content", "x" * 5_000), DONE)) as server,
        pytest.raises(InvalidResponseError, match="longer than 1000 bytes"),
    ):
        client_kind.formation(
            server.url, lambda f: limited(f, max_event_bytes=1_000).chat.stream("hi").result()
        )


@pytest.mark.parametrize(
    "answer",
    [
        Answer(204),
        Answer(205),
        Answer(206, b"half of it", {"Content-Disposition": "inline"}),
        Answer(200, "<html>Sign in</html>", {"Content-Type": "text/html; charset=utf-8"}),
        Answer(200, gzip.compress(b"x" * 50_000, mtime=0)[:-20], {"Content-Encoding": "gzip"}),
    ],
    ids=str,
)
def test_what_is_no_whole_file_replaces_none(
    client_kind: ClientKind, answer: Answer, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.write_text("old")
    with FakeServer(answer) as server, pytest.raises(InvalidResponseError) as caught:
        client_kind.formation(server.url, lambda f: f.artifacts.download("a", there), retry=FAST)
    assert caught.value.sent
    assert there.read_text() == "old"
    assert list(tmp_path.iterdir()) == [there]


def test_an_error_in_the_place_of_a_file_is_raised(client_kind: ClientKind, tmp_path: Path) -> None:
    gone = failure(200, "ARTIFACT_NOT_FOUND")
    with FakeServer(gone) as server, pytest.raises(NotFoundError):
        client_kind.formation(server.url, lambda f: f.artifacts.download("a", tmp_path))
    assert list(tmp_path.iterdir()) == []


_TOO_LONG = "http://h/" + "a" * 70_000


@pytest.mark.parametrize(
    "location", ["mailto:x", "http://[", "http://x:y/", "//", "\x7f", _TOO_LONG]
)
def test_the_error_of_a_wrong_redirect_says_that_the_call_was_sent(
    client_kind: ClientKind, location: str
) -> None:
    moved = Answer(302, b"", {"Location": location})
    own = httpx.Client if client_kind.is_sync else httpx.AsyncClient
    for theirs in (None, own(limits=httpx.Limits(max_keepalive_connections=0))):
        with FakeServer(moved) as server, pytest.raises(MuxiError) as caught:
            client_kind.formation(
                server.url, lambda f: f.memories.create("x"), retry=FAST, http_client=theirs
            )
        assert caught.value.sent
        assert not isinstance(caught.value, ValueError)
        assert len(server.received) == 1
        # h11 refuses a control character, aiohttp a header of that length.
        is_refused = location == ("\x7f" if client_kind.name != "aiohttp" else _TOO_LONG)
        if theirs is None and not is_refused:
            assert caught.value.status_code == 302


def test_a_dribbled_answer_is_given_up_in_time(client_kind: ClientKind) -> None:
    call = Call("GET", "/sessions", SessionList, KeyKind.CLIENT, timeout=1)
    slow = Events([b" ", lambda: time.sleep(0.05)] * 100)
    with FakeServer(slow) as server, pytest.raises(TimeoutError, match="in time"):
        client_kind.formation(server.url, lambda f: f._transport.call(call), max_retries=0)


def test_waiting_for_a_connection_counts_as_connecting() -> None:
    ended = threading.Event()
    silent = stream_of(token("progress"), lambda: ended.wait(60) and None)
    small = httpx.Client(limits=httpx.Limits(max_connections=1))
    with (
        FakeServer(silent) as server,
        small,
        FormationClient(
            url=server.url,
            client_key="c",
            user_id="u",
            http_client=small,
        ) as client,
        client.chat.stream("hi"),
    ):
        with pytest.raises(TimeoutError, match=r"no connection.* within 0\.1 s") as caught:
            client.with_options(timeout=0.1, retry=Retry(max_retries=0)).sessions.list()
        ended.set()
    assert not caught.value.sent


def test_a_stream_that_a_hook_has_read_gives_its_events() -> None:
    reads = httpx.Client(event_hooks={"response": [httpx.Response.read]})
    with (
        FakeServer(GOOD) as server,
        reads,
        FormationClient(url=server.url, client_key="c", http_client=reads) as client,
    ):
        assert client.chat.stream("hi").result().text == "Hello"


@pytest.mark.anyio
async def test_a_stream_of_a_mock_gives_its_events() -> None:
    body = b"".join(chunk for chunk in GOOD.chunks if isinstance(chunk, bytes))

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "Text/Event-Stream"}, content=body)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as mocked:
        client = AsyncFormationClient(url="http://h", client_key="c", http_client=mocked)
        assert (await client.chat.stream("hi").result()).text == "Hello"


def test_a_hook_that_raises_for_a_status_gives_the_error_of_that_status() -> None:
    def check(response: httpx.Response) -> None:
        response.read()
        response.raise_for_status()

    for hook, said in ((check, "No."), (httpx.Response.raise_for_status, "404")):
        strict = httpx.Client(event_hooks={"response": [hook]})
        with (
            FakeServer(failure(404, "SESSION_NOT_FOUND")) as server,
            strict,
            FormationClient(
                url=server.url, client_key="c", user_id="u", retry=FAST, http_client=strict
            ) as client,
            pytest.raises(NotFoundError, match=said),
        ):
            client.sessions.get("s")
        assert len(server.received) == 1


def test_a_cancelled_task_waits_for_its_thread() -> None:
    begun, go_on = threading.Event(), threading.Event()
    steps: list[str] = []

    def work() -> None:
        begun.set()
        go_on.wait(10)
        steps.append("work")

    async def main() -> None:
        task = asyncio.create_task(run_in_thread(work))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.sleep(0.02)
        task.cancel()
        assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        steps.append("cancelled")

    asyncio.run(main())
    assert steps == ["work", "cancelled"]


def test_work_that_has_not_begun_is_not_begun_after_a_cancellation() -> None:
    async def main() -> None:
        task = asyncio.create_task(run_in_thread(lambda: pytest.fail("it has begun")))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
