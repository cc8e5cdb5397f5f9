"""What the proxy does with a request: `after(reset)` reads "after the server acted, reset"."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable
from email.utils import formatdate

from .proxy import Act, Answer, Exchange

Change = Callable[[list[str], bytes], bytes]
"""Makes the bytes of another response from the lines of a head, without framing, and a body."""

close, finish, reset, hold = Exchange.close, Exchange.finish, Exchange.reset, Exchange.hold
ELSEWHERE = "http://127.0.0.1:9/elsewhere"
HTML = "<html><head><title>Welcome</title></head><body>Please log in.</body></html>"


def before(share: float, end: Act) -> Act:
    """Read a share of the request's body, and end the connection. The server hears nothing."""

    async def act(exchange: Exchange) -> None:
        await exchange.read_body(share)
        await end(exchange)

    return act


async def reset_at_first_byte(exchange: Exchange) -> None:
    """Reset a connection when the client has begun to send."""
    await exchange.read_bytes(1)
    await exchange.reset()


def after(end: Act) -> Act:
    """Let the server act, and keep its response back."""

    async def act(exchange: Exchange) -> object:
        await exchange.ask()
        return await end(exchange)

    return act


def say(status: int, *headers: str, body: str = "No.", kind: str = "text/plain") -> Act:
    """Respond in the server's place. The connection stays open."""
    date = f"Date: {formatdate(1_800_000_000, usegmt=True)}"
    lines = [f"HTTP/1.1 {status} Said", date, f"Content-Type: {kind}", *headers]

    async def act(exchange: Exchange) -> bool:
        await exchange.read_body()
        await exchange.send(with_length(lines, body.encode()))
        return True

    return act


async def refuse_the_body(exchange: Exchange) -> None:
    """Respond before the body has arrived, as servers with a limit do."""
    await exchange.send(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    await exchange.close()


async def time_out_the_idle(exchange: Exchange) -> None:
    """Send 408 on a connection without a request, as some load balancers do."""
    await exchange.send(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n")
    await exchange.finish()


def cut(place: str, end: Act) -> Act:
    """Send the response up to a place, and end the connection."""

    async def act(exchange: Exchange) -> None:
        answer = await exchange.ask()
        await exchange.send(answer.raw[: _position(answer, place)])
        await end(exchange)

    return act


def _position(answer: Answer, place: str) -> int:
    head = len(answer.head) + 4
    return {
        "in the status line": 9,
        "in the head": head - 20,
        "after the head": head,
        "in the body": (head + len(answer.raw)) // 2,
        "after an event": answer.raw.find(b"\n\n", answer.raw.find(b"data:")) + 2,
        "before the last byte": len(answer.raw) - 1,
    }[place]


def rewrite(change: Change) -> Act:
    """Send a response that is made from the server's, and end the connection."""
    framing = re.compile("(content-length|transfer-encoding|connection):", re.IGNORECASE)

    async def act(exchange: Exchange) -> object:
        answer = await exchange.ask()
        lines = answer.head.decode("latin-1").split("\r\n")
        lines = [*(one for one in lines if not framing.match(one)), "Connection: close"]
        await exchange.send(change(lines, answer.body))
        await exchange.close()

    return act


async def delay(exchange: Exchange) -> None:
    """Send the response a little later."""
    answer = await exchange.ask()
    await asyncio.sleep(0.03)
    await exchange.send(answer.raw)
    await exchange.close()


async def dribble(exchange: Exchange) -> None:
    """Send the response byte by byte."""
    for byte in (await exchange.ask()).raw:
        await exchange.send(bytes([byte]))
    await exchange.close()


def plain(lines: list[str], body: bytes, *more: str) -> bytes:
    """Return a response as it is, with more headers."""
    return "\r\n".join([*lines, *more, "\r\n"]).encode("latin-1") + body


def with_length(lines: list[str], body: bytes, length: object = None) -> bytes:
    """Return a response with a length, the right one by default."""
    return plain(lines, body, f"Content-Length: {len(body) if length is None else length}")


def in_chunks(lines: list[str], *chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a response with its body in chunks."""
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks if chunk)
    return plain(lines, framed + end, "Transfer-Encoding: chunked")


def encoded(lines: list[str], body: bytes, encoding: str = "gzip") -> bytes:
    """Return a response whose body has an encoding."""
    return with_length([*lines, f"Content-Encoding: {encoding}"], body)


def half(body: bytes) -> bytes:
    """Return the first half of a body."""
    return body[: len(body) // 2]


def scrambled(body: bytes) -> bytes:
    """Return other bytes."""
    return bytes(byte ^ 0x5A for byte in body)


def half_zipped(body: bytes) -> bytes:
    """Return the beginning of a gzip file."""
    return half(gzip.compress(body, mtime=0))


def sevens(body: bytes) -> list[bytes]:
    """Return a body in pieces of seven bytes."""
    return [body[at : at + 7] for at in range(0, len(body), 7)]
