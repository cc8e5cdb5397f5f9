"""Notifications to users (contract B20)."""

from __future__ import annotations

from collections.abc import Sequence

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Notifications(Resource):
    """Messages that the formation sends to users outside of a turn. Needs the client key.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            formation.notifications.send("Your report is ready", user_id="alice")
        ```
    """

    @endpoint
    def send(
        self, message: str, *, user_id: str, channels: Sequence[str] | None = None
    ) -> Call[m.Notification]:
        """Send a message to a user.

        It is sent to the user's preferred channel, or else to the formation's default channel. If
        there is none, or if delivery fails, it is sent to the formation's webhook.

        Args:
            message: The text; not blank.
            user_id: The user to send it to. The client's own user is not used here.
            channels: The channels to use instead: names of the formation's channels, `"last"`,
                `"preferred"` or `"webhook"`. An unknown name means `"webhook"`.

        Raises:
            ServerError: Nothing was delivered (status 502). `error.details` has the fields of a
                `Notification`.
            UnavailableError: The formation has no `proactive` block.
        """
        fields = drop_none(user_id=user_id, message=message, channels=channels)
        body = validate_body(m.NotificationRequest, fields)
        return Call("POST", path("notifications"), m.Notification, KeyKind.CLIENT, body=body)
