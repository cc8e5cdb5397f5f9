"""`python -m muxi.testing`: an emulator for a shell, or for one command."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
import threading
from types import FrameType

from .emulator import Emulator


def main(argv: list[str] | None = None) -> int:
    """Serve until Ctrl-C, or until a command has ended; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m muxi.testing", description=__doc__)
    parser.add_argument("--port", type=int, default=7890, help="of the control plane; 0: any")
    parser.add_argument("--formation-id", default="hello")
    parser.add_argument("--multi-user", action="store_true", help="tell users apart")
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, help="run with the variables set, instead of waiting"
    )
    given = parser.parse_args(argv)
    emulator = Emulator(given.formation_id, port=given.port, multi_user=given.multi_user)
    with emulator:
        if given.command:
            environ = {**os.environ, **emulator.environ}
            return subprocess.run(given.command, env=environ, check=False).returncode
        for name, value in emulator.environ.items():
            print(f"export {name}={shlex.quote(value)}")
        print(f"# the formation itself: {emulator.formation_url}/v1; Ctrl-C stops", flush=True)
        _until_told()
    return 0


def _until_told() -> None:
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    while not told.wait(0.5):
        pass


if __name__ == "__main__":
    sys.exit(main())
