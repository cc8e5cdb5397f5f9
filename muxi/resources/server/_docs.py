"""Shares the documentation of a method with its `*_stream` twin."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import cleandoc, signature
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_ENTRY = re.compile(r"    (\w+):.*\n(?: {5,}.*\n)*")


def documented_as(twin: object) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Append the arguments and errors of a method to the docstring of its twin.

    Args:
        twin: The method. Arguments that the other method lacks are left out.
    """
    _, _, sections = cleandoc(twin.__doc__ or "").partition("\nArgs:\n")
    arguments, raises, errors = f"{sections}\n".partition("\nRaises:\n")

    def document(describe: Callable[P, R]) -> Callable[P, R]:
        names = signature(describe).parameters
        kept = "".join(entry[0] for entry in _ENTRY.finditer(arguments) if entry[1] in names)
        describe.__doc__ = f"{cleandoc(describe.__doc__ or '')}\n\nArgs:\n{kept}{raises}{errors}"
        return describe

    return document
