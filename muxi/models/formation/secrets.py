"""Secrets (contract B5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainSerializer, SecretStr

from .._base import Answer, Listing
from ._secret_request import SecretRequest

SecretValue = str | SecretStr
"""The value of a secret. A `SecretStr` is masked in logs and tracebacks."""

_Sent = Annotated[
    SecretStr, PlainSerializer(SecretStr.get_secret_value, return_type=str, when_used="json")
]
"""Masked when shown, sent as it is."""


class SecretList(Listing[str]):
    """The stored secrets: a sequence of their names."""

    secrets: dict[str, str] = Field(repr=False)
    """The masked values, by name."""

    @property
    def items(self) -> list[str]:
        """The names, in the server's order."""
        return list(self.secrets)


class SecretUpdate(SecretRequest):
    """The request body of `secrets.update`."""

    value: _Sent


class SecretCreate(SecretUpdate):
    """The request body of `secrets.create`."""

    key: str


class SecretChange(Answer):
    """The response to a change of a secret."""

    message: str
    """What was done, in the server's words; it names the secret as the request did."""


class DeletedSecret(Answer):
    """The result of the deletion of a secret."""

    id: str = ""
    """The name of the secret that was deleted, as it was asked for."""
    message: str | None = None
    """None if an earlier attempt deleted it and its response was lost."""


class SecretsReloaded(Answer):
    """The result of a reload; the lists hold names of secrets."""

    message: str
    added: list[str]
    overwritten: list[str]
    preserved: list[str]
    """Secrets that are only in memory; they were kept."""
    count: int
