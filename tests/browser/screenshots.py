"""Take the pictures of the documentation: `make screenshots`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from examples.fastapi_chat.model import answer
from muxi.testing import Emulator

from .actions import say, sign_in
from .support import ROOT, Service, open_browser

IMAGES = ROOT / "docs" / "images"
COLORS = 64


def main() -> None:
    """Take them all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with open_browser() as browser, Emulator(model=answer, multi_user=True) as emulator:
        service = Service(emulator.environ)
        service.start()
        try:
            for scheme in ("light", "dark"):
                _take(browser, service, f"chat-{scheme}", (960, 1000), scheme, _wide)
                _take(browser, service, f"chat-phone-{scheme}", (390, 844), scheme, _phone)
        finally:
            service.stop()


def _wide(page: Page) -> None:
    say(page, "What is the weather in Lisbon?")
    expect(page.locator(".reply[aria-busy=false]")).to_have_count(1)
    page.locator(".steps summary").first.click()
    say(page, "Plan a weekend for me")
    expect(page.get_by_role("button", name="The coast")).to_be_visible()


def _phone(page: Page) -> None:
    say(page, "Plan a weekend for me")
    page.get_by_role("button", name="The coast").click()
    expect(page.locator(".reply .file")).to_be_visible()


def _take(
    browser: Browser,
    service: Service,
    name: str,
    size: tuple[int, int],
    scheme: Literal["light", "dark"],
    act: Callable[[Page], None],
) -> None:
    width, height = size
    context = browser.new_context(
        base_url=service.url,
        color_scheme=scheme,
        device_scale_factor=1.5,
        has_touch=width < 600,
        is_mobile=width < 600,
        viewport={"width": width, "height": height},
    )
    with closing(context):
        page = context.new_page()
        page.goto("/")
        sign_in(page, "ada")
        act(page)
        path = IMAGES / f"{name}.png"
        page.screenshot(path=path, animations="disabled")
    optimise = ["pngquant", "--force", "--strip", "--speed", "1", "--output", str(path)]
    subprocess.run([*optimise, str(COLORS), str(path)], check=True)
    print(path.relative_to(ROOT), path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
