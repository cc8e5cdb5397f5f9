"""Users' credentials for services that need one from each user."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .envelopes import naive_now, nano_id


class Credentials:
    """The credentials of all users."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, dict[str, object]]] = {}

    def add(self, user_id: str, service: str, name: str, credential: Mapping[str, object]) -> str:
        """Store a credential, and return its id."""
        now = naive_now()
        credential_id = nano_id()
        self._kept.setdefault(user_id, {})[credential_id] = {
            "credential_id": credential_id,
            "service": service,
            "name": name,
            "credential_preview": _preview(credential),
            "created_at": now,
            "updated_at": now,
        }
        return credential_id

    def of(self, user_id: str) -> list[dict[str, object]]:
        """Return a user's credentials."""
        return [*self._kept.get(user_id, {}).values()]

    def get(self, user_id: str, credential_id: str) -> dict[str, object] | None:
        """Return one of a user's credentials."""
        return self._kept.get(user_id, {}).get(credential_id)

    def remove(self, user_id: str, credential_id: str) -> None:
        """Delete a credential."""
        del self._kept[user_id][credential_id]


def _preview(credential: Mapping[str, object]) -> str:
    values = list(credential.values())
    text = values[0] if len(values) == 1 else json.dumps(dict(credential))
    return f"{text[:7]}*****{text[-3:]}" if isinstance(text, str) and len(text) > 12 else _NOTHING


_NOTHING = "***redacted***"
