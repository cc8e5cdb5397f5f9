"""A loopback server that answers with bytes made beforehand: it must not be what is slow.

The path is `/<what>/<library>/…`, such as `/stream/muxi/v1/chat`: each library gets the answers of
its own service, in the same sizes. The answers of MUXI have the shape of the real runtime's.

A stream is sent at once, in its chunks. If they were sent one by one, it would depend on chance how
many of them a fast library reads at once.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator

EVENTS = 2000
SMALL, BIG, MANY = 1, 100, 10_000
"""Items of a list: 100 take 20 KB."""
PAUSE = 0.05


def whole(body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


def chunked(parts: Iterator[bytes]) -> bytes:
    return b"".join([STREAM, *map(chunk, parts), chunk(b"")])


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def frame(data: object, event: str = "") -> bytes:
    return (f"event: {event}\n" if event else "").encode() + b"data: %s\n\n" % json.dumps(
        data, separators=(",", ":")
    ).encode()


class Muxi:
    """What a formation answers."""

    def envelope(self, data: object) -> dict[str, object]:
        return {
            "object": "message",
            "timestamp": 1795326027490,
            "type": "chat.completed",
            "request": {"id": "req_R610BIxzhusA3mEyCP4PR", "idempotency_key": None},
            "success": True,
            "error": None,
            "data": data,
        }

    def reply(self) -> object:
        message = {
            "role": "assistant",
            "content": "The capital of France is Paris.",
            "artifacts": None,
            "metadata": {"session_id": "sess_aud"},
        }
        ids = {"user_id": "alice", "session_id": "sess_aud", "request_id": None}
        return self.envelope({"message": message, **ids})

    def items(self, count: int) -> object:
        item = {
            "id": "bAWmm7R_zQadSFKOo6ISu",
            "content": "Alice owns a kayak",
            "created_at": "2026-11-22T05:41:21.461247",
            "metadata": {"timestamp": 1795326081.4602249},
            "scope": "user",
            "scope_id": "1",
        }
        return self.envelope({"memories": [item] * count, "count": count})

    def events(self, count: int, length: int = 5) -> Iterator[bytes]:
        token = {
            "request_id": "req_QYAdrOGv9OZ9Uu0uDALLG",
            "user_id": "0",
            "session_id": "sess_O8HU9d7La3KLRaE4mSHk8",
            "type": "content",
            "content": "word " * (length // 5),
            "timestamp": 1795326481.9566681,
            "stage": "response_generation",
        }
        for _ in range(count):
            yield frame({"token": token})
        yield frame({"token": {**token, "type": "completed", "content": "word"}})
        yield frame({"finished": True}, "done")


class OpenAI:
    """What OpenAI's chat completions and lists of models look like."""

    def reply(self) -> object:
        message = {"role": "assistant", "content": "The capital of France is Paris."}
        return {
            "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
            "object": "chat.completion",
            "created": 1741569952,
            "model": "gpt-5",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29},
        }

    def items(self, count: int) -> object:
        padding = "model-id-padded-so-that-the-items-have-the-same-size-as-the-others-" * 2
        item = {"id": padding, "object": "model", "created": 1686935002, "owned_by": "openai"}
        return {"object": "list", "data": [item] * count}

    def events(self, count: int, length: int = 5) -> Iterator[bytes]:
        delta = {"content": "word " * (length // 5)}
        chunk = {
            "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
            "object": "chat.completion.chunk",
            "created": 1741569952,
            "model": "gpt-5",
            "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
        }
        for _ in range(count):
            yield frame(chunk)
        yield b"data: [DONE]\n\n"


class Anthropic:
    """What Anthropic's messages and lists of models look like."""

    def reply(self) -> object:
        return {
            "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF",
            "type": "message",
            "role": "assistant",
            "model": "claude",
            "content": [{"type": "text", "text": "The capital of France is Paris."}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 19, "output_tokens": 10},
        }

    def items(self, count: int) -> object:
        padding = "model-name-padded-so-that-the-items-have-the-same-size-as-the-others" * 1
        item = {
            "id": "claude",
            "type": "model",
            "display_name": padding,
            "created_at": "2026-02-04T00:00:00Z",
        }
        return {"data": [item] * count, "has_more": False, "first_id": "a", "last_id": "b"}

    def events(self, count: int, length: int = 5) -> Iterator[bytes]:
        yield frame({"type": "message_start", "message": self.reply()}, "message_start")
        block = {"type": "text", "text": ""}
        start = {"type": "content_block_start", "index": 0, "content_block": block}
        yield frame(start, "content_block_start")
        delta = {"type": "text_delta", "text": "word " * (length // 5)}
        for _ in range(count):
            event = {"type": "content_block_delta", "index": 0, "delta": delta}
            yield frame(event, "content_block_delta")
        yield frame({"type": "content_block_stop", "index": 0}, "content_block_stop")
        yield frame({"type": "message_stop"}, "message_stop")


def answers(service: Muxi | OpenAI | Anthropic) -> dict[str, bytes]:
    """What is sent, by the first part of the path."""
    small = whole(service.reply())
    return {
        "small": small,
        "slow": small,
        "list": whole(service.items(BIG)),
        "many": whole(service.items(MANY)),
        "stream": chunked(service.events(EVENTS)),
        "blocks": chunked(pieces(b"".join(service.events(EVENTS)), 65536)),
        "large": chunked(service.events(50, 65536)),
        "one1": chunked(pieces(b"".join(service.events(1, 1_000_000)), 1024)),
        "one5": chunked(pieces(b"".join(service.events(1, 5_000_000)), 1024)),
    }


ANSWERS = {
    "muxi": answers(Muxi()),
    "openai": answers(OpenAI()),
    "anthropic": answers(Anthropic()),
}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if length:
                await reader.readexactly(int(length))
            _, what, library, *_ = head.split(b" ", 2)[1].decode().split("/")
            if what == "slow":
                await asyncio.sleep(PAUSE)
            if what == "million":
                await send_million(writer)
                continue
            writer.write(ANSWERS[library][what])
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def send_million(writer: asyncio.StreamWriter) -> None:
    """A stream of 10⁶ events, which is never whole in memory."""
    block = b"".join([*Muxi().events(1000)][:-2])
    *_, completed, done = Muxi().events(0)
    writer.write(STREAM)
    for part in [*[block] * 1000, completed + done, b""]:
        writer.write(chunk(part))
        await writer.drain()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
