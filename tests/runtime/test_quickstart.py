"""The README's quick start, word for word, with the real runtime behind it.

The real MUXI Server can't be had here: its control plane is the emulator's, its proxy a stand-in.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from muxi.testing import Emulator

from ..docs.environment import with_real_values
from ..docs.pages import Page
from .conftest import Runtime
from .proxy import proxying

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environ(runtime: Runtime) -> dict[str, str]:
    return {
        "MUXI_FORMATION_ID": "lab",
        "MUXI_CLIENT_KEY": runtime.client_key,
        "MUXI_ADMIN_KEY": runtime.admin_key,
    }


def test_the_quick_start(
    runtime: Runtime, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with Emulator("lab") as emulator, proxying(runtime.url, emulator.server_url) as url:
        values = {**emulator.environ, **environ, "MUXI_SERVER_URL": url}
        names: dict[str, object] = {}
        for block in list(Page(ROOT / "README.md").blocks())[:2]:
            exec(with_real_values(block.code, values), names)
    printed = capsys.readouterr().out
    assert "version='1.2.3'" in printed
    assert "stage='init'" in printed


def test_the_quick_start_example(runtime: Runtime, environ: dict[str, str]) -> None:
    with Emulator("lab") as emulator, proxying(runtime.url, emulator.server_url) as url:
        values = {**emulator.environ, **environ, "MUXI_SERVER_URL": url}
        done = subprocess.run(
            [sys.executable, "-W", "error", str(ROOT / "examples" / "quickstart.py")],
            env=values,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("whole: Stub answer to: And of Italy?") == 2
