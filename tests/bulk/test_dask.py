"""Runs on a Dask cluster within this process. `make bulk-kills` kills real worker processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from muxi import FormationClient, ValidationError, bulk
from muxi.bulk import Job
from muxi.resources.formation import Chat, Sessions

from ..support.fake_server import REPLY, RESTORED, Action, FakeServer, Received, failure
from ..support.waiting import until

if TYPE_CHECKING:
    from distributed import LocalCluster


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    from distributed import LocalCluster  # slow to import, which each worker would do

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as made:
        yield made


def close_busy_worker(cluster: LocalCluster) -> None:
    """Remove the worker that makes a call, as if it was killed.

    Its state shows the call a moment after the call has begun.
    """
    workers = cluster.workers.values()
    until(lambda: any(one.state.long_running for one in workers))
    [worker] = [one for one in workers if one.state.long_running]
    cluster.loop.add_callback(worker.close, executor_wait=False)


def test_jobs_of_a_lost_worker_are_done_elsewhere(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUXI_CLIENT_KEY", "key of the workers")
    sent: list[Received] = []
    over = threading.Event()

    def decide(request: Received) -> Action:
        sent.append(request)
        if b"bad" in request.body:
            return failure(422, "INVALID_PARAMS", "Bad.")
        if len(sent) == 2:
            close_busy_worker(cluster)
            over.wait(60)
        return REPLY if request.path == "/v1/chat" else RESTORED

    jobs: list[Job[Any]] = [
        Job("bad", Chat.send.build("bad")),
        Job("chat", Chat.send.build("hi")),
    ]
    with (
        FakeServer(decide) as server,
        cluster.get_client() as engine,
        FormationClient(url=server.url, client_key="key of the driver") as client,
    ):
        options = {"journal": tmp_path / "run.db", "concurrency": 1, "engine": engine}
        bad, chat = bulk.run(client, jobs, **options)
        over.set()
    with pytest.raises(ValidationError, match="Bad"):
        bad.result()
    assert (chat.state, chat.attempts) == ("done", 2)
    assert chat.result().text == "hello"
    assert len({one.headers["x-muxi-idempotency-key"] for one in sent[1:]}) == 1
    assert {one.headers["x-muxi-client-key"] for one in sent} == {"key of the workers"}


def test_what_is_not_deduplicated_is_uncertain_when_its_worker_is_lost(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUXI_CLIENT_KEY", "c")
    over = threading.Event()

    def decide(request: Received) -> Action:
        close_busy_worker(cluster)
        over.wait(60)
        return RESTORED

    with (
        FakeServer(decide) as server,
        cluster.get_client() as engine,
        FormationClient(url=server.url, client_key="c") as client,
    ):
        jobs = [Job("a", Sessions.restore.build("s", [], user_id="u"))]
        [one] = bulk.run(client, jobs, journal=tmp_path / "run.db", engine=engine)
        over.set()
        assert (one.state, len(server.received)) == ("uncertain", 1)
