"""The `runtime` fixture: the real MUXI runtime, booted once for the whole session."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Colour, Streamed

LAUNCHER = Path(__file__).with_name("launch.py")
PYTHON = os.environ.get("MUXI_RUNTIME_PYTHON")  # tests don't see the variables of MUXI


@dataclass(frozen=True)
class Runtime:
    """Where the booted formation is and how to enter."""

    url: str
    client_key: str
    admin_key: str


@contextmanager
def booted(*formation: Path) -> Iterator[Runtime]:
    """Boot a formation; closing the launcher's stdin stops it, however pytest ends."""
    if not PYTHON:
        pytest.exit(
            "MUXI_RUNTIME_PYTHON is not set: run these with `make test-runtime`.", returncode=2
        )
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            [PYTHON, LAUNCHER, *formation],
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
        yield Runtime(boot["url"], boot["client_key"], boot["admin_key"])


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """The formation of the tests, running."""
    with booted() as runtime:
        yield runtime


class Asking:
    """One colour of client on the booted formation."""

    def __init__(self, colour: Colour, runtime: Runtime) -> None:
        self._colour = colour
        self._runtime = runtime
        self._keys = {"client_key": runtime.client_key, "admin_key": runtime.admin_key}

    def __call__(self, use: Any, **settings: Any) -> Any:
        return self._colour.formation(self._runtime.url, use, **{**self._keys, **settings})

    def stream(self, use: Any, **settings: Any) -> Streamed:
        return self._colour.stream(self._runtime.url, use, **{**self._keys, **settings})


@pytest.fixture
def ask(colour: Colour, runtime: Runtime) -> Asking:
    return Asking(colour, runtime)
