"""The steps of a flow: what a method of several calls may ask its driver to do.

A flow is a generator. It yields steps and is sent what came of each. Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from .call import Call, EventT, Response, ResultT, T

if TYPE_CHECKING:
    from .messages import RawResponse

ResultT_co = TypeVar("ResultT_co", covariant=True)


@dataclass(frozen=True)
class Sleep:
    """A step that waits."""

    seconds: float


@dataclass(frozen=True)
class Clock:
    """A step that asks for the time, in seconds of a monotonic clock."""


@dataclass(frozen=True)
class RunInThread:
    """A step that blocks; async clients do it in a thread."""

    run: Callable[[], object]


@dataclass(frozen=True)
class OpenStream:
    """A step that sends a call answered by events, and leaves them unread."""

    call: Call[Any]


@dataclass(frozen=True)
class ConsumeStream:
    """A step that reads a whole stream."""

    stream: StreamCall[Any, Any]
    on_event: Callable[[Any], object] | None


@dataclass(frozen=True)
class Address:
    """A step that asks for the client's own address."""


@dataclass(frozen=True)
class Delivery:
    """A stream that is open."""

    call: Call[Any]
    reply: RawResponse | None = None
    """Its body may be unread; None where there was no need to call."""
    attempts: int = 0
    may_have_run: bool = False
    """The server may have acted on an attempt before the last one."""
    events: Sequence[Any] = ()
    """What comes before all that the server sends."""


Step = Call[Any] | Sleep | Clock | Address | RunInThread | OpenStream | ConsumeStream
Flow = Generator[Step, Any, T]
"""A method of several calls: yields what it wants done and is sent what came of it."""


def request(call: Call[T]) -> Flow[T]:
    """Make a call within a flow: `agent = yield from send(...)`."""
    response: Response[T] = yield call
    return response.data


def sleep(seconds: float) -> Flow[None]:
    """Wait within a flow."""
    yield Sleep(seconds)


def clock() -> Flow[float]:
    """The time within a flow, in seconds of a monotonic clock."""
    now: float = yield Clock()
    return now


def run_in_thread(run: Callable[[], T]) -> Flow[T]:
    """Do within a flow what blocks."""
    done: T = yield RunInThread(run)
    return done


def open_stream(call: Call[Any]) -> Flow[Delivery]:
    """Send a call that is answered by events."""
    found: Delivery = yield OpenStream(call)
    return found


def address() -> Flow[str]:
    """The client's base URL within a flow."""
    url: str = yield Address()
    return url


def consume_stream(
    stream: StreamCall[EventT, ResultT], on_event: Callable[[EventT], object] | None
) -> Flow[ResultT]:
    """Read a stream to its end within a flow, and give its result."""
    result: ResultT = yield ConsumeStream(stream, on_event)
    return result


@dataclass(frozen=True)
class Pages(Generic[T]):
    """Items that are fetched page by page, as they are wanted."""

    turn: Callable[[], Flow[Sequence[T]]]
    """Fetches the next items; none at the end. It knows where the walk stands."""


@dataclass(frozen=True)
class StreamCall(Generic[EventT, ResultT]):
    """A call that is answered by events, and what reads them."""

    call: Call[Any] | None
    """Its own answer is used where the server answers with JSON instead of events. None where only
    `opening` knows it."""
    reader: Callable[[], EventReader[EventT, ResultT]]
    opening: Callable[[Any], Flow[Delivery]] | None = None
    """How it opens, where that takes more than the call. It is given the reader."""
    endless: bool = False
    """It is opened again when its body ends or breaks off."""


class EventReader(Protocol[EventT, ResultT_co]):
    """Makes typed events of server-sent ones, and knows when a stream is over."""

    stall_after: float | None
    """Seconds without an event after which `stalled` is asked; None for never."""
    ended: bool
    """The terminal event was read; what still comes is of no interest."""

    def read(self, name: str, data: str) -> EventT | None:
        """The event in a server-sent one; None for those that only steer."""
        ...

    def answered(self, answer: object) -> EventT | None:
        """The event that stands for an answer sent whole; None where `finish` has it."""
        ...

    def text_of(self, event: EventT) -> str:
        """The text that an event adds, asked right after it was read."""
        ...

    def stalled(self) -> Flow[None]:
        """Look elsewhere whether the work has ended, and set `ended` if so."""
        ...

    def finish(self) -> Flow[EventT | None]:
        """At the end of the body: the event that is missing, if any, or raise."""
        ...

    def result(self) -> ResultT_co:
        """What the events add up to, once `ended`."""
        ...

    @property
    def partial(self) -> str:
        """The text so far."""
        ...
