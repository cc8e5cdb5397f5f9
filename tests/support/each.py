"""One check on many things: the test continues after a failure and names all failures."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")


def check_each(check: Callable[[T], object], things: Iterable[T]) -> None:
    """Run a check on each thing, and fail with the messages of all failures."""
    count, failures = 0, []
    for thing in things:
        count += 1
        try:
            check(thing)
        except (Exception, pytest.fail.Exception) as exc:
            last = traceback.extract_tb(exc.__traceback__)[-1]
            name = thing.__name__ if isinstance(thing, type) else thing
            said = "\n".join([str(exc), *getattr(exc, "__notes__", ())])
            where = f"{Path(last.filename).name}:{last.lineno}"
            failures.append(f"{name} ({where}): {type(exc).__name__}: {said}")
    assert count, "There is nothing to check."
    if failures:
        pytest.fail(f"{len(failures)} of {count} failed:\n" + "\n".join(failures), pytrace=False)


def each(things: Iterable[T]) -> Callable[[Callable[[T], object]], Callable[[], None]]:
    """Turn a check into one test that runs it on many things."""

    def make(check: Callable[[T], object]) -> Callable[[], None]:
        def test() -> None:
            check_each(check, things)

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return make
