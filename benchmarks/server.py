"""A loopback server that answers with bytes made beforehand: it must not be what is slow."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\n{}\r\n\r\n"


def answer(data: dict[str, Any]) -> bytes:
    envelope = {
        "object": "x",
        "timestamp": 1795326461956,
        "type": "x.y",
        "request": {"id": "req_wEoB2IdvCh8NFZn2TsVmF", "idempotency_key": None},
        "success": True,
        "error": None,
        "data": data,
    }
    body = json.dumps(envelope).encode()
    head = HEAD.format("application/json", f"Content-Length: {len(body)}")
    return head.encode() + body


def sessions(count: int) -> bytes:
    item = {"session_id": "sess_f4wczRTcEll5gBKzfC9px", "user_id": "0", "active": True}
    return answer({"sessions": [{**item, "last_activity": 1795326613.5}] * count, "count": count})


def events(count: int) -> list[bytes]:
    token = {
        "request_id": "req_QYAdrOGv9OZ9Uu0uDALLG",
        "user_id": "0",
        "session_id": "sess_O8HU9d7La3KLRaE4mSHk8",
        "type": "content",
        "content": "word ",
        "timestamp": 1795326481.95,
        "stage": "response_generation",
    }
    delta = b"data: " + json.dumps({"token": token}).encode() + b"\n\n"
    last = b"data: " + json.dumps({"token": {**token, "type": "completed"}}).encode() + b"\n\n"
    done = b'event: done\ndata: {"finished": true}\n\n'
    return [b"%x\r\n%s\r\n" % (len(part), part) for part in [*[delta] * count, last, done]]


SMALL, LIST, HUGE = sessions(1), sessions(200), sessions(10_000)
STREAM_HEAD = HEAD.format("text/event-stream", "Transfer-Encoding: chunked").encode()
STREAM = [*events(1000), b"0\r\n\r\n"]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if length:
                await reader.readexactly(int(length))
            if head.startswith(b"POST"):
                writer.write(STREAM_HEAD)
                for part in STREAM:
                    writer.write(part)
                    await writer.drain()
            else:
                writer.write(
                    HUGE if b"limit=1000" in head else LIST if b"limit=200" in head else SMALL
                )
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
