"""Drafts that run beside the live formation (contract server-api 5.1)."""

from __future__ import annotations

from .._base import Answer, Request
from .formations import FormationState


class DevRunRequest(Request):
    """What to run: a directory on the server's machine, or the draft of a formation."""

    path: str | None = None
    formation_id: str | None = None


class DevStopRequest(Request):
    """Which draft to stop."""

    formation_id: str


class DevRun(Answer):
    """A draft that runs; `ServerClient.formation(id, mode="draft")` talks to it."""

    success: bool
    formation_id: str
    """`id` of its manifest."""
    port: int
    status: FormationState


class DevStop(Answer):
    """A draft that runs no longer."""

    success: bool
    formation_id: str
    status: FormationState
