"""A run of chats and memories in a process of its own, killed and begun again.

python -m tests.bulk.kills 2000 10       2000 prompts and 2000 memories, killed ten times
python -m tests.bulk.kills 2000 2 dask   on three worker processes, of which two are killed
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from muxi import ConfigurationError, FormationClient, bulk
from muxi.resources.formation import Chat, Memories
from muxi.testing import Emulator
from muxi.testing.model import Reply, Turn

CONCURRENCY = 16
USERS = 7


def jobs(count: int) -> Iterator[bulk.Job[Any]]:
    """Prompts, which the formation deduplicates, and memories, which it doesn't."""
    for number in range(count):
        user = f"user{number % USERS}"
        yield bulk.Job(f"chat {number}", Chat.send.build(f"prompt {number}", user_id=user))
        yield bulk.Job(f"memory {number}", Memories.create.build(f"fact {number}", user_id=user))


@dataclass
class Formation:
    """An emulated one that counts what it is asked to do."""

    environ: Mapping[str, str]
    turns: Counter[str] = field(default_factory=Counter)

    def memories(self) -> Counter[str]:
        """How often each memory was written."""
        with FormationClient(url=self.environ["MUXI_FORMATION_URL"]) as client:
            return Counter(
                memory.content
                for number in range(USERS)
                for memory in client.memories.iter(user_id=f"user{number}")
            )


@contextmanager
def formation(pause: float) -> Iterator[Formation]:
    """Serve one whose turns take some time."""
    turns: Counter[str] = Counter()

    def model(turn: Turn) -> Reply:
        turns[turn.message] += 1
        return Reply(f"answer to {turn.message}", delay=random.uniform(0, pause))

    with Emulator(model=model, multi_user=True) as emulator:
        named = ("MUXI_CLIENT_KEY", "MUXI_ADMIN_KEY")
        environ = {name: emulator.environ[name] for name in named}
        environ["MUXI_FORMATION_URL"] = emulator.formation_url
        os.environ.update(environ)
        try:
            yield Formation(environ, turns)
        finally:
            for name in environ:
                del os.environ[name]


def killed(count: int, kills: int, journal: Path) -> set[str]:
    """Run the jobs in processes that are killed at random moments, the last one to its end.

    Returns:
        Which memories were in flight at the kills.
    """
    command = [sys.executable, "-m", "tests.bulk.kills", "worker", str(count), str(journal)]
    in_flight: set[str] = set()
    for begin in range(kills + 1):
        with subprocess.Popen(command) as process:
            if begin < kills:
                share = (begin + random.random()) / (kills + 1)
                _wait_for(journal, process, share * 2 * count)
                process.send_signal(signal.SIGKILL)
                process.wait()
                in_flight |= _in_flight(journal)
            elif process.wait():
                raise RuntimeError(f"the last run ended with {process.returncode}")
    return in_flight


def _wait_for(journal: Path, process: subprocess.Popen[Any], ended: float) -> None:
    while process.poll() is None:
        with suppress(ConfigurationError):  # the journal isn't made yet
            counts = bulk.count(journal)
            if counts["done"] + counts["uncertain"] >= ended:
                return
        time.sleep(0.01)


def _in_flight(journal: Path) -> set[str]:
    with closing(sqlite3.connect(journal)) as db:
        found = db.execute("SELECT key FROM jobs WHERE state = 'begun' AND NOT safe")
        return {key for (key,) in found}


def work(count: int, journal: str) -> None:
    """What the killed processes do."""
    with FormationClient() as client:
        for _ in bulk.run(client, jobs(count), journal=journal, concurrency=CONCURRENCY):
            pass


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    """Start worker processes, which take the keys from the environment that they inherit."""
    import logging

    from distributed import Client, LocalCluster

    for name in ("distributed.scheduler", "distributed.nanny", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as made,
        Client(made) as client,
    ):
        yield client


def on_a_cluster(engine: Any, count: int, kills: int, journal: Path) -> None:
    """Run the jobs on a cluster of which workers are killed meanwhile."""
    processes = [*engine.run(os.getpid).values()]
    ended = 0
    with FormationClient() as client:
        for _ in bulk.run(
            client, jobs(count), journal=journal, concurrency=CONCURRENCY, engine=engine
        ):
            ended += 1
            if kills and ended > (3 - kills) * count / 2:
                os.kill(processes.pop(), signal.SIGKILL)
                kills -= 1


def check(journal: Path, there: Formation, count: int) -> set[str]:
    """Check what must hold however a run was killed, and return the keys that are uncertain.

    On a cluster, those that were sent to a worker before its death was noticed are among them.
    """
    found = {outcome.key: outcome for outcome in bulk.results(journal)}
    assert found.keys() == {job.key for job in jobs(count)}
    uncertain = {key for key, outcome in found.items() if outcome.state == "uncertain"}
    assert uncertain <= {f"memory {number}" for number in range(count)}
    assert {found[key].state for key in found.keys() - uncertain} == {"done"}
    assert there.turns == {f"prompt {number}": 1 for number in range(count)}
    written = there.memories()
    assert set(written.values()) == {1}
    done = {f"fact {key.split()[1]}" for key in found.keys() - uncertain if key[0] == "m"}
    assert done <= written.keys() <= {f"fact {number}" for number in range(count)}
    return uncertain


def main(count: int, kills: int, *, dask: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, formation(0.05) as there:
        journal = Path(folder, "run.db")
        if dask:
            with cluster(3) as engine:
                on_a_cluster(engine, count, kills, journal)
            check(journal, there, count)
        else:
            in_flight = killed(count, kills, journal)
            assert check(journal, there, count) == in_flight
            print(f"{len(in_flight)} memories in flight at {kills} kills")
        print(bulk.count(journal))
    print(f"{len(there.turns)} prompts, each worked on {set(there.turns.values())} times")


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(int(sys.argv[2]), sys.argv[3])
    else:
        main(int(sys.argv[1]), int(sys.argv[2]), dask="dask" in sys.argv)
