"""Opening and closing streams: no connection, task or warning is left behind."""

from __future__ import annotations

import asyncio
import gc
import warnings
from contextlib import aclosing
from typing import Any

import anyio
import pytest

from muxi import (
    AsyncFormationClient,
    FormationClient,
    StreamError,
)
from muxi.models import formation as m

from .frames import (
    GOOD,
    slow_keepalives,
    stream_of,
    token,
)
from .scripted import Scripted, Silence


def test_the_response_is_there_once_the_stream_is_open() -> None:
    with (
        Scripted(GOOD) as server,
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
        Scripted(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
        client.chat.stream("hi") as stream,
    ):
        for _ in stream:
            break
        assert stream.result().text == "Hello"


def test_a_loop_that_is_left_closes_the_connection() -> None:
    with (
        Scripted(stream_of(token("progress"), *slow_keepalives(200))) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        for event in client.chat.stream("hi"):
            assert isinstance(event, m.Progress)
            break
        assert pool_size(client) == 0


def test_a_stream_that_was_read_to_its_end_gives_its_connection_back() -> None:
    with (
        Scripted(GOOD) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        list(client.chat.stream("hi"))
        assert pool_size(client) == 1


def pool_size(client: Any) -> int:
    http = client._transport.pool._made
    return len(http._transport._pool.connections)


def test_breaking_out_of_an_awaited_stream_closes_within_a_turn_of_the_loop() -> None:
    async def main(url: str) -> None:
        client = AsyncFormationClient(url=url, client_key="c", user_id="alice")
        async for event in await client.chat_stream({"message": "hi"}):
            assert isinstance(event, m.Progress)
            break
        for _ in range(12):  # steps of one turn: the loop makes the closing a task of its own
            await asyncio.sleep(0)
        assert pool_size(client) == 0

    with (
        Scripted(stream_of(token("progress"), *slow_keepalives(200))) as server,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        asyncio.run(main(server.url))
    assert [str(warning.message) for warning in caught] == []


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_leaving_a_loop_within_async_with_leaves_no_generator_behind(backend: str) -> None:
    """Trio warns of each async generator that it has to finalize."""

    async def leave(client: AsyncFormationClient) -> None:
        async with client.chat.stream("hi") as stream, aclosing(aiter(stream)) as events:
            async for event in events:
                assert isinstance(event, m.Progress)
                break

    async def main(url: str) -> None:
        async with AsyncFormationClient(url=url, client_key="c") as client:
            await leave(client)
            gc.collect()
            assert pool_size(client) == 0

    with (
        Scripted(stream_of(token("progress"), *slow_keepalives(200))) as server,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        anyio.run(main, server.url, backend=backend)
    assert [str(warning.message) for warning in caught] == []


def test_cancelling_closes_the_stream() -> None:
    async def main(url: str) -> None:
        async with AsyncFormationClient(url=url, client_key="c") as client:

            async def read() -> None:
                async for _ in client.chat.stream("hi"):
                    started.set()

            started = asyncio.Event()
            task = asyncio.create_task(read())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert pool_size(client) == 0

    with Scripted(stream_of(token("progress"), *slow_keepalives(200))) as server:
        asyncio.run(main(server.url))


def test_nothing_is_sent_until_the_stream_is_read() -> None:
    with (
        Scripted(Silence()) as server,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        client.chat.stream("hi")
        assert server.received == []
