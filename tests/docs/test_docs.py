"""Every Python example of the README and the docs is run, on the emulator."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from muxi.testing import Emulator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

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


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text())


def with_real_values(code: str, environ: dict[str, str]) -> str:
    code = code.replace("https://server.example.com", environ["MUXI_SERVER_URL"])
    for name in ("key_id", "secret_key", "formation_id", "client_key", "admin_key"):
        code = code.replace(f"<{name}>", environ[f"MUXI_{name.upper()}"])
    return code


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(multi_user=True, token_pause=0) as emulator:
        yield emulator


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name
)
def test_examples_run(
    page: Path,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in emulator.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["example.py", "examples/hello-formation"])
    names: dict[str, object] = {"__name__": "__main__"}
    for code in blocks(page):
        source = with_real_values(code, emulator.environ)
        exec(compile(source, f"{page.name}: {code.strip().splitlines()[0]}", "exec"), names)
    assert "print(" not in "".join(blocks(page)) or capsys.readouterr().out


def test_the_quick_start_is_word_for_word() -> None:
    shown = {line.strip() for line in "\n".join(blocks(ROOT / "README.md")).splitlines()}
    assert {line.strip() for line in QUICK_START.splitlines()} <= shown


def test_every_page_is_linked_and_every_link_leads_somewhere() -> None:
    linked = {
        (page.parent / target).resolve()
        for page in [*PAGES, ROOT / "CONTRIBUTING.md"]
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    }
    assert {page.resolve() for page in PAGES[1:]} <= linked
    assert [target for target in linked if not target.exists()] == []
