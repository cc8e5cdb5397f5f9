"""Checks arguments of constructors, views and methods. Error messages name the argument."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ..errors import ValidationError
from ..retry import LONGEST_WAIT, Retry

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_RESERVED = {
    "accept": "the SDK sets it for each call",
    "content-encoding": "the SDK sets it for each call",
    "content-length": "the SDK sets it for each call",
    "content-type": "the SDK sets it for each call",
    "transfer-encoding": "the SDK sets it for each call",
    "x-muxi-admin-key": "pass admin_key=",
    "x-muxi-client-key": "pass client_key=",
    "x-muxi-idempotency-key": "the SDK creates one for each call",
}
"""Headers that can't be set for all calls, and what to do instead."""

_MISPLACED = {
    "client_key": ("fma_", "an admin key", "admin_key"),
    "admin_key": ("fmc_", "a client key", "client_key"),
    "key_id": ("sk_", "a secret key", "secret_key"),
    "secret_key": ("MUXI_", "the id of a key", "key_id"),
}
"""By argument: how a key of another argument begins."""


def id_text(name: str, value: object) -> str:
    """Return an id as a string. Ints and UUIDs are converted.

    Raises:
        ValidationError: The id has another type.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (int, UUID)) and not isinstance(value, bool):
        return str(value)
    raise ValidationError(f"{name} must be a string, not {type(value).__name__}.")


def check_header(name: str, value: object) -> str:
    """Return a value that can be sent unchanged in an HTTP header. Errors don't contain it.

    Raises:
        ValidationError: The value is empty, has leading or trailing spaces, or isn't printable
            ASCII (the formation would read it as Latin-1, contract A-extra).
    """
    text = id_text(name, value)
    if not text:
        raise ValidationError(f"{name} is empty.")
    if text != text.strip():
        raise ValidationError(f"{name} has a leading or trailing space or line break: remove it.")
    if not text.isascii() or not text.isprintable():
        raise ValidationError(f"{name} must be printable ASCII: it is sent in an HTTP header.")
    return text


def check_seconds(name: str, value: Any) -> float:  # noqa: ANN401
    """Return a time limit in seconds, `inf` for no limit.

    Raises:
        ValidationError: The value isn't a number above 0, or is too large for timers.
    """
    if _is_number(value) and (0 < value <= LONGEST_WAIT or value == math.inf):
        return float(value)
    raise ValidationError(
        f"{name} must be seconds above 0, at most {LONGEST_WAIT:.0e}, or math.inf for no limit, "
        f"not {value!r}."
    )


def check_delay(name: str, value: Any) -> None:  # noqa: ANN401
    """Check a number of seconds, such as a timeout or a poll interval.

    Raises:
        ValidationError: The value isn't a number of at least 0, or is too large for timers.
    """
    if value is None or (_is_number(value) and 0 <= value <= LONGEST_WAIT):
        return
    raise ValidationError(
        f"{name} must be seconds from 0 up, at most {LONGEST_WAIT:.0e}, not {value!r}."
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_int(name: str, value: object, low: int = 1, high: int | None = None) -> int:
    """Return a whole number after checking that it is between `low` and `high`.

    Raises:
        ValidationError: The value is something else.
    """
    highest = math.inf if high is None else high
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= highest:
        return value
    limits = f"from {low} up" if high is None else f"from {low} to {high}"
    raise ValidationError(f"{name} must be a whole number {limits}, not {value!r}.")


def check_retry(name: str, value: object) -> Retry:
    """Return the value if it is a `Retry`.

    Raises:
        ValidationError: The value is something else.
    """
    if isinstance(value, Retry):
        return value
    raise ValidationError(
        f"{name} must be a Retry, not {value!r}: write {name}=Retry(max_retries=...)."
    )


def check_headers(name: str, value: Any) -> dict[str, str]:  # noqa: ANN401
    """Return headers for all calls, with their names in lower case.

    Raises:
        ValidationError: A header can't be sent, or only the SDK may set it.
    """
    if not isinstance(value, Mapping):
        raise ValidationError(f"{name} must be a mapping of strings, not {type(value).__name__}.")
    checked: dict[str, str] = {}
    given: Mapping[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
    for key, text in given.items():
        if not isinstance(key, str) or not _TOKEN.fullmatch(key):
            raise ValidationError(f"{name} has {key!r}, which is not a valid HTTP header name.")
        if key.lower() in _RESERVED:
            raise ValidationError(f"{name} can't have {key}: {_RESERVED[key.lower()]}.")
        checked[key.lower()] = check_header(f"{name}[{key!r}]", text)
    return checked


def check_key(label: str, name: str, value: object) -> str:
    """Return a key. `name` is its argument, `label` the argument or variable that it came from.

    Raises:
        ValidationError: The key can't be sent, or its prefix is that of another argument.
    """
    key = check_header(label, value)
    prefix, kind, right = _MISPLACED[name]
    if key.startswith(prefix):
        raise ValidationError(f"{label} holds {kind} ({prefix}...): pass it as {right}=.")
    return key
