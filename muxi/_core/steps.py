"""The steps of a flow: what a method of several calls may ask its driver to do.

A flow is a generator. It yields steps and is sent what came of each. Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import InvalidResponseError
from .call import Call, EventT, Response, ResultT, T

if TYPE_CHECKING:
    from .messages import EventBody

ResultT_co = TypeVar("ResultT_co", covariant=True)


@dataclass(frozen=True)
class Sleep:
    """Wait. Nothing comes of it."""

    seconds: float


@dataclass(frozen=True)
class RunInThread:
    """Do what blocks; async clients do it in a thread. Gives what `run` returns."""

    run: Callable[[], object]


@dataclass(frozen=True)
class ConsumeStream:
    """Read a whole stream. Gives its result."""

    stream: StreamCall[Any, Any]
    on_event: Callable[[Any], object] | None


@dataclass(frozen=True)
class OpenStream:
    """Send a call answered by events, and leave them unread. Gives a `Delivery`."""

    call: Call[Any]


@dataclass(frozen=True)
class ReadEvents:
    """Read on in an open stream. Gives the events that came, or None at the end of the body."""

    body: EventBody


@dataclass(frozen=True)
class CloseBody:
    """Close an open stream."""

    body: EventBody
    ended: bool
    """Nothing but the end of the body is missing: the connection is kept if that comes at once."""


Step = Call[Any] | Sleep | RunInThread | ConsumeStream | OpenStream | ReadEvents | CloseBody
Flow = Generator[Step, Any, T]
"""A method of several calls: yields what it wants done and is sent what came of it."""


def request(call: Call[T]) -> Flow[T]:
    """Make a call within a flow, with `yield from`."""
    response: Response[T] = yield call
    return response.data


def sleep(seconds: float) -> Flow[None]:
    """Pause a flow."""
    yield Sleep(seconds)


def clock() -> float:
    """Return the time, in seconds of a clock that only goes forward."""
    return monotonic()


def run_in_thread(run: Callable[[], T]) -> Flow[T]:
    """Do something blocking within a flow."""
    done: T = yield RunInThread(run)
    return done


def consume_stream(
    stream: StreamCall[EventT, ResultT], on_event: Callable[[EventT], object] | None
) -> Flow[ResultT]:
    """Read a stream to its end within a flow, and give its result."""
    result: ResultT = yield ConsumeStream(stream, on_event)
    return result


@dataclass(frozen=True)
class Pages(Generic[T]):
    """Items that are fetched page by page, as they are wanted."""

    next_page: Callable[[], Flow[Sequence[T]]]
    """Fetches the next items; none at the end. It remembers the position."""


@dataclass(frozen=True)
class StreamCall(Generic[EventT, ResultT]):
    """A call that is answered by events, and what reads them."""

    call: Call[Any] | Callable[[Any], Flow[Call[Any] | None]]
    """The call, or a flow that prepares it, given the reader; None for "nothing to send". The
    call's model is read where the server answers with JSON instead of events."""
    reader: Callable[[str], EventReader[EventT, ResultT]]
    """Makes the reader. It is given the client's base URL."""
    reconnects: bool = False
    """The call is sent again when its body ends or breaks off."""

    def prepare(self, reader: EventReader[EventT, ResultT]) -> Flow[Call[Any] | None]:
        """Return the call to send, if any."""
        if callable(self.call):
            return (yield from self.call(reader))
        return self.call


class EventReader(Generic[EventT, ResultT_co]):
    """Makes typed events of server-sent ones, and knows when a stream is over.

    A reader overrides what its stream needs; what is here suits one without a result.
    """

    stall_after: float | None = None
    """Seconds without an event after which `on_silence` is run; None for never."""
    ended = False
    """The terminal event was read; what still comes is of no interest."""
    deadline: float | None = None
    """When the stream has to be over, by `clock`; None for never."""
    has_gap = False
    """`fill_gap` is to be run before more is read."""

    @property
    def partial(self) -> str:
        """The text so far."""
        return ""

    def read(self, name: str, data: str) -> EventT | None:
        """Return the event in a server-sent one; None for those that only steer."""
        raise NotImplementedError

    def on_open(self, may_have_run: bool) -> Iterable[EventT]:
        """Return the events that come before all that the server sends.

        Args:
            may_have_run: The server may have acted on an attempt before the last one.
        """
        return ()

    def on_json(self, answer: object) -> EventT | None:
        """Return the event that stands for an answer sent whole; None where `on_end` has it.

        Raises:
            InvalidResponseError: This stream has no such answer.
        """
        raise InvalidResponseError("The server answered with no stream", details=answer, sent=True)

    def text_delta(self, event: EventT) -> str:
        """Return the text that an event adds. It is asked right after the event was read."""
        return ""

    def fill_gap(self) -> Flow[Iterable[EventT]]:
        """Return the events that come before the next one of the stream."""
        yield from ()
        return ()

    def on_silence(self) -> Flow[None]:
        """Look elsewhere whether the work has ended, and set `ended` if so."""
        yield from ()

    def on_end(self) -> Flow[EventT | None]:
        """At the end of the body, return the event that is missing, if any, or raise."""
        yield from ()
        return None

    def result(self) -> ResultT_co:
        """Return what the events add up to, once `ended`."""
        raise NotImplementedError
