"""The process log of a formation, followed over lost connections (contract server-api 7.1)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import muxi
from muxi._core.steps import Sleep
from muxi.resources.server import _log_stream
from muxi.resources.server._log_stream import unseen

from ...support.clients import Connect
from ...support.control_answers import ID, NOT_FOUND, frame, ok
from ...support.fake_server import Action, Answer, Events, FakeServer
from ...support.sse import stream_of


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_log_stream, "_RECONNECT_AFTER", 0.001)


def tail(*lines: str, name: str = "stdout") -> Action:
    counts = {"stdout": 0, "stderr": 0, name: len(lines)}
    return ok({"formation_id": ID, "logs": {name: list(lines)}, "total_lines": counts})


def follow(*lines: str, ends: bool = True) -> Events:
    logs = [frame("log", line=line, formation_id=ID) for line in lines]
    return stream_of(frame("connected", formation_id=ID), *logs, ends=ends)


def first(connect: Connect, url: str, count: int, **options: Any) -> list[str]:
    """The first lines of the stream, which is then left."""
    with connect.server(url, max_retries=0).formations.logs_stream(ID, **options) as stream:
        return [line.line for line in islice(stream, count)]


def test_the_tail_comes_first_and_is_fetched_last(connect: Connect) -> None:
    with FakeServer(follow("c", "d"), tail("x", "a", "b")) as server:
        assert first(connect, server.url, 4, lines=2) == ["a", "b", "c", "d"]
        paths = [one.path for one in server.received[:2]]
    where = f"/rpc/formations/{ID}/logs"
    assert paths == [f"{where}?follow=true&stream=stdout", f"{where}?lines=202&stream=stdout"]


def test_the_tail_is_of_the_stream_that_is_followed(connect: Connect) -> None:
    script = follow("c"), tail("a", name="stderr")
    with FakeServer(*script) as server:
        assert first(connect, server.url, 2, lines=1, stream="stderr") == ["a", "c"]
        assert server.received[1].path.endswith("lines=201&stream=stderr")


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (["1", "2", "3"], ["2", "3", "4"], ["1", "2", "3", "4"]),
        (["1", "2", "3"], ["3", "4"], ["1", "2", "3", "4"]),
        (["1", "2", "3"], ["1", "2", "3", "4"], ["1", "2", "3", "4"]),
        (["1", "2", "3"], ["4", "3"], ["1", "2", "3", "4", "3"]),
        (["1", "2", "3"], ["2", "4", "5"], ["1", "2", "3", "2", "4", "5"]),
        (["a", "a", "a"], ["a", "b"], ["a", "a", "a", "a", "b"]),
    ],
)
def test_a_line_that_comes_both_ways_is_shown_once(
    connect: Connect, before: list[str], after: list[str], shown: list[str]
) -> None:
    with FakeServer(follow(*after), tail(*before)) as server:
        assert first(connect, server.url, len(shown), lines=3) == shown


def test_the_text_of_a_stream_is_its_lines(connect: Connect) -> None:
    with (
        FakeServer(follow("a", "b")) as server,
        connect.server(server.url).formations.logs_stream(ID) as stream,
    ):
        assert [*islice(stream.text(), 2)] == ["a", "b"]


def test_an_event_that_is_no_line_is_named(connect: Connect) -> None:
    bad = stream_of(frame("connected", formation_id=ID), b"event: log\ndata: [\n\n")
    with FakeServer(bad) as server, pytest.raises(muxi.InvalidResponseError) as caught:
        first(connect, server.url, 1)
    assert caught.value.sent


@pytest.mark.parametrize("answer", [Answer(200, "<html>"), Answer(200, {"success": True})])
def test_a_server_that_answers_with_something_else_is_named(
    connect: Connect, answer: Answer
) -> None:
    for script in ([answer], [follow("a"), answer]):
        with FakeServer(*script) as server, pytest.raises(muxi.InvalidResponseError):
            first(connect, server.url, 2)


def test_without_a_tail_one_request_is_enough(connect: Connect) -> None:
    with FakeServer(follow("x")) as server:
        assert first(connect, server.url, 1, stream="stderr") == ["x"]
        assert server.received[0].path.endswith("?follow=true&stream=stderr")


@pytest.mark.parametrize("ends", [True, False])
def test_a_lost_connection_is_made_again_without_repeating_lines(
    connect: Connect, ends: bool
) -> None:
    script = (
        follow("b", "c", ends=ends),
        tail("a"),
        follow("d"),
        tail("a", "b", "c", "missed"),
    )
    with FakeServer(*script) as server:
        assert first(connect, server.url, 5, lines=1) == ["a", "b", "c", "missed", "d"]
        assert server.received[3].path.endswith("lines=1000&stream=stdout")


def test_lines_that_repeat_are_placed_by_those_before_them(connect: Connect) -> None:
    script = follow("b", "a", "b"), follow(), tail("b", "a", "b", "new")
    with FakeServer(*script) as server:
        assert first(connect, server.url, 4) == ["b", "a", "b", "new"]


def test_a_server_that_ends_each_stream_is_not_hammered(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> Sleep:
        pauses.append(seconds)
        return Sleep(0)

    monkeypatch.setattr(_log_stream, "Sleep", pause)
    script = follow("a"), follow(), tail("a"), follow("b"), tail("a", "b")
    with FakeServer(*script) as server:
        assert first(connect, server.url, 2) == ["a", "b"]
    assert pauses == [0.001, 0.001]


def test_a_formation_that_is_gone_ends_it(connect: Connect) -> None:
    with FakeServer(NOT_FOUND) as server, pytest.raises(muxi.NotFoundError):
        first(connect, server.url, 1)
    with FakeServer(follow("a"), NOT_FOUND) as server, pytest.raises(muxi.NotFoundError):
        first(connect, server.url, 2)


LINES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


@given(st.lists(st.text(max_size=3), unique=True, max_size=20), st.data())
def test_lines_that_differ_are_shown_once(lines: list[str], data: st.DataObject) -> None:
    known = data.draw(st.integers(0, len(lines)))
    start = data.draw(st.integers(0, max(0, known - 1)))
    assert list(unseen(lines[:known], lines[start:])) == lines[known:]


@given(LINES, LINES)
def test_no_line_is_invented_and_none_is_lost(seen: Sequence[str], more: Sequence[str]) -> None:
    fresh = list(unseen(seen, [*seen, *more]))
    assert [*seen, *more][len(seen) + len(more) - len(fresh) :] == fresh
    assert len(fresh) >= len(more)
