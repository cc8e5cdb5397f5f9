"""Users, their identifiers and their channels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .envelopes import nano_id, utc_now

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def canonical(identifier: str) -> str:
    """Return an identifier as it is stored: email addresses in lower case."""
    return identifier.lower() if _EMAIL.fullmatch(identifier) else identifier


@dataclass
class User:
    """A user with all identifiers."""

    number: int
    muxi_id: str = field(default_factory=nano_id)
    names: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])


class Users:
    """Users and their identifiers. An identifier belongs to one user at a time."""

    def __init__(self) -> None:
        self._users: list[User] = []

    def find(self, identifier: str) -> User | None:
        """Return the user with an identifier, or None."""
        name = canonical(identifier)
        return next((each for each in self._users if name in each.names), None)

    def know(self, identifier: str, kind: str | None = None) -> User:
        """Return the user with an identifier. Create one if there is none."""
        found = self.find(identifier)
        if found is None:
            found = User(len(self._users) + 1)
            self._users.append(found)
            self.link(found, identifier, kind)
        return found

    def of_muxi(self, muxi_id: str) -> User | None:
        """Return the user with a MUXI user id, or None."""
        return next((each for each in self._users if each.muxi_id == muxi_id), None)

    def link(self, user: User, identifier: str, kind: str | None) -> dict[str, object]:
        """Assign an identifier to a user, even if another user had it."""
        identifier, holder = canonical(identifier), self.find(identifier)
        if holder is not None and holder is not user:
            del holder.names[identifier]
        shown: dict[str, object] = {"identifier": identifier, "type": kind or "unknown"}
        user.names[identifier] = {**shown, "created_at": utc_now()}
        return shown

    def unlink(self, identifier: str) -> User | None:
        """Remove an identifier, and return the user who had it."""
        found = self.find(identifier)
        if found is not None:
            del found.names[canonical(identifier)]
        return found


@dataclass
class Reach:
    """How a user can be reached."""

    preferred_channel: str | None = None
    channels: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    last_channel: str | None = None
    timezone: str | None = None


class Channels:
    """The channels of all users."""

    def __init__(self) -> None:
        self._reach: dict[str, Reach] = {}

    def of(self, user_id: str) -> Reach:
        """Return a user's channels."""
        return self._reach.setdefault(user_id, Reach())

    def merge(self, user_id: str, addresses: Mapping[str, Mapping[str, object]]) -> None:
        """Add to a user's addresses. An empty address removes its channel."""
        known = self.of(user_id).channels
        for name, address in addresses.items():
            if address:
                known[name] = {**known.get(name, {}), **address}
            else:
                known.pop(name, None)
