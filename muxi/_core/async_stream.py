"""Streams of async clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, Protocol

from ..errors import MuxiError
from .base_stream import BaseStream
from .call import EventT, ResultT, T
from .tracebacks import trimmed

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from .options import Options
    from .steps import Flow, StreamCall


class AsyncRunner(Protocol):
    """What runs the steps of a stream."""

    def run(self, steps: Flow[T], /) -> Awaitable[T]:
        """Run a flow."""
        ...


class AsyncStream(BaseStream[EventT, ResultT], AsyncIterator[EventT]):
    """Events as they come: iterate over it with `async for`, best within `async with`.

    It opens when it is entered, awaited (which gives the stream itself) or first read. Without
    `async with` it is closed when it was read to its end, when it failed, or when it is dropped.
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
        """Send the request, if that wasn't done yet.

        Raises:
            MuxiError: The server refused it.
        """
        await self._run(self._alone(self._open()))
        return self

    def __await__(self) -> Generator[Any, Any, Self]:
        return self.open().__await__()

    async def aclose(self) -> None:
        """Leave the stream, from any task; the formation cancels a turn whose stream is left.

        A task that reads it comes to the end of its loop. To close twice is fine.
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
        event = self._take() if self._arrived else None
        if event is None:
            event = await self._run(self._alone(self._next()))
        if event is None:
            raise StopAsyncIteration
        return event

    def text(self) -> AsyncIterator[str]:
        """Return the pieces of the reply's text, as they come."""
        return _Text(aiter(self), self._reader.text_delta)

    async def result(self) -> ResultT:
        """Return what the whole stream adds up to; reads what is left of it.

        Raises:
            StreamError: The stream failed, or was closed before its end.
        """
        while not (self._over or self._closed):
            await anext(self, None)
        return self._finished()


class _Text(AsyncIterator[str], Generic[EventT]):
    """No generator: trio complains of those that are left half-way."""

    def __init__(self, events: AsyncIterator[EventT], text_delta: Callable[[EventT], str]) -> None:
        self._events = events
        self._text_delta = text_delta

    async def __anext__(self) -> str:
        while not (piece := self._text_delta(await anext(self._events))):
            pass
        return piece
