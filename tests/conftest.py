"""Fixtures: every kind of client, and an environment without anybody's settings."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.metadata import entry_points

import hypothesis
import pytest

from .support.clients import ClientKind, Connect

pytest_plugins = ["pytester"]
if "muxi" not in entry_points(group="pytest11").names:  # an environment older than the plugin
    pytest_plugins.append("muxi.testing.plugin")

hypothesis.settings.register_profile("house", deadline=None, max_examples=30)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=300)
hypothesis.settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Spare `gc.collect()` in tests the heap of all that was collected."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("MUXI_"):
            monkeypatch.delenv(name)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def client_kind(request: pytest.FixtureRequest) -> ClientKind:
    """Each way to use the clients."""
    return ClientKind(request.param)


@pytest.fixture
def connect(client_kind: ClientKind) -> Iterator[Connect]:
    """Makes clients of each kind, to be used as sync ones are."""
    with ExitStack() as stack:
        yield Connect(client_kind, stack)
