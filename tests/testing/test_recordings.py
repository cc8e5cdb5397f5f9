"""The emulator answers each recorded request as the real runtime did."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from itertools import zip_longest

import httpx
import pytest

from muxi.testing import Emulator, Outcome, Turn

from ..support.plain_http import NO_TLS
from ..support.waiting import until
from .differences import DIFFERENCES
from .ids import Ids, found, id_in
from .raw_http import RawHttp
from .recorded_formation import recorded_manifest
from .recorded_model import recorded_model
from .replay import Recording, ask, compare, load


@dataclass(frozen=True)
class Deed:
    """A call to make before an exchange."""

    path: str
    body: dict[str, object] = field(default_factory=dict[str, object])
    method: str = "POST"
    made: str | None = None
    """The key of an id in the response. It replaces the id in the exchange's path."""


LAB_SECRET = Deed("/secrets", {"key": "LAB_SECRET", "value": "a-secret-0123456789"})

# Some exchanges need earlier calls that aren't in the recordings. These calls are made first,
# unless this flavour has made them already. A turn gets the recorded id.
BEFORE: dict[str, list[Deed]] = {
    "async_chat_status_early": [Deed("/chat", {"message": "STUB_COMPLEX8 research"})],
    "async_chat_status_late": [Deed("/chat", {"message": "STUB_COMPLEX8 research"})],
    "request_other_user": [Deed("/chat", {"message": "A turn of another user"})],
    "request_cancel_other_user": [Deed("/chat", {"message": "A turn of another user"})],
    "secrets": [LAB_SECRET],
    "secrets_after": [
        LAB_SECRET,
        Deed("/secrets", {"key": "lower one", "value": "x"}),
        Deed("/secrets", {"key": "", "value": ""}),
    ],
    "audit": [Deed("/audit?confirm=clear-audit-log", method="DELETE")],
    "memory_create_source_again": [
        Deed("/memories", {"content": "Meeting", "source": "calendar", "source_id": "ev1"})
    ],
    "ingestion_status": [
        Deed(
            "/memories/batch",
            {"items": [{"content": "Bob plays chess", "source": "crm", "source_id": "1"}]},
            made="processing_id",
        )
    ],
    "memory_forget_job": [
        Deed("/memory/forget", {"user_id": "alice", "source": "crm"}, made="job_id")
    ],
    "artifact_one_content": [Deed("/artifacts", method="GET", made="id")],
}

# Seconds to wait for background work.
WAIT = {"escalation_status_late": 0.8, "trigger_webhook_llm_error_status": 0.2}

FLAVOURS = ("single_user", "multi_user")


class Replay:
    """One run of all recordings of a flavour."""

    def __init__(self, flavour: str) -> None:
        self._emulator = Emulator(
            "lab",
            model=self._model,
            multi_user=flavour == "multi_user",
            keepalive=0.05,
            token_pause=0,
            manifest=recorded_manifest(),
        )
        self.started: set[str] = set()
        self._ids = Ids()
        self._running: list[tuple[Recording, threading.Thread]] = []
        self.problems: dict[str, list[str]] = {}

    def run(self, recordings: list[Recording]) -> None:
        """Send all requests in order. Requests that overlapped overlap again."""
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
        return recorded_model(turn)

    def _begin(self, each: Recording) -> None:
        """Send a request without waiting for its end, only until the turn's last checkpoint."""
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
        user = "alice" if "mallory" not in each.headers.values() else "sdkuser"
        raw = RawHttp(self._emulator, user)
        turn = {"request_id": each.path.rpartition("/")[2], "stream": False}
        for deed in BEFORE.get(each.name, []):
            body = {**deed.body, **turn}
            done = raw.ask(deed.method, deed.path, json=body, headers=raw.admin)
            assert done.is_success or done.status_code == 409, done.text
            if deed.made:
                self._ids.stands_for(id_in(each.path), found(done.json()["data"], deed.made))

    def _ask(self, each: Recording, got: bytearray) -> None:
        asked = self._ids.translated(each)
        raw = RawHttp(self._emulator)
        known = httpx.Headers({**raw.headers, **raw.admin})
        headers = {
            name: known[name] if value == "REDACTED" else value
            for name, value in each.headers.items()
        }
        answer = ask(self._emulator.formation_url, asked, headers, got)
        self._ids.learn(each, answer)
        problems = compare(self._ids.translated(each), answer)
        if problems:
            self.problems[each.name] = problems

    def _round_trip(self) -> None:
        httpx.get(f"{self._emulator.formation_url}/v1/health", verify=NO_TLS).raise_for_status()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_recorded_exchange(flavour: str) -> None:
    recordings = load(flavour)
    assert len(recordings) > 250
    replay = Replay(flavour)
    replay.run(recordings)
    names = {each.name for each in recordings}
    expected = {name for name in names if {name, f"{flavour}/{name}"} & DIFFERENCES.keys()}
    assert {name: replay.problems[name] for name in replay.problems.keys() - expected} == {}
    assert expected <= replay.problems.keys(), "it doesn't differ any more"


def test_every_adaptation_is_needed() -> None:
    all_of_them = [(flavour, each.name) for flavour in FLAVOURS for each in load(flavour)]
    names = {name for _, name in all_of_them}
    assert {*BEFORE, *WAIT} - names == set()
    assert (
        DIFFERENCES.keys() - names - {f"{flavour}/{name}" for flavour, name in all_of_them} == set()
    )
