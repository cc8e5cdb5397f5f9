"""The log of a formation's process (contract server-api 7)."""

from __future__ import annotations

from typing import Annotated

from .._base import Answer, EmptyIfNull, Model

Lines = Annotated[list[str], EmptyIfNull]
"""Lines as they were written, often JSON or with colours; `null` from the server means none."""


class LogLines(Model):
    """The last lines of each stream; empty for a stream that wasn't requested."""

    stdout: Lines = []
    stderr: Lines = []


class LogCounts(Model):
    """The number of lines of each stream; 0 for a stream that wasn't requested."""

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
    """The text without its line end. A line that the process writes in parts arrives in parts."""
