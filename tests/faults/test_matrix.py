"""Each kind of call meets each fault: the answer or one typed error, and nothing left behind.

`make test` runs a sample. `make faults` runs the whole matrix.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from muxi.resources.formation import _turn_end, chat
from muxi.resources.server import _log_stream

from ..support.waiting import until
from ..testing.control.leaks import no_leaks
from .calls import KINDS, OLD, Cell, Kind
from .driver import play
from .expected import RETRIES, Error, Tries, applies, expected
from .faults import FAULTS, Fault, Seen
from .proxy import Proxy
from .world import WHOLE, World

CLIENTS = ("sync", "asyncio", "trio", "aiohttp")
SAMPLED = ("sync httpx2", "asyncio httpx2")
"""Clients whose whole matrix would show nothing more."""
SILENT = (Seen.SILENCE, Seen.SILENT, Seen.SILENT_AT_END)
NUMBERS = itertools.count()


def _cells() -> Iterator[Any]:
    """Return all cells, or a sample with one of the ways to make a call for each pair."""
    ways, sampled = [[*itertools.product(one, Tries)] for one in (CLIENTS, SAMPLED)]
    for number, (kind, fault) in enumerate(_pairs() if WHOLE else _sample()):
        some = [*ways, sampled[number % len(sampled)]]
        both = ways + sampled
        for client, tries in some if WHOLE else [both[number % len(both)]]:
            name = f"{kind.name}, {fault.name}, {client}, {tries.value}"
            yield pytest.param(kind, fault, client, tries, id=name)


def _pairs() -> Iterator[tuple[Kind, Fault]]:
    return (pair for pair in itertools.product(KINDS, FAULTS) if applies(*pair))


def _sample() -> Iterator[tuple[Kind, Fault]]:
    """Return pairs with each fault, and with each kind of call for all that a client can see."""
    used: Counter[str] = Counter()
    for kind, seen in itertools.product(KINDS, Seen):
        possible = [one for one in FAULTS if one.seen is seen and applies(kind, one)]
        if possible:
            fault = min(possible, key=lambda one: used[one.name])
            used[fault.name] += 1
            yield kind, fault
    rest = [[pair for pair in _pairs() if pair[1] is one] for one in FAULTS if not used[one.name]]
    yield from (pairs[number % len(pairs)] for number, pairs in enumerate(rest))


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
    fault = replace(fault, seen=fault.seen_with.get(client.split()[-1], fault.seen))
    must = expected(kind, fault, tries)
    # An error needs a silence, an answer needs one that no pause of the machine is taken for.
    patience = 60.0 if fault.seen not in SILENT else 0.5 if must.error else 2.0
    monkeypatch.setattr(chat, "_DEAD_AFTER", patience)
    monkeypatch.setattr(_turn_end, "_POLL_INTERVAL", 0.01)
    monkeypatch.setattr(_log_stream, "_RECONNECT_AFTER", 0.0)
    cell = Cell(world, f"cell-{next(NUMBERS)}", patience, tmp_path / "files" / "a.bin")
    cell.target.parent.mkdir()
    cell.target.write_bytes(OLD)
    kind.prepare(cell)

    proxy = Proxy(
        portal,
        world.url(kind.service),
        re.compile(kind.line),
        fault.at_request,
        fault.at_accept,
        fault.at_idle,
        times=1 if tries is not Tries.ALWAYS or fault.at_idle else 1 + RETRIES,
        enough=(lambda body: b"\n\n" in body) if kind.follows else lambda body: False,
    )
    with closing(proxy):
        with no_leaks(proxy.url, tmp_path / "temporary"):
            answer, error = play(kind, fault, client, tries, cell, proxy)
        until(lambda: proxy.is_quiet)
    world.settle()
    record_property("outcome", "answer" if error is None else type(error).__name__)

    assert Error.of(error) == must.error, error or answer
    if must.attempts is not None and fault.at_request is not None:
        assert proxy.arrived == must.attempts
    if kind.work is not None:
        assert kind.work(cell) == must.work
    if error is not None:
        assert cell.is_unharmed
    elif fault.seen is not Seen.ALTERED:
        assert kind.is_right(answer, cell)
    world.remove(cell.name)
