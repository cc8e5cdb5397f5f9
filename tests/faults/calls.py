"""The kinds of calls: how to make one, and how the emulator shows what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

from .world import FILE, READER, UPDATED, World

OLD = b"what was there"


class Repeat(Enum):
    """Whether a call may be sent again, after the server may have got it (docs/clients.md)."""

    ALWAYS = auto()
    """GET, PUT and DELETE."""
    DEDUPLICATED = auto()
    """A POST that the formation deduplicates. After a 500 it would run again."""
    NEVER = auto()
    """Another POST, an upload, a turn that is streamed."""


@dataclass
class Cell:
    """One call, told apart from all others by its name."""

    world: World
    name: str
    patience: float
    """Seconds without a byte after which the call gives up."""
    target: Path
    """A file to download to. It has other content."""
    known: dict[str, Any] = field(default_factory=dict[str, Any])
    """What `prepare` has found out."""

    @property
    def is_unharmed(self) -> bool:
        """Whether the file to download to is as it was, and alone in its directory."""
        [only] = self.target.parent.iterdir()
        return only.read_bytes() == OLD


@dataclass(frozen=True)
class Kind:
    """One kind of call."""

    name: str
    line: str
    """A pattern of the request that does the work."""
    repeat: Repeat
    make: Callable[[Any, Cell], Any]
    """Makes the call: returns the answer, a coroutine or a stream."""
    is_right: Callable[[Any, Cell], bool]
    """Whether the answer is right. For streams, it is their events."""
    work: Callable[[Cell], int] | None = None
    """How often the server has done the work; None if there is none to do."""
    _: KW_ONLY
    prepare: Callable[[Cell], object] = lambda cell: None
    service: str = "formation"
    status: int = 200
    """The status of a success."""
    looks_first: bool = False
    """Whether a GET comes first, which the faults of a new connection hit."""
    looks_after: bool = False
    """Whether the client looks the outcome up if the response is lost."""
    streams: bool = False
    """Whether the response is a stream of events."""
    follows: bool = False
    """Whether the stream has no end, and is opened again when it breaks."""
    is_opaque: bool = False
    """Whether nobody can tell if the content was altered."""

    @property
    def has_own_patience(self) -> bool:
        """Whether the call has a limit for silence, besides the client's."""
        return self.streams and not self.follows

    @property
    def has_body(self) -> bool:
        """Whether the request has a body."""
        return self.line.startswith(("^POST", "^PUT"))


def _jobs(cell: Cell) -> list[Any]:
    return list(cell.world.state.jobs.of(cell.name))


def _memories(cell: Cell) -> list[Any]:
    return list(cell.world.state.memories.of(cell.name))


def _remember(cell: Cell) -> None:
    cell.known["id"] = cell.world.state.memories.add(cell.name, cell.name, {}, "1")["id"]


def _launches(cell: Cell) -> int:
    return len(
        [one for one in cell.world.registry.log(cell.name).stdout if "agents on port" in one]
    )


def _release(cell: Cell) -> int:
    return int(cell.world.registry.formations[UPDATED].release.number)


def _log(cell: Cell) -> None:
    cell.world.emulator.log(cell.name)


def _bundled(cell: Cell, formation_id: str) -> None:
    cell.known["folder"] = cell.world.bundle(formation_id, cell.name)


def _update(cell: Cell) -> None:
    _bundled(cell, UPDATED)
    cell.known["release"] = _release(cell)


KINDS = (
    Kind(
        "a GET",
        "^GET /v1/memories",
        Repeat.ALWAYS,
        lambda client, cell: client.memories.list(),
        lambda answer, cell: [one.content for one in answer] == [cell.name],
        prepare=_remember,
    ),
    Kind(
        "a DELETE",
        "^DELETE /v1/memories",
        Repeat.ALWAYS,
        lambda client, cell: client.memories.delete(cell.known["id"]),
        lambda answer, cell: answer.id == cell.known["id"],
        lambda cell: 1 - len(_memories(cell)),
        prepare=_remember,
    ),
    Kind(
        "a deduplicated POST",
        "^POST /v1/scheduler/jobs",
        Repeat.DEDUPLICATED,
        lambda client, cell: client.jobs.create("Hi", type="recurring", schedule="0 9 * * *"),
        lambda answer, cell: [answer.id] == [job["id"] for job in _jobs(cell)],
        lambda cell: len(_jobs(cell)),
        status=201,
    ),
    Kind(
        "another POST",
        "^POST /v1/memories",
        Repeat.NEVER,
        lambda client, cell: client.memories.create(cell.name),
        lambda answer, cell: [answer.id] == [one["id"] for one in _memories(cell)],
        lambda cell: len(_memories(cell)),
    ),
    Kind(
        "a chat turn",
        "^POST /v1/chat",
        Repeat.DEDUPLICATED,
        lambda client, cell: client.chat.send(cell.name),
        lambda answer, cell: answer.text == f"You said: {cell.name}",
        lambda cell: cell.world.turns(cell.name),
        looks_after=True,
    ),
    Kind(
        "a chat stream",
        "^POST /v1/chat",
        Repeat.NEVER,
        lambda client, cell: client.chat.stream(cell.name, stall_after=cell.patience),
        lambda answer, cell: answer[-1].content == f"You said: {cell.name}",
        lambda cell: cell.world.turns(cell.name),
        looks_after=True,
        streams=True,
    ),
    Kind(
        "a download",
        "^GET /v1/artifacts",
        Repeat.ALWAYS,
        lambda client, cell: client.for_user(READER).artifacts.download(
            cell.world.file, cell.target
        ),
        lambda answer, cell: answer.path == cell.target and answer.path.read_bytes() == FILE,
        is_opaque=True,
    ),
    Kind(
        "an upload",
        "^PUT /rpc/formations",
        Repeat.NEVER,
        lambda client, cell: client.formations.update(
            cell.known["folder"], silence_timeout=cell.patience
        ),
        lambda answer, cell: answer.version == cell.known["release"] + 1,
        lambda cell: _release(cell) - int(cell.known["release"]),
        prepare=_update,
        service="server",
        looks_first=True,
        streams=True,
    ),
    Kind(
        "a deployment stream",
        "^POST /rpc/formations",
        Repeat.NEVER,
        lambda client, cell: client.formations.deploy_stream(
            cell.known["folder"], silence_timeout=cell.patience
        ),
        lambda answer, cell: answer[-1].stage == "complete",
        _launches,
        prepare=lambda cell: _bundled(cell, cell.name),
        service="server",
        looks_first=True,
        streams=True,
    ),
    Kind(
        "a followed log",
        "follow=true",
        Repeat.ALWAYS,
        lambda client, cell: client.formations.logs_stream("hello", lines=1),
        lambda answer, cell: [one.line for one in answer] == [cell.name],
        prepare=_log,
        service="server",
        streams=True,
        follows=True,
    ),
)
