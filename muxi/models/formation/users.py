"""Users: who is who, and how to reach them (contract B19)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .._base import Answer, JsonObject, Listing, Model, Request, UtcTime


class UserIdentity(Answer):
    """The MUXI user that an identifier stands for."""

    identifier: str
    """As the formation keeps it: mail addresses in lower case."""
    muxi_user_id: str
    internal_user_id: int


class UserIdentifier(Model):
    """A name by which a user is known: an email address, a Slack id."""

    identifier: str
    type: str
    """`"unknown"` where nobody said."""
    created_at: UtcTime | None = None


class UserIdentifierList(Listing[UserIdentifier]):
    """The identifiers of a MUXI user; after a link, those that were linked."""

    items_field = "identifiers"
    muxi_user_id: str
    internal_user_id: int | None = None
    identifiers: list[UserIdentifier]


class UnlinkedIdentifier(Answer):
    """The answer to an unlinking."""

    message: str
    muxi_user_id: str | None = None
    """Whose identifier it was."""


class UserChannels(Answer):
    """How a user wants to be notified."""

    user_id: str
    """`"0"` in a formation for a single user, whoever was asked about."""
    preferred_channel: str | None = None
    channels: dict[str, JsonObject]
    """The user's address in each channel."""
    last_channel: str | None = None
    """Where the user was last heard from."""
    timezone: str | None = None
    """IANA name."""


class ResolveRequest(Request):
    """The body of a resolution."""

    identifier: str
    identifier_type: str | None = None


class Identifier(Request):
    """An identifier to link, and its kind."""

    identifier: str
    type: str | None = None
    """Such as `"email"` or `"slack"`."""


class LinkRequest(Request):
    """The body of a link."""

    muxi_user_id: Annotated[str, Field(min_length=1)]
    identifiers: list[str | Identifier]


class ChannelsRequest(Request):
    """The body of an update of channels; what is absent stays as it is."""

    preferred_channel: str | None = None
    channels: dict[str, JsonObject] | None = None
    timezone: str | None = None
