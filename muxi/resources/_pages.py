"""Iterates over lists that the server pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from .._core.call import Call
from .._core.checks import check_int
from .._core.steps import Flow, Pages, request
from ..errors import InvalidResponseError


class Identified(Protocol):
    """An item with an id."""

    @property
    def id(self) -> str:
        """The id, unique in the list."""
        ...


ItemT = TypeVar("ItemT", bound=Identified)


def by_offset(
    page: Callable[[int, int], Call[list[ItemT]]], page_size: int, max_items: int | None
) -> Pages[ItemT]:
    """Return the items of all pages of a list, each once.

    Args:
        page: Returns the call for a page, given its offset and size.
        page_size: How many items to fetch with one request, from 1 to 100.
        max_items: The most items to return; None for all.

    Raises:
        ValidationError: A number is out of range.
    """
    size = check_int("page_size", page_size, 1, 100)
    left = None if max_items is None else check_int("max_items", max_items, 0)
    return Pages(OffsetPager(page, size, left).next_page)


class OffsetPager(Generic[ItemT]):
    """Fetches one page after another."""

    def __init__(
        self, page: Callable[[int, int], Call[list[ItemT]]], size: int, left: int | None
    ) -> None:
        self._page = page
        self._size = size if left is None else min(size, left)
        self._left = left
        self._offset = 0
        self._seen: set[str] = set()
        self._ended = self._size <= 0

    def next_page(self) -> Flow[Sequence[ItemT]]:
        """Return the new items of the next page, or of the one after it; empty at the end."""
        fresh: list[ItemT] = []
        requests = 0
        while not fresh and not self._ended:
            # New items push known ones onto the next page. Two pages in a row without anything new
            # mean that the server ignores the offset.
            if requests == 2:
                raise InvalidResponseError("The server returns the same page again and again.")
            found = yield from request(self._page(self._offset, self._size))
            requests += 1
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
