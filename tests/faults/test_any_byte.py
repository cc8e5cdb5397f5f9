"""A connection that breaks at any byte, of a request or a response."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

import muxi
from muxi import FormationClient, MuxiError, Retry

from ..support.emulated import formation_keys
from .proxy import Exchange, Proxy
from .world import WHOLE, World

STEP = 1 if WHOLE else 97
TEXT = "one two three"
DONE = b'event: done\ndata: {"finished":true}\n\n'


class Cut:
    """Cuts each response one byte later than the one before, until it is whole."""

    def __init__(self) -> None:
        self.at = 0
        self.head_is_whole = self.is_said = self.is_whole = False

    async def __call__(self, exchange: Exchange) -> None:
        raw = (await exchange.ask()).raw
        part = raw[: self.at]
        self.head_is_whole = b"\r\n\r\n" in part
        self.is_said = DONE in part
        self.is_whole = part == raw
        self.at += STEP
        await exchange.send(part)
        await exchange.close()


def results(world: World, portal: BlockingPortal, line: str, call: Any) -> Any:
    """Yield the cut and the answer or error of a call, for each byte of its response."""
    cut = Cut()
    proxy = Proxy(portal, world.url("formation"), re.compile(line), cut, times=100_000)
    with closing(proxy):
        proxy.open()
        settings = {**formation_keys(world.emulator), "user_id": "cut"}
        with FormationClient(url=proxy.url, retry=Retry(max_retries=0), **settings) as client:
            while not cut.is_whole:
                try:
                    yield cut, call(client)
                except MuxiError as exc:
                    yield cut, exc


def test_a_json_response_that_is_cut_at_any_byte_is_a_connection_error(
    world: World, portal: BlockingPortal
) -> None:
    for cut, found in results(world, portal, "", lambda client: client.memories.list()):
        if cut.is_whole:
            assert list(found) == []
        else:
            assert type(found) is muxi.ConnectionError, (cut.at, found)
            assert found.sent


def test_a_chat_stream_that_is_cut_at_any_byte_gives_the_text_so_far_or_the_reply(
    world: World, portal: BlockingPortal
) -> None:
    reply = f"You said: {TEXT}"
    for cut, found in results(world, portal, "^POST", lambda client: _read(client)):
        if cut.is_said:
            assert found == reply, cut.at
        elif cut.head_is_whole:
            assert type(found) is muxi.StreamInterruptedError, (cut.at, found)
            assert reply.startswith(found.partial)
        else:
            assert type(found) is muxi.ConnectionError, (cut.at, found)


def _read(client: FormationClient) -> str:
    with client.chat.stream(TEXT) as stream:
        return stream.result().text


@pytest.mark.parametrize("end", [Exchange.close, Exchange.reset], ids=["closed", "reset"])
def test_a_request_that_is_cut_at_any_byte_is_a_connection_error_and_nothing_was_done(
    world: World, portal: BlockingPortal, end: Any
) -> None:
    before = len(world.state.memories.of("cut"))
    done = 0

    async def cut(exchange: Exchange) -> None:
        nonlocal done
        done += STEP
        await exchange.read_bytes(done)
        await end(exchange)

    proxy = Proxy(portal, world.url("formation"), re.compile(""), at_accept=cut, times=100_000)
    with closing(proxy):
        proxy.open()
        settings = {**formation_keys(world.emulator), "user_id": "cut"}
        with FormationClient(url=proxy.url, **settings) as client:
            while done + STEP <= 300:  # the request has about 370 bytes
                with pytest.raises(muxi.ConnectionError) as caught:
                    client.memories.create("never stored")
                assert caught.value.sent
    assert len(world.state.memories.of("cut")) == before
