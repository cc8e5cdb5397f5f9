"""Server-sent events: what the bytes mean must not depend on how they are cut into chunks."""

from __future__ import annotations

import itertools

import httpx
import pytest
from httpx_sse import EventSource
from hypothesis import given
from hypothesis import strategies as st

from muxi import InvalidResponseError
from muxi._http.sse import EventDecoder

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


def test_bytes_outside_of_an_event_need_not_be_text() -> None:
    decoder = EventDecoder(1_000)
    assert [*decoder.feed(b': x\n\n{"error": "\xff"}')] == []
    assert decoder.unframed() == '{"error": "\ufffd"}'


def read(chunks: list[bytes]) -> list[Pair]:
    decoder = EventDecoder(1_000_000)
    return [pair for chunk in chunks for pair in decoder.feed(chunk)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_conformance(case: str, size: int) -> None:
    body, expected = CASES[case]
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    assert read(chunks) == expected


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


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "x"}',
        b'data: a\n\n{"error": "x"}\n',
        b'data: a\r\n\r\n{"error": "x"}\r\n\r\n',
        b': keepalive\n\n: again\n{"error": "x"}\n\n',
    ],
)
@pytest.mark.parametrize("size", [1, 5, 1_000])
def test_a_last_line_of_json_that_is_in_no_event_is_found(body: bytes, size: int) -> None:
    decoder = EventDecoder(1_000)
    for start in range(0, len(body), size):
        decoder.feed(body[start : start + size])
    assert decoder.unframed() == '{"error": "x"}'


def test_json_in_an_event_is_not_unframed() -> None:
    decoder = EventDecoder(1_000)
    decoder.feed(b'data: {"a": 1}\n\n')
    assert decoder.unframed() == ""


def test_an_event_that_ends_is_read_at_once() -> None:
    decoder = EventDecoder(1_000)
    assert decoder.feed(b"data: a\r\n\r") == [("message", "a")]
    assert decoder.feed(b"\ndata: b\r\r") == [("message", "b")]
    assert decoder.feed(b"\ndata: c\n\n") == [("message", "c")]


def test_an_event_has_a_longest_length() -> None:
    decoder = EventDecoder(100)
    assert decoder.feed(b"data: " + b"x" * 94) == ()
    with pytest.raises(InvalidResponseError, match="longer than 100 bytes"):
        decoder.feed(b"x")


def test_a_long_event_is_searched_once() -> None:
    """5 MB in pieces of 1 KB: were each piece to search all before it, this took minutes."""
    decoder = EventDecoder(10_000_000)
    for _ in range(5_000):
        assert decoder.feed(b"data: " + b"x" * 1_017 + b"\n") == ()
    [(_, data)] = decoder.feed(b"\n")
    assert len(data) == 5_000 * 1_018 - 1


@pytest.mark.parametrize(
    ("body", "uses_it"),
    [(b"data: a\n\n", False), (b"data: a\n\ndata: b\n\n", False), (b"event: x\ndata: a\n\n", True)],
)
def test_plain_events_are_split_without_httpx_sse(
    body: bytes, uses_it: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[object] = []

    def noted(found: httpx.Response) -> EventSource:
        used.append(found)
        return EventSource(found)

    monkeypatch.setattr("muxi._http.sse.EventSource", noted)
    for pieces in ([b"\n\n", body], [b"\n\n", body[:5], body[5:]]):
        decoder = EventDecoder(1_000)
        decoder.feed(pieces[0])
        used.clear()
        assert [pair for chunk in pieces[1:] for pair in decoder.feed(chunk)]
        assert bool(used) is uses_it
