"""Lifespans, the OpenAPI document, and an environment without FastAPI."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient

from muxi import AsyncFormationClient, AsyncServerClient
from muxi.fastapi import ChatAnswer, ChatMessage, ErrorBody, SharedClient

from ..support.fake_server import FORMATIONS, SESSIONS, FakeServer
from .service import service


def test_two_clients_and_a_lifespan_of_ones_own() -> None:
    with FakeServer(lambda got: FORMATIONS if "/rpc/" in got.path else SESSIONS) as upstream:
        formation = SharedClient(lambda: AsyncFormationClient(url=upstream.url, client_key="c"))
        server = SharedClient(
            lambda: AsyncServerClient(url=upstream.url, key_id="k", secret_key="s")
        )
        seen: list[object] = []

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, object]]:
            async with formation.lifespan(app) as ours, server.lifespan(app) as theirs:
                yield {**ours, **theirs}

        app = FastAPI(lifespan=lifespan)

        @app.get("/")
        async def both(
            one: Annotated[AsyncFormationClient, Depends(formation.client)],
            two: Annotated[AsyncServerClient, Depends(server.client)],
        ) -> list[int]:
            seen[:] = [one, two]
            return [len(await one.sessions.list(user_id="u")), len(await two.formations.list())]

        with TestClient(app) as browser:
            assert browser.get("/").json() == [0, 0]
            first = [*seen]
            assert browser.get("/").json() == [0, 0]
            assert all(one is two for one, two in zip(first, seen, strict=True))
        with TestClient(app) as browser:
            assert browser.get("/").json() == [0, 0]
            assert not any(one is two for one, two in zip(first, seen, strict=True))


def test_a_router_can_bring_the_lifespan() -> None:
    with FakeServer(SESSIONS) as upstream:
        formation = SharedClient(lambda: AsyncFormationClient(url=upstream.url, client_key="c"))
        router = APIRouter(lifespan=formation.lifespan)

        @router.get("/")
        async def count(
            client: Annotated[AsyncFormationClient, Depends(formation.client)],
        ) -> int:
            return len(await client.sessions.list(user_id="u"))

        app = FastAPI()
        app.include_router(router)
        with TestClient(app) as browser:
            assert browser.get("/").json() == 0


def test_without_the_lifespan_the_mistake_is_named() -> None:
    app = service(lambda: AsyncFormationClient(url="http://127.0.0.1:1", client_key="c"))
    with pytest.raises(RuntimeError, match="with TestClient"):
        TestClient(app).get("/turns/r", headers={"X-User": "alice"})


@cache
def document() -> Any:
    return service(AsyncFormationClient).openapi()


def body_of(response: Any) -> Any:
    return response["content"]["application/json"]["schema"]


def test_the_document_describes_bodies_answers_and_errors() -> None:
    schemas = document()["components"]["schemas"]
    ask, chat = (document()["paths"][path]["post"] for path in ("/ask", "/chat"))
    for operation in (ask, chat):
        assert body_of(operation["requestBody"])["$ref"].endswith("/ChatMessage")
        assert body_of(operation["responses"]["429"])["title"] == "ErrorBody"
    assert body_of(ask["responses"]["200"])["$ref"].endswith("/ChatAnswer")
    assert body_of(ask["responses"]["202"])["$ref"].endswith("/ChatAnswer")
    assert "text/event-stream" in chat["responses"]["200"]["content"]
    assert schemas["ChatMessage"]["properties"].keys() == {
        "message",
        "session_id",
        "files",
        "ui_response",
    }
    assert schemas["ChatAnswer"]["properties"].keys() == ChatAnswer.model_fields.keys()
    assert schemas["ChatAnswer"]["properties"]["widgets"]["items"] != {}


def test_the_examples_of_the_document_are_valid() -> None:
    schemas = document()["components"]["schemas"]
    error = body_of(document()["paths"]["/ask"]["post"]["responses"]["429"])
    for kind, schema in (
        (ChatMessage, schemas["ChatMessage"]),
        (ChatAnswer, schemas["ChatAnswer"]),
        (ErrorBody, error),
    ):
        [example] = schema["examples"]
        assert kind.model_validate(example).model_dump(exclude_unset=True) == example


def test_an_older_fastapi_is_a_missing_extra() -> None:
    code = "import sys; sys.modules['fastapi.sse'] = None; import muxi.fastapi"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert done.stderr.splitlines()[-1] == (
        "ImportError: muxi.fastapi needs an extra: pip install 'muxi-client[fastapi]'"
    )
