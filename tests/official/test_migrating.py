"""The table of MUXI's own names, and what happens where both SDKs are installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import muxi
from muxi import _official

PYTHON = os.environ.get("MUXI_OFFICIAL_PYTHON", "")
OURS = Path(muxi.__file__).parent
BOTH_INSTALLED = (
    "The distributions 'muxi' and 'muxi-client' both install the package 'muxi', and both are "
    "installed here: run 'pip uninstall muxi muxi-client', then 'pip install muxi-client'."
)
_INTROSPECT = """
import inspect, json, muxi
def methods(kind):
    found = {name: value for name, value in vars(kind).items() if not name.startswith("_")}
    return [f"{name}({', '.join(spelled(value))})" for name, value in found.items()]
def spelled(method):
    _, *rest = inspect.signature(method).parameters.values()
    return ["**" * (each.kind is each.VAR_KEYWORD) + each.name for each in rest]
names = ("FormationClient", "AsyncFormationClient", "ServerClient", "AsyncServerClient")
print(json.dumps([*(methods(getattr(muxi, name)) for name in names), muxi.__all__, muxi.__file__]))
"""


@pytest.fixture(scope="module")
def official() -> Any:
    """What their package has: the methods of their clients, its names, its file."""
    if not PYTHON:
        pytest.exit("MUXI_OFFICIAL_PYTHON is not set: run `make test-official`.", returncode=2)
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [PYTHON, "-c", _INTROSPECT], env=kept, capture_output=True, text=True, check=True, cwd="/"
    )
    return json.loads(done.stdout)


def test_the_table_has_each_of_their_methods(official: Any) -> None:
    formation, async_formation, server, async_server, names, _ = official
    assert [len(formation), len(server)] == [67, 21]
    assert set(formation) == set(async_formation) == {*_official.FORMATION}
    assert set(server) == set(async_server) == {*_official.SERVER}
    assert {*names} - {*dir(muxi)} == {*_official.MODULE}


def importing(code: str, first: Path, second: Path, folder: Path) -> str:
    """The last line of an error in an environment where one was installed over the other."""
    shutil.copytree(first, folder, dirs_exist_ok=True)
    shutil.copytree(second, folder, dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


@pytest.fixture
def theirs(official: Any, tmp_path: Path) -> Path:
    """A folder with their package and its metadata."""
    installed = Path(official[-1]).parent
    shutil.copytree(installed, tmp_path / "theirs" / "muxi")
    for metadata in installed.parent.glob("muxi-*.dist-info"):
        shutil.copytree(metadata, tmp_path / "theirs" / metadata.name)
    return tmp_path / "theirs"


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A folder with our package."""
    shutil.copytree(OURS, tmp_path / "ours" / "muxi")
    return tmp_path / "ours"


def test_our_sdk_over_theirs(ours: Path, theirs: Path, tmp_path: Path) -> None:
    error = importing("import muxi; muxi.ServerConfig", theirs, ours, tmp_path / "both")
    assert error.endswith(f"'ServerConfig'. In this SDK it is ServerSettings. {BOTH_INSTALLED}")


@pytest.mark.parametrize(
    "code", ["from muxi.models.formation import ChatReply", "from muxi.testing import Emulator"]
)
def test_their_sdk_over_ours(code: str, ours: Path, theirs: Path, tmp_path: Path) -> None:
    error = importing(code, ours, theirs, tmp_path / "both")
    assert error == f"ImportError: {BOTH_INSTALLED}"


def test_another_missing_name_gets_no_hint(ours: Path, tmp_path: Path) -> None:
    error = importing("import muxi; muxi.ServerConfig", ours, ours, tmp_path / "both")
    assert error.endswith("'ServerConfig'. In this SDK it is ServerSettings.")
