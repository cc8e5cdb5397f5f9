"""How long a stream may be silent, by the drivers' clock."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from muxi._core.call import Call, KeyKind
from muxi._core.messages import ApiKey, HttpRequest
from muxi._core.options import Options
from muxi.resources.formation import FormationApi

from ..support.fake_server import Answer
from ..support.played import Played, Player
from ..support.sse import DONE, KEEPALIVE, state, token


class Turn:
    """A chat stream whose chunks come every ten seconds, and the looks at its turn.

    Attributes:
        looks: The times of the looks.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *chunks: bytes) -> None:
        self.looks: list[float] = []
        self._now = [0.0]
        self._chunks = list(chunks)
        monkeypatch.setattr("muxi._core.steps.monotonic", lambda: self._now[0])

    def _answer(self, call: Call[Any], _: HttpRequest) -> Played:
        if call.path == "/chat":
            return Played(200, [("content-type", "text/event-stream")], self._chunks, pause=10.0)
        self.looks.append(self._now[0])
        done: Answer = state("completed", result="Done")
        return Played(200, [("content-type", "application/json")], [done.content])

    def read(self, stall_after: float) -> Any:
        keys = {KeyKind.CLIENT: ApiKey("X-Key", SecretStr("k"))}
        player = Player(Options("http://h", keys, user_id="u"), self._answer, self._now)
        api: Any = FormationApi(player)
        return api.chat.stream("hi", stall_after=stall_after).result()


def test_a_stream_that_talks_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = [token("content", "x")] * 10
    turn = Turn(monkeypatch, *chunks, token("completed", "Hello") + DONE)
    assert turn.read(stall_after=15).text == "Hello"
    assert turn.looks == []


def test_silence_is_measured_from_the_last_event(monkeypatch: pytest.MonkeyPatch) -> None:
    turn = Turn(monkeypatch, token("content", "x"), *[KEEPALIVE] * 10)
    reply = turn.read(stall_after=25)
    assert (reply.text, reply.recovered) == ("Done", True)
    assert turn.looks == [40.0]
