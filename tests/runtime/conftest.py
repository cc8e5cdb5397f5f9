"""The `runtime` fixture: the real MUXI runtime, booted once for the whole session."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Runtime:
    """Where the booted formation is and how to enter."""

    url: str
    client_key: str
    admin_key: str


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """A running formation; closing the launcher's stdin stops it, however pytest ends."""
    python = os.environ.get("MUXI_RUNTIME_PYTHON")
    if not python:
        pytest.exit(
            "MUXI_RUNTIME_PYTHON is not set: run these with `make test-runtime`.", returncode=2
        )
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            [python, LAUNCHER],
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
