"""The emulator answers what the real runtime answered, exchange by exchange."""

from __future__ import annotations

import json
import re
import threading
import time
from itertools import zip_longest

import httpx
import pytest

from muxi.testing import Emulator, Outcome, Turn

from .asking import until
from .replay import Answer, Recording, ask, compare, load
from .stub import stub

# The same guards stand before paths that the emulator does not have (yet).
PATHS = {"/v1/sops": "/v1/sessions", "/v1/memories": "/v1/requests"}

# What the emulator doesn't answer yet; a test sees that each of these is still unknown to it.
NOT_YET = re.compile(
    r"/v1/(a2a|agents|artifacts|async|audit|config|credentials|distilled|events|formation|history"
    r"|knowledge|llm|logging|logs|mcp|memories|memory|notifications|overlord|scheduler|secrets"
    r"|skills|sops|triggers|tuning|users)\b|/(v1/?(v1)?)?$"
)

# Turns that an exchange builds on and that no recording here made: recordings that are kept
# back, and triggers. Each is run first, under the id or in the session that was recorded.
BEFORE: dict[str, dict[str, object]] = {
    "async_chat_status_early": {"message": "STUB_COMPLEX8 research"},
    "async_chat_status_late": {"message": "STUB_COMPLEX8 research"},
    "trigger_async_status": {"message": "STUB_CLARIFY the trigger"},
    "trigger_webhook_llm_error_status": {"message": "STUB_HTTP=500 the trigger"},
    "request_other_user": {"message": "A turn of another user"},
    "request_cancel_other_user": {"message": "A turn of another user"},
}

# Seconds to wait for what happens in the background.
WAIT = {"escalation_status_late": 0.8}

FLAVOURS = ("single_user", "multi_user")

_ID = re.compile(r"req_[A-Za-z0-9_-]{21}")


class Replay:
    """One run over the recordings of a flavour."""

    def __init__(self, multi_user: bool) -> None:
        self._emulator = Emulator(
            "lab", model=self._model, multi_user=multi_user, keepalive=0.05, token_pause=0
        )
        self.started: set[str] = set()
        self._ids: dict[str, str] = {}
        self._running: list[tuple[Recording, threading.Thread]] = []
        self.problems: dict[str, list[str]] = {}

    def run(self, recordings: list[Recording]) -> None:
        """Ask everything in order; what overlapped overlaps again."""
        with self._emulator:
            for each, following in zip_longest(recordings, recordings[1:]):
                self._join(each.began)
                self._prepare(each)
                if following and following.began < each.ended - 0.5:
                    self._begin(each)
                else:
                    self._ask(each, bytearray())
            self._join(float("inf"))

    def _model(self, turn: Turn) -> Outcome:
        self.started.add(turn.request_id)
        return stub(turn)

    def _begin(self, each: Recording) -> None:
        """Ask without waiting for the end, but until the turn is past its checkpoints."""
        got = bytearray()
        thread = threading.Thread(target=self._ask, args=[each, got])
        thread.start()
        self._running.append((each, thread))
        body = json.loads(each.body or b"{}")
        if "request_id" not in body:
            return
        until(lambda: body["request_id"] in self.started)
        if body["stream"]:
            until(lambda: b"creating_plan" in got)
        self._round_trip()

    def _join(self, before: float) -> None:
        for each, thread in [*self._running]:
            if each.ended <= before:
                thread.join()
                self._running.remove((each, thread))

    def _prepare(self, each: Recording) -> None:
        time.sleep(WAIT.get(each.name, 0))
        body = BEFORE.get(each.name)
        if body is None:
            return
        key = self._emulator.environ["MUXI_CLIENT_KEY"]
        user = "alice" if "mallory" not in each.headers.values() else "sdkuser"
        httpx.post(
            f"{self._emulator.formation_url}/v1/chat",
            headers={"X-Muxi-Client-Key": key, "X-Muxi-User-ID": user},
            json={**body, "request_id": each.path.rpartition("/")[2], "stream": False},
        ).raise_for_status()

    def _ask(self, each: Recording, got: bytearray) -> None:
        path = _ID.sub(lambda found: self._ids.get(found[0], found[0]), each.path)
        path = PATHS.get(path, path)
        keys = self._emulator.environ
        known = {"x-muxi-admin-key": keys["MUXI_ADMIN_KEY"]}
        known["x-muxi-client-key"] = keys["MUXI_CLIENT_KEY"]
        headers = {
            name: known[name.lower()] if value == "REDACTED" else value
            for name, value in each.headers.items()
        }
        answer = ask(self._emulator.formation_url, each, path, headers, got)
        self._learn(each, answer)
        problems = compare(each, answer)
        if problems:
            self.problems[each.name] = problems

    def _learn(self, each: Recording, answer: Answer) -> None:
        """Which of my ids stands for which recorded one."""
        theirs, mine = _ID.findall(each.text), _ID.findall(answer.text)
        if each.path == "/v1/chat" and len(theirs) == len(mine):
            self._ids.update(zip(theirs, mine, strict=True))

    def _round_trip(self) -> None:
        httpx.get(f"{self._emulator.formation_url}/v1/health", verify=False).raise_for_status()


def guards(each: Recording) -> bool:
    return each.path in PATHS and each.name.startswith("auth_")


def later(each: Recording) -> bool:
    return NOT_YET.match(each.path.partition("?")[0]) is not None


def test_what_comes_later_is_unknown_to_the_emulator() -> None:
    with Emulator() as emulator:
        for each in [each for each in load("single_user") if later(each)]:
            answer = httpx.request(each.method, f"{emulator.formation_url}{each.path}")
            assert (answer.status_code, each.name) == (404, each.name)
            assert answer.json()["error"]["code"] == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_recorded_exchange(flavour: str) -> None:
    recordings = [each for each in load(flavour) if guards(each) or not later(each)]
    assert len(recordings) > 100
    replay = Replay(flavour == "multi_user")
    replay.run(recordings)
    assert replay.problems == {}


def test_every_adaptation_is_needed() -> None:
    names = {each.name: each for flavour in FLAVOURS for each in load(flavour)}
    assert {*BEFORE, *WAIT} - names.keys() == set()
    assert PATHS.keys() - {each.path for each in names.values()} == set()
