"""Each kind of call meets each fault: the answer or one typed error, and nothing left behind.

`make test` runs a sample with each call and each fault. `make faults` runs the whole matrix.
"""

from __future__ import annotations

import gc
import inspect
import itertools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

import muxi
from muxi import MuxiError, Retry
from muxi.resources.formation import _turn_end, chat
from muxi.resources.server import _log_stream

from ..testing.control.leaks import busy, no_leaks, tasks
from ..testing.raw_http import until
from .calls import KINDS, OLD, Cell, Kind, World
from .expected import RETRIES, Error, Tries, applies, expected
from .faults import FAULTS, Fault, Seen
from .proxy import Proxy

CLIENTS = ("sync", "asyncio", "trio")
WHOLE = os.environ.get("MUXI_FAULTS") == "whole"
SILENT = (Seen.SILENCE, Seen.SILENT, Seen.SILENT_AT_END)


def _cells() -> Iterator[Any]:
    """Return all cells, or for each fault of each call one of the nine ways to make it."""
    ways = [*itertools.product(CLIENTS, Tries)]
    for row, kind in enumerate(KINDS):
        for column, fault in enumerate(FAULTS):
            if not applies(kind, fault):
                continue
            for client, tries in ways if WHOLE else [ways[(row * 4 + column) % len(ways)]]:
                name = f"{kind.name}, {fault.name}, {client}, {tries.value}"
                yield pytest.param(kind, fault, client, tries, id=name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("bundles")) as world:
        gc.collect()
        gc.freeze()  # each cell collects what it leaves
        yield world


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.mark.parametrize(("kind", "fault", "client", "tries"), [*_cells()])
def test_a_call_answers_or_raises_one_typed_error_and_works_at_most_once(
    kind: Kind,
    fault: Fault,
    client: str,
    tries: Tries,
    world: World,
    portal: BlockingPortal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    must = expected(kind, fault, tries)
    patience = 10.0 if fault.seen not in SILENT else 0.1 if must.error else 0.8
    monkeypatch.setattr(chat, "_DEAD_AFTER", patience)
    monkeypatch.setattr(_turn_end, "_POLL_INTERVAL", 0.01)
    monkeypatch.setattr(_log_stream, "_RECONNECT_AFTER", 0.0)

    cell = Cell(world, f"cell-{next(_NUMBERS)}", patience, tmp_path / "files" / "a.bin")
    cell.target.parent.mkdir()
    cell.target.write_bytes(OLD)
    kind.prepare(cell)
    emulator = world.emulator
    proxy = Proxy(
        portal,
        emulator.formation_url if kind.service == "formation" else emulator.server_url,
        re.compile(kind.line),
        fault.at_request,
        fault.at_accept,
        fault.at_idle,
        times=1 + RETRIES if tries is Tries.ALWAYS else 1,
        enough=(lambda body: b"\n\n" in body) if kind.follows else lambda body: False,
    )
    with closing(proxy):
        with no_leaks(proxy.url, tmp_path / "temporary"):
            answer, error = _play(kind, fault, client, tries, cell, proxy)
        until(lambda: proxy.is_quiet)
    world.settle()

    record_property("outcome", "answer" if error is None else type(error).__name__)
    assert error is None or _seen(error) == must.error, repr(error)
    assert (error is None) == (must.error is None), answer
    if must.attempts is not None and fault.at_request is not None:
        assert proxy.arrived == must.attempts
    assert kind.work is None or kind.work(cell) == must.work
    assert error is None or cell.is_unharmed
    assert error is not None or fault.seen is Seen.ALTERED or kind.is_right(answer, cell)
    world.remove(cell.name)


_NUMBERS = itertools.count()


def _seen(error: MuxiError) -> Error:
    return Error(type(error), error.sent, error.retryable, error.status_code, error.retry_after)


def _play(
    kind: Kind, fault: Fault, client: str, tries: Tries, cell: Cell, proxy: Proxy
) -> tuple[Any, MuxiError | None]:
    """Make the call, and another one that nothing spoils."""
    if fault.seen is not Seen.REFUSED:
        proxy.open()
    settings: dict[str, Any] = {
        "url": proxy.url,
        "timeout": 10.0 if kind.streams and not kind.follows else cell.patience,
        "retry": _retry(proxy, fault, tries),
    }
    if kind.service == "formation":
        settings |= {**cell.world.formation_keys, "user_id": cell.name}
    else:
        settings |= cell.world.server_keys
    if client != "sync":
        return anyio.run(_aplay, kind, fault, cell, proxy, settings, backend=client)
    sync = muxi.FormationClient if kind.service == "formation" else muxi.ServerClient
    answer = error = None
    with sync(**settings) as made:
        if fault.at_idle is not None:
            made.health()
            assert proxy.idled.wait(5)
        try:
            answer = kind.make(made, cell)
            if isinstance(answer, muxi.Stream):
                with answer as stream:
                    answer = [next(stream)] if kind.follows else list(stream)
        except MuxiError as exc:
            error = exc
        assert busy(made) == []
        proxy.heal()
        made.with_options(timeout=10, retry=Retry()).health()
    return answer, error


async def _aplay(
    kind: Kind, fault: Fault, cell: Cell, proxy: Proxy, settings: dict[str, Any]
) -> tuple[Any, MuxiError | None]:
    make = muxi.AsyncFormationClient if kind.service == "formation" else muxi.AsyncServerClient
    answer = error = None
    before = tasks()
    async with make(**settings) as made:
        if fault.at_idle is not None:
            await made.health()
            assert proxy.idled.wait(5)
        try:
            answer = kind.make(made, cell)
            if inspect.isawaitable(answer) and not isinstance(answer, muxi.AsyncStream):
                answer = await answer
            else:
                async with answer as stream:
                    one = [await anext(stream)] if kind.follows else [each async for each in stream]
                    answer = one
        except MuxiError as exc:
            error = exc
        assert busy(made) == []
        proxy.heal()
        await made.with_options(timeout=10, retry=Retry()).health()
        assert tasks() == before
    return answer, error


def _retry(proxy: Proxy, fault: Fault, tries: Tries) -> Retry:
    class Opening(Retry):
        """Lets the proxy accept connections before the second attempt."""

        def delay(self, error: MuxiError, **facts: Any) -> float | None:
            proxy.open()
            return super().delay(error, **facts)

    refused_once = fault.seen is Seen.REFUSED and tries is Tries.ONCE
    kind = Opening if refused_once else Retry
    return kind(max_retries=0 if tries is Tries.WITHOUT else RETRIES, base_delay=0.001)
