"""What came of stopping, deleting and cancelling (contract server-api 4.3)."""

from __future__ import annotations

from .._base import Answer
from .formations import FormationState


class StoppedFormation(Answer):
    """A formation that was stopped."""

    id: str
    status: FormationState
    message: str


class DeletedFormation(Answer):
    """A formation that is gone, with its files, its memory and its draft."""

    id: str
    message: str


class CancelledUpdate(Answer):
    """An update that was stopped; the old version runs on."""

    formation_id: str
    message: str
    staging_port: int
    """Where the new version was starting."""
    status: FormationState
    """Of the version that runs."""
    current_port: int
    """Where it runs."""
