"""Streams of sync clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from ..errors import MuxiError
from .base_stream import BaseStream
from .call import EventT, ResultT, T
from .tracebacks import trimmed

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from .options import Options
    from .steps import Flow, StreamCall


class Runner(Protocol):
    """What runs the steps of a stream."""

    def run(self, steps: Flow[T], /) -> T:
        """Run a flow."""
        ...


class Stream(BaseStream[EventT, ResultT], Iterator[EventT]):
    """Events as they come: iterate over it, best within `with`.

    It opens when it is entered or first read, and checks the status before the first event.
    Without `with` it is closed when it was read to its end, when it failed, or when it is dropped.
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
        """Send the request, if that wasn't done yet.

        Raises:
            MuxiError: The server refused it.
        """
        self._run(self._alone(self._open()))
        return self

    def close(self) -> None:
        """Leave the stream, from any thread; the formation cancels a turn whose stream is left.

        A thread that reads it comes to the end of its loop. To close twice is fine.
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
        event = self._take() if self._arrived else None
        if event is None:
            event = self._run(self._alone(self._next()))
        if event is None:
            raise StopIteration
        return event

    def text(self) -> Iterator[str]:
        """Return the pieces of the reply's text, as they come."""
        return filter(None, map(self._reader.text_delta, iter(self)))

    def result(self) -> ResultT:
        """Return what the whole stream adds up to; reads what is left of it.

        Raises:
            StreamError: The stream failed, or was closed before its end.
        """
        while not (self._over or self._closed):
            next(self, None)
        return self._finished()
