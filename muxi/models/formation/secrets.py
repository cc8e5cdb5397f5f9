"""Secrets: values that the configuration refers to (contract B5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainSerializer, SecretStr

from .._base import Answer, Listing, Request

SecretValue = str | SecretStr
"""The value of a secret; a `SecretStr` doesn't show in logs and tracebacks."""

_Sent = Annotated[
    SecretStr, PlainSerializer(SecretStr.get_secret_value, return_type=str, when_used="json")
]
"""Shown masked, sent as it is."""


class SecretList(Listing[str]):
    """The stored secrets. A sequence of their names."""

    secrets: dict[str, str] = Field(repr=False)
    """By name: the value, masked."""

    @property
    def items(self) -> list[str]:
        """The names, in the server's order."""
        return list(self.secrets)


class SecretUpdate(Request):
    """The body of an update."""

    value: _Sent


class SecretCreate(SecretUpdate):
    """The body of a creation."""

    key: str


class SecretChange(Answer):
    """What was done to a secret."""

    message: str
    """Names the secret as it was asked for, not as it is stored."""


class SecretsReloaded(Answer):
    """What a reload did, by the names of the secrets."""

    message: str
    added: list[str]
    overwritten: list[str]
    preserved: list[str]
    """Those that are in memory only; they stay."""
    count: int
