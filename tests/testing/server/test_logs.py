"""The logs of formations, fetched and followed, and the server's own log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from starlette.types import Message

from muxi.testing import Emulator, Fault
from muxi.testing.server.control import ControlPlane
from muxi.testing.server.registry import Registry

from ...support.plain_http import NO_TLS
from .raw_control import BOT, Control

LOGS = f"{BOT}/logs"


def test_the_last_lines_of_each_stream(bot: Control, serving: Emulator) -> None:
    for number in range(3):
        serving.log(f"line {number}", "my-bot")
    found = bot.get(f"{LOGS}?lines=2&limit=1")
    assert found == {
        "formation_id": "my-bot",
        "logs": {"stdout": ["line 1", "line 2"], "stderr": None},
        "total_lines": {"stdout": 4, "stderr": 0},
    }
    serving.log("oops", "my-bot", "stderr")
    assert bot.get(f"{LOGS}?stream=stderr") == {
        "formation_id": "my-bot",
        "logs": {"stderr": ["oops"]},
        "total_lines": {"stdout": 0, "stderr": 1},
    }
    assert bot.get(f"{LOGS}?stream=none")["logs"] == {}


@pytest.mark.parametrize("lines", ["", "0", "-1", "many", "100"])
def test_a_hundred_lines_unless_a_number_is_given(
    bot: Control, serving: Emulator, lines: str
) -> None:
    for number in range(150):
        serving.log(str(number), "my-bot")
    assert bot.get(f"{LOGS}?lines={lines}")["logs"]["stdout"] == [
        str(number) for number in range(50, 150)
    ]


def test_unknown_formations_have_no_logs(control: Control) -> None:
    for query in ("", "?follow=true"):
        answer = control.ask("GET", LOGS + query)
        assert (answer.status_code, answer.json()["message"]) == (404, "Formation not found")


def following(control: Control, query: str) -> Iterator[tuple[str, dict[str, str]]]:
    headers = control.headers("GET", LOGS)
    with httpx.stream(
        "GET", f"{control.url}{LOGS}?{query}", headers=headers, verify=NO_TLS
    ) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        assert "x-accel-buffering" not in answer.headers
        lines = answer.iter_lines()
        for line in lines:
            yield line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))
            assert next(lines) == ""


@pytest.mark.parametrize(("query", "stream"), [("stream=all", "stdout"), ("stream=stderr",) * 2])
def test_what_is_written_from_now_on(
    bot: Control, serving: Emulator, query: str, stream: str
) -> None:
    to, other = ("stdout", "stderr") if stream == "stdout" else ("stderr", "stdout")
    serving.log("before", "my-bot", "stdout" if to == "stdout" else "stderr")
    found = following(bot, f"follow=1&lines=5&{query}")
    assert next(found) == ("connected", {"formation_id": "my-bot"})
    serving.log("elsewhere", "my-bot", "stdout" if other == "stdout" else "stderr")
    for line in ("one", "two"):
        serving.log(line, "my-bot", "stdout" if to == "stdout" else "stderr")
        assert next(found) == ("log", {"line": line, "formation_id": "my-bot"})
    found.close()


def test_what_is_written_while_a_line_is_sent_is_sent_too(registry: Registry) -> None:
    registry.behavior.auth = False
    log, received = registry.log("my-bot").stdout, b""
    over = asyncio.Event()

    async def send(message: Message) -> None:
        nonlocal received
        received += message.get("body", b"")
        for after, line in ((b"event: connected", "one"), (b'"one"', "two"), (b'"two"', "")):
            if after in message.get("body", b""):
                log.append(line) if line else over.set()

    async def receive() -> Message:
        await over.wait()
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": LOGS, "query_string": b"follow=1"}
    app = ControlPlane(registry, ("", ""))
    asyncio.run(asyncio.wait_for(app({**scope, "headers": []}, receive, send), 60))
    assert received.count(b"event: log") == 2


def test_the_servers_own_log_is_text(control: Control) -> None:
    assert control.ask("GET", "/rpc/server/logs").content == b""
    control.server.audit += [f"line {number}" for number in range(3)]
    answer = control.ask("GET", "/rpc/server/logs?lines=2")
    assert (answer.text, answer.headers["content-type"]) == ("line 1\nline 2\n", "text/plain")
    control.server.faults.append(Fault("server-logs", "ReadError"))
    answer = control.ask("GET", "/rpc/server/logs")
    assert (answer.status_code, answer.json()["message"]) == (500, "Failed to read audit log")


def test_a_follower_that_leaves_is_forgotten(registry: Registry) -> None:
    registry.behavior.auth = False
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        while not any(message.get("body") for message in sent):
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": LOGS, "query_string": b"follow=1"}
    app = ControlPlane(registry, ("", ""))
    asyncio.run(asyncio.wait_for(app({**scope, "headers": []}, receive, send), 60))
    assert b"".join(message.get("body", b"") for message in sent).count(b"event: connected") == 1
