"""Responses over ASGI: event streams with keep-alives, and answers that break off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

DISCONNECT = "muxi.disconnect"
"""The key of a request's scope under which a function closes its connection."""
KEEPALIVE = b": keepalive\n\n"


class EventStream(Response):
    """Sends frames as they come, and a comment at once and for each interval of silence.

    Args:
        frames: The frames; closed when the client goes away.
        keepalive: The interval, in seconds.
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
    """An event stream that says nothing, not even that it lives, until the client goes away."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        headers = [
            (b"cache-control", b"no-cache"),
            (b"connection", b"keep-alive"),
            (b"x-accel-buffering", b"no"),
            (b"content-type", b"text/event-stream; charset=utf-8"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _gone(receive)


class NoAnswer(Response):
    """Promises a body, and breaks the connection before it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start to answer the request."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


class Disconnect(Response):
    """Closes the connection without a word, as a server does that fails itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave the request unanswered."""
        scope[DISCONNECT]()
        await _gone(receive)


async def only(piece: bytes) -> AsyncGenerator[bytes, None]:
    """A stream of one frame."""
    yield piece


def _piece(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def pump(
    pieces: AsyncGenerator[bytes, None], receive: Receive, send: Send, keepalive: float | None
) -> None:
    """Send a body as it comes, for as long as the client listens.

    Args:
        pieces: The body; closed at the end.
        receive: Tells when the client goes away.
        send: Takes the pieces.
        keepalive: Seconds of silence after which a comment is sent, if at all.
    """
    gone = asyncio.ensure_future(_gone(receive))
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


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
