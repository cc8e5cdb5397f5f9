"""ASGI responses: event streams with keep-alives, and responses that break off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

DISCONNECT = "muxi.disconnect"
"""The key in a request's scope of a function that closes the connection."""
KEEPALIVE = b": keepalive\n\n"


class EventStream(Response):
    """An event stream. It sends a comment first, and one after each interval without a frame.

    Args:
        frames: The frames. The generator is closed when the client disconnects.
        keepalive: The interval in seconds.
    """

    def __init__(self, frames: AsyncGenerator[bytes, None], keepalive: float) -> None:
        headers = {"cache-control": "no-cache", "connection": "keep-alive"}
        super().__init__(None, headers=headers, media_type="text/event-stream")
        del self.headers["content-length"]
        self._frames = frames
        self._keepalive = keepalive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        await send(_piece(KEEPALIVE))
        await pump(self._frames, receive, send, self._keepalive)


class Silence(Response):
    """An event stream that sends nothing, not even keep-alives, until the client disconnects."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        headers = [
            (b"cache-control", b"no-cache"),
            (b"connection", b"keep-alive"),
            (b"x-accel-buffering", b"no"),
            (b"content-type", b"text/event-stream; charset=utf-8"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await left(receive)


class NoAnswer(Response):
    """Announces a body and closes the connection without sending it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the headers only."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


class Disconnect(Response):
    """Closes the connection without a response, as a crashing server does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave the request unanswered."""
        scope[DISCONNECT]()
        await left(receive)


async def only(piece: bytes) -> AsyncGenerator[bytes, None]:
    """Yield one frame."""
    yield piece


def _piece(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def pump(
    pieces: AsyncGenerator[bytes, None], receive: Receive, send: Send, keepalive: float | None
) -> None:
    """Send a body chunk by chunk until it ends or the client disconnects.

    Args:
        pieces: The chunks. The generator is closed at the end.
        receive: The ASGI function that reports the client's disconnection.
        send: The ASGI function that sends the chunks.
        keepalive: Seconds without a chunk before a comment is sent. None: no comments.
    """
    gone = asyncio.ensure_future(left(receive))
    step = asyncio.ensure_future(anext(pieces))
    try:
        while not gone.done():
            waited = {step, gone}
            await asyncio.wait(waited, timeout=keepalive, return_when=asyncio.FIRST_COMPLETED)
            if step.done():
                await send(_piece(step.result()))
                step = asyncio.ensure_future(anext(pieces))
            elif not gone.done():
                await send(_piece(KEEPALIVE))
    except StopAsyncIteration:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()
        step.cancel()
        await asyncio.gather(gone, step, return_exceptions=True)
        await pieces.aclose()


async def left(receive: Receive) -> None:
    """Wait until the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass
