"""Secrets (contract B5)."""

from __future__ import annotations

from dataclasses import replace

from ..._core.call import AlreadyDone, Call, KeyKind, path
from ..._core.endpoint import endpoint, flow
from ..._core.resource import Resource
from ..._core.steps import Flow, request
from ...errors import ConflictError, NotFoundError
from ...models import formation as m
from .._inputs import validate_body


class Secrets(Resource):
    """The secrets that the configuration refers to. Needs the admin key.

    The server stores names in upper case and replaces all but letters, digits and `_` by `_`.
    Values can be written but not read.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            formation.secrets.set("TRACKER_TOKEN", "not-a-real-token")
            print(list(formation.secrets.list()))
        ```
    """

    @endpoint
    def list(self) -> Call[m.SecretList]:
        """List the names of the secrets, with masked values.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("secrets"), m.SecretList, KeyKind.ADMIN)

    @endpoint
    def create(self, name: str, value: m.SecretValue) -> Call[m.SecretChange]:
        """Store a new secret.

        Args:
            name: The secret's name. The server accepts an empty one, but can't delete it again.
            value: The secret's value; a `SecretStr` is masked in tracebacks.

        Raises:
            AuthenticationError: The admin key is wrong.
            ConflictError: A secret with this name exists (code `SECRET_EXISTS`).
        """
        body = validate_body(m.SecretCreate, {"key": name, "value": value})
        return Call("POST", path("secrets"), m.SecretChange, KeyKind.ADMIN, body=body)

    @endpoint
    def update(self, name: str, value: m.SecretValue) -> Call[m.SecretChange]:
        """Replace the value of a secret.

        Args:
            name: The secret's name, as `list` shows it.
            value: The new value; a `SecretStr` is masked in tracebacks.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no secret with this name (code `SECRET_NOT_FOUND`).
        """
        body = validate_body(m.SecretUpdate, {"value": value})
        return Call("PUT", path("secrets", name), m.SecretChange, KeyKind.ADMIN, body=body)

    @flow
    def set(self, name: str, value: m.SecretValue) -> Flow[m.SecretChange]:
        """Store a secret, or replace its value if it exists.

        Args:
            name: The secret's name.
            value: The value; a `SecretStr` is masked in tracebacks.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        update = Secrets.update.build(name, value)
        # Safe to retry: if the first attempt created the secret, the next one raises ConflictError.
        create = replace(Secrets.create.build(name, value), safe_to_retry=True)
        del value  # tracebacks show local variables
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
        return (yield from request(update))

    @endpoint
    def delete(self, name: str) -> Call[m.DeletedSecret]:
        """Delete a secret. Its value can't be restored.

        Args:
            name: The secret's name, as `list` shows it.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no secret with this name (code `SECRET_NOT_FOUND`).
            ConflictError: The configuration refers to the secret (code `SECRET_IN_USE`).
        """
        where, gone = path("secrets", name), str(name)
        done = AlreadyDone(404, m.DeletedSecret(), says=gone)
        return Call("DELETE", where, m.DeletedSecret, KeyKind.ADMIN, already_done=done).map(
            lambda deleted: deleted.model_copy(update={"id": gone})
        )

    @endpoint
    def reload(self) -> Call[m.SecretsReloaded]:
        """Read the secrets from disk again. Secrets that are only in memory are kept.

        Raises:
            AuthenticationError: The admin key is wrong.
            ServerError: The file can't be read (code `SECRETS_RELOAD_FAILED`); nothing changed.
        """
        return Call("POST", path("secrets", "reload"), m.SecretsReloaded, KeyKind.ADMIN)
