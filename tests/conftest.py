"""Fixtures: every kind of client, and an environment without anybody's settings."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from importlib.metadata import entry_points

import hypothesis
import pytest

from .support.clients import ClientKind, Connect

pytest_plugins = ["pytester"]
if "muxi" not in entry_points(group="pytest11").names:  # an environment older than the plugin
    pytest_plugins.append("muxi.testing.plugin")

KINDS = ("sync", "asyncio", "trio", "aiohttp", "sync httpx2", "asyncio httpx2")
IN_CI = "CI" in os.environ
"""In CI the random examples are the same each time: a change passes there if it passed before."""
OVER_AIOHTTP = ("http", "core")
"""The directories whose tests `make test` runs with aiohttp. What others find, these find."""
OVER_HTTPX2 = ("test_limits.py", "test_streams.py", "test_transport.py")
"""The files whose tests run with clients of httpx2, which are adapted in one place.

`make test` runs those of streams.
"""
for profile, examples in (("house", 30), ("thorough", 300)):
    hypothesis.settings.register_profile(
        profile, deadline=None, max_examples=examples, derandomize=IN_CI
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "run what make test leaves out too, and ten times the random examples"
    parser.addoption("--thorough", action="store_true", help=told)


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("thorough" if config.getoption("thorough") else "house")


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test for each kind of client. One that would be left out isn't made: that is slow."""
    given = any(
        "client_kind" in one.args[0] for one in metafunc.definition.iter_markers("parametrize")
    )
    if "client_kind" in metafunc.fixturenames and not given:
        kinds = [kind for kind in KINDS if _is_for(kind, metafunc)]
        metafunc.parametrize("client_kind", kinds, indirect=True)


def _is_for(kind: str, metafunc: pytest.Metafunc) -> bool:
    test = metafunc.definition
    if kind.endswith("httpx2") and test.path.name not in OVER_HTTPX2:
        return False
    if metafunc.config.getoption("thorough"):
        return True
    if kind == "aiohttp" and test.path.parent.name not in OVER_AIOHTTP:
        return False
    if kind.endswith("httpx2") and test.path.name != "test_streams.py":
        return False
    return not any(kind in mark.args for mark in test.iter_markers("thorough"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("thorough"):
        return
    left_out = {item for item in items if _is_thorough(item)}
    config.hook.pytest_deselected(items=[*left_out])
    items[:] = [item for item in items if item not in left_out]


def _is_thorough(item: pytest.Item) -> bool:
    """Whether a mark leaves the test out: for all clients, or for this kind of client."""
    kinds = [mark.args for mark in item.iter_markers("thorough")]
    params: dict[str, object] = item.callspec.params if hasattr(item, "callspec") else {}
    return any(not names or params.get("client_kind") in names for names in kinds)


def pytest_xdist_auto_num_workers() -> int:
    """Return more workers than cores: tests wait for sockets more than half of their time."""
    return (os.cpu_count() or 1) * 3


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without the garbage collector, and spare it afterwards what was collected."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("MUXI_"):
            monkeypatch.delenv(name)


@pytest.fixture
def patient_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a wait of a moment wait for its responses, however busy the machine is."""
    monkeypatch.setattr("muxi.resources._waits._LAST_LOOK", 60.0)


@pytest.fixture
def client_kind(request: pytest.FixtureRequest) -> ClientKind:
    """Each way to use the clients."""
    return ClientKind(request.param)


@pytest.fixture
def connect(client_kind: ClientKind) -> Iterator[Connect]:
    """Makes clients of each kind, to be used as sync ones are."""
    with ExitStack() as stack:
        yield Connect(client_kind, stack)
