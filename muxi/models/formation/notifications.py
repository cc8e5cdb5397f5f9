"""Notifications that a formation sends to its users (contract B20)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from .._base import Answer, Id, Request


def _not_blank(message: str) -> str:
    if not message.strip():
        raise ValueError("is blank")
    return message


class Notification(Answer):
    """The result of sending a notification."""

    request_id: str
    channels: list[str]
    """The channels that were chosen; an unknown name becomes `"webhook"`."""
    delivered: list[str]
    failed: list[str]


class NotificationRequest(Request):
    """The request body of `notifications.send`."""

    user_id: Id
    message: Annotated[str, AfterValidator(_not_blank)]
    channels: list[str] | None = None
