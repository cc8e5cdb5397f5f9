"""What flows may ask for beside calls: work off the event loop, streams, and their opening."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._call import Call, EventT, ResultT, Steps, StreamCall, T

if TYPE_CHECKING:
    from ._exchange import Reply


@dataclass(frozen=True)
class Work:
    """A step that blocks; async clients do it in a thread."""

    run: Callable[[], object]


@dataclass(frozen=True)
class Opening:
    """A step that sends a call answered by events, and leaves them unread."""

    call: Call[Any]


@dataclass(frozen=True)
class Follow:
    """A step that reads a whole stream."""

    stream: StreamCall[Any, Any]
    on_event: Callable[[Any], object] | None


@dataclass(frozen=True)
class Address:
    """A step that asks for the client's own address."""


@dataclass(frozen=True)
class Opened:
    """A stream that is open."""

    call: Call[Any]
    reply: Reply | None = None
    """Its body may be unread; None where there was no need to call."""
    attempts: int = 0
    acted: bool = False
    """The server may have acted on an attempt before the last one."""
    events: Sequence[Any] = ()
    """What comes before all that the server sends."""


def work(run: Callable[[], T]) -> Steps[T]:
    """Do within a flow what blocks."""
    done: T = yield Work(run)
    return done


def opened(call: Call[Any]) -> Steps[Opened]:
    """Send a call that is answered by events."""
    found: Opened = yield Opening(call)
    return found


def address() -> Steps[str]:
    """The client's base URL within a flow."""
    url: str = yield Address()
    return url


def followed(
    stream: StreamCall[EventT, ResultT], on_event: Callable[[EventT], object] | None
) -> Steps[ResultT]:
    """Read a stream to its end within a flow, and give its result."""
    result: ResultT = yield Follow(stream, on_event)
    return result
