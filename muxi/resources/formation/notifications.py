"""Notifications to users (contract B20)."""

from __future__ import annotations

from collections.abc import Sequence

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Notifications(Resource[TransportT]):
    """What the formation tells users of its own accord."""

    @endpoint
    def send(
        self, message: str, *, user_id: str, channels: Sequence[str] | None = None
    ) -> Call[m.Notification]:
        """Tell a user something.

        It goes to the user's preferred channel, else to the formation's default one, else to its
        webhook. Where no channel takes it, it goes to the webhook.

        Args:
            message: What to tell; not blank.
            user_id: Whom to tell. The client's own user isn't meant: that is who speaks.
            channels: Where to instead: the formation's channels, `"last"`, `"preferred"` or
                `"webhook"`. The server takes an unknown name for `"webhook"`.

        Raises:
            ServerError: Nothing was delivered (502); `error.details` is like a `Notification`.
            UnavailableError: The formation has no `proactive` block.
        """
        fields = drop_none(user_id=user_id, message=message, channels=channels)
        body = validate_body(m.NotificationRequest, fields)
        return Call("POST", path("notifications"), m.Notification, KeyKind.CLIENT, body=body)
