"""The results of stop, delete and cancel-update (contract server-api 4.3)."""

from __future__ import annotations

from .._base import Answer
from .formations import FormationState


class StoppedFormation(Answer):
    """A formation that was stopped."""

    id: str
    status: FormationState
    message: str


class DeletedFormation(Answer):
    """A formation that was deleted, with its files, its memory and its draft."""

    id: str
    message: str


class CancelledUpdate(Answer):
    """An update that was cancelled. The old version keeps running."""

    formation_id: str
    message: str
    staging_port: int
    """The port on which the new version was starting."""
    status: FormationState
    """The state of the running version."""
    current_port: int
    """The port of the running version."""
