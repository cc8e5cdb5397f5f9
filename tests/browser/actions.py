"""What a user does on the page, and a formation that takes its time."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, FilePayload, Page, expect

from muxi.testing import Outcome, Reply, Turn


def new_page(context: BrowserContext, console: list[str]) -> Page:
    """Open a tab whose errors are collected."""

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            console.append(message.text)

    page = context.new_page()
    page.on("console", heard)
    page.on("pageerror", lambda error: console.append(str(error)))
    page.goto("/")
    return page


def sign_in(page: Page, name: str) -> None:
    """Sign in with the keyboard."""
    page.get_by_label("Your name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Message", exact=True)).to_be_visible()


def endless(turn: Turn) -> Outcome:
    """A model whose reply takes a minute."""
    return Reply("and so on " * 1000)


def say(page: Page, text: str) -> None:
    """Write a message and press Enter."""
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def attach(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Attach files: a name, a type and the bytes."""
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files
    ]
    page.locator("#picker").set_input_files(payloads)
