"""The `runtime` fixture: the real MUXI runtime, booted once for each of its modes.

On SQLite a formation is for a single user, on Postgres for many. At the end of a run a table says
what was called in each mode, and how often it was answered with which status.
"""

import json
import logging
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ..support.clients import ClientKind, Streamed
from ..support.waiting import until
from .table import Calls

LAUNCHER = Path(__file__).with_name("launch.py")
PYTHON = os.environ.get("MUXI_RUNTIME_PYTHON")  # tests don't see the variables of MUXI


_CALLS = Calls()


@pytest.fixture(scope="session")
def calls() -> Iterator[Calls]:
    """What this run has asked the runtime for."""
    logger = logging.getLogger("muxi")
    logger.addHandler(_CALLS)
    yield _CALLS
    logger.removeHandler(_CALLS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The look back comes last; pytest groups the tests by mode before this is called."""
    items.sort(key=lambda item: "test_table" in item.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _CALLS.modes:
        terminalreporter.section("operations on the real runtime")
        for line in _CALLS.table():
            terminalreporter.write_line(line)


@dataclass(frozen=True)
class Runtime:
    """Where the booted formation is and how to enter."""

    url: str
    client_key: str
    admin_key: str
    database: str
    """`sqlite` or `postgres`."""
    hook_port: int
    """Where it sends webhooks. Nobody listens, unless a test does."""

    @property
    def many_users(self) -> bool:
        return self.database == "postgres"

    def user(self, name: str) -> str:
        """Whom the formation takes a user for."""
        return name if self.many_users else "0"


@contextmanager
def booted(database: str, *formation: Path) -> Iterator[Runtime]:
    """Boot a formation; closing the launcher's stdin stops it, however pytest ends."""
    if not PYTHON:
        pytest.exit(
            "MUXI_RUNTIME_PYTHON is not set: run these with `make test-runtime`.", returncode=2
        )
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            [PYTHON, LAUNCHER, database, *formation],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as launcher,
    ):
        assert launcher.stdout is not None
        line = launcher.stdout.readline()
        if not line:
            launcher.wait()
            errors.seek(0)
            pytest.exit(f"The MUXI runtime did not boot.\n{errors.read()}", returncode=2)
        boot = json.loads(line)
        keys = boot["client_key"], boot["admin_key"]
        yield Runtime(boot["url"], *keys, database, boot["hook_port"])


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def runtime(request: pytest.FixtureRequest, calls: Calls) -> Iterator[Runtime]:
    """The formation of the tests, running."""
    with booted(request.param) as runtime:
        calls.modes[runtime.url] = runtime.database
        yield runtime


one_user = pytest.mark.parametrize("runtime", ["sqlite"], indirect=True)
many_users = pytest.mark.parametrize("runtime", ["postgres"], indirect=True)


class Asking:
    """One kind of client on the booted formation."""

    def __init__(self, client_kind: ClientKind, runtime: Runtime) -> None:
        self._client_kind = client_kind
        self._runtime = runtime
        self._given = {
            "client_key": runtime.client_key,
            "admin_key": runtime.admin_key,
            "debug": True,
        }

    def __call__(self, use: Any, **settings: Any) -> Any:
        return self._client_kind.formation(self._runtime.url, use, **{**self._given, **settings})

    def stream(self, use: Any, **settings: Any) -> Streamed:
        return self._client_kind.stream(self._runtime.url, use, **{**self._given, **settings})


@pytest.fixture
def ask(client_kind: ClientKind, runtime: Runtime) -> Asking:
    return Asking(client_kind, runtime)


def said(ask: Asking, text: str, user: str, session: str) -> Any:
    """The reply to the first turn of a session, of which a busy runtime takes note later."""
    reply = ask(lambda f: f.chat.send(text, session_id=session), user_id=user)
    until(lambda: len(ask(lambda f: f.sessions.list_messages(session), user_id=user)) == 2)
    return reply


@pytest.fixture
def user() -> str:
    """Somebody whom no other test speaks of."""
    return f"user_{uuid4().hex}"
