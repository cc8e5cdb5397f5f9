"""The stores of secrets, of the audit log and of the guidance."""

from __future__ import annotations

from datetime import datetime, timezone

from .manifest import FOLDER, Manifest, secret_name, secrets_of
from .masks import stored


class Secrets:
    """The secrets. At the start, these are the ones that the formation refers to."""

    def __init__(self, manifest: Manifest) -> None:
        self.used = secrets_of(manifest)
        self._values = {name: f"emulated-{name.lower()}" for name in self.used}

    def __contains__(self, name: str) -> bool:
        return secret_name(name) in self._values

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: str, value: str) -> None:
        """Store a value."""
        self._values[secret_name(name)] = value

    def remove(self, name: str) -> None:
        """Delete a value."""
        del self._values[secret_name(name)]

    def masked(self) -> dict[str, str]:
        """Return all secrets by name, masked."""
        return {name: stored(value) for name, value in sorted(self._values.items())}


class AuditLog:
    """The audit log. The server only records that it was cleared."""

    def __init__(self, formation_id: str) -> None:
        self._formation_id = formation_id
        self._entries: list[dict[str, object]] = []

    def find(
        self, limit: int, action: str | None, resource_type: str | None, since: datetime | None
    ) -> list[dict[str, object]]:
        """Return the entries that match, the newest first."""
        wanted = {"action": action, "resource_type": resource_type}
        found = [
            entry
            for entry in reversed(self._entries)
            if all(value is None or entry[key] == value for key, value in wanted.items())
            and (since is None or datetime.fromisoformat(str(entry["timestamp"])) >= since)
        ]
        return found[:limit]

    def clear(self, request_id: str) -> int:
        """Delete all entries, and record this in a new one."""
        count = len(self._entries)
        self._entries = [
            {
                "timestamp": datetime.now(timezone.utc).isoformat(),
                "request_id": request_id,
                "action": "audit.cleared",
                "resource_type": "audit_log",
                "resource_id": self._formation_id,
                "user": "admin",
                "ip": None,
                "result": "success",
                "status_code": 200,
                "message": f"Audit log cleared by admin ({count} entries removed)",
                "data": {"previous_entries_count": count},
            }
        ]
        return count


class Guidance:
    """`MUXI.md`, and the suggestion for its next version."""

    PATH = f"{FOLDER}/MUXI.md"
    PENDING_PATH = f"{FOLDER}/PENDING-MUXI.md"

    def __init__(self, manifest: Manifest) -> None:
        self._live = _text(manifest, "MUXI.md")
        self._pending = _text(manifest, "PENDING-MUXI.md")

    @property
    def live(self) -> str | None:
        """The text in use. None if it is empty."""
        return self._live or None

    @property
    def path(self) -> str | None:
        """The path of `MUXI.md`, once it was written."""
        return None if self._live is None else self.PATH

    @property
    def pending(self) -> str | None:
        """The suggested text."""
        return self._pending or None

    def write(self, text: str) -> None:
        """Replace the text in use."""
        self._live = text.strip()

    def apply(self) -> None:
        """Replace the text in use with the suggestion."""
        self._live, self._pending = self._pending, None

    def dismiss(self) -> None:
        """Delete the suggestion."""
        self._pending = None


def _text(manifest: Manifest, key: str) -> str | None:
    found = manifest.get(key)
    return None if found is None else str(found).strip()
