"""A browser that talks to the real runtime through a service."""

from __future__ import annotations

import json

import httpx
from httpx_sse import connect_sse

from muxi import AsyncFormationClient, FormationClient

from ..fastapi.service import service
from ..support.service import serving
from .conftest import Runtime, one_user


@one_user
def test_a_browser_chats_and_leaves(runtime: Runtime) -> None:
    settings = {"url": runtime.url, "client_key": runtime.client_key}
    with (
        serving(service(lambda: AsyncFormationClient(**settings))) as url,
        httpx.Client(base_url=url, headers={"X-User": "alice"}) as browser,
        FormationClient(**settings, user_id="alice") as formation,
    ):
        with connect_sse(browser, "POST", "/chat", json={"message": "How are you?"}) as source:
            events = [(event.event, event.json()) for event in source.iter_sse()]
        assert (events[0][0], events[-1][0]) == ("started", "completed")
        assert {name for name, _ in events} >= {"progress", "text"}
        assert events[-1][1]["text"] == "Stub answer to: How are you?"
        assert "null" not in json.dumps(events)

        wait = {"message": "STUB_SLEEP=20 never mind"}
        with connect_sse(browser, "POST", "/chat", json=wait) as source:
            started = next(source.iter_sse()).json()
        found = formation.requests.wait(started["request_id"], timeout=30)
        assert found.status == "cancelled"
