"""How secrets are masked in responses (contract B1, B3, B5)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .manifest import as_list, as_map

_DOTS = "•" * 8
_SECRET = frozenset(
    {"admin_key", "client_key", "api_key", "secret", "webhook_secret"}
    | {"API_KEY", "API_TOKEN", "SECRET_KEY", "ACCESS_TOKEN", "AUTH_TOKEN"}
)


def stored(value: str) -> str:
    """Mask the value of a stored secret for the list of secrets."""
    if len(value) > 12:
        known = re.match(r"(sk|pk|key|tok)-|(ghp|ghs|pat|lin)_", value)
        head, dots = (known.end() + 2, _DOTS[:6]) if known else (4, _DOTS)
        return f"{value[:head]}{dots}{value[-4:]}"
    return f"{value[:3]}••••{value[-3:]}" if len(value) > 6 else _DOTS


def written(block: Mapping[str, object]) -> dict[str, object]:
    """Mask the secrets that are written in a part of the document."""
    return {key: _masked(value, key) for key, value in block.items()}


def _masked(value: object, key: str) -> object:
    inside, items = as_map(value), as_list(value)
    if inside and key != "api_keys":
        return written(inside)
    if inside:
        return {name: _masked(each, "api_key") for name, each in inside.items()}
    if items:
        return [_masked(each, "") for each in items]
    if not isinstance(value, str) or key not in _SECRET or "${{" in value or len(value) < 8:
        return value
    return f"{value[:3]}{_DOTS}{value[-3:]}" if len(value) > 12 else _DOTS
