"""`python -m muxi.testing`: run an emulator for a shell or for one command."""

from __future__ import annotations

import argparse
import os
import pkgutil
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .emulator import Emulator

_SIGNALS: list[signal.Signals] = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_GRACE = 5.0
"""Seconds that the command has to exit after a signal."""


class _Signalled(BaseException):
    """A signal arrived. Raised to leave the current work."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal arrives or the command ends, and return the exit status."""
    given = _parser().parse_args(argv)
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    for each in _SIGNALS:
        signal.signal(each, _interrupt)
    try:
        return _serve(given, command)
    except _Signalled as signalled:
        return 128 + signalled.number if command else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m muxi.testing", description=__doc__)
    parser.add_argument(
        "--port", type=_port, default=7890, help="the server's port; 0 takes a free one"
    )
    parser.add_argument("--formation-id", default="hello")
    parser.add_argument("--multi-user", action="store_true", help="keep users apart")
    parser.add_argument(
        "--model",
        type=_model,
        default="muxi.testing.model:echo",
        metavar="MODULE:FUNCTION",
        help="what answers messages: a function that takes a Turn",
    )
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, help="a command to run with the variables set"
    )
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} isn't a port: use a number from 0 to 65535")
    return int(text)


def _model(name: str) -> object:
    try:
        found: object = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as problem:
        raise argparse.ArgumentTypeError(f"can't import {name!r}: {problem}") from problem
    if not callable(found):
        raise argparse.ArgumentTypeError(f"{name!r} isn't a function: name one after a colon")
    return found


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise _Signalled(number)


def _serve(given: argparse.Namespace, command: Sequence[str]) -> int:
    with ExitStack() as stack:
        try:
            from . import Emulator

            emulator = Emulator(
                given.formation_id,
                port=given.port,
                multi_user=given.multi_user,
                model=given.model,
            )
            stack.enter_context(emulator)
        except ImportError as missing:
            return _fail(str(missing))
        except OSError as problem:
            why = os.strerror(problem.errno or 0)
            return _fail(f"can't listen on port {given.port}: {why}; try --port 0")
        if command:
            return _run(command, {**os.environ, **emulator.environ})
        _export(emulator)
        while True:
            time.sleep(60)


def _export(emulator: Emulator) -> None:
    for name, value in emulator.environ.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f"# the formation itself: {emulator.formation_url}/v1; Ctrl-C stops", flush=True)


def _run(command: Sequence[str], environ: Mapping[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env=environ)
    except OSError as problem:
        _fail(f"can't run {command[0]}: {problem.strerror}")
        return 127 if isinstance(problem, FileNotFoundError) else 126
    try:
        # Ctrl-C reaches the command too, and the command decides what to do.
        signal.signal(signal.SIGINT, lambda number, frame: None)
        status = process.wait()
    except _Signalled as signalled:
        process.send_signal(signalled.number)
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    return status if status >= 0 else 128 - status


def _fail(text: str) -> int:
    print(f"muxi.testing: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
