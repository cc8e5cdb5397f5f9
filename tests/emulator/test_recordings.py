"""The emulator answers what the real runtime answered, exchange by exchange."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from itertools import zip_longest

import httpx
import pytest

from muxi.testing import Emulator, Outcome, Turn

from .asking import until
from .differences import DIFFERENCES
from .lab import lab
from .replay import Answer, Recording, ask, compare, load
from .stub import stub


@dataclass(frozen=True)
class Deed:
    """A call that is made before an exchange."""

    path: str
    body: dict[str, object] = field(default_factory=dict[str, object])
    method: str = "POST"


# The same guards stand before paths that the emulator does not have (yet).
PATHS = {"/v1/memories": "/v1/requests"}

# What the emulator doesn't answer yet; a test sees that each of these is still unknown to it.
NOT_YET = re.compile(
    r"/v1/(artifacts|credentials|distilled|events|history|logs|memories|memory/\w+"
    r"|notifications|scheduler/\w+|users)\b"
)

LAB_SECRET = Deed("/secrets", {"key": "LAB_SECRET", "value": "a-secret-0123456789"})

# What an exchange builds on and no recording here did: recordings that are kept back, and what
# was done before the first one. Each is done first, where this flavour hasn't done it already; a
# turn under the id that was recorded.
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
}

# Seconds to wait for what happens in the background.
WAIT = {"escalation_status_late": 0.8, "trigger_webhook_llm_error_status": 0.2}

FLAVOURS = ("single_user", "multi_user")

_ID = re.compile(r"req_[A-Za-z0-9_-]{21}")


class Replay:
    """One run over the recordings of a flavour."""

    def __init__(self, multi_user: bool) -> None:
        self._emulator = Emulator(
            "lab",
            model=self._model,
            multi_user=multi_user,
            keepalive=0.05,
            token_pause=0,
            manifest=lab(),
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
        keys = self._emulator.environ
        user = "alice" if "mallory" not in each.headers.values() else "sdkuser"
        headers = {
            "X-Muxi-Admin-Key": keys["MUXI_ADMIN_KEY"],
            "X-Muxi-Client-Key": keys["MUXI_CLIENT_KEY"],
            "X-Muxi-User-ID": user,
        }
        turn = {"request_id": each.path.rpartition("/")[2], "stream": False}
        for deed in BEFORE.get(each.name, []):
            done = httpx.request(
                deed.method,
                f"{self._emulator.formation_url}/v1{deed.path}",
                headers=headers,
                json={**deed.body, **turn},
                verify=False,
            )
            assert done.is_success or done.status_code == 409, done.text

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
        turn = each.path == "/v1/chat" or each.path.startswith("/v1/triggers/")
        if turn and len(theirs) == len(mine):
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
    expected = {each.name for each in recordings} & DIFFERENCES.keys()
    assert {name: replay.problems[name] for name in replay.problems.keys() - expected} == {}
    assert expected <= replay.problems.keys(), "it doesn't differ any more"


def test_every_adaptation_is_needed() -> None:
    names = {each.name: each for flavour in FLAVOURS for each in load(flavour)}
    assert {*BEFORE, *WAIT, *DIFFERENCES} - names.keys() == set()
    assert PATHS.keys() - {each.path for each in names.values()} == set()
