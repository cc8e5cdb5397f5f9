"""Drafts that run next to the deployed formation (contract server-api 5.1)."""

from __future__ import annotations

from .._base import Answer, Request
from .formations import FormationState


class DevRunRequest(Request):
    """The draft to run: a directory on the server's machine, or the draft of a formation."""

    path: str | None = None
    formation_id: str | None = None


class DevStopRequest(Request):
    """The draft to stop."""

    formation_id: str


class DevRun(Answer):
    """A running draft. Use a formation client with `mode="draft"` for it."""

    success: bool
    formation_id: str
    """The `id` in its manifest."""
    port: int
    status: FormationState


class DevStop(Answer):
    """A draft that was stopped."""

    success: bool
    formation_id: str
    status: FormationState
