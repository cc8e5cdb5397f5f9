"""The JavaScript that the page about FastAPI shows, on the service that it shows."""

from __future__ import annotations

import runpy
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from muxi.testing import Emulator

from ..support.service import serving
from .support import ROOT

SCRIPT = (ROOT / "docs" / "fastapi.md").read_text().partition("```js\n")[2].partition("```\n")[0]


@pytest.fixture
def docs_page(
    context: BrowserContext, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    """An empty page of the service, in which the script has run."""
    for name, value in emulator.environ.items():
        monkeypatch.setenv(name, value)
    app = runpy.run_path(str(ROOT / "examples" / "fastapi_service" / "service.py"))["app"]
    with serving(app) as url:
        page = context.new_page()
        page.goto(f"{url}/openapi.json")
        page.add_script_tag(content=f"{SCRIPT}\nvar output = document.createElement('p');")
        yield page
        page.close()


def said(page: Page, message: str) -> object:
    """What the page shows after a message."""
    script = "async message => { output.textContent = ''; await show(message, output); return "
    return page.evaluate(script + "output.textContent; }", message)


def test_the_documented_reader(docs_page: Page, emulator: Emulator) -> None:
    emulator.reply("Schön — 日本.")
    assert said(docs_page, "hello") == "Schön — 日本."
    emulator.reply("Tschüß.")
    assert said(docs_page, "and now?") == "Tschüß."
    first, second = emulator.calls.to("chat.stream")
    assert second.body.session_id == first.body.session_id
    emulator.cut_stream("chat.stream", after=3)
    assert said(docs_page, "go on") == "The connection broke before the end."
