"""Streams of sync clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from ..errors import MuxiError
from .base_stream import BaseStream, busy
from .call import EventT, ResultT, T
from .steps import clock
from .tracebacks import trimmed

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from .messages import EventBody, ServerSentEvents
    from .options import Options
    from .steps import Flow, StreamCall


class Runner(Protocol):
    """Runs the flows of a stream."""

    def run(self, steps: Flow[T], /) -> T:
        """Run a flow."""
        ...

    def read(self, body: EventBody, /) -> ServerSentEvents | None:
        """Read the events in the next chunk; None at the end."""
        ...


class Stream(BaseStream[EventT, ResultT], Iterator[EventT]):
    """A stream of events. Iterate over it, preferably inside `with`.

    The stream opens when it is entered or first read, and raises errors of the server then.
    Without `with`, it closes at its end, after an error, or when it is garbage-collected.
    """

    def __init__(self, runner: Runner, call: StreamCall[EventT, ResultT], options: Options) -> None:
        super().__init__(call, options)
        self._runner = runner

    def _run(self, steps: Flow[T]) -> T:
        try:
            return self._runner.run(steps)
        except MuxiError as exc:
            raise trimmed(exc, self._options)  # noqa: B904  # the same error

    def open(self) -> Self:
        """Send the request, unless the stream is already open.

        Raises:
            MuxiError: The server refused the request.
        """
        self._run(self._alone(self._open()))
        return self

    def close(self) -> None:
        """Close the stream. The formation then cancels a turn that is still running.

        It can be called from any thread: a thread that reads the stream leaves its loop. Closing
        twice does nothing.
        """
        self._run(self._close())

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        self._check_unread()
        return self

    def __next__(self) -> EventT:
        free = self._free
        try:
            free.pop()
        except IndexError:
            raise busy() from None
        try:
            event = self._take()
            if event is None:
                event = self._read_events()
        finally:
            free.append(None)
        if event is None:
            event = self._run(self._alone(self._next()))
            if event is None:
                raise StopIteration
        return event

    def _read_events(self) -> EventT | None:
        """Return the next event without the flow; None if only the flow can go on."""
        while (body := self._direct) is not None and not self._is_interrupted():
            began = clock()
            try:
                found = self._runner.read(body)
            except MuxiError as exc:
                self._unhandled = exc, began
                return None
            if not found:
                self._unhandled = found, began
                return None
            self._arrive(found)
            if (event := self._take()) is not None:
                return event
        return None

    def text(self) -> Iterator[str]:
        """Iterate over the chunks of the reply's text."""
        return filter(None, map(self._reader.text_delta, iter(self)))

    def result(self) -> ResultT:
        """Read the stream to its end and return its result, such as the whole reply.

        Raises:
            StreamError: The stream failed, or was closed before its end.
        """
        while not (self._over or self._closed):
            next(self, None)
        return self._finished()
