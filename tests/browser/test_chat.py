"""A conversation: the reply arrives piece by piece, it can be stopped, a reload brings it back."""

from __future__ import annotations

import re
from itertools import pairwise

from playwright.sync_api import BrowserContext, Page, expect

from muxi import FormationClient
from muxi.testing import Emulator, Outcome, Reply, Turn

from .actions import endless, new_page, say, sign_in

WATCH = """place => {
    window.seen = [];
    new MutationObserver(() => {
        const text = document.querySelector(place)?.textContent;
        if (text && text !== window.seen.at(-1)) window.seen.push(text);
    }).observe(document.getElementById("log"), {subtree: true, childList: true});
}"""

AT_THE_END = """() => {
    const it = document.getElementById("scroller");
    return it.scrollHeight - it.scrollTop - it.clientHeight < 48;
}"""


def _silent(turn: Turn) -> Outcome:
    return Reply("late", delay=60)


def test_a_reply_arrives_piece_by_piece(page: Page) -> None:
    page.evaluate(WATCH, ".reply .text")
    say(page, "Tell me about the weather")
    reply = page.locator(".reply")
    expect(reply).to_have_attribute("aria-busy", "false")
    expect(reply.locator(".text p")).to_have_text(
        [
            re.compile("^Lisbon has a mild day ahead"),
            re.compile("take a jacket if you stay out late.$"),
        ]
    )
    seen: list[str] = page.evaluate("window.seen")
    assert len(seen) > 2
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))


def test_the_steps_and_the_tools_show(page: Page) -> None:
    page.evaluate(WATCH, ".steps .now")
    say(page, "Tell me about the weather")
    steps = page.locator(".steps")
    expect(steps.locator(".now")).to_have_text(re.compile(r"^\d+ steps, \d+\.\d s$"))
    seen: list[str] = page.evaluate("window.seen")
    assert seen.index("Using forecast to complete this task…") < seen.index("Preparing response…")
    expect(steps.locator("ol")).to_be_hidden()
    steps.locator("summary").click()
    expect(steps.locator("code")).to_have_text("forecast")
    expect(steps.get_by_text("Creating plan…")).to_be_visible()


def test_a_reload_brings_the_conversation_back(page: Page) -> None:
    say(page, "hello there")
    expect(page.locator(".reply")).to_have_attribute("aria-busy", "false")
    say(page, "and now the weather")
    expect(page.locator(".reply").nth(1)).to_have_attribute("aria-busy", "false")
    before = page.locator(".turn .text").all_inner_texts()
    page.reload()
    expect(page.locator(".turn .text")).to_have_text(before, use_inner_text=True)
    say(page, "one more")
    expect(page.locator(".turn")).to_have_count(6)


def test_a_message_continues_the_session(page: Page, formation: FormationClient) -> None:
    for count, text in enumerate(["one", "two"], 1):
        say(page, text)
        expect(page.locator(".reply[aria-busy=false]")).to_have_count(count)
    [session] = formation.sessions.list()
    assert page.url.endswith(f"#{session.session_id}")
    said = [each.text for each in formation.sessions.list_messages(session.session_id)]
    assert said[::2] == ["one", "two"]


def test_a_new_conversation_starts_empty_and_back_returns(page: Page) -> None:
    say(page, "first")
    expect(page.locator(".reply")).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.get_by_role("heading", name="Hello, ada.")).to_be_visible()
    page.go_back()
    expect(page.locator(".user .text")).to_have_text("first")


def test_an_idea_is_one_click(page: Page) -> None:
    page.get_by_role("button", name="What is the weather in Lisbon?").click()
    expect(page.locator(".user .text")).to_have_text("What is the weather in Lisbon?")
    expect(page.locator(".reply")).to_contain_text("sunny")
    expect(page.locator("#welcome")).to_be_hidden()


def test_stop_cancels_the_turn(page: Page, emulator: Emulator, formation: FormationClient) -> None:
    emulator.model = endless
    say(page, "go on")
    expect(page.locator(".reply .text")).to_contain_text("and so on")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".reply .note")).to_have_text("You stopped this reply.")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    [request] = formation.requests.list()
    assert formation.requests.wait(request.request_id, timeout=20).status == "cancelled"
    page.reload()
    expect(page.locator(".reply .note")).to_have_text("This message has no reply.")


def test_stop_needs_no_further_event(page: Page, emulator: Emulator) -> None:
    emulator.model = _silent
    say(page, "take your time")
    expect(page.locator(".steps .now")).to_have_text("Creating plan…")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".reply .note")).to_have_text("You stopped this reply.")


def test_the_page_follows_the_reply_unless_one_scrolls_up(page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 420})
    say(page, "a long story")
    expect(page.locator(".reply .text")).to_contain_text("One winter")
    page.wait_for_function(AT_THE_END)
    page.locator("#scroller").evaluate("scroller => scroller.scrollTo(0, 0)")
    latest = page.get_by_role("button", name="Jump to the latest message")
    expect(latest).to_be_visible()
    expect(page.locator(".reply")).to_have_attribute("aria-busy", "false")
    assert not page.evaluate(AT_THE_END)
    latest.click()
    expect(latest).to_be_hidden()
    page.wait_for_function(AT_THE_END)
    page.locator("#scroller").evaluate("scroller => scroller.scrollTo(0, 0)")
    expect(latest).to_be_visible()
    say(page, "hello there")
    expect(page.locator(".reply[aria-busy=false]")).to_have_count(2)
    expect(latest).to_be_hidden()
    page.wait_for_function(AT_THE_END)


def test_each_user_has_conversations_of_their_own(page: Page, context: BrowserContext) -> None:
    say(page, "only for Ada")
    expect(page.locator(".reply")).to_have_attribute("aria-busy", "false")
    address = page.url
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "bob")
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".reply .note")).to_have_text(
        "The formation doesn't have this conversation any more."
    )
    expect(page.get_by_text("only for Ada")).to_have_count(0)


def test_one_signs_in_once(page: Page, context: BrowserContext, console: list[str]) -> None:
    other = new_page(context, console)
    expect(other.get_by_role("heading", name="Hello, ada.")).to_be_visible()
    assert [each.get("httpOnly") for each in context.cookies()] == [True]
