"""What a reply offers besides its text: options, links, files."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page, expect

from .actions import attach, say

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4"
    "2mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def test_a_click_on_an_option_answers(page: Page) -> None:
    say(page, "plan a weekend")
    options = page.get_by_role("group", name="Where would you like to go?")
    hills = options.get_by_role("button", name="The hills")
    hills.click()
    expect(page.locator(".user .text").last).to_have_text("The hills")
    expect(page.locator(".reply .text").last).to_contain_text("The hills it is.")
    expect(hills).to_have_attribute("aria-pressed", "true")
    for button in options.get_by_role("button").all():
        expect(button).to_be_disabled()


def test_options_close_when_one_answers_in_words(page: Page) -> None:
    say(page, "plan a weekend")
    button = page.get_by_role("button", name="The coast")
    expect(button).to_be_enabled()
    say(page, "rather something else")
    expect(button).to_be_disabled()


def test_a_link_opens_elsewhere_and_says_where(page: Page) -> None:
    say(page, "where is the documentation")
    link = page.get_by_role("link", name="Open the documentation")
    expect(link).to_have_attribute("href", "https://muxi.org")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator(".link small")).to_have_text("muxi.org")


def test_a_file_of_the_reply_can_be_saved(page: Page) -> None:
    say(page, "plan a weekend")
    page.get_by_role("button", name="A city").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="packing-list.txt").click()
    assert download.value.suggested_filename == "packing-list.txt"
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("A city\n")


def test_files_go_with_the_message(page: Page) -> None:
    attach(
        page,
        ("notes.txt", "text/plain", b"Milk"),
        ("dot.png", "image/png", PIXEL),
        ("late.txt", "text/plain", b"Eggs"),
    )
    attached = page.get_by_role("list", name="Attached files").get_by_role("listitem")
    expect(attached).to_have_text(["notes.txt", "dot.png", "late.txt"], use_inner_text=True)
    page.get_by_role("button", name="Remove late.txt").click()
    expect(attached).to_have_count(2)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".reply .text")).to_have_text(
        "Thank you, I have received notes.txt, dot.png."
    )
    expect(attached).to_have_count(0)
    expect(page.locator(".user .file")).to_have_count(2)
    expect(page.locator(".user img:visible")).to_have_js_property("naturalWidth", 1)


def test_a_file_that_cannot_be_read_is_refused_at_once(page: Page) -> None:
    attach(page, ("all.zip", "application/zip", b"PK\xff\xfe"))
    expect(page.locator("#composer-error")).to_have_text(
        "all.zip can't be attached: choose text, images, audio or video."
    )
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
