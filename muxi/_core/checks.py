"""What arguments must be, whether of a constructor, a view or a method; messages name them."""

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
    "accept": "it depends on the call",
    "content-encoding": "it depends on the call",
    "content-length": "it depends on the call",
    "content-type": "it depends on the call",
    "transfer-encoding": "it depends on the call",
    "x-muxi-admin-key": "pass admin_key=",
    "x-muxi-client-key": "pass client_key=",
    "x-muxi-idempotency-key": "each call gets one of its own",
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
    """Return an id as text; ints and UUIDs are taken, as databases have them.

    Raises:
        ValidationError: It is of another type.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (int, UUID)) and not isinstance(value, bool):
        return str(value)
    raise ValidationError(f"{name} must be a string, not {type(value).__name__}.")


def check_header(name: str, value: object) -> str:
    """Return a value that an HTTP header carries unchanged; the error doesn't repeat it.

    Raises:
        ValidationError: It is empty, has other than printable ASCII characters (the formation
            would read them as Latin-1, contract A-extra), or a space at an end.
    """
    text = id_text(name, value)
    if not text:
        raise ValidationError(f"{name} is empty.")
    if text != text.strip():
        raise ValidationError(f"{name} has a space or a line break at an end: remove it.")
    if not text.isascii() or not text.isprintable():
        raise ValidationError(f"{name} must be printable ASCII: it travels in an HTTP header.")
    return text


def check_seconds(name: str, value: Any) -> float:  # noqa: ANN401
    """Return a time limit in seconds, `inf` for none.

    Raises:
        ValidationError: It is no number above 0, or more than timers can take.
    """
    if _is_number(value) and (0 < value <= LONGEST_WAIT or value == math.inf):
        return float(value)
    raise ValidationError(
        f"{name} must be seconds above 0, at most {LONGEST_WAIT:.0e}, or math.inf for no limit, "
        f"not {value!r}."
    )


def check_delay(name: str, value: Any) -> None:  # noqa: ANN401
    """Check how long a method may take, or how long it pauses.

    Raises:
        ValidationError: It is no number from 0 up, or more than timers can take.
    """
    if value is None or (_is_number(value) and 0 <= value <= LONGEST_WAIT):
        return
    raise ValidationError(
        f"{name} must be seconds from 0 up, at most {LONGEST_WAIT:.0e}, not {value!r}."
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_count(name: str, value: object) -> int:
    """Return a whole number from 1 up.

    Raises:
        ValidationError: It is something else.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValidationError(f"{name} must be a whole number from 1 up, not {value!r}.")


def check_retry(name: str, value: object) -> Retry:
    """Return a `Retry`.

    Raises:
        ValidationError: It is something else.
    """
    if isinstance(value, Retry):
        return value
    raise ValidationError(
        f"{name} must be a Retry, not {value!r}: write {name}=Retry(max_retries=...)."
    )


def check_headers(name: str, value: Any) -> dict[str, str]:  # noqa: ANN401
    """Return headers for all calls, their names in lower case.

    Raises:
        ValidationError: One can't be sent, or is the SDK's to set.
    """
    if not isinstance(value, Mapping):
        raise ValidationError(f"{name} must be a mapping of texts, not {type(value).__name__}.")
    checked: dict[str, str] = {}
    given: Mapping[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
    for key, text in given.items():
        if not isinstance(key, str) or not _TOKEN.fullmatch(key):
            raise ValidationError(f"{name} has {key!r}, which is no name of an HTTP header.")
        if key.lower() in _RESERVED:
            raise ValidationError(f"{name} can't have {key}: {_RESERVED[key.lower()]}.")
        checked[key.lower()] = check_header(f"{name}[{key!r}]", text)
    return checked


def check_key(label: str, name: str, value: object) -> str:
    """Return a key. `name` is the argument that it is for, `label` where it came from.

    Raises:
        ValidationError: It can't be sent, or it is another argument's key by its prefix.
    """
    key = check_header(label, value)
    prefix, kind, right = _MISPLACED[name]
    if key.startswith(prefix):
        raise ValidationError(f"{label} holds {kind} ({prefix}...): pass it as {right}=.")
    return key
