"""Every Python example of the README and the docs is run on the emulator.

`tests/typing` checks their types.
"""

from __future__ import annotations

import json
import multiprocessing
import re
from pathlib import Path

import pytest

from .environment import ENDINGS, VARIABLES, environment, with_real_values
from .pages import PAGES, ROOT, WITH_CODE, Block, Page
from .run_page import run

QUICK_START = """
from muxi import ServerClient, FormationClient
server = ServerClient(url="https://server.example.com", key_id="<key_id>", secret_key="<secret_key>")
print(server.status())
formation = FormationClient(server_url="https://server.example.com", formation_id="<formation_id>", client_key="<client_key>", admin_key="<admin_key>")
print(formation.health())

async def main():
    server = AsyncServerClient(url="https://server.example.com", key_id="<key_id>", secret_key="<secret_key>")
    print(await server.status())
    formation = AsyncFormationClient(server_url="https://server.example.com", formation_id="<formation_id>", client_key="<client_key>", admin_key="<admin_key>")
    async for evt in await formation.chat_stream({"message": "hi"}):
        print(evt)
        break
"""  # noqa: E501

NOT_RUN = {
    "print(alice.requests.wait(reply, timeout=600).result)",
    "print(event.type)",
    "print(record)",
}
"""Lines for what the emulator never does: end a turn in the background, send events and logs."""

MARK = "<end of block {}>"


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([run.__module__])
"""A process for each page, forked from one that has imported the SDK."""


@pytest.mark.parametrize("page", WITH_CODE, ids=str)
def test_examples_run(page: Page, tmp_path: Path) -> None:
    with environment(tmp_path, deploy=False) as settings:
        settings |= VARIABLES.get(page.file.name, {})
        code = page.program(f"print({MARK!r}, flush=True)") + ENDINGS.get(page.file.name, "")
        (tmp_path / "page.py").write_text(with_real_values(code, settings))
        process = PROCESSES.Process(target=run, args=(tmp_path, settings), daemon=True)
        process.start()
        process.join(120)
    assert without_progress(page, (tmp_path / "stderr").read_text()) == ""
    assert process.exitcode == 0
    rest = (tmp_path / "stdout").read_text()
    for number, block in enumerate(page.blocks()):
        printed, end, rest = rest.partition(MARK.format(number) + "\n")
        assert end
        check_output(block, printed)
    lines = page.text.splitlines()
    not_run = json.loads((tmp_path / "not_run.json").read_text())
    assert {lines[line - 1].strip() for line in not_run} - NOT_RUN == set()


def without_progress(page: Page, stderr: str) -> str:
    """What was written to stderr, but for the progress that the page shows."""
    return "" if "on_progress=progress_bar()" in page.text else stderr


def check_output(block: Block, printed: str) -> None:
    """What is shown is what is printed; `…` stands for anything."""
    if block.output is None:
        return
    pattern = re.escape(block.output.strip()).replace("…", ".*")
    assert re.fullmatch(pattern, printed.strip()), f"line {block.first} printed:\n{printed}"


def test_the_quick_start_is_word_for_word() -> None:
    shown = {line.strip() for block in PAGES[0].blocks() for line in block.code.splitlines()}
    assert {line.strip() for line in QUICK_START.splitlines()} <= shown | {""}


def test_every_link_leads_somewhere() -> None:
    files = [page.file for page in PAGES]
    linked = {
        (file.parent / target).resolve()
        for file in [*files, ROOT / "CONTRIBUTING.md"]
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text())
    }
    assert [target for target in linked if not target.exists()] == []
