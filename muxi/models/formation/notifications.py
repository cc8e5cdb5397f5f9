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
    """What became of a notification."""

    request_id: str
    channels: list[str]
    """Where it was to go; a name that the formation doesn't know becomes `"webhook"`."""
    delivered: list[str]
    failed: list[str]


class NotificationRequest(Request):
    """The body of a notification."""

    user_id: Id
    message: Annotated[str, AfterValidator(_not_blank)]
    channels: list[str] | None = None
