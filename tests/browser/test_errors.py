"""What the user reads when something fails, and what to do about it."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from muxi.testing import Cut, Emulator, Outcome, Reply, Turn

from .actions import endless, say
from .support import Service


def test_the_server_is_down(page: Page, service: Service, console: list[str]) -> None:
    say(page, "hello there")
    expect(page.locator(".reply")).to_have_attribute("aria-busy", "false")
    service.stop()
    try:
        say(page, "are you there")
        expect(page.get_by_role("alert")).to_contain_text("The server can't be reached.")
    finally:
        service.start()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".reply .text").last).to_contain_text("You said: are you there")
    expect(page.locator(".failure")).to_have_count(0)
    expect(page.locator(".user")).to_have_count(2)
    assert console  # the browser reports the refused connection
    console.clear()


def test_the_server_stops_during_a_reply(
    page: Page, service: Service, emulator: Emulator, console: list[str]
) -> None:
    emulator.model = endless
    say(page, "go on")
    expect(page.locator(".reply .text")).to_contain_text("and so on")
    service.stop()
    service.start()
    expect(page.locator(".failure p")).to_be_visible()
    expect(page.locator(".reply .text")).to_contain_text("and so on")
    emulator.model = _recovered
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".reply .text")).to_have_text("All is well.")
    console.clear()


def test_the_formation_is_down(page: Page, emulator: Emulator, console: list[str]) -> None:
    emulator.status = "stopped"
    say(page, "hello there")
    expect(page.locator(".failure p")).to_be_visible()
    expect(page.locator(".failure p")).not_to_contain_text("127.0.0.1")
    emulator.status = "running"
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".reply .text")).to_contain_text("You said: hello there")
    assert [text for text in console if "503" not in text and "502" not in text] == []
    console.clear()


def test_a_turn_that_fails_says_so_and_hides_why(page: Page, emulator: Emulator) -> None:
    say(page, "cause an error")
    expect(page.locator(".failure p")).to_be_visible()
    expect(page.locator(".failure p")).not_to_contain_text("overloaded")
    emulator.model = _recovered
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".reply .text")).to_have_text("All is well.")


def test_a_reply_that_breaks_off_keeps_its_text(page: Page, emulator: Emulator) -> None:
    emulator.model = _cut
    say(page, "hello there")
    expect(page.locator(".failure p")).to_be_visible()
    expect(page.locator(".reply .text")).to_have_text("This text")


def test_a_session_that_ended_asks_to_sign_in_and_keeps_the_message(
    page: Page, context: BrowserContext, console: list[str]
) -> None:
    context.clear_cookies()
    say(page, "not lost")
    expect(page.get_by_role("alert")).to_have_text("Please sign in again.")
    page.get_by_label("Your name").fill("ada")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Message", exact=True)).to_have_value("not lost")
    assert [text for text in console if "401" not in text] == []
    console.clear()


def _recovered(turn: Turn) -> Outcome:
    return Reply("All is well.")


def _cut(turn: Turn) -> Outcome:
    return Cut(after=10, clean=False)
