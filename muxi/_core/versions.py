"""Compares versions by the rules of Semantic Versioning."""

from __future__ import annotations

import re

_VERSION = re.compile(
    r"v?(?P<release>\d{1,18}(?:\.\d{1,18}){0,5})(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+.*)?"
)

_NUMBER = re.compile(r"\d+\.\d+")

_Key = tuple[list[int], bool, list[tuple[bool, int, str]]]


def is_older(one: str, other: str) -> bool:
    """Return whether the first version is older; False if either isn't a version."""
    first, second = _key(one), _key(other)
    return first is not None and second is not None and first < second


def is_same(one: str, other: str) -> bool:
    """Return whether two strings mean the same version.

    Strings that YAML reads as the same number are equal: the server may store 1.10 as 1.1.
    """
    if _NUMBER.fullmatch(one) and _NUMBER.fullmatch(other):
        return float(one) == float(other)
    first = _key(one)
    return one == other or (first is not None and first == _key(other))


def _key(version: str) -> _Key | None:
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        return None
    release = [int(part) for part in match["release"].split(".")]
    while release and release[-1] == 0:
        release.pop()
    pre = (match["pre"] or "").split(".") if match["pre"] else []
    # A pre-release sorts before its release, and numbers before words. The longer of two numbers
    # is the larger one.
    parts = [(not part.isdecimal(), len(part) * part.isdecimal(), part) for part in pre]
    return release, not pre, parts
