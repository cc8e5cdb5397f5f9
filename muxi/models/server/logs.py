"""What a formation's process writes (contract server-api 7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from .._base import Answer, Model


def _lines(value: object) -> object:
    return [] if value is None else value


Lines = Annotated[list[str], BeforeValidator(_lines)]
"""Lines as they were written, often coloured or JSON; `null` on the wire means none."""


class LogLines(Model):
    """The last lines of each stream; empty for one that wasn't asked for."""

    stdout: Lines = []
    stderr: Lines = []


class LogCounts(Model):
    """How many lines each stream has; 0 for one that wasn't asked for."""

    stdout: int = 0
    stderr: int = 0


class FormationLogs(Answer):
    """The last lines that a formation's process wrote."""

    formation_id: str
    logs: LogLines
    total_lines: LogCounts


class LogLine(Model):
    """One line of a formation's process, as it is written."""

    formation_id: str
    line: str
    """Without its line end. What the process writes in pieces arrives in pieces."""
