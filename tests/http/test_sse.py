"""Server-sent events: what the bytes mean must not depend on how they are cut into chunks."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muxi._core.call import Call, KeyKind
from muxi._core.messages import RawResponse
from muxi._core.steps import Delivery, Flow, OpenStream, StreamCall
from muxi._http.async_stream import AsyncStream
from muxi._http.stream import Stream

Pair = tuple[str, str]

CASES: dict[str, tuple[bytes, list[Pair]]] = {
    "line feeds": (b"data: a\n\n", [("message", "a")]),
    "carriage returns": (b"data: a\r\rdata: b\r\r", [("message", "a"), ("message", "b")]),
    "both": (b"data: a\r\n\r\ndata: b\r\n\r\n", [("message", "a"), ("message", "b")]),
    "mixed line ends": (
        b"data: a\r\ndata: b\n\rdata: c\n\n",
        [("message", "a\nb"), ("message", "c")],
    ),
    "named": (b"event: done\ndata: {}\n\n", [("done", "{}")]),
    "name after data": (b"data: x\nevent: ui\n\n", [("ui", "x")]),
    "name is not kept": (b"event: a\ndata: 1\n\ndata: 2\n\n", [("a", "1"), ("message", "2")]),
    "last name counts": (b"event: a\nevent: b\ndata: 1\n\n", [("b", "1")]),
    "several data lines": (b"data: a\ndata: b\ndata:\ndata: c\n\n", [("message", "a\nb\n\nc")]),
    "no space": (b"data:a\n\n", [("message", "a")]),
    "only one space goes": (b"data:   a \n\n", [("message", "  a ")]),
    "tab stays": (b"data:\ta\n\n", [("message", "\ta")]),
    "colons in the value": (b"data: a: b:c\n\n", [("message", "a: b:c")]),
    "comments": (b": keepalive\n\n:\ndata: a\n: x\ndata: b\n\n", [("message", "a\nb")]),
    "unknown fields": (b"foo: 1\ndata: a\nbar\ndat: c\ndata a\n\n", [("message", "a")]),
    "fields are case sensitive": (b"Data: a\nDATA: b\ndata: c\n\n", [("message", "c")]),
    "space before the colon": (b"data : a\ndata: b\n\n", [("message", "b")]),
    "id only": (b"id: 1\n\n\n\ndata: a\n\n\n", [("message", "a")]),
    "retry only": (b"retry: 10\n\nretry: x\n\ndata: a\n\n", [("message", "a")]),
    "event only": (b"event: a\n\ndata: b\n\n", [("message", "b")]),
    "byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [("message", "a")]),
    "only the first mark": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [("message", "b")]),
    "utf-8": ("data: é😀\n\n".encode(), [("message", "é😀")]),
    "broken utf-8": (b"data: \xff\xc3\n\n", [("message", "\ufffd\ufffd")]),
    "unicode line ends are text": (
        "data: a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\n\n".encode(),
        [("message", "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg")],
    ),
    "no blank line at the end": (b"data: a\n\ndata: b\n", [("message", "a")]),
    "cut within a line": (b"data: a\n\ndata: b", [("message", "a")]),
    "nothing": (b"", []),
}


class Pairs:
    """Reads events as they are."""

    stall_after = None
    ended = False
    partial = ""

    def read(self, name: str, data: str) -> Pair:
        return name, data

    def answered(self, answer: object) -> Pair:
        raise AssertionError("no answer was sent whole")

    def text_of(self, event: Pair) -> str:
        return event[1]

    def stalled(self) -> Flow[None]:
        yield from ()

    def finish(self) -> Flow[Pair | None]:
        yield from ()
        return None

    def result(self) -> None:
        return None


class Bytes(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk


class Source:
    """Opens a stream of given chunks, for either client_kind."""

    def __init__(self, chunks: list[bytes], *, is_async: bool) -> None:
        response = httpx.Response(
            200, headers={"Content-Type": "text/event-stream"}, stream=Bytes(chunks)
        )
        reply = RawResponse(200, response.headers, b"", 0.0, 0.0, events=response)
        self._opened = Delivery(CALL, reply=reply, attempts=1)
        self._is_async = is_async

    def run(self, steps: Flow[Any]) -> Any:
        found = self._opened if isinstance(next(steps, None), OpenStream) else None
        return self._later(found) if self._is_async else found

    async def _later(self, value: Any) -> Any:
        return value


CALL = Call("POST", "/chat", str, KeyKind.CLIENT)
PAIRS = StreamCall(CALL, Pairs)


def read(chunks: list[bytes]) -> list[Pair]:
    source: Any = Source(chunks, is_async=False)
    return list(Stream(source, PAIRS))


async def aread(chunks: list[bytes]) -> list[Pair]:
    source: Any = Source(chunks, is_async=True)
    return [event async for event in AsyncStream(source, PAIRS)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_conformance(case: str, size: int) -> None:
    body, expected = CASES[case]
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    assert read(chunks) == expected
    assert anyio.run(aread, chunks) == expected


LINES = st.lists(
    st.sampled_from(
        [
            b"data: a",
            b"data:",
            b"data: \xc3\xa9",
            b"event: x",
            b"id: 1",
            b": c",
            b"",
            b"",
            b"\xf0\x9f",
        ]
    ).flatmap(lambda line: st.sampled_from([b"\n", b"\r", b"\r\n"]).map(lambda end: line + end)),
    max_size=12,
).map(b"".join)


@given(LINES | st.binary(max_size=40), st.data())
def test_any_split_gives_the_same_events(body: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(body)), max_size=12)) | {0, len(body)})
    chunks = [body[start:end] for start, end in itertools.pairwise(cuts)]
    assert read(chunks) == read([body])


@given(LINES, st.integers(1, 5))
def test_async_reads_the_same(body: bytes, size: int) -> None:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    assert anyio.run(aread, chunks) == read([body])
