"""Walking lists that the server pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from .._core.call import Call, check_range
from .._core.steps import Flow, Pages, request
from ..errors import InvalidResponseError


class Identified(Protocol):
    """An item that is told apart by its id."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


ItemT = TypeVar("ItemT", bound=Identified)


def by_offset(
    page: Callable[[int, int], Call[list[ItemT]]], page_size: int, max_items: int | None
) -> Pages[ItemT]:
    """All items of a list that is paged by offset, each once.

    Args:
        page: Describes the call for a page, by its offset and its size.
        page_size: How many to fetch at once, from 1 to 100.
        max_items: Where to stop; None for all.

    Raises:
        ValidationError: The page size is out of bounds.
    """
    return Pages(_Walk(page, check_range("page_size", page_size, 1, 100), max_items).turn)


class _Walk(Generic[ItemT]):
    def __init__(
        self, page: Callable[[int, int], Call[list[ItemT]]], size: int, left: int | None
    ) -> None:
        self._page = page
        self._size = size if left is None else min(size, left)
        self._left = left
        self._offset = 0
        self._seen: set[str] = set()
        self._ended = self._size <= 0

    def turn(self) -> Flow[Sequence[ItemT]]:
        """Fetch a page; another one where it brings nothing new."""
        fresh: list[ItemT] = []
        asked = 0
        while not fresh and not self._ended:
            # Items that are written meanwhile push known ones onto the next page. On two pages
            # in a row they are a server's that doesn't heed the offset.
            if asked == 2:
                raise InvalidResponseError("The server repeats itself instead of going on.")
            found = yield from request(self._page(self._offset, self._size))
            asked += 1
            fresh = self._unseen(found)
            self._offset += len(found)
            self._ended = len(found) < self._size or len(self._seen) == self._left
        return fresh

    def _unseen(self, found: Sequence[ItemT]) -> list[ItemT]:
        fresh = {item.id: item for item in found if item.id not in self._seen}
        room = None if self._left is None else self._left - len(self._seen)
        kept = list(fresh.values())[:room]
        self._seen.update(item.id for item in kept)
        return kept
