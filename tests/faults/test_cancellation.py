"""Async calls that are cancelled at each place where they wait, and sync calls at Ctrl-C."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient

from ..support.clients import FORMATION_SETTINGS, SERVER_SETTINGS
from ..support.control_answers import COMPLETE, HELLO, ID, NOT_FOUND, STAGES, frame, ok
from ..support.fake_server import (
    FAST,
    FORMATIONS,
    REPLY,
    RESTORED,
    SESSIONS,
    Action,
    Answer,
    Drop,
    FakeServer,
    Received,
    Silence,
)
from ..support.plain_http import port_of
from ..support.sse import GOOD, state, stream_of
from ..support.waiting import until
from ..testing.control.leaks import connections, tasks
from .world import WHOLE

FILE = bytes(200_000)
MESSAGE = {"role": "user", "content": "hi", "timestamp": "2026-11-22T10:00:00Z"}
LINES = stream_of(
    frame("connected"), *[frame("log", formation_id=ID, line=str(n)) for n in range(5)]
)
TAIL = ok(
    {
        "formation_id": ID,
        "logs": {"stdout": ["a", "b"], "stderr": []},
        "total_lines": {"stdout": 2, "stderr": 0},
    }
)


def script(request: Received) -> Action:
    """Answer every kind of call."""
    path = request.path.partition("?")[0]
    if path == "/v1/chat":
        return GOOD if request.json["stream"] else REPLY
    answers: dict[str, Action] = {
        "/v1/sessions": SESSIONS,
        "/v1/sessions/s/restore": RESTORED,
        "/v1/requests/r": state("completed", result="x"),
        "/v1/artifacts/a/content": Answer(200, FILE, {"Content-Type": "image/png"}),
        "/rpc/formations": FORMATIONS,
        f"/rpc/formations/{ID}": NOT_FOUND,
        f"/rpc/formations/{ID}/logs": LINES if "follow" in request.path else TAIL,
    }
    if request.method == "POST" and path == "/rpc/formations":
        return stream_of(*STAGES, COMPLETE)
    return answers[path]


Use = Callable[[Any, Path], Coroutine[Any, Any, object]]


async def chat_stream(formation: Any, _: Path) -> None:
    async with formation.chat.stream("hi") as turn:
        async for _event in turn:
            pass
        assert (await turn.result()).text == "Hello"


async def left_stream(formation: Any, _: Path) -> None:
    async for _event in formation.chat.stream("hi"):
        break


async def deploy_stream(server: Any, _: Path) -> None:
    async with server.formations.deploy_stream(HELLO) as deployment:
        assert (await deployment.result()).formation_id == ID


async def log_follow(server: Any, _: Path) -> None:
    async with server.formations.logs_stream(ID, lines=2) as log:
        assert [(await anext(log)).line for _ in range(3)] == ["a", "b", "0"]


FORMATION: dict[str, Use] = {
    "get": lambda f, _: f.sessions.list(),
    "deduplicated post": lambda f, _: f.chat.send("hi"),
    "post": lambda f, _: f.sessions.restore("s", [MESSAGE]),
    "download": lambda f, to: f.artifacts.download("a", to / "file"),
    "wait": lambda f, _: f.requests.wait("r"),
    "chat stream": chat_stream,
    "left stream": left_stream,
}
SERVER: dict[str, Use] = {
    "upload": lambda s, _: s.formations.deploy(HELLO),
    "deploy stream": deploy_stream,
    "log follow": log_follow,
}
SERVICES = {**dict.fromkeys(FORMATION, "formation"), **dict.fromkeys(SERVER, "server")}


class Interrupted(Awaitable[object]):
    """Runs a coroutine, and calls `cancel` where it waits for the nth time."""

    def __init__(self, work: Coroutine[Any, Any, object], at: int, cancel: Callable[[], object]):
        self._work = work
        self._left = at
        self._cancel = cancel

    def __await__(self) -> Generator[Any, Any, object]:
        steps = self._work.__await__()
        outcome: Any = None
        failure: BaseException | None = None
        while True:
            try:
                waits_for = steps.send(outcome) if failure is None else steps.throw(failure)
            except StopIteration as stop:
                return stop.value
            if self._left == 0:
                self._cancel()
            self._left -= 1
            failure = None
            try:
                outcome = yield waits_for
            except BaseException as exc:
                failure = exc


async def by_scope(work: Coroutine[Any, Any, object], at: int) -> bool:
    """Run a call in a scope that is cancelled. Return whether that ended it."""
    with anyio.CancelScope() as scope:
        await Interrupted(work, at, scope.cancel)
    return scope.cancelled_caught


async def by_task(work: Coroutine[Any, Any, object], at: int) -> bool:
    """Run a call in a task of asyncio that is cancelled. Return whether that ended it."""

    async def run() -> object:
        task = asyncio.current_task()
        assert task is not None
        return await Interrupted(work, at, task.cancel)

    task = asyncio.create_task(run())
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()  # raises the error of the call, if any
    return task.cancelled()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(script) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory, in which temporary files are created too."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize(
    ("backend", "run"),
    [("asyncio", by_task), ("asyncio", by_scope), ("trio", by_scope)],
    ids=["asyncio task", "asyncio scope", "trio scope"],
)
def test_a_call_may_be_cancelled_wherever_it_waits(
    server: FakeServer,
    folder: Path,
    kind: str,
    backend: str,
    run: Callable[[Coroutine[Any, Any, object], int], Awaitable[bool]],
) -> None:
    port = port_of(server.url)

    async def main() -> int:
        async with opened(AsyncFormationClient, AsyncServerClient, kind, server.url) as client:
            use = {**FORMATION, **SERVER}[kind]
            await use(client, folder)
            at, before = 0, tasks()
            while await run(use(client, folder), at):  # an error ends the test
                await check(client, kind)
                assert connections(port) == 1, at
                assert tasks() == before, at
                assert {one.name for one in folder.iterdir()} <= {"file"}
                at += 1 if WHOLE else 3
            return at

    open_files = len(os.listdir("/dev/fd"))
    assert anyio.run(main, backend=backend) > 0
    gc.collect()  # what a client has dropped warns, and warnings are errors
    assert connections(port) == 0
    assert len(os.listdir("/dev/fd")) <= open_files + 1  # the connection that the server has left


def opened(formation: Any, server: Any, kind: str, url: str) -> Any:
    if SERVICES[kind] == "formation":
        return formation(url=url, **FORMATION_SETTINGS)
    return server(url=url, **SERVER_SETTINGS)


def check(client: Any, kind: str) -> Any:
    """Call, to see that the client works."""
    return client.sessions.list() if SERVICES[kind] == "formation" else client.formations.list()


SYNC: dict[str, Callable[[Any, Path], object]] = {
    "get": lambda f, _: f.sessions.list(),
    "deduplicated post": lambda f, _: f.chat.send("hi"),
    "post": lambda f, _: f.sessions.restore("s", [MESSAGE]),
    "download": lambda f, to: f.artifacts.download("a", to / "file"),
    "wait": lambda f, _: f.requests.wait("r"),
    "chat stream": lambda f, _: f.chat.stream("hi").result(),
    "left stream": lambda f, _: next(f.chat.stream("hi")),
    "upload": lambda s, _: s.formations.deploy(HELLO),
    "deploy stream": lambda s, _: s.formations.deploy_stream(HELLO).result(),
    "log follow": lambda s, _: list(islice(s.formations.logs_stream(ID, lines=2), 3)),
}


class Pressing:
    """A server that presses Ctrl-C instead of answering a request.

    Attributes:
        left: The requests to answer before that.
    """

    def __init__(self) -> None:
        self.left = 1_000
        main = threading.main_thread().ident
        assert main is not None
        self._main = main

    def __call__(self, request: Received) -> Action:
        self.left -= 1
        if self.left == -1:
            while not self._is_waiting():
                threading.Event().wait(0.001)
            signal.pthread_kill(self._main, signal.SIGINT)
            return Silence()
        return script(request)

    def _is_waiting(self) -> bool:
        """Whether the client waits for bytes."""
        where = sys._current_frames()[self._main].f_code
        return where.co_name == "read" and "httpcore" in where.co_filename


@pytest.fixture
def _interruptible() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup ignores it
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize("kind", SERVICES)
def test_a_sync_call_may_be_interrupted_while_it_waits(folder: Path, kind: str) -> None:
    pressing = Pressing()
    with FakeServer(pressing) as server:
        port = port_of(server.url)
        with opened(FormationClient, ServerClient, kind, server.url) as client:
            SYNC[kind](client, folder)
            pressing.left = at = 0
            while interrupted(SYNC[kind], client, folder):
                pressing.left = 1_000
                check(client, kind)
                until(lambda: connections(port) == 1)
                assert {one.name for one in folder.iterdir()} <= {"file"}
                pressing.left = at = at + 1
    assert at > 0


def interrupted(use: Callable[[Any, Path], object], client: Any, folder: Path) -> bool:
    """Make a call. Return whether Ctrl-C ended it."""
    try:
        use(client, folder)
    except KeyboardInterrupt:
        return True
    return False


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_after_a_failed_attempt_a_call_is_cancelled_at_once(backend: str) -> None:
    arrived, over = threading.Event(), threading.Event()
    ends = []

    def late(_: Received) -> Action:
        arrived.set()
        ends.append(over.wait(10))
        return SESSIONS

    async def main(url: str) -> None:
        async with AsyncFormationClient(url=url, retry=FAST, **FORMATION_SETTINGS) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.sessions.list)
                await anyio.to_thread.run_sync(arrived.wait)
                group.cancel_scope.cancel()
            over.set()

    with FakeServer(Drop(), late) as server:
        anyio.run(main, server.url, backend=backend)
        until(lambda: bool(ends))
    assert ends == [True]
