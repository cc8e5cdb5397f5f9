"""The proxy of `tests/faults` before the real runtime: whatever breaks, the work is done once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from muxi import MuxiError, Retry

from ..faults.calls import KINDS
from ..faults.expected import RETRIES, Error, Tries, expected
from ..faults.faults import FAULTS
from ..faults.proxy import Proxy
from ..support.clients import ClientKind
from ..support.waiting import until
from .conftest import Asking, Runtime, many_users

TICKET = {"customer": {"name": "Ada"}, "title": "It broke"}
FAULTS_AND_TRIES = (
    ("request reset at its end", Tries.ONCE),
    ("503", Tries.ONCE),
    ("response lost, reset", Tries.ONCE),
    ("response lost, closed", Tries.WITHOUT),
    ("response cut in the body", Tries.ONCE),
)


@dataclass(frozen=True)
class Work:
    """A call that makes the formation do something."""

    kind: str
    """Its kind, as in `tests/faults/calls.py`."""
    line: str
    """A pattern of its request."""
    make: Callable[[Any, str], Any]
    """Makes the call. The word tells it from all other calls."""
    read: Callable[[Any], str]
    """Returns what the answer says."""
    count: Callable[[Asking, str], int]
    """Returns how often the formation says that it did the work."""


def _turns(ask: Asking, word: str) -> int:
    """Return how many messages of the user are in the session. The formation adds them late."""
    found = [session.session_id for session in ask(lambda f: f.sessions.list(), user_id=word)]
    if word not in found:
        return 0
    messages = ask(lambda f: f.sessions.list_messages(word), user_id=word)
    return sum(one.role == "user" for one in messages)


WORK = {
    "chat": Work(
        "a chat turn",
        "^POST /v1/chat",
        lambda f, word: f.chat.send(word, session_id=word),
        lambda reply: reply.text,
        _turns,
    ),
    "stream": Work(
        "a chat stream",
        "^POST /v1/chat",
        lambda f, word: f.chat.stream(word, session_id=word),
        lambda streamed: streamed.result.text,
        _turns,
    ),
    "trigger": Work(
        "a deduplicated POST",
        "^POST /v1/triggers",
        lambda f, word: f.triggers.fire("ticket", TICKET, wait=True, session_id=word),
        lambda run: run.content,
        _turns,
    ),
    "job": Work(
        "a deduplicated POST",
        "^POST /v1/scheduler/jobs",
        lambda f, word: f.jobs.create(f"Say {word}", type="recurring", schedule="0 0 1 1 *"),
        lambda job: job.title,
        lambda ask, word: len(ask(lambda f: f.jobs.list(), user_id=word)),
    ),
    "memory": Work(
        "another POST",
        "^POST /v1/memories",
        lambda f, word: f.memories.create(f"Knows {word}"),
        lambda memory: memory.content.detail,
        lambda ask, word: len(ask(lambda f: f.memories.list(), user_id=word)),
    ),
}


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


CLIENTS = ("sync", "asyncio", "trio")
CELLS = [
    pytest.param(name, broken, tries, ClientKind(client), id=f"{name}, {broken}, {client}")
    for row, name in enumerate(WORK)
    for column, (broken, tries) in enumerate(FAULTS_AND_TRIES)
    for client in [CLIENTS[(row + column) % 3]]
]
"""Each fault of each call with one kind of client: how these differ is tested on the emulator."""


@many_users
@pytest.mark.parametrize(("name", "broken", "tries", "client_kind"), CELLS)
def test_the_real_runtime_does_the_work_once_whatever_breaks(
    name: str,
    broken: str,
    tries: Tries,
    client_kind: ClientKind,
    ask: Asking,
    runtime: Runtime,
    portal: BlockingPortal,
    user: str,
) -> None:
    work = WORK[name]
    [kind] = [one for one in KINDS if one.name == work.kind]
    [fault] = [one for one in FAULTS if one.name == broken]
    must = expected(kind, fault, tries)
    proxy = Proxy(portal, runtime.url, re.compile(work.line), fault.at_request)
    with closing(proxy):
        proxy.open()
        said, error = _call(client_kind, proxy.url, work, user, runtime, tries)

    assert Error.of(error) == must.error, error or said
    assert proxy.arrived == must.attempts
    if must.work:
        until(lambda: work.count(ask, user) > 0)
    assert work.count(ask, user) == must.work
    if error is None:
        assert (user if name != "trigger" else "It broke") in said


def _call(
    client_kind: ClientKind, url: str, work: Work, word: str, runtime: Runtime, tries: Tries
) -> tuple[str, MuxiError | None]:
    use = client_kind.stream if work.kind == "a chat stream" else client_kind.formation
    retry = Retry(max_retries=0 if tries is Tries.WITHOUT else RETRIES, base_delay=0.001)
    settings: dict[str, Any] = {
        "client_key": runtime.client_key,
        "admin_key": runtime.admin_key,
        "user_id": word,
        "retry": retry,
    }
    try:
        return work.read(use(url, lambda f: work.make(f, word), **settings)), None
    except MuxiError as exc:
        return "", exc
