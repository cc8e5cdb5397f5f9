"""A walk through pages, as an async iterator."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class AsyncPageIterator(AsyncIterator[T]):
    """The items of all pages, each page fetched when the one before it is used up.

    No async generator: one that is left half way has to be closed, and this holds nothing open.

    Args:
        turn: Fetches the next items; none at the end.
    """

    def __init__(self, turn: Callable[[], Awaitable[Sequence[T]]]) -> None:
        self._turn = turn
        self._left: deque[T] = deque()

    async def __anext__(self) -> T:
        if not self._left:
            self._left.extend(await self._turn())
        if not self._left:
            raise StopAsyncIteration
        return self._left.popleft()
