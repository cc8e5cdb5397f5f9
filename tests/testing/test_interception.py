"""Calls that fail, hang and break off because a test says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from muxi import (
    FormationClient,
    NotFoundError,
    RateLimitError,
    Retry,
    ServerClient,
    ServerError,
    StreamInterruptedError,
    TimeoutError,
    UnavailableError,
)
from muxi.models.formation import TextDelta
from muxi.testing import Emulator

from ..support.emulated import formation_keys, server_keys


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(multi_user=True, token_pause=0, keepalive=60) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset()
    return running


@pytest.fixture
def formation(emulator: Emulator) -> Iterator[FormationClient]:
    given = {"user_id": "alice", "max_retries": 0, **formation_keys(emulator)}
    with FormationClient(url=emulator.formation_url, **given) as client:
        yield client


@pytest.fixture
def server(emulator: Emulator) -> Iterator[ServerClient]:
    keys = server_keys(emulator)
    with ServerClient(url=emulator.server_url, max_retries=0, **keys) as client:
        yield client


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, NotFoundError, "RESOURCE_NOT_FOUND"),
        (429, RateLimitError, "RATE_LIMITED"),
        (500, ServerError, "INTERNAL_ERROR"),
        (503, UnavailableError, "SYSTEM_OVERLOAD"),
    ],
)
def test_a_call_of_a_formation_fails(
    emulator: Emulator,
    formation: FormationClient,
    status: int,
    kind: type[ServerError],
    code: str,
) -> None:
    emulator.fail_next("memories.list", status=status, times=2, message="Not today")
    assert formation.health().status == "healthy"  # another method
    for _ in range(2):
        with pytest.raises(kind, match="Not today") as failed:
            formation.memories.list()
        assert (failed.value.status_code, failed.value.code) == (status, code)
    assert formation.memories.list().items == []
    assert [call.status for call in emulator.calls.to("memories.list")] == [status, status, 200]


def test_a_failed_call_has_no_effect(emulator: Emulator, formation: FormationClient) -> None:
    emulator.fail_next("memories.create")
    with pytest.raises(UnavailableError):
        formation.memories.create("Black coffee")
    assert formation.memories.list().items == []


def test_a_retry_waits_as_long_as_the_response_says(
    emulator: Emulator, formation: FormationClient
) -> None:
    emulator.fail_next(status=503, retry_after=0)
    retried = formation.with_options(retry=Retry(max_retries=1))
    assert retried.raw.sessions.list().attempts == 2
    emulator.fail_next(status=429, retry_after=3)
    with pytest.raises(RateLimitError) as limited:
        formation.sessions.list()
    assert limited.value.retry_after == 3


def test_a_call_of_the_server_fails(emulator: Emulator, server: ServerClient) -> None:
    emulator.fail_next("server.formations.list", status=500, message="Not today")
    with pytest.raises(ServerError, match="Not today"):
        server.formations.list()
    assert [found.id for found in server.formations.list()] == ["hello"]


def test_a_call_through_the_proxy_fails(emulator: Emulator, server: ServerClient) -> None:
    emulator.fail_next("chat.send")
    formation = server.formation_client("hello", **formation_keys(emulator))
    with pytest.raises(UnavailableError):
        formation.chat.send("Anyone there?", wait=False)


def test_a_call_hangs(emulator: Emulator, formation: FormationClient) -> None:
    emulator.hang("sessions.list")
    with pytest.raises(TimeoutError):
        formation.with_options(timeout=0.5).sessions.list()
    assert formation.sessions.list().items == []
    assert [call.status for call in emulator.calls] == [None, 200]


@pytest.mark.parametrize("after", [0, 3])
def test_a_stream_breaks_off(emulator: Emulator, formation: FormationClient, after: int) -> None:
    emulator.cut_stream("chat.stream", after=after)
    kinds = []
    with (
        formation.chat.stream("Anyone there?") as stream,
        pytest.raises(StreamInterruptedError),
    ):
        kinds.extend(event.type for event in stream)
    assert kinds == ["progress", "thinking", "planning"][:after]
    with formation.chat.stream("Anyone there?") as stream:
        assert TextDelta in {type(event) for event in stream}


def test_a_deployment_breaks_off(emulator: Emulator, server: ServerClient) -> None:
    emulator.cut_stream("server.formations.restart", after=1)
    seen = []
    with pytest.raises(StreamInterruptedError):
        seen.extend(event.stage for event in server.formations.restart_stream("hello"))
    assert seen == ["stopping"]


def test_what_is_planned_must_be_possible(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match=r"Did you mean chat\.send"):
        emulator.fail_next("chat.sent")
    with pytest.raises(ValueError, match="status is 200"):
        emulator.fail_next(status=200)
    with pytest.raises(ValueError, match="times is 0"):
        emulator.hang(times=0)
    with pytest.raises(ValueError, match="after is -1"):
        emulator.cut_stream(after=-1)
    with pytest.raises(ValueError, match="is no method"):
        emulator.cut_stream("stream")


def test_a_reset_forgets_plans_replies_and_data(
    emulator: Emulator, formation: FormationClient
) -> None:
    where = (emulator.server_url, emulator.formation_url)
    formation.memories.create("Black coffee")
    emulator.reply("Never said")
    emulator.fail_next()
    emulator.hang()
    emulator.cut_stream()
    emulator.server.quirks.unescaped = False
    emulator.reset()
    assert (emulator.server_url, emulator.formation_url) == where
    assert len(emulator.calls) == 0
    assert emulator.server.quirks.unescaped
    with formation.chat.stream("Anyone there?") as stream:
        assert stream.result().text == "You said: Anyone there?"
    assert formation.memories.list().items == []


def test_only_a_running_emulator_is_reset() -> None:
    with pytest.raises(RuntimeError, match="does not run"):
        Emulator().reset()
