"""The browser, and the example's service in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)


@contextmanager
def open_browser() -> Generator[Browser]:
    """Start the installed Chromium or Chrome with an empty profile."""
    names = (os.environ.get("CHROMIUM", ""), *_BROWSERS)
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    assert path, "there is no browser: run `make test-browser`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


class Service:
    """The example's service. It can be stopped and started again at the same address.

    Args:
        environ: The variables that name its formation. Without any, it brings its own emulator.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {**os.environ, "CHAT_SECRET": "kept over a restart", **environ}
        self._process: subprocess.Popen[str] | None = None
        self._port = "0"

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [sys.executable, "-m", "examples.fastapi_chat", "--port", self._port]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environ, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("Open http://127.0.0.1:"):
                self._port = line.split()[1].rpartition(":")[2]
                return
        raise AssertionError("the service ended before it listened")

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self._process is None:
            return
        self._process.terminate()
        self._process.communicate()
        self._process = None
