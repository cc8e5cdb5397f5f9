"""Shows the progress of deployments, on a terminal or in a log file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from .models.server import Progress

__all__ = ["progress_bar"]

_WIDTH = 30


def progress_bar(file: TextIO | None = None) -> Callable[[Progress], None]:
    """Return a callable for `on_progress=` that shows each stage of a deployment as a line.

    On a terminal, with the extra `deploy`, uploads and health checks have a progress bar.
    Otherwise plain lines are printed.

    Create a new one for each call. There is nothing to close: after an error or Ctrl-C the last
    line shows the stage that was reached. Other output to the terminal may be overwritten during a
    stage.

    Args:
        file: The text file to write to; None for stderr.

    Example:
        ```python
        from muxi import ServerClient
        from muxi.progress import progress_bar

        with ServerClient() as server:
            server.formations.deploy("./my-bot", on_progress=progress_bar())
        ```
    """
    to = file or sys.stderr
    try:
        from rich.console import Console
    except ImportError:  # a missing extra must not break the deployment
        return _PlainLines(to)
    console = Console(file=to)
    return _DrawnLines(console) if console.is_interactive else _PlainLines(to)


class _PlainLines:
    """Prints lines. An upload has thousands of steps: only the first and last are printed."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._stage = ""

    def __call__(self, progress: Progress) -> None:
        between = progress.stage == "uploading" == self._stage and progress.sent != progress.total
        self._stage = progress.stage
        if not between:
            print(_text(progress), file=self._file, flush=True)


class _DrawnLines:
    """Draws a line for each stage, and redraws it at each step of the stage."""

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
        # Only a single line can be redrawn.
        text = Text(_text(progress), style, no_wrap=True, overflow="ellipsis")
        if (share := _share(progress)) is None:
            line.add_row(text)
        else:
            done, total = share
            line.add_row(text, ProgressBar(total, done, _WIDTH, finished_style="green"))
        self._console.print(line)


def _text(progress: Progress) -> str:
    """Return the server's message without characters that move the cursor."""
    text = progress.message or progress.stage
    return "".join(char if char.isprintable() else " " for char in text)


def _share(progress: Progress) -> tuple[int, int] | None:
    """Return how much is done and the total; None if there is nothing to count."""
    if progress.total is not None:
        return progress.sent or 0, progress.total
    if progress.max_attempts is not None:
        return progress.attempt or 0, progress.max_attempts
    return None if progress.progress is None else (progress.progress, 100)
