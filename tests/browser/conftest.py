"""The example on an emulator, and a page in a real browser for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from examples.fastapi_chat.model import answer
from muxi import FormationClient
from muxi.testing import Emulator

from .actions import new_page, sign_in
from .support import Service, open_browser

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    """One emulator for all tests, because the service keeps its address."""
    with Emulator(model=answer, multi_user=True, token_pause=0.02) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The formation behind the service, empty at the start of the test."""
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture
def formation(emulator: Emulator) -> Iterator[FormationClient]:
    """A client that sees what the page did."""
    environ = emulator.environ
    with FormationClient(
        url=emulator.formation_url, client_key=environ["MUXI_CLIENT_KEY"], user_id="ada"
    ) as client:
        yield client


@pytest.fixture(scope="session")
def shared_service(shared_emulator: Emulator) -> Iterator[Service]:
    service = Service(shared_emulator.environ)
    service.start()
    yield service
    service.stop()


@pytest.fixture
def service(shared_service: Service, emulator: Emulator) -> Service:
    """The example, running, on the emulator."""
    return shared_service


@pytest.fixture
def console() -> list[str]:
    """What the page reported as an error. A test that causes errors on purpose empties it."""
    return []


@pytest.fixture
def context(browser: Browser, service: Service) -> Iterator[BrowserContext]:
    """A browser without cookies, which finds the service at `/`."""
    with closing(browser.new_context(base_url=service.url)) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext, console: list[str]) -> Iterator[Page]:
    """The page, with Ada signed in. Errors in its console fail the test."""
    page = new_page(context, console)
    sign_in(page, "ada")
    yield page
    assert console == []
