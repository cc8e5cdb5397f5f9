"""The daily history on the emulator, from the events of distilleries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from muxi.testing import Emulator

from ..support.clients import ClientKind
from .distillery import ENTRY, Distillery
from .raw_http import RawHttp, call_sdk

pytestmark = pytest.mark.thorough("asyncio", "trio")

DAYS = [date(2026, 1, day) for day in (2, 4, 3)]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator that got the days out of order."""
    with Emulator(multi_user=True) as running:
        Distillery(lambda use: call_sdk(ClientKind("sync"), running, use)).submit(
            *(
                ENTRY | {"source_id": f"{day}", "payload": {"date": f"{day}", "summary": "quiet"}}
                for day in DAYS
            )
        )
        yield running


@pytest.fixture
def history(client_kind: ClientKind, emulator: Emulator) -> Callable[..., Any]:
    return lambda **query: call_sdk(client_kind, emulator, lambda f: f.history.list(**query))


def test_history_is_filtered_by_its_days(history: Callable[..., Any]) -> None:
    latest_first = sorted(DAYS, reverse=True)
    assert [each.date for each in history()] == latest_first
    assert [each.date for each in history(limit=1)] == latest_first[:1]
    assert [each.date for each in history(date_from=DAYS[2], date_to=DAYS[2])] == [DAYS[2]]


def test_history_names_its_sources_when_asked(history: Callable[..., Any]) -> None:
    assert history()[0].sources is None
    [source] = history(include_sources=True)[0].sources
    assert (source.source_type, source.source_id) == ("distillery", "2026-01-04")


def test_days_that_are_none_are_ignored(emulator: Emulator) -> None:
    """Invalid dates need plain HTTP: the SDK refuses to send them."""
    path = "/history?date_from=whenever&date_to=2026-01-02"
    shown = RawHttp(emulator).ask("GET", path).json()["data"]["entries"]
    assert [each["date"] for each in shown] == ["2026-01-02"]
