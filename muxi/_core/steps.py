"""The steps of a flow, which is a method that makes several calls. No I/O.

A flow is a generator: it yields steps to its driver and is sent the result of each.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import InvalidResponseError
from .call import Call, EventT, Response, ResultT, T
from .values import value

if TYPE_CHECKING:
    from .messages import EventBody

ResultT_co = TypeVar("ResultT_co", covariant=True)


@value
class Sleep:
    """Wait. The result is None."""

    seconds: float


@value
class RunInThread:
    """Run blocking code; async clients run it in a thread. The result is what `run` returns."""

    run: Callable[[], object]


@value
class ConsumeStream:
    """Read a whole stream. The result is that of the stream."""

    stream: StreamCall[Any, Any]
    on_event: Callable[[Any], object] | None


@value
class OpenStream:
    """Send the call of a stream without reading events. The result is a `Delivery`."""

    call: Call[Any]


@value
class ReadEvents:
    """Read more of an open stream. The result is the new events, or None at the end of the body."""

    body: EventBody


@value
class CloseBody:
    """Close an open stream."""

    body: EventBody
    ended: bool
    """Whether only the end of the body is unread. The connection is reused if it comes at once."""


Step = Call[Any] | Sleep | RunInThread | ConsumeStream | OpenStream | ReadEvents | CloseBody
Flow = Generator[Step, Any, T]
"""A method that makes several calls: it yields steps and is sent their results."""


def request(call: Call[T]) -> Flow[T]:
    """Make a call within a flow, with `yield from`."""
    response: Response[T] = yield call
    return response.data


def clock() -> float:
    """Return the time of a monotonic clock, in seconds."""
    return monotonic()


def run_in_thread(run: Callable[[], T]) -> Flow[T]:
    """Run blocking code within a flow."""
    done: T = yield RunInThread(run)
    return done


def consume_stream(
    stream: StreamCall[EventT, ResultT], on_event: Callable[[EventT], object] | None
) -> Flow[ResultT]:
    """Read a stream to its end within a flow, and return its result."""
    result: ResultT = yield ConsumeStream(stream, on_event)
    return result


@value
class Pages(Generic[T]):
    """Items that are fetched page by page, on demand."""

    next_page: Callable[[], Flow[Sequence[T]]]
    """Fetches the next items; an empty list at the end. It keeps the position."""


@value
class StreamCall(Generic[EventT, ResultT]):
    """A call whose response is a stream of events, and its reader."""

    call: Call[Any] | Callable[[Any], Flow[Call[Any] | None]]
    """The call, or a flow that gets the reader and returns the call; None if nothing is to be
    sent. If the server responds with JSON instead of events, the call's model parses it."""
    reader: Callable[[str], EventReader[EventT, ResultT]]
    """Creates the reader from the client's base URL."""
    reconnects: bool = False
    """Whether to send the call again when the body ends or the connection breaks."""

    def prepare(self, reader: EventReader[EventT, ResultT]) -> Flow[Call[Any] | None]:
        """Return the call to send, if any."""
        if callable(self.call):
            return (yield from self.call(reader))
        return self.call


class EventReader(Generic[EventT, ResultT_co]):
    """Converts server-sent events to typed events, and detects the end of the stream.

    Subclasses override what their stream needs. This class fits a stream without a result.
    """

    stall_after: float | None = None
    """Seconds without an event after which to run `on_silence`; None for never."""
    ended = False
    """Whether the final event was read. Later events are ignored."""
    deadline: float | None = None
    """The time at which the stream must have ended, by `clock`; None for no limit."""
    has_gap = False
    """Whether to run `fill_gap` before reading more."""

    @property
    def partial(self) -> str:
        """The text received so far."""
        return ""

    def read(self, name: str, data: str) -> EventT | None:
        """Return the typed event in a server-sent event; None for control events."""
        raise NotImplementedError

    def on_open(self, may_have_run: bool) -> Iterable[EventT]:
        """Return the events that precede those of the server.

        Args:
            may_have_run: Whether the server may have acted on an attempt before the last one.
        """
        return ()

    def on_json(self, answer: object) -> EventT | None:
        """Return the event for a JSON response instead of a stream; None if `on_end` returns it.

        Raises:
            InvalidResponseError: This stream has no JSON response.
        """
        raise InvalidResponseError(
            "The server did not respond with a stream", details=answer, sent=True
        )

    def text_delta(self, event: EventT) -> str:
        """Return the text that an event adds. Called right after the event was read."""
        return ""

    def fill_gap(self) -> Flow[Iterable[EventT]]:
        """Return the events that were missed before the next one of the stream."""
        yield from ()
        return ()

    def on_silence(self) -> Flow[None]:
        """Check in another way whether the work has ended, and set `ended` if it has."""
        yield from ()

    def on_end(self) -> Flow[EventT | None]:
        """Return the final event if the body ended without it, or raise an error."""
        yield from ()
        return None

    def result(self) -> ResultT_co:
        """Return the result of the stream, after its end."""
        raise NotImplementedError
