"""Iterates over pages, for async clients."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class AsyncPageIterator(AsyncIterator[T]):
    """Iterates over the items of all pages. Each page is fetched when the previous one is used up.

    This isn't an async generator, because an unfinished generator has to be closed.

    Args:
        next_page: Fetches the next items; an empty list at the end.
    """

    def __init__(self, next_page: Callable[[], Awaitable[Sequence[T]]]) -> None:
        self._next_page = next_page
        self._left: deque[T] = deque()

    async def __anext__(self) -> T:
        if not self._left:
            self._left.extend(await self._next_page())
        if not self._left:
            raise StopAsyncIteration
        return self._left.popleft()
