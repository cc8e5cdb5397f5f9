"""This SDK against the real runtime: events and logs, which it does not feed; by client kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

import muxi

from .conftest import Asking

SILENT: list[Callable[[Any], Any]] = [
    lambda f: f.events.stream(silence_timeout=3, user_id="alice"),
    lambda f: f.events.stream("sess_any", silence_timeout=3, user_id="alice"),
    lambda f: f.logs.stream(silence_timeout=3),
    lambda f: f.logs.stream(level="error", event_type="chat.*", user_id="0", silence_timeout=3),
]
by_one_kind = pytest.mark.thorough("asyncio", "trio")


@pytest.mark.parametrize(
    "use", [SILENT[0], *(pytest.param(use, marks=by_one_kind) for use in SILENT[1:])]
)
def test_feeds_without_events_time_out(ask: Asking, use: Callable[[Any], Any]) -> None:
    with pytest.raises(muxi.TimeoutError, match=r"sent no event for 3 s"):
        ask.stream(use)


def test_a_turn_can_not_be_listened_to(ask: Asking) -> None:
    with pytest.raises(muxi.ServerError, match="No module named") as caught:
        ask.stream(lambda f: f.events.stream_turn("s", "r", user_id="alice"), max_retries=0)
    assert caught.value.status_code == 500


def test_keys_and_users_are_checked_before_a_stream_opens(ask: Asking) -> None:
    with pytest.raises(muxi.AuthenticationError):
        ask.stream(lambda f: f.logs.stream(), admin_key="wrong")
    with pytest.raises(muxi.AuthenticationError):
        ask.stream(lambda f: f.events.stream(), client_key="wrong")
    with pytest.raises(muxi.ValidationError, match="needs a user"):
        ask.stream(lambda f: f.events.stream(), user_id=None)


def test_a_request_that_there_never_was(ask: Asking) -> None:
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.requests.wait(f"req_{uuid4().hex}"))
