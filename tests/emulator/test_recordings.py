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
from .ids import Ids, found
from .replay import Recording, ask, compare, load, manifest
from .stub import stub

# The same guards stand before paths that the emulator does not have (yet).
PATHS = {"/v1/sops": "/v1/sessions"}

# What the emulator doesn't answer yet; a test sees that each of these is still unknown to it.
NOT_YET = re.compile(
    r"/v1/(a2a|agents|async|audit|config|formation|knowledge|llm|logging|mcp|overlord|secrets"
    r"|skills|sops|triggers|tuning)\b|/(v1/?(v1)?)?$"
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

# What made a thing whose maker was not recorded: who asks, how, and the key of the thing's id in
# the answer. That id is then the one at the end of, or within, the recorded path.
MAKERS: dict[str, tuple[str, str, object, str]] = {
    "single_user/memory_create_source_again": (
        "POST",
        "/memories",
        {
            "content": "Meeting at nine on Monday with Zoe",
            "source": "calendar",
            "source_id": "ev1",
            "timestamp": "2026-01-01T00:00:00Z",
        },
        "event_id",
    ),
    "single_user/ingestion_status": (
        "POST",
        "/memories/batch",
        {"items": [{"content": "Bob plays chess", "source": "crm", "source_id": "1"}]},
        "processing_id",
    ),
    "multi_user/memory_forget_job": (
        "POST",
        "/memory/forget",
        {"user_id": "alice", "source": "crm"},
        "job_id",
    ),
    "multi_user/artifact_one_content": ("GET", "/artifacts", None, "id"),
}

# Seconds to wait for what happens in the background.
WAIT = {"escalation_status_late": 0.8}

FLAVOURS = ("single_user", "multi_user")


class Replay:
    """One run over the recordings of a flavour."""

    def __init__(self, flavour: str) -> None:
        self._flavour = flavour
        self._emulator = Emulator(
            "lab",
            model=self._model,
            multi_user=flavour == "multi_user",
            keepalive=0.05,
            token_pause=0,
            manifest=manifest(flavour),
        )
        self.started: set[str] = set()
        self._ids = Ids()
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
        if f"{self._flavour}/{each.name}" in MAKERS:
            self._make(each, *MAKERS[f"{self._flavour}/{each.name}"])
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

    def _make(self, each: Recording, method: str, path: str, body: object, key: str) -> None:
        environ = self._emulator.environ
        headers = {
            "X-Muxi-Admin-Key": environ["MUXI_ADMIN_KEY"],
            "X-Muxi-User-ID": each.headers.get("X-Muxi-User-ID", "alice"),
        }
        url = f"{self._emulator.formation_url}/v1{path}"
        answer = httpx.request(method, url, headers=headers, json=body, verify=False)
        recorded = re.findall(r"[A-Za-z0-9_-]{21,}", each.path)
        for one in recorded:
            self._ids.stands_for(one, found(answer.raise_for_status().json()["data"], key))

    def _ask(self, each: Recording, got: bytearray) -> None:
        asked = self._ids.translated(each)
        path = PATHS.get(asked.path, asked.path)
        keys = self._emulator.environ
        known = {"x-muxi-admin-key": keys["MUXI_ADMIN_KEY"]}
        known["x-muxi-client-key"] = keys["MUXI_CLIENT_KEY"]
        headers = {
            name: known[name.lower()] if value == "REDACTED" else value
            for name, value in each.headers.items()
        }
        answer = ask(self._emulator.formation_url, asked, path, headers, got)
        self._ids.learn(each, answer)
        problems = compare(self._ids.translated(each), answer)
        if problems:
            self.problems[each.name] = problems

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
    replay = Replay(flavour)
    replay.run(recordings)
    assert replay.problems == {}


def test_every_adaptation_is_needed() -> None:
    names = {each.name: each for flavour in FLAVOURS for each in load(flavour)}
    assert {*BEFORE, *WAIT} - names.keys() == set()
    assert PATHS.keys() - {each.path for each in names.values()} == set()
