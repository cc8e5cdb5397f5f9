from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from muxi.testing import Emulator, ServerBehavior
from muxi.testing.server.processes import Log, Process
from muxi.testing.server.registry import Registered, Registry, Release

from .raw_control import FORMATIONS, Control


@pytest.fixture
def control(serving: Emulator) -> Iterator[Control]:
    """A server with only its first formation, and without faults."""
    yield Control(serving)
    unmet = [*serving.server.faults]
    vars(serving.server).update(vars(ServerBehavior(starting_pause=0)))
    client = Control(serving)
    for each in client.get(FORMATIONS)["formations"]:
        if each["id"] != "hello":
            client.ask("DELETE", f"{FORMATIONS}/{each['id']}")
    client.draft("discard")
    client.ask("POST", "/rpc/dev/stop", json={"formation_id": "my-bot"})
    assert unmet == []


@pytest.fixture
def bot(control: Control) -> Control:
    """A server on which the bot is deployed."""
    assert control.deploy().status_code == 201
    return control


async def mirror(scope: Scope, receive: Receive, send: Send) -> None:
    """A formation that returns the request that it got."""
    request = Request(scope, receive)
    said = {
        "method": request.method,
        "path": scope["path"],
        "query": bytes(scope["query_string"]).decode(),
        "headers": dict(request.headers),
        "body": (await request.body()).decode(),
    }
    await JSONResponse(said, headers={"access-control-allow-origin": "https://x"})(
        scope, receive, send
    )


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    def launch(formation_id: str, directory: Path, log: Log, port: int) -> Process:
        return Process(mirror, 8000, lambda: None)

    known = Registry(tmp_path, ServerBehavior(starting_pause=0), launch, 7890)
    process = known.spawn("my-bot", "my-bot", tmp_path, failure="")
    known.formations["my-bot"] = Registered("my-bot", "", 8000, Release(1, "", ""), "running")
    yield known
    process.stop()
