"""Parses JSON that a server wrote badly, so that what can be read isn't lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import pydantic
from pydantic_core import from_json

T = TypeVar("T")
Json = str | bytes | bytearray
_MOST_DIGITS = 4300
"""The longest integer that Python converts."""


def loose_json(data: Json) -> object:
    """Parse JSON, even if it has to be mended.

    Raises:
        ValueError: The data is not JSON.
    """
    parsed: object
    try:
        parsed = from_json(data)
    except ValueError:
        parsed = json.loads(_mended(data))
    return parsed


def validate_loosely(validate: Callable[[Json], T], data: Json) -> T:
    """Validate JSON, and mend it first if it can't be parsed.

    Raises:
        pydantic.ValidationError: The data is not JSON, or `validate` refuses it.
    """
    try:
        return validate(data)
    except pydantic.ValidationError as exc:
        if exc.errors(include_url=False, include_input=False)[0]["type"] != "json_invalid":
            raise
        try:
            mended = _mended(data)
        except ValueError:
            raise exc from None
    return validate(mended)


def _mended(data: Json) -> str:
    """Return the JSON without lone surrogates, invalid UTF-8, byte order mark and huge integers.

    What isn't a character becomes U+FFFD. An integer that is too long becomes a string.
    """
    text = data if isinstance(data, str) else data.decode("utf-8-sig", errors="replace")
    try:
        said = json.dumps(json.loads(text, parse_int=_whole), ensure_ascii=False)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits
