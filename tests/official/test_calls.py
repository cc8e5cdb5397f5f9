"""MUXI's own Python SDK, a client that we did not write, on the emulator's control plane.

All of its calls that a real server answers are made unchanged, by an interpreter that has it
and not ours; the others ask for paths that no server has.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muxi import MuxiError, ServerClient
from muxi.models.server import Progress
from muxi.testing import Emulator, Fault

from ..support.control_answers import HELLO, ID
from ..support.emulated import server_keys

PYTHON = os.environ.get("MUXI_OFFICIAL_PYTHON")  # tests don't see the variables of MUXI
SCRIPT = Path(__file__).with_name("calls.py")


class Official:
    """Makes calls with their SDK.

    Args:
        client_kind: Which of its clients.
        emulator: Of what.
    """

    def __init__(self, client_kind: str, emulator: Emulator) -> None:
        self._client_kind = client_kind
        self._given = {"url": emulator.server_url, **server_keys(emulator)}

    def outcomes(self, *calls: tuple[str, ...], **settings: str) -> list[Any]:
        if not PYTHON:
            pytest.exit(
                "MUXI_OFFICIAL_PYTHON is not set: run these with `make test-official`.",
                returncode=2,
            )
        kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [PYTHON, SCRIPT, self._client_kind],
            input=json.dumps(calls),
            env={**kept, "SETTINGS": json.dumps({**self._given, **settings})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answers: list[Any] = json.loads(done.stdout)
        return answers

    def results(self, *calls: tuple[str, ...]) -> list[Any]:
        """What calls that work give."""
        outcomes = self.outcomes(*calls)
        assert [result for worked, result in outcomes if not worked] == []
        return [result for _, result in outcomes]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        emulator.server.starting_pause = 0
        yield emulator


@pytest.fixture
def server(emulator: Emulator) -> Iterator[ServerClient]:
    with ServerClient(url=emulator.server_url, **server_keys(emulator)) as server:
        server.formations.deploy(HELLO)
        yield server


@pytest.fixture(params=["sync", "async"])
def official(request: pytest.FixtureRequest, emulator: Emulator) -> Official:
    return Official(request.param, emulator)


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The formation in another version."""
    copy = tmp_path / "newer"
    shutil.copytree(HELLO, copy)
    manifest = copy / "formation.afs"
    manifest.write_text(manifest.read_text().replace('version: "1.0.0"', 'version: "1.1.0"'))
    return copy


def test_reading_calls_agree(official: Official, server: ServerClient) -> None:
    ping, health, status, listed, found = official.results(
        ("ping",), ("health",), ("status",), ("list_formations",), ("get_formation", ID)
    )
    assert (ping, health["status"]) == (len("pong"), "ok")
    assert status["formations"]["total"] == listed["total"] == 2
    assert {each["id"] for each in listed["formations"]} == {"hello", ID}
    assert (found["id"], found["status"], found["healthy"]) == (ID, "running", True)
    assert set(found["version"]) == {"current"}


def test_it_stops_starts_restarts_and_deletes(official: Official, server: ServerClient) -> None:
    stopped, between, started, restarted, after, deleted = official.results(
        ("stop_formation", ID),
        ("get_formation", ID),
        ("start_formation", ID),
        ("restart_formation", ID),
        ("get_formation", ID),
        ("delete_formation", ID),
    )
    assert (stopped["status"], between["status"]) == ("stopped", "stopped")
    assert (started["status"], started["port"] > 0) == ("running", True)
    assert restarted["restart_count"] == after["restart_count"] == 1
    assert (after["status"], after["healthy"]) == ("running", True)
    assert deleted["id"] == ID
    assert [each.id for each in server.formations.list()] == ["hello"]


def test_it_rolls_back(official: Official, server: ServerClient, newer: Path) -> None:
    server.formations.update(newer)
    before, done, after = official.results(
        ("get_formation", ID), ("rollback_formation", ID), ("get_formation", ID)
    )
    assert (done["version"], done["previous_version"]) == (1, 2)
    assert after["version"]["current"] == before["version"]["previous"]
    assert after["status"] == "running"


def test_it_cancels_an_update(
    official: Official, emulator: Emulator, server: ServerClient, newer: Path
) -> None:
    emulator.server.faults.append(Fault("spawning_staging", delay=60))
    reached = threading.Event()
    failed: list[MuxiError] = []

    def tell(progress: Progress) -> None:
        if progress.stage == "spawning_staging":
            reached.set()

    def update() -> None:
        try:
            server.formations.update(newer, on_progress=tell)
        except MuxiError as error:
            failed.append(error)

    updating = threading.Thread(target=update)
    updating.start()
    assert reached.wait(30)
    (cancelled,) = official.results(("cancel_update", ID))
    updating.join(30)
    assert (cancelled["formation_id"], cancelled["status"]) == (ID, "running")
    assert [error.code for error in failed] == ["HealthCheckFailed"]
    assert server.formations.get(ID).version.previous is None


def test_it_is_refused(official: Official, server: ServerClient) -> None:
    outcomes = official.outcomes(
        ("get_formation", "none"), ("start_formation", ID), ("cancel_update", ID)
    )
    assert [(worked, told[0], told[1]) for worked, told in outcomes] == [
        (False, "NotFoundError", 404),
        (False, "ConflictError", 409),
        (False, "MuxiError", 400),
    ]


@pytest.mark.parametrize("wrong", ["key_id", "secret_key"])
def test_its_signature_is_checked(official: Official, wrong: str) -> None:
    ((worked, told),) = official.outcomes(("status",), **{wrong: "wrong"})
    assert not worked
    assert told[:2] == ["AuthenticationError", 401]
