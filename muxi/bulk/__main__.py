"""`python -m muxi.bulk`: makes thousands of calls from a shell.

It sends one chat message, memory or event for each row of a JSONL or CSV file. The address and the
keys of the formation come from the environment, as for `FormationClient()`. To continue a run that
was killed, run the same command again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from .. import FormationClient, MuxiError
from .._core.call import Call
from .jobs import Progress
from .journal import count, results
from .rows import (
    Row,
    chat_call,
    memory_call,
    print_json,
    read_jobs,
    read_rows,
    trigger_call,
    write_outcomes,
)
from .run import run

_EVERY = 5.0
"""Seconds between two progress lines, if there is no progress bar."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line. Return 1 if a job failed or is uncertain, otherwise 0."""
    given = _parser().parse_args(argv)
    try:
        if given.command == "export":
            if given.out is None:
                print_json(results(given.journal), sys.stdout)
            else:
                write_outcomes(results(given.journal), given.out)
            return 0
        if given.command != "status":
            _run(given)
        return _report(given.journal)
    except (MuxiError, OSError) as exc:
        print(f"muxi.bulk: {exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("muxi.bulk: interrupted; run the same command again to continue", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m muxi.bulk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    chat = commands.add_parser("chat", help="send the message (or prompt) of each row")
    memories = commands.add_parser(
        "memories", help="store the content of each row, or ingest it if the row has a source"
    )
    triggers = commands.add_parser(
        "triggers", help="fire a trigger with the data of each row, and wait for the reply"
    )
    triggers.add_argument("trigger", help="the trigger's name")
    for runs in (chat, memories, triggers):
        add = runs.add_argument
        add("rows", type=Path, help="a JSONL or CSV file; user_id names the user")
        add("--journal", type=Path, required=True, help="the file that records which jobs are done")
        add("--out", type=Path, help="write the outcomes here, JSONL or CSV")
        add("--key", help="the column that identifies a row (id, else its number)")
        add("--concurrency", type=int, default=16, help="the most calls in flight")
        add("--rate", type=float, help="the most calls started per second")
        add("--retry-failed", action="store_true", help="retry jobs that failed")
        add("--retry-uncertain", action="store_true", help="retry jobs that may have been done")
        add(
            "--resume",
            action=argparse.BooleanOptionalAction,
            default=True,
            help="continue an existing journal; --no-resume refuses it",
        )
    status = commands.add_parser("status", help="count the jobs of a journal")
    export = commands.add_parser("export", help="write the outcomes in a journal")
    export.add_argument("--out", type=Path, help="JSONL or CSV; JSONL on stdout if left out")
    for one in (status, export):
        one.add_argument("journal", type=Path)
    return parser


def _run(given: argparse.Namespace) -> None:
    if not given.resume and given.journal.exists():
        raise FileExistsError(f"{given.journal} already exists, and --no-resume was given")
    total = sum(1 for _ in read_rows(given.rows))
    with FormationClient() as client, _display(total) as show:
        outcomes = run(
            client,
            read_jobs(given.rows, given.key, _call_of(given)),
            journal=given.journal,
            concurrency=given.concurrency,
            rate=given.rate,
            retry_failed=given.retry_failed,
            retry_uncertain=given.retry_uncertain,
            on_progress=show,
        )
        with closing(outcomes):
            deque(outcomes, maxlen=0)
    if given.out is not None:
        write_outcomes(results(given.journal), given.out)


def _call_of(given: argparse.Namespace) -> Callable[[Row], Call[Any]]:
    if given.command == "triggers":
        return partial(trigger_call, given.trigger)
    return chat_call if given.command == "chat" else memory_call


def _report(journal: Path) -> int:
    counts = count(journal)
    print(", ".join(f"{number:,} {state}" for state, number in counts.items() if number) or "empty")
    return 1 if counts["failed"] or counts["uncertain"] else 0


@contextmanager
def _display(total: int) -> Generator[Callable[[Progress], None]]:
    """Show the progress on stderr: as a bar on a terminal with `rich`, otherwise as lines."""
    began = shown = time.monotonic()

    def text(progress: Progress) -> str:
        rate = (progress.ended - progress.skipped) / max(time.monotonic() - began, 1e-3)
        left = max(total - progress.ended, 0) / rate if rate else 0.0
        return (
            f"{progress.ended:,} of {total:,}, {progress.failed:,} failed, "
            f"{progress.uncertain:,} uncertain, {rate:,.1f}/s, {left:,.0f} s left"
        )

    def line(progress: Progress) -> None:
        nonlocal shown
        if time.monotonic() - shown >= _EVERY:
            shown = time.monotonic()
            print(text(progress), file=sys.stderr, flush=True)

    try:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar
    except ImportError:
        yield line
        return
    console = Console(stderr=True)
    if not console.is_interactive:
        yield line
        return
    with Bar(BarColumn(), TextColumn("{task.description}"), console=console) as bar:
        task = bar.add_task("", total=total)
        yield lambda now: bar.update(task, completed=now.ended, description=text(now))


if __name__ == "__main__":
    sys.exit(main())
