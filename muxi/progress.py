"""Shows how a deployment goes on:  server.formations.deploy("my-bot", on_progress=bar())."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from .models.server import Progress

__all__ = ["bar"]

_WIDTH = 30


def bar(file: TextIO | None = None) -> Callable[[Progress], None]:
    """A callable for `on_progress=` that draws a line for each stage, with a bar where there is
    something to count: bytes of the upload, attempts of the health check.

    There is nothing to close: no thread redraws and no cursor is hidden, so that an error or Ctrl-C
    finds the terminal in order, and the last line is the stage that was reached. Off a terminal, or
    without the extra `deploy`, lines are printed and nothing is drawn.

    Make one for each call. What others write to the terminal within a stage may be drawn over.

    Args:
        file: Where to; stderr if None.
    """
    to = file or sys.stderr
    try:
        from rich.console import Console
    except ImportError:  # a deployment shouldn't fail for want of an ornament
        return _Printed(to)
    console = Console(file=to)
    return _Drawn(console) if console.is_interactive else _Printed(to)


class _Printed:
    """Lines. Of an upload only its beginning and its end: it may have thousands of steps."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._stage = ""

    def __call__(self, progress: Progress) -> None:
        between = progress.stage == "uploading" == self._stage and progress.sent != progress.total
        self._stage = progress.stage
        if not between:
            print(_text(progress), file=self._file, flush=True)


class _Drawn:
    """A line for each stage, drawn anew with each step of that stage."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""

    def __call__(self, progress: Progress) -> None:
        from rich.control import Control
        from rich.progress_bar import ProgressBar
        from rich.segment import ControlType
        from rich.table import Table
        from rich.text import Text

        if progress.stage == self._stage:
            self._console.control(
                Control((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2))
            )
        self._stage = progress.stage
        line = Table.grid(padding=(0, 1))
        style = "green" if progress.stage == "complete" else ""
        # More than one line couldn't be drawn anew.
        text = Text(_text(progress), style, no_wrap=True, overflow="ellipsis")
        if (share := _share(progress)) is None:
            line.add_row(text)
        else:
            done, total = share
            line.add_row(text, ProgressBar(total, done, _WIDTH, finished_style="green"))
        self._console.print(line)


def _text(progress: Progress) -> str:
    """What the server says, without what would move the cursor."""
    text = progress.message or progress.stage
    return "".join(char if char.isprintable() else " " for char in text)


def _share(progress: Progress) -> tuple[int, int] | None:
    """How much is done, and of how much."""
    if progress.total is not None:
        return progress.sent or 0, progress.total
    if progress.max_attempts is not None:
        return progress.attempt or 0, progress.max_attempts
    return None if progress.progress is None else (progress.progress, 100)
