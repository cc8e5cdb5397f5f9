"""Opening and closing streams: no connection, task or warning is left behind."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest

from muxi import AsyncFormationClient, FormationClient, StreamError
from muxi.models import formation as m

from ..support.fake_server import FakeServer, Silence
from ..support.sse import DONE, GOOD, slow_keepalives, stream_of, token


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


def test_a_loop_that_is_left_closes_the_connection() -> None:
    with (
        FakeServer(stream_of(token("progress"), *slow_keepalives(200))) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        for event in client.chat.stream("hi"):
            assert isinstance(event, m.Progress)
            break
        assert pool_size(client) == 0


def test_a_stream_that_was_read_to_its_end_gives_its_connection_back() -> None:
    with (
        FakeServer(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        list(client.chat.stream("hi"))
        assert pool_size(client) == 1


def pool_size(client: Any) -> int:
    http = client._transport.pool._made
    return len(http._transport._pool.connections)


ENDLESS = stream_of(token("progress"), *slow_keepalives(200))


@pytest.fixture
def warned() -> Iterator[None]:
    """The warnings so far, unraisable ones included."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    assert [str(warning.message) for warning in caught] == []


@pytest.mark.usefixtures("warned")
def test_breaking_out_of_an_awaited_stream_closes_within_a_turn_of_the_loop() -> None:
    async def main(url: str) -> None:
        client = AsyncFormationClient(url=url, client_key="c", user_id="alice")
        async for event in await client.chat_stream({"message": "hi"}):
            assert isinstance(event, m.Progress)
            break
        for _ in range(6):  # steps of one turn: the loop makes the closing a task of its own
            await asyncio.sleep(0)
        assert pool_size(client) == 0

    with FakeServer(ENDLESS) as server:
        asyncio.run(main(server.url))


@pytest.mark.anyio
@pytest.mark.usefixtures("warned")
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
            assert pool_size(client) == 0


@pytest.mark.anyio
@pytest.mark.usefixtures("warned")
async def test_cancelling_closes_the_stream() -> None:
    with FakeServer(ENDLESS) as server:
        async with AsyncFormationClient(url=server.url, client_key="c") as client:
            with anyio.CancelScope() as scope:
                async for _ in client.chat.stream("hi"):
                    scope.cancel()
            assert scope.cancelled_caught
            assert pool_size(client) == 0


@pytest.mark.anyio
async def test_closing_from_another_task_ends_the_loop() -> None:
    with FakeServer(ENDLESS) as server:
        async with AsyncFormationClient(url=server.url, client_key="c") as client:
            stream = await client.chat.stream("hi")
            async with anyio.create_task_group() as tasks:
                async for _ in stream:
                    tasks.start_soon(stream.aclose)
            assert pool_size(client) == 0


def test_a_stream_may_be_silent_for_longer_than_a_call_may_take() -> None:
    pause: list[bytes | Callable[[], None]] = [lambda: threading.Event().wait(0.3) and None]
    late = stream_of(token("progress"), *pause, token("completed", "Hello"), DONE)
    with (
        FakeServer(late) as server,
        FormationClient(url=server.url, client_key="c", timeout=0.1) as client,
    ):
        assert client.chat.stream("hi").result().text == "Hello"


def test_nothing_is_sent_until_the_stream_is_read() -> None:
    with (
        FakeServer(Silence()) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        client.chat.stream("hi")
        assert server.received == []
