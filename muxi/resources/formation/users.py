"""Users, their identifiers and their notification channels (contract B19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..._core.call import AlreadyDone, Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Users(Resource):
    """Users, their identifiers and their notification channels. Needs the client key.

    The client's own user is not used here. The methods raise `UnavailableError` in a formation
    without a database; those for channels raise it in one without a `proactive` block.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            alice = formation.users.resolve("alice@example.com", identifier_type="email")
            formation.users.link(alice.muxi_user_id, [{"identifier": "U123", "type": "slack"}])
        ```
    """

    @endpoint
    def resolve(
        self, identifier: str, *, identifier_type: str | None = None
    ) -> Call[m.UserIdentity]:
        """Return the MUXI user who has an identifier. Creates a user if there is none.

        Args:
            identifier: A name of the user in another system, such as an email address.
            identifier_type: The kind of identifier, such as `"email"` or `"slack"`.

        Raises:
            AuthenticationError: The client key is wrong.
            ValidationError: The identifier is empty.
        """
        fields = drop_none(identifier=identifier, identifier_type=identifier_type)
        body = validate_body(m.ResolveRequest, fields)
        return Call("POST", path("users", "resolve"), m.UserIdentity, KeyKind.CLIENT, body=body)

    @endpoint
    def lookup(self, identifier: str) -> Call[m.UserIdentity]:
        """Return the MUXI user who has an identifier.

        Args:
            identifier: A name of the user in another system, such as an email address.

        Raises:
            AuthenticationError: The client key is wrong.
            NotFoundError: No user has this identifier.
        """
        return Call("GET", path("users", identifier), m.UserIdentity, KeyKind.CLIENT)

    @endpoint
    def list_identifiers(self, muxi_user_id: str) -> Call[m.UserIdentifierList]:
        """List the identifiers of a user.

        Args:
            muxi_user_id: The `muxi_user_id` that `lookup` or `resolve` returned.

        Raises:
            AuthenticationError: The client key is wrong.
            NotFoundError: There is no such user.
        """
        where = path("users", "identifiers", muxi_user_id)
        return Call("GET", where, m.UserIdentifierList, KeyKind.CLIENT)

    @endpoint
    def link(
        self, muxi_user_id: str, identifiers: Sequence[str | m.Identifier | Mapping[str, object]]
    ) -> Call[m.UserIdentifierList]:
        """Add identifiers to a user. An identifier of another user moves to this user.

        An identifier that the user already has keeps its type, even if the result shows a new one.

        Args:
            muxi_user_id: The `muxi_user_id` that `lookup` or `resolve` returned.
            identifiers: The identifiers to add, with their types if known.

        Raises:
            AuthenticationError: The client key is wrong.
            NotFoundError: There is no such user.
        """
        fields = {"muxi_user_id": muxi_user_id, "identifiers": identifiers}
        body, where = validate_body(m.LinkRequest, fields), path("users", "identifiers")
        return Call("POST", where, m.UserIdentifierList, KeyKind.CLIENT, body=body)

    @endpoint
    def unlink(self, identifier: str) -> Call[m.UnlinkedIdentifier]:
        """Remove an identifier from the user who has it.

        Args:
            identifier: The identifier to remove, as `list_identifiers` shows it.

        Raises:
            AuthenticationError: The client key is wrong.
            NotFoundError: No user has this identifier.
        """
        where, kind = path("users", "identifiers", identifier), m.UnlinkedIdentifier
        gone = str(identifier)
        done = AlreadyDone(404, kind(), says=gone)
        return Call("DELETE", where, kind, KeyKind.CLIENT, already_done=done).map(
            lambda unlinked: unlinked.model_copy(update={"id": gone})
        )

    @endpoint
    def get_channels(self, *, user_id: str) -> Call[m.UserChannels]:
        """Return how a user wants to be notified. An unknown user has no settings.

        Args:
            user_id: The user to notify. A formation for a single user treats every id as user
                `"0"`.

        Raises:
            AuthenticationError: The client key is wrong.
            UnavailableError: The formation has no `proactive` block.
        """
        return Call("GET", path("users", user_id, "channels"), m.UserChannels, KeyKind.CLIENT)

    @endpoint
    def update_channels(
        self,
        *,
        user_id: str,
        preferred_channel: str | None = None,
        channels: Mapping[str, Mapping[str, object]] | None = None,
        timezone: str | None = None,
    ) -> Call[m.UserChannels]:
        """Change how a user wants to be notified. Omitted arguments change nothing.

        Args:
            user_id: The user to notify. A formation for a single user treats every id as user
                `"0"`.
            preferred_channel: A channel of the formation, or `"webhook"`; `""` for none.
            channels: The user's address in each channel, added to the stored ones; `{}` as an
                address removes the channel.
            timezone: The user's IANA time zone, such as `"Europe/Rome"`; `""` for none.

        Raises:
            AuthenticationError: The client key is wrong.
            ValidationError: The formation doesn't know the channel or the time zone.
            UnavailableError: The formation has no `proactive` block.
        """
        where = path("users", user_id, "channels")
        fields = drop_none(
            preferred_channel=preferred_channel, channels=channels, timezone=timezone
        )
        body = validate_body(m.ChannelsRequest, fields)
        return Call("PUT", where, m.UserChannels, KeyKind.CLIENT, body=body)
