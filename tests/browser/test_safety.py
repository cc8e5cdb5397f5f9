"""What the model writes is shown as text, wherever it goes."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from muxi.models.formation import ActionLink, OptionsWidget, ReplyArtifact, WidgetOption
from muxi.testing import Emulator, Event, Outcome, Reply, Turn

from .actions import say

EVIL = '<img src=x onerror="window.owned = true"><script>window.owned = true</script>'


def model(turn: Turn) -> Outcome:
    option = WidgetOption(value="x", label=EVIL)
    return Reply(
        EVIL,
        events=[Event("tool_call", "tool_execution", EVIL, {"tool_name": EVIL})],
        widgets=[
            OptionsWidget(type="options", id="ui_1", prompt=EVIL, options=[option]),
            ActionLink(type="action_link", id="ui_2", label=EVIL, url="javascript:owned=true"),
            ActionLink(
                type="action_link", id="ui_3", label=EVIL, url="https://a.example", hint=EVIL
            ),
        ],
        artifacts=[ReplyArtifact(type="text", format="html", filename=EVIL, content=EVIL)],
    )


def test_markup_in_a_reply_shows_as_text(page: Page, emulator: Emulator) -> None:
    emulator.model = model
    say(page, EVIL)
    expect(page.locator(".reply")).to_have_attribute("aria-busy", "false")
    places = (
        ".user .text",
        ".reply .text",
        ".steps code",
        ".options legend",
        ".options button",
        ".link span",
        ".link small",
        ".reply .file .name",
    )
    for place in places:
        expect(page.locator(place).first).to_have_text(EVIL)
    _harmless(page)
    page.reload()
    expect(page.locator(".reply .text")).to_have_text(EVIL)
    _harmless(page)


def test_a_link_to_a_script_is_no_link(page: Page, emulator: Emulator) -> None:
    emulator.model = model
    say(page, "hello there")
    expect(page.locator(".reply .link")).to_have_count(1)
    expect(page.locator("a[href^='javascript']")).to_have_count(0)


def _harmless(page: Page) -> None:
    expect(page.locator("#log script, #log img[onerror]")).to_have_count(0)
    assert page.evaluate("window.owned") is None
