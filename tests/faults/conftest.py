"""The emulator and the thread of the proxies. Prints how the cells of the matrix ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from .world import World


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("bundles")) as world:
        yield world


@pytest.fixture(scope="package")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    ends = Counter(dict(each.user_properties).get("outcome") for each in reports)
    ends.pop(None, None)
    if ends:
        terminalreporter.section("calls that met a fault")
        terminalreporter.write_line(f"{ends.total():6} cells")
        for name, count in ends.most_common():
            terminalreporter.write_line(f"{count:6} {name}")
