"""Credentials of users (contract B18)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.call import Call, KeyKind, UserRule, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import drop_none, validate_body

_USER = UserRule.REQUIRED


class Credentials(Resource[TransportT]):
    """What users lend the formation to reach services with."""

    @endpoint
    def list_services(self) -> Call[m.CredentialServiceList]:
        """List the services that want a credential of each user."""
        where = path("credentials", "services")
        return Call("GET", where, m.CredentialServiceList, KeyKind.EITHER)

    @endpoint
    def list(self, *, user_id: str | None = None) -> Call[m.CredentialList]:
        """List a user's credentials, without their secrets.

        Args:
            user_id: Whose credentials; beats the client's own user.
        """
        return Call(
            "GET",
            path("credentials"),
            m.CredentialList,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
        )

    @endpoint
    def get(self, credential_id: str, *, user_id: str | None = None) -> Call[m.Credential]:
        """Fetch one credential, without its secret.

        Args:
            credential_id: Which credential.
            user_id: Whose credential; beats the client's own user.

        Raises:
            NotFoundError: The user has no such credential.
        """
        where = path("credentials", credential_id)
        return Call("GET", where, m.Credential, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def create(
        self,
        service: str,
        credential: Mapping[str, object],
        *,
        name: str | None = None,
        user_id: str | None = None,
    ) -> Call[m.Credential]:
        """Store a credential. This runtime can't.

        Args:
            service: What it is for, one of `list_services`; without spaces.
            credential: The secret, in the form that the service wants: `{"token": "…"}`.
            name: What to call it; the service's name if None.
            user_id: Whose credential; beats the client's own user.

        Raises:
            ServerError: Always (500), on this runtime.
            ValidationError: The service's name has a space.
            UnavailableError: The formation has no persistent memory.
        """
        fields = drop_none(service=service, credential=credential, name=name)
        body, where = validate_body(m.CredentialRequest, fields), path("credentials")
        return Call(
            "POST", where, m.Credential, KeyKind.EITHER, user=_USER, user_id=user_id, body=body
        )

    @endpoint
    def delete(
        self, credential_id: str, *, user_id: str | None = None
    ) -> Call[m.DeletedCredential]:
        """Delete a credential.

        The server deletes by service: where a user has two for one service, it answers 500.

        Args:
            credential_id: Which credential.
            user_id: Whose credential; beats the client's own user.

        Raises:
            NotFoundError: The user has no such credential.
            ServerError: The user has another one for the same service.
        """
        where = path("credentials", credential_id)
        return Call(
            "DELETE", where, m.DeletedCredential, KeyKind.EITHER, user=_USER, user_id=user_id
        )
