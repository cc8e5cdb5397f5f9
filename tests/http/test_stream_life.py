"""Opening and closing streams: no connection, task or warning is left behind."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest

from muxi import (
    AsyncFormationClient,
    FormationClient,
    MuxiError,
    StreamError,
    StreamInterruptedError,
)
from muxi.models import formation as m
from muxi.resources.formation._chat_reader import ChatReader

from ..support.clients import ClientKind, Connect
from ..support.fake_server import SESSIONS, Events, FakeServer, Received, Silence
from ..support.plain_http import port_of
from ..support.sse import DONE, GOOD, KEEPALIVE, slow_keepalives, stream_of, token
from ..support.waiting import until
from ..testing.control.leaks import connections


def test_the_response_is_there_once_the_stream_is_open() -> None:
    with (
        FakeServer(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        stream = client.chat.stream("hi")
        with pytest.raises(StreamError, match="not open"):
            _ = stream.response
        with stream:
            assert stream.response.status_code == 200
            assert stream.response.headers["CONTENT-TYPE"].startswith("text/event-stream")
            assert stream.response.request_id == server.received[0].json["request_id"]
        stream.close()
        with pytest.raises(StreamError, match="closed before its end"):
            stream.result()


def test_within_with_a_loop_may_be_left_and_the_result_still_had() -> None:
    with (
        FakeServer(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
        client.chat.stream("hi") as stream,
    ):
        for _ in stream:
            break
        assert stream.result().text == "Hello"


class Endless:
    """Chunks of a stream that goes on until the client hangs up."""

    def __init__(self) -> None:
        self.left = threading.Event()

    def __iter__(self) -> Iterator[bytes | Callable[[], None]]:
        try:
            yield token("progress")
            while True:
                yield KEEPALIVE
                yield lambda: threading.Event().wait(0.01) and None
        finally:
            self.left.set()


def test_a_loop_that_is_left_closes_the_connection() -> None:
    endless = Endless()
    with (
        FakeServer(Events(endless), GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        for event in client.chat.stream("hi"):
            assert isinstance(event, m.Progress)
            break
        assert endless.left.wait(30)
        client.chat.stream("hi").result()
        until(lambda: open_to(server) == 1)


def test_a_stream_that_was_opened_and_dropped_closes_the_connection() -> None:
    endless = Endless()
    with (
        FakeServer(Events(endless)) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        client.chat.stream("hi").open()
        assert endless.left.wait(30)


def test_a_stream_that_was_closed_before_it_was_opened_sends_nothing(connect: Connect) -> None:
    with FakeServer(GOOD) as server:
        stream = connect.formation(server.url).chat.stream("hi")
        stream.close()
        for use in (lambda: list(stream), stream.result):
            with pytest.raises(StreamError, match="closed"):
                use()
        assert next(stream, None) is None
        stream.open()
        assert server.received == []


def test_a_stream_is_an_iterator_that_is_read_once() -> None:
    with (
        FakeServer(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        stream = client.chat.stream("hi")
        assert isinstance(next(stream), m.Progress)
        assert len(list(stream)) == 3
        with pytest.raises(StopIteration):
            next(stream)
        for again in (lambda: iter(stream), stream.text):
            with pytest.raises(StreamError, match="read to its end"):
                again()
        assert stream.result().text == "Hello"


def test_a_stream_that_failed_fails_again() -> None:
    broken = stream_of(token("progress"), ends=False)
    with (
        FakeServer(broken) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        stream = client.chat.stream("hi")
        for again in (lambda: list(stream), lambda: iter(stream), stream.result):
            with pytest.raises(StreamInterruptedError, match="The stream broke"):
                again()
    assert len(server.received) == 1


@pytest.mark.anyio
async def test_an_async_stream_is_an_iterator_that_is_read_once() -> None:
    with FakeServer(GOOD) as server:
        async with AsyncFormationClient(url=server.url, client_key="c") as client:
            stream = client.chat.stream("hi")
            assert isinstance(await anext(stream), m.Progress)
            assert len([event async for event in stream]) == 3
            with pytest.raises(StopAsyncIteration):
                await anext(stream)
            with pytest.raises(StreamError, match="read to its end"):
                aiter(stream)


@pytest.mark.anyio
async def test_two_tasks_that_open_a_stream_send_it_once() -> None:
    refused: list[str] = []

    async def enter(stream: Any) -> None:
        try:
            await stream.open()
        except StreamError as exc:
            refused.append(exc.message)

    with FakeServer(GOOD) as server:
        async with AsyncFormationClient(url=server.url, client_key="c") as client:
            stream = client.chat.stream("hi")
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(enter, stream)
                tasks.start_soon(enter, stream)
            assert (await stream.result()).text == "Hello"
        assert len(server.received) == 1
    assert refused == ["Another task or thread is opening or reading the stream."]


def test_a_thread_that_reads_while_another_converts_an_event_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The events have arrived already: no thread waits for bytes."""
    converting, go_on = threading.Event(), threading.Event()
    read = ChatReader.read

    def read_slowly(self: ChatReader, name: str, data: str) -> m.ChatEvent | None:
        if threading.current_thread() is not threading.main_thread():
            converting.set()
            go_on.wait(5)
        return read(self, name, data)

    monkeypatch.setattr(ChatReader, "read", read_slowly)
    said = b"".join([token("content", "a"), token("content", "b"), token("completed", "ab"), DONE])
    with (
        FakeServer(stream_of(said)) as server,
        FormationClient(url=server.url, client_key="c") as client,
        client.chat.stream("hi") as stream,
        ThreadPoolExecutor(1) as threads,
    ):
        next(stream)
        second = threads.submit(next, stream)
        assert converting.wait(5)
        try:
            with pytest.raises(StreamError, match="Another task or thread"):
                next(stream)
        finally:
            go_on.set()
        found = second.result()
        assert isinstance(found, m.TextDelta)
        assert found.content == "b"
        assert stream.result().text == "ab"


def read_quietly(stream: Any) -> None:
    with suppress(MuxiError):
        list(stream)


@pytest.mark.parametrize("whole_client", [False, True])
def test_closing_from_another_thread_ends_a_read_that_waits(whole_client: bool) -> None:
    arrived, ended = threading.Event(), threading.Event()
    silent = stream_of(token("progress"), lambda: arrived.set(), lambda: ended.wait(30) and None)
    with (
        FakeServer(silent) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        stream = client.chat.stream("hi").open()
        thread = threading.Thread(target=read_quietly, args=(stream,), daemon=True)
        thread.start()
        assert arrived.wait(30)
        (client if whole_client else stream).close()
        thread.join(30)
        ended.set()
        assert not thread.is_alive()
        with pytest.raises(StreamError):
            stream.result()


def test_the_result_does_not_wait_for_the_end_of_the_body() -> None:
    ended = threading.Event()
    silent = stream_of(token("completed", "Hello"), DONE, lambda: ended.wait(30) and None)
    with (
        FakeServer(silent) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        assert client.chat.stream("hi").result().text == "Hello"
        assert not ended.is_set()
        ended.set()


def test_a_stream_that_was_read_to_its_end_gives_its_connection_back() -> None:
    with (
        FakeServer(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        list(client.chat.stream("hi"))
        assert open_to(server) == 1


def open_to(server: FakeServer) -> int:
    return connections(port_of(server.url))


ENDLESS = stream_of(token("progress"), *slow_keepalives(200))


@pytest.fixture
def no_warnings() -> Iterator[None]:
    """Fail if anything warned, as exceptions do that nothing can catch."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    assert [str(warning.message) for warning in caught] == []


@pytest.mark.usefixtures("no_warnings")
def test_breaking_out_of_an_awaited_stream_closes_the_connection() -> None:
    endless = Endless()

    async def main(server: FakeServer) -> None:
        client = AsyncFormationClient(url=server.url, client_key="c", user_id="alice")
        async for event in await client.chat_stream({"message": "hi"}):
            assert isinstance(event, m.Progress)
            break
        tasks = asyncio.all_tasks()
        assert await anyio.to_thread.run_sync(endless.left.wait, 30)
        assert asyncio.all_tasks() == tasks  # none that finalizes
        assert (await client.chat.stream("hi").result()).text == "Hello"
        assert open_to(server) == 1

    with FakeServer(Events(endless), GOOD) as server:
        asyncio.run(main(server))


@pytest.mark.anyio
@pytest.mark.usefixtures("no_warnings")
async def test_leaving_a_loop_within_async_with_leaves_no_generator_behind() -> None:
    """Trio warns of each async generator that it has to finalize."""

    async def leave(client: AsyncFormationClient) -> None:
        async with client.chat.stream("hi") as stream:
            async for event in stream:
                assert isinstance(event, m.Progress)
                break
        async with client.chat.stream("hi") as stream:
            async for piece in stream.text():
                assert piece == "Hel"
                break

    said = stream_of(token("content", "Hel"), *slow_keepalives(200))
    with FakeServer(ENDLESS, said) as server:
        async with AsyncFormationClient(url=server.url, client_key="c") as client:
            await leave(client)
            gc.collect()
            assert open_to(server) == 0


@pytest.mark.anyio
@pytest.mark.usefixtures("no_warnings")
async def test_cancelling_closes_the_stream() -> None:
    with FakeServer(ENDLESS) as server:
        async with AsyncFormationClient(url=server.url, client_key="c") as client:
            with anyio.CancelScope() as scope:
                async for _ in client.chat.stream("hi"):
                    scope.cancel()
            assert scope.cancelled_caught
            assert open_to(server) == 0


@pytest.mark.anyio
async def test_closing_from_another_task_ends_the_loop() -> None:
    with FakeServer(ENDLESS) as server:
        async with AsyncFormationClient(url=server.url, client_key="c") as client:
            stream = await client.chat.stream("hi")
            async with anyio.create_task_group() as tasks:
                async for _ in stream:
                    tasks.start_soon(stream.aclose)
            assert open_to(server) == 0


def test_a_stream_may_be_silent_for_longer_than_a_call_may_take() -> None:
    pause: list[bytes | Callable[[], None]] = [lambda: threading.Event().wait(1) and None]
    late = stream_of(token("progress"), *pause, token("completed", "Hello"), DONE)
    with (
        FakeServer(late) as server,
        FormationClient(url=server.url, client_key="c", timeout=0.5) as client,
    ):
        assert client.chat.stream("hi").result().text == "Hello"


def test_nothing_is_sent_until_the_stream_is_read() -> None:
    with (
        FakeServer(Silence()) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        client.chat.stream("hi")
        assert server.received == []


def test_a_call_that_waits_for_a_connection_gets_that_of_a_dropped_stream(
    client_kind: ClientKind,
) -> None:
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)

    def script(request: Received) -> Any:
        return Events(Endless()) if request.path == "/v1/chat" else SESSIONS

    def use(client: Any) -> None:
        streams = [client.chat.stream("hi").open()]
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(client.sessions.list)
            while not sent:
                threading.Event().wait(0.001)
            streams.clear()
            waiting.result()

    async def use_async(client: Any) -> None:
        streams = [await client.chat.stream("hi")]
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.sessions.list)
            await anyio.wait_all_tasks_blocked()
            streams.clear()

    sent: list[httpx.Request] = []
    is_sync = client_kind.name == "sync"
    hooks: Any = {
        "request": [lambda request: request.url.path == "/v1/chat" or sent.append(request)]
    }
    own: Any = (
        httpx.Client(limits=limits, event_hooks=hooks)
        if is_sync
        else httpx.AsyncClient(limits=limits)
    )
    with FakeServer(script) as server:
        client_kind.formation(
            server.url,
            use if is_sync else use_async,
            http_client=own,
            timeout=10,
            max_retries=0,
        )
    assert len(server.received) == 2
