"""Users, their identifiers and their channels (contract B19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Users(Resource[TransportT]):
    """Who is who, and how to reach them.

    These calls speak about a user, not for one: whom the client speaks for doesn't matter. They
    raise `UnavailableError` in a formation without a database, or for channels in one without a
    `proactive` block.
    """

    @endpoint
    def resolve(
        self, identifier: str, *, identifier_type: str | None = None
    ) -> Call[m.UserIdentity]:
        """Find the MUXI user behind an identifier, made where there is none; `lookup` makes none.

        Args:
            identifier: An email address, a Slack id.
            identifier_type: Its kind, such as `"email"`.

        Raises:
            ValidationError: The identifier is empty.
        """
        fields = drop_none(identifier=identifier, identifier_type=identifier_type)
        body = validate_body(m.ResolveRequest, fields)
        return Call("POST", path("users", "resolve"), m.UserIdentity, KeyKind.CLIENT, body=body)

    @endpoint
    def lookup(self, identifier: str) -> Call[m.UserIdentity]:
        """Find the MUXI user behind an identifier, if there is one.

        Args:
            identifier: An email address, a Slack id.

        Raises:
            NotFoundError: Nobody is known by it.
        """
        return Call("GET", path("users", identifier), m.UserIdentity, KeyKind.CLIENT)

    @endpoint
    def list_identifiers(self, muxi_user_id: str) -> Call[m.UserIdentifierList]:
        """List the identifiers of a user.

        Args:
            muxi_user_id: The `muxi_user_id` of `lookup` or `resolve`, no identifier.

        Raises:
            NotFoundError: There is no such user.
        """
        where = path("users", "identifiers", muxi_user_id)
        return Call("GET", where, m.UserIdentifierList, KeyKind.CLIENT)

    @endpoint
    def link(
        self, muxi_user_id: str, identifiers: Sequence[str | m.Identifier | Mapping[str, object]]
    ) -> Call[m.UserIdentifierList]:
        """Give identifiers to a user. One that was another user's is theirs no longer.

        The kind of one that is the user's already stays as it was, whatever the answer says.

        Args:
            muxi_user_id: The `muxi_user_id` of `lookup` or `resolve`; no user is made here.
            identifiers: Which, with their kinds where known.

        Raises:
            NotFoundError: There is no such user.
        """
        where = path("users", "identifiers")
        fields = {"muxi_user_id": muxi_user_id, "identifiers": identifiers}
        body = validate_body(m.LinkRequest, fields)
        return Call("POST", where, m.UserIdentifierList, KeyKind.CLIENT, body=body)

    @endpoint
    def unlink(self, identifier: str) -> Call[m.UnlinkedIdentifier]:
        """Take an identifier from whoever has it.

        Args:
            identifier: Which.

        Raises:
            NotFoundError: Nobody is known by it.
        """
        where = path("users", "identifiers", identifier)
        return Call("DELETE", where, m.UnlinkedIdentifier, KeyKind.CLIENT)

    @endpoint
    def get_channels(self, *, user_id: str) -> Call[m.UserChannels]:
        """Fetch how a user wants to be notified; nothing is set for users that nobody knows.

        Args:
            user_id: Which user. A formation for a single user takes anyone for user "0".
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
        """Change how a user wants to be notified; what isn't given stays as it is.

        Args:
            user_id: Which user. A formation for a single user takes anyone for user "0".
            preferred_channel: A channel of the formation, or `"webhook"`; `""` for none.
            channels: Addresses by channel, added to those that are known; `{}` removes one.
            timezone: IANA name; `""` for none.

        Raises:
            ValidationError: The formation doesn't know the channel or the timezone.
        """
        where = path("users", user_id, "channels")
        fields = drop_none(
            preferred_channel=preferred_channel, channels=channels, timezone=timezone
        )
        body = validate_body(m.ChannelsRequest, fields)
        return Call("PUT", where, m.UserChannels, KeyKind.CLIENT, body=body)
