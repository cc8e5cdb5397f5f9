"""The keys of an emulator, as the arguments of clients."""

from __future__ import annotations

from typing import Any

from muxi.testing import Emulator


def formation_keys(emulator: Emulator) -> dict[str, Any]:
    """Return both keys of the formation."""
    return _named(emulator, "client_key", "admin_key")


def server_keys(emulator: Emulator) -> dict[str, Any]:
    """Return the id and the secret of the server's key."""
    return _named(emulator, "key_id", "secret_key")


def _named(emulator: Emulator, *names: str) -> dict[str, Any]:
    return {name: emulator.environ[f"MUXI_{name.upper()}"] for name in names}
