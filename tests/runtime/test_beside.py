"""This SDK and the runtime share the package `muxi`, in one environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import muxi

from .conftest import PYTHON

OURS = Path(muxi.__file__).parent
_LIST = """
from importlib.metadata import files
print(*(one.locate() for one in files("muxi-runtime") if one.parts[0] == "muxi"), sep="\\n")
"""
_IMPORT = """
import muxi.runtime
from muxi import FormationClient
from muxi.runtime import Formation
print(FormationClient.__module__, Formation.__module__)
"""


def run(code: str, path: str = "") -> list[str]:
    """What code prints in the environment that has the runtime."""
    assert PYTHON is not None
    done = subprocess.run(
        [PYTHON, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_both_can_be_imported(tmp_path: Path) -> None:
    """In the folder to which an installer would add ours: none of its files is replaced."""
    installed = [Path(one) for one in run(_LIST)]
    [package] = {parent for one in installed for parent in one.parents if parent.name == "muxi"}
    assert len(installed) > 100
    assert not {one.relative_to(package) for one in installed} & {
        one.relative_to(OURS) for one in OURS.rglob("*")
    }
    shutil.copytree(OURS, tmp_path / "muxi")
    (tmp_path / "muxi" / "runtime").symlink_to(package / "runtime")
    last = run(_IMPORT, str(tmp_path))[-1]
    assert last.split() == ["muxi.clients.formation", "muxi.runtime.formation.formation"]
