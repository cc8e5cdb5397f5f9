"""Credentials: what users lend the formation to reach services with (contract B18)."""

from __future__ import annotations

from pydantic import Field

from .._base import Answer, JsonObject, Listing, Model, Request, UtcTime


class CredentialService(Model):
    """A service that wants a credential of each user."""

    service: str
    server_id: str
    """The MCP server that uses it."""
    description: str


class CredentialServiceList(Listing[CredentialService]):
    """The services that want credentials."""

    items_field = "services"
    services: list[CredentialService]


class Credential(Answer):
    """A stored credential; the server never gives the secret back."""

    credential_id: str
    service: str
    name: str
    credential_preview: str = Field(repr=False)
    """The secret's first 7 and last 3 characters, of its stored form perhaps, or a placeholder."""
    created_at: UtcTime | None = None
    updated_at: UtcTime | None = None


class CredentialList(Listing[Credential]):
    """The credentials of a user."""

    items_field = "credentials"
    credentials: list[Credential]


class DeletedCredential(Answer):
    """The answer to a deletion."""

    credential_id: str
    deleted: bool


class CredentialRequest(Request):
    """The body of a creation."""

    service: str
    credential: JsonObject = Field(repr=False)
    name: str | None = None
