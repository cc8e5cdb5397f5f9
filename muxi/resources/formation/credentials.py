"""Users' credentials (contract B18)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.call import AlreadyDone, Call, KeyKind, UserRule, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import drop_none, validate_body

_USER = UserRule.REQUIRED


class Credentials(Resource):
    """Users' own credentials, with which the formation accesses services for them.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient().for_user("alice") as alice:
            print([service.service for service in alice.credentials.list_services()])
            print([credential.name for credential in alice.credentials.list()])
        ```
    """

    @endpoint
    def list_services(self) -> Call[m.CredentialServiceList]:
        """List the services for which each user needs a credential.

        Raises:
            AuthenticationError: The key is wrong.
        """
        where = path("credentials", "services")
        return Call("GET", where, m.CredentialServiceList, KeyKind.EITHER)

    @endpoint
    def list(self, *, user_id: str | None = None) -> Call[m.CredentialList]:
        """List a user's credentials, without their secrets.

        Args:
            user_id: The user whose credentials to list; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
        """
        where, kind = path("credentials"), m.CredentialList
        return Call("GET", where, kind, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def get(self, credential_id: str, *, user_id: str | None = None) -> Call[m.Credential]:
        """Return a credential, without its secret.

        Args:
            credential_id: The credential's id, as `list` shows it.
            user_id: The user whose credential it is; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
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
        """Store a credential. With this version of the runtime it always fails.

        Args:
            service: The service that it is for, one of `list_services`; without spaces.
            credential: The secret, in the form that the service needs, such as
                `{"token": "..."}`.
            name: A name of your choice; None for the service's name.
            user_id: The user whose credential it is; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            ServerError: Always (status 500), with this version of the runtime.
            ValidationError: The service's name contains a space.
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
        """Delete a credential for good.

        The server deletes by service, and fails if the user has several credentials for it.

        Args:
            credential_id: The credential's id, as `list` shows it.
            user_id: The user whose credential it is; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            NotFoundError: The user has no such credential.
            ServerError: The user has another credential for the same service.
        """
        gone = str(credential_id)
        return Call(
            "DELETE",
            path("credentials", credential_id),
            m.DeletedCredential,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            already_done=AlreadyDone(404, m.DeletedCredential(credential_id=gone), says=gone),
        )
