"""The script for CI that the page about deploying shows: it goes back if its smoke test fails."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from muxi import ServerClient
from muxi.bundle import open_bundle
from muxi.testing import Emulator, Reply

from .environment import ROOT, VARIABLES
from .pages import Page

SCRIPT = next(
    block.code
    for block in Page(ROOT / "docs" / "deploy.md").blocks()
    if "def smoke_test" in block.code
)
HELLO = ROOT / "examples" / "hello-formation"


def test_a_failed_smoke_test_rolls_back(
    muxi_emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in VARIABLES["deploy.md"].items():
        monkeypatch.setenv(name, value)
    muxi_emulator.server.starting_pause = 0
    script: dict[str, Any] = {"__name__": "deploy"}
    exec(SCRIPT, script)
    script["main"](str(HELLO))
    newer = shutil.copytree(HELLO, tmp_path / "newer")
    (newer / "README.md").write_text("Rhymes are optional.")
    muxi_emulator.reply(Reply("Sorry.", failed=True))
    with pytest.raises(AssertionError, match=r"Sorry\."):
        script["main"](str(newer))
    with ServerClient() as server:
        now = server.formations.get("hello-formation")
        with open_bundle(HELLO) as before:
            assert now.version.current == before.bundle.sha256
