"""A bulk run on the real runtime, killed once: the formation runs each turn once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from muxi import ConfigurationError, FormationClient, bulk
from muxi.models.formation import ChatReply

from ..support.waiting import until
from .conftest import Runtime

COUNT = 50
WORKER = """
import sys
from muxi import FormationClient, bulk
from muxi.resources.formation import Chat

jobs = (
    bulk.Job(str(n), Chat.send.build({"message": f"What is {n}?", "session_id": f"bulk_{n}"}))
    for n in range(int(sys.argv[1]))
)
for _ in bulk.run(FormationClient(), jobs, journal=sys.argv[2], concurrency=8):
    pass
"""


@pytest.mark.parametrize("runtime", ["sqlite"], indirect=True)
def test_a_killed_run_is_continued_and_each_turn_runs_once(
    runtime: Runtime, tmp_path: Path
) -> None:
    journal = tmp_path / "run.db"
    keys = {"MUXI_FORMATION_URL": runtime.url, "MUXI_CLIENT_KEY": runtime.client_key}
    command = [sys.executable, "-c", WORKER, str(COUNT), str(journal)]
    with subprocess.Popen(command, env={**os.environ, **keys}) as process:
        while done(journal) < COUNT // 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert bulk.count(journal)["begun"] > 0
    assert done(journal) < COUNT
    subprocess.run(command, env={**os.environ, **keys}, check=True)

    # The text isn't compared: the runtime keeps the messages of the current turn in the agent, so
    # turns that an agent runs at the same time ask the model each other's questions, also if they
    # are of different users.
    replies = {one.key: one.result() for one in bulk.results(journal, ChatReply)}
    assert {key: reply.session_id for key, reply in replies.items()} == {
        str(number): f"bulk_{number}" for number in range(COUNT)
    }
    assert all(reply.text.startswith("Stub answer to: What") for reply in replies.values())
    repeated = [one for one in bulk.results(journal) if one.attempts > 1]
    assert repeated
    with FormationClient(url=runtime.url, client_key=runtime.client_key) as client:
        tracked = [one.request_id for one in client.requests.list(user_id="0")]
        for number in range(COUNT):
            where = f"bulk_{number}"
            until(lambda: len(client.sessions.list_messages(where, user_id="0")) > 1)  # noqa: B023
            said = client.sessions.list_messages(where, user_id="0")
            assert [message.role for message in said] == ["user", "assistant"]
            assert said[0].text == f"What is {number}?"
            assert said[1].text == replies[str(number)].text
            assert said[0].metadata.request_id in tracked


def done(journal: Path) -> int:
    try:
        return bulk.count(journal)["done"]
    except ConfigurationError:  # not made yet
        return 0
