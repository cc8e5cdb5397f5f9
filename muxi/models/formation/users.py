"""Users, their identifiers and notification channels (contract B19)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .._base import Answer, Id, JsonInput, JsonObject, Listing, Model, Request, UtcTime


class UserIdentity(Answer):
    """The MUXI user who has an identifier."""

    identifier: str
    """The identifier as the formation stores it: email addresses in lower case."""
    muxi_user_id: str
    internal_user_id: int


class UserIdentifier(Model):
    """A name by which a user is known, such as an email address or a Slack id."""

    identifier: str
    type: str
    """`"unknown"` if no type was given."""
    created_at: UtcTime | None = None
    """None in the result of `users.link`."""


class UserIdentifierList(Listing[UserIdentifier]):
    """The identifiers of a MUXI user. `users.link` returns only those that it linked."""

    muxi_user_id: str
    internal_user_id: int | None = None
    """None in the result of `users.link`."""
    identifiers: list[UserIdentifier]


class UnlinkedIdentifier(Answer):
    """The result of the removal of an identifier."""

    id: str = ""
    """The identifier that was removed."""
    message: str | None = None
    """None if an earlier attempt removed it and its response was lost."""
    muxi_user_id: str | None = None
    """The user that it belonged to; None like `message`."""


class UserChannels(Answer):
    """How a user wants to be notified."""

    user_id: str
    """Always `"0"` in a formation for a single user."""
    preferred_channel: str | None = None
    channels: dict[str, JsonObject]
    """The user's address in each channel."""
    last_channel: str | None = None
    """The channel of the user's last message."""
    timezone: str | None = None
    """The IANA name, such as `"Europe/Rome"`."""


class ResolveRequest(Request):
    """The request body of `users.resolve`."""

    identifier: str
    identifier_type: str | None = None


class Identifier(Request):
    """An identifier to link, with its type."""

    identifier: str
    type: str | None = None
    """Such as `"email"` or `"slack"`."""


class LinkRequest(Request):
    """The request body of `users.link`."""

    muxi_user_id: Annotated[Id, Field(min_length=1)]
    identifiers: list[str | Identifier]


class ChannelsRequest(Request):
    """The request body of `users.update_channels`; omitted fields are unchanged."""

    preferred_channel: str | None = None
    channels: dict[str, JsonInput] | None = None
    timezone: str | None = None
