"""Calls that may take long: the client's timeout doesn't end them, their own does."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

import muxi

from ...support.clients import ClientKind
from ...support.fake_server import FAST, Answer, FakeServer, Received, Silence, failure

SLOW: dict[str, Callable[..., Any]] = {
    "agents.sync_knowledge": lambda f, **more: f.agents.sync_knowledge("a", **more),
    "knowledge.rebuild": lambda f, **more: f.knowledge.rebuild(**more),
    "memory.rebuild": lambda f, **more: f.memory.rebuild(user_id="u", background=False, **more),
    "memory.backfill": lambda f, **more: f.memory.backfill(user_id="u", **more),
    "memory.forget": lambda f, **more: f.memory.forget(user_id="u", source="s", **more),
    "memory.lint": lambda f, **more: f.memory.lint(**more),
    "triggers.fire": lambda f, **more: f.triggers.fire("t", {}, wait=True, **more),
    "tuning.run": lambda f, **more: f.tuning.run(**more),
}


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.parametrize("timeout", [None, 60.0])
def test_an_answer_may_come_later_than_the_clients_timeout(
    client_kind: ClientKind, name: str, timeout: float | None
) -> None:
    def later(received: Received) -> Answer:
        Event().wait(0.3)
        return failure(404, "NOT_FOUND")

    with FakeServer(later) as server:
        with pytest.raises(muxi.NotFoundError):
            client_kind.formation(server.url, lambda f: SLOW[name](f, timeout=timeout), timeout=0.1)
        assert len(server.received) == 1


@pytest.mark.parametrize("name", SLOW)
def test_a_call_ends_at_its_own_timeout(client_kind: ClientKind, name: str) -> None:
    with FakeServer(Silence()) as server:
        with pytest.raises(muxi.TimeoutError) as caught:
            client_kind.formation(server.url, lambda f: SLOW[name](f, timeout=0.2), retry=FAST)
        assert caught.value.sent
        assert len(server.received) == 1
