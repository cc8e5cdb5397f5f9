"""Values that are not changed after they are created, but copied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from typing_extensions import dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(kind: type[T]) -> type[T]:
    """Make a class a dataclass that type checkers take as frozen.

    If it were frozen when it runs, each field would take several times as long to set. It has no
    hash.
    """
    return dataclass(kind)


def changed(old: T, **changes: object) -> T:
    """Return a copy of a dataclass with other values, without the checks of its constructor.

    `dataclasses.replace` takes ten times as long, which shows where each call does it.
    """
    copy: T = object.__new__(type(old))
    vars(copy).update(vars(old), **changes)
    return copy
