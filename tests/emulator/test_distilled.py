"""Distilleries on the emulator: signatures are checked, and what they tell is remembered."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muxi.testing import Emulator

from ..conftest import Colour
from .asking import Asker, asked

FACT = {
    "event_type": "fact.extracted",
    "user_id": "alice",
    "source_id": "mail-1",
    "payload": {"memory": "Alice likes tea", "collection": "facts"},
}
ENTRY = {
    "event_type": "log.entry",
    "user_id": "alice",
    "source_id": "day-1",
    "payload": {"date": "2026-01-02", "summary": "A quiet day", "decisions": ["tea"]},
}
TURN = {
    "event_type": "interaction.turn",
    "user_id": "bob",
    "source_id": "turn-1",
    "payload": {"user_message": "Hello"},
}
DER = bytes.fromhex("302a300506032b6570032100")


class Distillery:
    """A registered distillery and its key."""

    def __init__(self, asker: Asker, prefix: bytes = b"", **about: object) -> None:
        self.asker = asker
        self._key = Ed25519PrivateKey.generate()
        public = base64.b64encode(prefix + self._key.public_key().public_bytes_raw()).decode()
        body = {"name": "cellar", "public_key": f"ed25519:{public}", **about}
        made = asker.ask("POST", "/memory/distilleries", json=body, headers=asker.admin)
        assert made.status_code == 201, made.text
        self.id = made.json()["data"]["distillery_id"]

    def signed(self, raw: bytes, stamp: str | None = None) -> dict[str, str]:
        stamp = stamp or str(int(time.time()))
        message = f"muxi-distillery-v1\n{stamp}\n{self.id}\n".encode() + raw
        return {
            "X-Distillery-ID": self.id,
            "X-Distillery-Timestamp": stamp,
            "X-Distillery-Signature": base64.b64encode(self._key.sign(message)).decode(),
        }

    def post(self, raw: bytes, headers: dict[str, str]) -> httpx.Response:
        url = f"{self.asker.url}/memories/distilled"
        given = {**self.asker.headers, "content-type": "application/json", **headers}
        return httpx.post(url, content=raw, headers=given, verify=False)

    def send(self, *events: object, **more: object) -> httpx.Response:
        raw = json.dumps({"batch_id": "b1", "events": events, **more}).encode()
        return self.post(raw, self.signed(raw))


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(multi_user=True) as running:
        yield running


@pytest.fixture
def asker(emulator: Emulator) -> Asker:
    return Asker(emulator)


def rejected(answer: httpx.Response) -> list[int]:
    return [each["index"] for each in answer.json()["data"]["rejections"]]


def seen(asker: Asker, path: str) -> Any:
    return asker.ask("GET", path).json()["data"]


@pytest.mark.parametrize("prefix", [b"", DER], ids=["raw", "DER"])
def test_what_is_told_is_remembered(asker: Asker, prefix: bytes) -> None:
    distillery = Distillery(asker, prefix)
    answer = distillery.send(FACT, ENTRY, TURN)
    assert answer.status_code == 202
    data = answer.json()["data"]
    assert (data["accepted"], data["duplicates"], data["rejected"]) == (3, 0, 0)
    [memory] = seen(asker, "/memories")["memories"]
    assert memory["content"] == "Alice likes tea"
    [day] = seen(asker, "/history?include_sources=true")["entries"]
    assert (day["summary"], day["decisions"]) == ("A quiet day", ["tea"])
    assert day["sources"] == [{"source_type": "distillery", "source_id": "day-1"}]
    job = asker.ask("GET", data["status_url"][3:], headers={"X-Distillery-ID": distillery.id})
    assert [each["disposition"] for each in job.json()["data"]["items"]] == [
        "projected",
        "projected",
        "recorded",
    ]
    assert asker.ask("GET", data["status_url"][3:]).status_code == 403
    assert asker.ask("GET", data["status_url"][3:], headers=asker.admin).status_code == 200


def test_history_is_filtered_by_its_days(colour: Colour, emulator: Emulator) -> None:
    days = [date(2026, 1, day) for day in (2, 4, 3)]
    entries = [
        ENTRY | {"source_id": f"{day}", "payload": {"date": f"{day}", "summary": "quiet"}}
        for day in days
    ]
    Distillery(Asker(emulator)).send(*entries)

    def history(**query: Any) -> Any:
        return asked(colour, emulator, lambda f: f.history.list(**query))

    latest_first = sorted(days, reverse=True)
    assert [each.date for each in history()] == latest_first
    assert [each.date for each in history(limit=1)] == latest_first[:1]
    assert [each.date for each in history(date_from=days[2], date_to=days[2])] == [days[2]]
    assert history()[0].sources is None
    [source] = history(include_sources=True)[0].sources
    assert (source.source_type, source.source_id) == ("distillery", "2026-01-04")
    ignored = seen(Asker(emulator), "/history?date_from=whenever&date_to=2026-01-02")
    assert [each["date"] for each in ignored["entries"]] == ["2026-01-02"]


def test_what_is_told_twice_is_told_once(asker: Asker) -> None:
    distillery = Distillery(asker)
    assert distillery.send(FACT, FACT).json()["data"]["duplicates"] == 1
    again = distillery.send(FACT)
    assert (again.status_code, again.json()["data"]["processing_id"]) == (200, None)
    assert seen(asker, "/memories")["count"] == 1


def test_what_was_derived_is_forgotten_with_its_source(asker: Asker) -> None:
    Distillery(asker).send(FACT, ENTRY)
    asker.ask("POST", "/memories", json={"content": "By hand"})
    body = {"user_id": "alice", "source": "distillery"}
    asker.ask("POST", "/memory/forget", json=body, headers=asker.admin)
    assert [each["content"] for each in seen(asker, "/memories")["memories"]] == ["By hand"]
    assert seen(asker, "/history")["entries"] == []


def test_a_signature_must_fit_body_time_and_sender(asker: Asker) -> None:
    distillery, other = Distillery(asker), Distillery(asker)
    raw = json.dumps({"batch_id": "b1", "events": [FACT]}).encode()
    good = distillery.signed(raw)
    old = distillery.signed(raw, str(int(time.time()) - 400))
    for headers in (
        good | {"X-Distillery-ID": other.id},
        good | {"X-Distillery-ID": "nobody"},
        good | {"X-Distillery-Timestamp": str(int(good["X-Distillery-Timestamp"]) + 1)},
        good | {"X-Distillery-Signature": "?"},
        good | {"X-Distillery-Signature": other.signed(raw)["X-Distillery-Signature"]},
        good | {"X-Distillery-Signature": ""},
        good | {"X-Distillery-Timestamp": "now"},
        old,
    ):
        assert distillery.post(raw, headers).status_code == 401
    assert distillery.post(raw + b" ", good).status_code == 401
    assert seen(asker, "/memories")["count"] == 0
    assert distillery.post(raw, good).status_code == 202


def test_a_revoked_distillery_is_gone(asker: Asker) -> None:
    distillery = Distillery(asker)
    path = f"/memory/distilleries/{distillery.id}"
    first = asker.ask("DELETE", path, headers=asker.admin).json()["data"]
    assert first["status"] == "revoked"
    assert asker.ask("DELETE", path, headers=asker.admin).json()["data"] == first
    answer = distillery.send(FACT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "GONE")


def test_events_outside_the_contract_are_rejected_one_by_one(asker: Asker) -> None:
    answer = Distillery(asker).send(
        FACT | {"surprise": 1},
        FACT | {"user_id": None},
        FACT | {"event_type": "artifact.saved"},
        FACT | {"source_confidence": 2},
        FACT | {"payload": {"memory": "x"}},
        FACT | {"occurred_at": "yesterday"},
        "no event",
        FACT,
    )
    assert (answer.status_code, rejected(answer)) == (202, [*range(7)])


@pytest.mark.parametrize(
    ("users", "outside"), [(["bob"], [0]), ("pattern:a*", [1]), ("bob", [0]), ("all", [])]
)
def test_a_scope_names_its_users(asker: Asker, users: object, outside: list[int]) -> None:
    answer = Distillery(asker, scope={"user_ids": users}).send(FACT, TURN)
    assert rejected(answer) == outside


def test_a_scope_limits_kinds_batches_and_days(asker: Asker) -> None:
    scope = {"event_types": ["log.entry"], "max_batch_size": 2, "max_events_per_day": 1}
    distillery = Distillery(asker, scope=scope)
    assert distillery.send(FACT, ENTRY, TURN).status_code == 422
    assert rejected(distillery.send(FACT, ENTRY)) == [0]
    answer = distillery.send(ENTRY | {"source_id": "day-2"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert distillery.send(ENTRY).status_code == 200


def test_how_far_a_distillery_is_trusted(asker: Asker) -> None:
    for trust, confidence in (("provisional", 0.7), ("verified", 0.9)):
        distillery = Distillery(asker, trust_level=trust)
        event = FACT | {"source_id": trust, "source_confidence": 0.9}
        sent = distillery.send(event).json()["data"]
        job = asker.ask("GET", sent["status_url"][3:], headers=asker.admin).json()["data"]
        origin = seen(asker, f"/memories/provenance?event_id={job['items'][0]['event_id']}")
        assert origin["event"]["effective_confidence"] == confidence


def test_batches_and_registrations_that_are_none(asker: Asker) -> None:
    distillery = Distillery(asker)
    assert distillery.post(b"{", distillery.signed(b"{")).status_code == 400
    assert distillery.send().status_code == 422
    assert distillery.send(FACT, embedding_mode="pre_computed").status_code == 422
    for body in (
        {"name": "x", "public_key": "ed25519:?"},
        {"name": "x", "public_key": base64.b64encode(b"short").decode()},
        {"name": " ", "public_key": base64.b64encode(bytes(32)).decode()},
        {"name": "x", "public_key": base64.b64encode(bytes(32)).decode(), "trust_level": "much"},
    ):
        answer = asker.ask("POST", "/memory/distilleries", json=body, headers=asker.admin)
        assert answer.status_code == 422


def test_distilleries_have_to_be_enabled() -> None:
    with Emulator(manifest={}) as running:
        asker = Asker(running)
        answers = [
            asker.ask("GET", "/memory/distilleries", headers=asker.admin),
            asker.ask("POST", "/memories/distilled"),
        ]
    assert [each.json()["error"]["code"] for each in answers] == ["SERVICE_UNAVAILABLE"] * 2
