"""Runs on real sockets: the emulator, and a server that does what a script says."""

from __future__ import annotations

import itertools
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import pytest

import muxi
from muxi import FormationClient, bulk
from muxi._core.call import Call
from muxi._core.endpoint import Endpoint
from muxi.bulk import Job, Outcome
from muxi.bulk.jobs import fingerprint
from muxi.models.formation import ChatReply
from muxi.resources.formation import Chat, Sessions
from muxi.testing import Emulator
from muxi.testing.model import Failure, Reply, Turn

from ..support.clients import CLIENT_KEY, ClientKind
from ..support.fake_server import (
    REPLY,
    RESTORED,
    SESSIONS,
    Action,
    Answer,
    Drop,
    FakeServer,
    Received,
    envelope,
    failure,
)
from ..support.sse import state
from ..surface.methods import METHODS

FAST = muxi.Retry(max_retries=2, base_delay=0.001)
Jobs = Iterator[Job[Any]]


def chats(*numbers: int) -> Jobs:
    return (Job(str(number), Chat.send.build(f"Say {number}")) for number in numbers)


def posts(*numbers: int) -> Jobs:
    """Calls that the server doesn't deduplicate."""
    return (Job(str(number), Sessions.restore.build(f"s{number}", [])) for number in numbers)


def run(kind: ClientKind, url: str, jobs: Jobs, path: Path, **options: Any) -> list[Outcome[Any]]:
    def use(client: Any) -> Any:
        outcomes = bulk.run(client, jobs, journal=path, **options)
        return list(outcomes) if kind.name == "sync" else _collect(outcomes)

    found: list[Outcome[Any]] = kind.formation(url, use, retry=FAST)
    return found


async def _collect(outcomes: Any) -> list[Outcome[Any]]:
    async with aclosing(outcomes):
        return [outcome async for outcome in outcomes]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


def test_each_job_is_done_once_and_the_journal_has_the_answers(
    client_kind: ClientKind, path: Path
) -> None:
    asked: Counter[str] = Counter()

    def model(turn: Turn) -> Reply:
        asked[turn.message] += 1
        return Reply(turn.message.upper())

    with Emulator(model=model, client_key=CLIENT_KEY) as emulator:
        first, again = (
            run(client_kind, emulator.formation_url, chats(*range(40)), path) for _ in range(2)
        )
    assert (len(first), again) == (40, [])
    assert asked == {f"Say {number}": 1 for number in range(40)}
    kept = {outcome.key: outcome for outcome in bulk.results(path, ChatReply)}
    assert kept == {outcome.key: outcome for outcome in first}
    assert {key: one.result().text for key, one in kept.items()} == {
        str(number): f"SAY {number}" for number in range(40)
    }
    assert bulk.count(path)["done"] == 40


def test_an_endless_iterable_is_read_as_it_is_needed(path: Path) -> None:
    read = 0

    def jobs() -> Jobs:
        nonlocal read
        for number in itertools.count():
            read += 1
            yield from chats(number)

    with FakeServer(REPLY) as server, FormationClient(url=server.url, client_key="c") as client:
        with closing(bulk.run(client, jobs(), journal=path, concurrency=4)) as outcomes:
            for _ in range(10):
                assert next(outcomes).state == "done"
        assert read <= 10 + 4 + 4 + 64  # handed out, waiting to be, in flight, read ahead
        assert bulk.count(path)["begun"] == 0
        assert bulk.count(path)["done"] == len(server.received)


def test_a_closed_async_run_cancels_what_is_in_flight(path: Path) -> None:
    release = threading.Event()

    def decide(request: Received) -> Action:
        if b"Say 0" not in request.body:
            release.wait(30)
        return REPLY

    async def first(client: Any) -> Outcome[Any]:
        async with aclosing(bulk.run(client, chats(*range(8)), journal=path)) as outcomes:
            return await anext(outcomes)

    for name in ("asyncio", "trio"):
        path.unlink(missing_ok=True)
        release.clear()
        with FakeServer(decide) as server:
            outcome = ClientKind(name).formation(server.url, first)
            release.set()
        assert (outcome.key, outcome.state) == ("0", "done")
        assert bulk.count(path)["begun"] == 7


def test_a_refused_call_is_repeated(client_kind: ClientKind, path: Path) -> None:
    busy = Answer(429, failure(429, "RATE_LIMITED").body, {"Retry-After": "0"})
    with FakeServer(busy, RESTORED) as server:
        outcomes = run(client_kind, server.url, posts(*range(30)), path, concurrency=4)
        assert len(server.received) == 31
    assert {outcome.state for outcome in outcomes} == {"done"}
    assert sum(outcome.attempts for outcome in outcomes) == 31


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (Drop(), "uncertain"),
        (failure(500, "INTERNAL_ERROR"), "uncertain"),
        (failure(422, "INVALID_PARAMS"), "failed"),
        (failure(404, "SESSION_NOT_FOUND"), "failed"),
    ],
)
def test_what_is_not_deduplicated_is_never_repeated_unasked(
    client_kind: ClientKind, path: Path, action: Action, state: str
) -> None:
    with FakeServer(action) as server:
        for again, ended, sent in (({}, 1, 1), ({}, 0, 1), ({f"retry_{state}": True}, 1, 2)):
            outcomes = run(client_kind, server.url, posts(1), path, **again)
            assert (len(outcomes), len(server.received)) == (ended, sent)
    assert [outcome.state for outcome in bulk.results(path)] == [state]


def test_what_is_deduplicated_is_repeated_under_its_key(
    client_kind: ClientKind, path: Path
) -> None:
    actions: list[Action] = [Drop(), failure(502, "BAD_GATEWAY"), REPLY]

    def decide(request: Received) -> Action:
        # Between the attempts, chat looks whether the turn is known.
        return actions.pop(0) if request.method == "POST" else failure(404, "REQUEST_NOT_FOUND")

    with FakeServer(decide) as server:
        [outcome] = run(client_kind, server.url, chats(1), path)
        sent = [one for one in server.received if one.method == "POST"]
    assert (outcome.state, outcome.attempts) == ("done", len(sent))
    assert len({one.headers["x-muxi-idempotency-key"] for one in sent}) == 1


def test_a_turn_that_goes_to_the_background_is_waited_for(
    client_kind: ClientKind, path: Path
) -> None:
    accepted = {"request_id": "req_bg", "status": "processing", "workflow_id": "wrk_1"}
    later = envelope({"message": accepted, "user_id": "alice", "session_id": "s"})
    ended = state("completed", result="It went on.")
    with FakeServer(lambda request: later if request.method == "POST" else ended) as server:
        [outcome] = run(client_kind, server.url, chats(1), path)
    assert (outcome.result().text, outcome.attempts) == ("It went on.", 1)


@pytest.mark.parametrize(
    ("action", "keys"),
    [(Drop(), 1), (failure(502, "BAD_GATEWAY"), 1), (failure(500, "INTERNAL_ERROR"), 2)],
)
def test_what_the_server_did_not_report_as_failed_keeps_its_key(
    path: Path, action: Action, keys: int
) -> None:
    def decide(request: Received) -> Action:
        return action if request.method == "POST" else failure(404, "REQUEST_NOT_FOUND")

    with FakeServer(decide) as server:
        for _ in range(2):
            [outcome] = run(ClientKind("sync"), server.url, chats(1), path, retry_failed=True)
            assert outcome.state == "failed"
        sent = [one for one in server.received if one.method == "POST"]
    assert len({one.headers["x-muxi-idempotency-key"] for one in sent}) == keys


def test_two_journals_have_different_keys(path: Path) -> None:
    with FakeServer(REPLY) as server, FormationClient(url=server.url, client_key="c") as client:
        for name in ("a.db", "b.db"):
            list(bulk.run(client, chats(1), journal=path.with_name(name)))
        assert len({one.headers["x-muxi-idempotency-key"] for one in server.received}) == 2


def test_what_failed_is_done_again_when_asked(path: Path) -> None:
    answers: list[Any] = [Failure(text="broken"), Reply("fine")]
    with (
        Emulator(model=lambda turn: answers[0], client_key="c") as emulator,
        FormationClient(url=emulator.formation_url, client_key="c") as client,
    ):
        [failed] = bulk.run(client, chats(1), journal=path)
        assert isinstance(failed.error, muxi.ServerError)
        assert (failed.state, failed.error.status_code) == ("failed", 500)
        answers.pop(0)
        assert list(bulk.run(client, chats(1), journal=path)) == []
        [done] = bulk.run(client, chats(1), journal=path, retry_failed=True)
    assert (done.state, done.attempts) == ("done", 2)
    assert done.result().text == "fine"


def test_errors_come_back_from_the_journal(path: Path) -> None:
    with FakeServer(failure(422, "INVALID_PARAMS", "No.", {"field": "x"})) as server:
        [outcome] = run(ClientKind("sync"), server.url, posts(1), path)
    [kept] = bulk.results(path)
    assert isinstance(outcome.error, muxi.ValidationError)
    assert isinstance(kept.error, muxi.ValidationError)
    assert vars(kept.error) == vars(outcome.error)


def test_a_wrong_key_stops_the_run_and_fails_nothing(client_kind: ClientKind, path: Path) -> None:
    with FakeServer(failure(401, "UNAUTHORIZED")) as server:
        with pytest.raises(muxi.AuthenticationError):
            run(client_kind, server.url, posts(*range(100)), path)
        assert len(server.received) <= 8
    assert bulk.count(path)["open"] == len(server.received)
    with FakeServer(RESTORED) as server:
        assert len(run(client_kind, server.url, posts(*range(100)), path)) == 100


def test_a_bug_in_the_jobs_stops_the_run_and_loses_nothing(
    client_kind: ClientKind, path: Path
) -> None:
    def jobs() -> Jobs:
        yield from chats(*range(20))
        raise LookupError("of the caller's")

    with FakeServer(REPLY) as server:
        with pytest.raises(LookupError):
            run(client_kind, server.url, jobs(), path)
        run(client_kind, server.url, chats(*range(20)), path)
        assert bulk.count(path)["done"] == 20


def test_two_jobs_of_one_key_are_refused(client_kind: ClientKind, path: Path) -> None:
    for jobs in (chats(1, 1), chats(1, *range(100, 200), 1)):
        path.unlink(missing_ok=True)
        with FakeServer(REPLY) as server, pytest.raises(muxi.ValidationError, match="key '1'"):
            run(client_kind, server.url, jobs, path)


CHANGED = [
    Chat.send.build("Say 2"),
    Chat.send.build("Say 1", user_id="bob"),
    Chat.send.build("Say 1", session_id="trip"),
    Sessions.list.build(),
]


@pytest.mark.parametrize("call", CHANGED)
def test_a_job_whose_call_has_changed_is_refused(path: Path, call: Call[Any]) -> None:
    sync = ClientKind("sync")
    with FakeServer(REPLY) as server:
        run(sync, server.url, chats(1), path)
        assert run(sync, server.url, chats(1), path) == []  # other ids, but the same call
        with pytest.raises(muxi.ValidationError, match="'1' was another call"):
            run(sync, server.url, iter([Job("1", call)]), path)
        assert len(server.received) == 1


def test_the_same_arguments_are_the_same_call() -> None:
    """Of every method. What the SDK makes up for a call, such as ids, doesn't count."""
    for method in METHODS:
        if isinstance(method.descriptor, Endpoint):
            for arguments in method.variants():
                one, same = (method.descriptor.build(**arguments) for _ in range(2))
                assert fingerprint(one) == fingerprint(same), (method, arguments)


def test_a_job_that_failed_may_change(path: Path) -> None:
    sync, changed = ClientKind("sync"), Job("1", Chat.send.build("Say 2"))
    with FakeServer(failure(422, "INVALID_PARAMS"), REPLY) as server:
        run(sync, server.url, chats(1), path)
        [outcome] = run(sync, server.url, iter([changed]), path, retry_failed=True)
        assert outcome.state == "done"
        assert run(sync, server.url, iter([changed]), path) == []
        with pytest.raises(muxi.ValidationError):
            run(sync, server.url, chats(1), path)


def test_users_take_turns(path: Path) -> None:
    jobs = [
        Job(f"{user}{number}", Sessions.restore.build("s", [], user_id=user))
        for user, jobs in (("alice", 20), ("bob", 3))
        for number in range(jobs)
    ]
    with FakeServer(RESTORED) as server:
        run(ClientKind("sync"), server.url, iter(jobs), path, concurrency=1)
        order = [one.headers["x-muxi-user-id"] for one in server.received]
    assert order[:6] == ["alice", "bob"] * 3


def test_a_rate_is_kept(path: Path) -> None:
    with FakeServer(REPLY) as server, FormationClient(url=server.url, client_key="c") as client:
        with closing(bulk.run(client, chats(1, 2), journal=path, rate=0.001)) as outcomes:
            assert next(outcomes).state == "done"
        assert len(server.received) == 1  # the other one starts in 1000 seconds


def test_progress_counts_done_skipped_and_failed_jobs(path: Path) -> None:
    told: list[bulk.Progress] = []
    with FakeServer(RESTORED) as server:
        run(ClientKind("sync"), server.url, posts(1, 2), path)
        run(ClientKind("sync"), server.url, posts(*range(5)), path, on_progress=told.append)
    assert (told[-1].done, told[-1].skipped, told[-1].failed) == (3, 2, 0)


def test_one_run_at_a_time_may_use_a_journal(client_kind: ClientKind, path: Path) -> None:
    with FakeServer(SESSIONS) as server, FormationClient(url=server.url, client_key="c") as client:
        with closing(bulk.run(client, chats(1), journal=path)) as outcomes:
            next(outcomes)
            with pytest.raises(muxi.ConfigurationError, match="Another run is using"):
                run(client_kind, server.url, chats(2), path)
        assert [outcome.key for outcome in bulk.results(path)] == ["1"]


def test_a_file_that_is_no_journal_is_named(path: Path) -> None:
    with pytest.raises(muxi.ConfigurationError, match="not a journal"):
        list(bulk.results(path))
    path.write_text("not a database, but long enough to be one " * 100)
    for use in (lambda: list(bulk.results(path)), lambda: bulk.count(path)):
        with pytest.raises(muxi.ConfigurationError, match="not a journal"):
            use()
    path.unlink()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE jobs (x)")
        other.execute("PRAGMA user_version = 77")
    with pytest.raises(muxi.ConfigurationError, match="not a journal"):
        list(bulk.run(FormationClient(url="http://x"), chats(1), journal=path))


@pytest.mark.parametrize("wrong", [{"concurrency": 0}, {"rate": 0.0}])
def test_wrong_options_are_refused_at_once(path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(muxi.ConfigurationError, match=re.escape(next(iter(wrong)))):
        bulk.run(FormationClient(url="http://x"), chats(1), journal=path, **wrong)
    assert not path.exists()


def test_results_are_checked_against_the_class(path: Path) -> None:
    with FakeServer(REPLY) as server:
        run(ClientKind("sync"), server.url, chats(1), path)
    with pytest.raises(TypeError, match="ChatReply"):
        list(bulk.results(path, muxi.models.formation.Memory))
