"""Users' own credentials for services (contract B18)."""

from __future__ import annotations

from pydantic import Field

from .._base import BY_NAME, Answer, JsonInput, Listing, Model, UtcTime
from ._secret_request import SecretRequest


class CredentialService(Model):
    """A service for which each user needs a credential."""

    service: str
    server_id: str
    """The id of the MCP server that uses the credential."""
    description: str


class CredentialServiceList(Listing[CredentialService]):
    """The services for which users need a credential."""

    services: list[CredentialService]


class Credential(Answer):
    """A stored credential. The server never returns its secret."""

    credential_id: str
    service: str
    name: str
    credential_preview: str = Field(repr=False)
    """The first 7 and last 3 characters of the secret or its encrypted form, or a placeholder."""
    created_at: UtcTime | None = None
    updated_at: UtcTime | None = None


class CredentialList(Listing[Credential]):
    """A user's credentials."""

    credentials: list[Credential]


class DeletedCredential(Answer):
    """The result of the deletion of a credential."""

    model_config = BY_NAME

    id: str = Field(alias="credential_id")
    """The id of the credential that was deleted."""


class CredentialRequest(SecretRequest):
    """The request body of `credentials.create`."""

    service: str
    credential: JsonInput = Field(repr=False)
    name: str | None = None
