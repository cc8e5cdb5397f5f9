"""The process log of a formation, followed over lost connections (contract server-api 7.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

import muxi
from muxi import AsyncServerClient, ServerClient
from muxi.resources.server import _log_stream
from muxi.resources.server._log_stream import unseen

from ...support.clients import ClientKind
from ...support.control_answers import ID, NOT_FOUND, frame, ok, stream
from ...support.fake_server import Action, Events, FakeServer


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_log_stream, "_RECONNECT_AFTER", 0.001)


def tail(*lines: str, name: str = "stdout") -> Action:
    counts = {"stdout": 0, "stderr": 0, name: len(lines)}
    return ok({"formation_id": ID, "logs": {name: list(lines)}, "total_lines": counts})


def follow(*lines: str, ends: bool = True) -> Events:
    logs = [frame("log", line=line, formation_id=ID) for line in lines]
    return stream(frame("connected", formation_id=ID), *logs, ends=ends)


def first(client_kind: ClientKind, url: str, count: int, **options: Any) -> list[str]:
    """The first lines of the stream, which is then left."""
    found: list[str] = []
    if client_kind.name == "sync":
        with (
            ServerClient(url=url, max_retries=0) as client,
            client.formations.logs_stream(ID, **options) as stream,
        ):
            for line in stream:
                found.append(line.line)
                if len(found) == count:
                    break
        return found

    async def main() -> None:
        async with (
            AsyncServerClient(url=url, max_retries=0) as client,
            client.formations.logs_stream(ID, **options) as stream,
        ):
            async for line in stream:
                found.append(line.line)
                if len(found) == count:
                    break

    anyio.run(main, backend=client_kind.name)
    return found


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch, _no_settings: None) -> None:
    monkeypatch.setenv("MUXI_KEY_ID", "MUXI_test")
    monkeypatch.setenv("MUXI_SECRET_KEY", "sk_test")


def test_the_tail_comes_first(client_kind: ClientKind) -> None:
    with FakeServer(tail("a", "b"), follow("c", "d")) as server:
        assert first(client_kind, server.url, 4, lines=2) == ["a", "b", "c", "d"]
        paths = [one.path for one in server.received[:2]]
    where = f"/rpc/formations/{ID}/logs"
    assert paths == [f"{where}?lines=2&stream=stdout", f"{where}?follow=true&stream=stdout"]


def test_without_a_tail_one_request_is_enough(client_kind: ClientKind) -> None:
    with FakeServer(follow("x")) as server:
        assert first(client_kind, server.url, 1, stream="stderr") == ["x"]
        assert server.received[0].path.endswith("?follow=true&stream=stderr")


@pytest.mark.parametrize("ends", [True, False])
def test_a_lost_connection_is_made_again_without_repeating_lines(
    client_kind: ClientKind, ends: bool
) -> None:
    script = (
        tail("a"),
        follow("b", "c", ends=ends),
        tail("a", "b", "c", "missed"),
        follow("d"),
    )
    with FakeServer(*script) as server:
        assert first(client_kind, server.url, 5, lines=1) == ["a", "b", "c", "missed", "d"]


def test_a_formation_that_is_gone_ends_it(client_kind: ClientKind) -> None:
    with FakeServer(NOT_FOUND) as server, pytest.raises(muxi.NotFoundError):
        first(client_kind, server.url, 1)
    with FakeServer(follow("a"), NOT_FOUND) as server, pytest.raises(muxi.NotFoundError):
        first(client_kind, server.url, 2)


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
