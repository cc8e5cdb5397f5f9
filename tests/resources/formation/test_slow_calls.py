"""Calls that may take long: the client's timeout doesn't end them, their own does."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from threading import Event
from typing import Any

import pytest
from pydantic import SecretStr

import muxi
from muxi._core.call import Call, KeyKind
from muxi._core.messages import ApiKey, HttpRequest
from muxi._core.options import Options
from muxi.resources.formation import FormationApi

from ...support.clients import ClientKind
from ...support.fake_server import FAST, Answer, FakeServer, Received, Silence, failure
from ...support.played import Played, Player

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
UNKNOWN = failure(404, "NOT_FOUND")


@pytest.mark.parametrize("name", SLOW)
def test_the_clients_timeout_is_for_connecting_only(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muxi._core.steps.monotonic", lambda: 0.0)
    waited: list[tuple[float, float]] = []

    def answer(_: Call[Any], request: HttpRequest) -> Played:
        waited.append((request.timeout, request.read_timeout))
        return Played(404, [*UNKNOWN.headers.items()], [UNKNOWN.content])

    keys = {kind: ApiKey("X-Key", SecretStr("k")) for kind in KeyKind}
    options = Options("http://h", keys, user_id="u", timeout=3.0)
    formation = FormationApi(Player(options, answer, [0.0]))
    for timeout in (None, 60.0, 1.0):
        with pytest.raises(muxi.NotFoundError):
            SLOW[name](formation, timeout=timeout)
    assert waited == [(3.0, inf), (3.0, 60.0), (1.0, 1.0)]


def test_an_answer_may_come_later_than_the_clients_timeout(client_kind: ClientKind) -> None:
    def later(_: Received) -> Answer:
        Event().wait(1)
        return UNKNOWN

    with FakeServer(later) as server:
        with pytest.raises(muxi.NotFoundError):
            client_kind.formation(server.url, SLOW["memory.lint"], timeout=0.5)
        assert len(server.received) == 1


def test_a_call_ends_at_its_own_timeout(client_kind: ClientKind) -> None:
    with FakeServer(Silence()) as server:
        with pytest.raises(muxi.TimeoutError) as caught:
            client_kind.formation(
                server.url, lambda f: SLOW["memory.lint"](f, timeout=0.5), retry=FAST
            )
        assert caught.value.sent
        assert len(server.received) == 1
