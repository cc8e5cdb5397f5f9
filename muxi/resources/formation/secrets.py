"""Secrets (contract B5)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint, flow
from ..._core.steps import Flow, request
from ...errors import ConflictError, NotFoundError
from ...models import formation as m
from .._inputs import validate_body


class Secrets(Resource[TransportT]):
    """The values that the configuration refers to. Needs the admin key.

    The server stores names in upper case, with `_` for all but letters, digits and `_`.
    """

    @endpoint
    def list(self) -> Call[m.SecretList]:
        """List the secrets, with masked values; the values themselves can't be read."""
        return Call("GET", path("secrets"), m.SecretList, KeyKind.ADMIN)

    @endpoint
    def create(self, name: str, value: m.SecretValue) -> Call[m.SecretChange]:
        """Store a new secret.

        Args:
            name: Its name. The server takes an empty one too, and can't delete it again.
            value: Its value.

        Raises:
            ConflictError: There is one of this name (`SECRET_EXISTS`).
        """
        body = validate_body(m.SecretCreate, {"key": name, "value": value})
        return Call("POST", path("secrets"), m.SecretChange, KeyKind.ADMIN, body=body)

    @endpoint
    def update(self, name: str, value: m.SecretValue) -> Call[m.SecretChange]:
        """Give a secret another value.

        Args:
            name: Its name.
            value: Its value.

        Raises:
            NotFoundError: There is none of this name (`SECRET_NOT_FOUND`).
        """
        body = validate_body(m.SecretUpdate, {"value": value})
        return Call("PUT", path("secrets", name), m.SecretChange, KeyKind.ADMIN, body=body)

    @flow
    def set(self, name: str, value: m.SecretValue) -> Flow[m.SecretChange]:
        """Give a secret a value, whether it exists or not.

        Args:
            name: Its name.
            value: Its value.
        """
        return _update_or_create(
            Secrets.update.build(name, value), Secrets.create.build(name, value)
        )

    @endpoint
    def delete(self, name: str) -> Call[m.SecretChange]:
        """Delete a secret.

        Args:
            name: Its name.

        Raises:
            NotFoundError: There is none of this name (`SECRET_NOT_FOUND`).
            ConflictError: The configuration refers to it (`SECRET_IN_USE`).
        """
        return Call("DELETE", path("secrets", name), m.SecretChange, KeyKind.ADMIN)

    @endpoint
    def reload(self) -> Call[m.SecretsReloaded]:
        """Read the secrets from disk again. Those in memory only are kept.

        Raises:
            ServerError: The file can't be read (`SECRETS_RELOAD_FAILED`); nothing has changed.
        """
        return Call("POST", path("secrets", "reload"), m.SecretsReloaded, KeyKind.ADMIN)


def _update_or_create(
    update: Call[m.SecretChange], create: Call[m.SecretChange]
) -> Flow[m.SecretChange]:
    try:
        return (yield from request(update))
    except NotFoundError as exc:
        if exc.code != "SECRET_NOT_FOUND":
            raise
    try:
        return (yield from request(create))
    except ConflictError as exc:
        if exc.code != "SECRET_EXISTS":
            raise
    return (yield from request(update))  # somebody else created it meanwhile
