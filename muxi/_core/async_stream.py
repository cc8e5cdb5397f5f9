"""Streams of async clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

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

StreamT = TypeVar("StreamT", bound="AsyncStream[Any, Any]")  # jedi can't await what gives Self


class AsyncRunner(Protocol):
    """Runs the flows of a stream."""

    def run(self, steps: Flow[T], /) -> Awaitable[T]:
        """Run a flow."""
        ...

    def read(self, body: EventBody, /) -> Awaitable[ServerSentEvents | None]:
        """Read the events in the next chunk; None at the end."""
        ...


class AsyncStream(BaseStream[EventT, ResultT], AsyncIterator[EventT]):
    """A stream of events. Iterate over it with `async for`, preferably inside `async with`.

    The stream opens when it is entered, awaited (which returns the stream itself) or first read.
    Without `async with`, it closes at its end, after an error, or when it is garbage-collected.
    """

    def __init__(
        self, runner: AsyncRunner, call: StreamCall[EventT, ResultT], options: Options
    ) -> None:
        super().__init__(call, options)
        self._runner = runner

    async def _run(self, steps: Flow[T]) -> T:
        try:
            return await self._runner.run(steps)
        except MuxiError as exc:
            raise trimmed(exc, self._options)  # noqa: B904  # the same error

    async def open(self) -> Self:
        """Send the request, unless the stream is already open.

        Raises:
            MuxiError: The server refused the request.
        """
        await self._run(self._alone(self._open()))
        return self

    def __await__(self: StreamT) -> Generator[Any, Any, StreamT]:
        return self.open().__await__()

    async def aclose(self) -> None:
        """Close the stream. The formation then cancels a turn that is still running.

        It can be called from any task: a task that reads the stream leaves its loop. Closing twice
        does nothing.
        """
        await self._run(self._close())

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        self._check_unread()
        return self

    async def __anext__(self) -> EventT:
        free = self._free
        try:
            free.pop()
        except IndexError:
            raise busy() from None
        try:
            event = self._take()
            if event is None:
                event = await self._read_events()
        finally:
            free.append(None)
        if event is None:
            event = await self._run(self._alone(self._next()))
            if event is None:
                raise StopAsyncIteration
        return event

    async def _read_events(self) -> EventT | None:
        """Return the next event without the flow; None if only the flow can go on."""
        while (body := self._direct) is not None and not self._is_interrupted():
            began = clock()
            try:
                found = await self._runner.read(body)
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

    def text(self) -> AsyncIterator[str]:
        """Iterate over the chunks of the reply's text."""
        return _Text(aiter(self), self._reader.text_delta)

    async def result(self) -> ResultT:
        """Read the stream to its end and return its result, such as the whole reply.

        Raises:
            StreamError: The stream failed, or was closed before its end.
        """
        while not (self._over or self._closed):
            await anext(self, None)
        return self._finished()


class _Text(AsyncIterator[str], Generic[EventT]):
    """Iterates over text chunks. Not a generator: trio warns about unfinished ones."""

    def __init__(self, events: AsyncIterator[EventT], text_delta: Callable[[EventT], str]) -> None:
        self._events = events
        self._text_delta = text_delta

    async def __anext__(self) -> str:
        while not (piece := self._text_delta(await anext(self._events))):
            pass
        return piece
