"""The page by keyboard, by ear, on a phone and in both colour schemes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from muxi.testing import Emulator

from .actions import attach, endless, say

WIDTHS = (320, 390, 820, 1280)

CONTRASTS = """pairs => {
    const style = getComputedStyle(document.documentElement);
    const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const light = (name) => {
        context.fillStyle = style.getPropertyValue(`--${name}`);
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return pairs.map(([text, ground]) => {
        const [low, high] = [light(text), light(ground)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    });
}"""

TEXTS = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "tint"),
    ("ink", "accent-tint"),
    ("muted", "paper"),
    ("muted", "surface"),
    ("muted", "tint"),
    ("accent", "surface"),
    ("accent", "tint"),
    ("on-accent", "accent"),
    ("danger", "danger-tint"),
    ("danger", "paper"),
]
EDGES = [("edge", "paper"), ("edge", "surface"), ("accent", "paper")]


def test_everything_works_by_keyboard(page: Page, emulator: Emulator) -> None:
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    page.keyboard.type("plan a weekend")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("please")
    page.keyboard.press("Enter")
    expect(page.locator(".user .text")).to_have_text("plan a weekend\nplease", use_inner_text=True)
    option = page.get_by_role("button", name="The hills")
    expect(option).to_be_visible()
    _tab_back_to(page, "The hills")
    page.keyboard.press("Space")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    expect(page.locator(".reply .text").last).to_contain_text("The hills it is.")
    expect(page.locator(".reply[aria-busy=true]")).to_have_count(0)
    emulator.model = endless
    page.keyboard.type("go on")
    page.keyboard.press("Enter")
    expect(page.locator(".reply .text").last).to_contain_text("and so on")
    page.keyboard.press("Escape")
    expect(page.locator(".reply .note").last).to_have_text("You stopped this reply.")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()


def test_the_focus_is_visible(page: Page) -> None:
    page.keyboard.press("Shift+Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_a_screen_reader_hears_the_whole_reply_once(page: Page) -> None:
    expect(page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "off")
    say(page, "where is the documentation")
    expect(page.get_by_role("status")).to_have_text("Reply: It is on the home page of MUXI.")


def test_every_control_has_a_name(page: Page) -> None:
    say(page, "plan a weekend")
    expect(page.get_by_role("button", name="A city")).to_be_visible()
    attach(page, ("notes.txt", "text/plain", b"Milk"))
    expect(page.get_by_role("button", name="Remove notes.txt")).to_be_visible()
    tree = page.locator("body").aria_snapshot()
    assert "- textbox" in tree
    controls = ("button", "textbox", "link", "img", "group")
    nameless = [line for line in tree.splitlines() if line.strip(" -:") in controls]
    assert nameless == []


def test_the_page_fits_every_width(page: Page) -> None:
    _fits(page)
    say(page, "plan a weekend " + "w" * 400)
    page.get_by_role("button", name="The coast").click()
    expect(page.locator(".reply .file")).to_be_visible()
    page.locator(".steps summary").first.click()
    attach(page, ("n" * 100 + ".txt", "text/plain", b"Milk"))
    expect(page.locator("#files .file")).to_be_visible()
    _fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    texts: list[float] = page.evaluate(CONTRASTS, TEXTS)
    edges: list[float] = page.evaluate(CONTRASTS, EDGES)
    poor = [pair for pair, ratio in zip(TEXTS, texts, strict=True) if ratio < 4.5]
    faint = [pair for pair, ratio in zip(EDGES, edges, strict=True) if ratio < 3]
    assert (poor, faint) == ([], [])


def _tab_back_to(page: Page, name: str) -> None:
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == name:
            return
    raise AssertionError(f"Shift+Tab never reaches {name!r}")


def _fits(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        _fits_one(page, width)


def _fits_one(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#scroller").evaluate("it => it.scrollWidth - it.clientWidth") <= 0
    for button in page.locator("button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] >= 28
