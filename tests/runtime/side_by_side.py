"""What MUXI's own Python SDK and this one do against the real runtime, call by call.

    make compare

or, with both variables set, `python -m tests.runtime.side_by_side [sqlite|postgres]`.

Each call is made by a process of its own: both packages are named `muxi`, and some calls hang.
What can't be seen in an answer is seen in what arrives at a server that always says 503.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .conftest import LAUNCHER
from .wishes import LINES

ROOT = Path(__file__).parents[2]
OFFICIAL = "muxi==1.20260713.0"
PATIENCE = 10
"""Seconds after which a call is said to hang."""

PRELUDE = """
import json, os, threading, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from muxi import FormationClient
keys = json.loads(os.environ["KEYS"])
f = FormationClient(**keys)
def sent(use, max_retries=0):
    seen = []
    class Failing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            key = self.headers.get("X-Muxi-Idempotency-Key")
            seen.append((f"{self.command} {self.path}", key, time.monotonic()))
            self.send_response(503)
            self.send_header("Retry-After", "2")
            self.send_header("Content-Length", "0")
            self.end_headers()
        do_POST = do_PUT = do_DELETE = do_GET
        def log_message(self, *args):
            pass
    server = HTTPServer(("127.0.0.1", 0), Failing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        use(FormationClient(**{**keys, "url": url}, max_retries=max_retries))
    except Exception:
        pass
    return seen
def first(stream):
    return next(iter(stream), "no event, no error")
def told(value):
    if hasattr(value, "close") and hasattr(value, "send") or hasattr(value, "result"):
        return f"{type(value).__name__}: {first(value)!r}"
    return repr(value)
try:
    CODE
    print("=", told(result))
except Exception as exc:
    print("!", f"{type(exc).__name__}: {exc}")
"""


@contextmanager
def runtime(kind: str) -> Iterator[Mapping[str, str]]:
    """A running formation: its URL and keys."""
    command = [os.environ["MUXI_RUNTIME_PYTHON"], LAUNCHER, kind]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout is not None
        boot = json.loads(launcher.stdout.readline())
        yield {name: boot[name] for name in ("url", "client_key", "admin_key")}


def outcome(python: str, code: str, keys: Mapping[str, str]) -> str:
    """What a call comes to, in one line: `=` a result, `!` an error."""
    script = PRELUDE.replace("    CODE", textwrap.indent(code, "    "))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUXI_")}
    env = {**kept, "PYTHONPATH": str(ROOT), "KEYS": json.dumps(keys)}
    if python != sys.executable:
        del env["PYTHONPATH"]
    try:
        done = subprocess.run(
            [python, "-c", script],
            cwd="/",
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"! hangs for {PATIENCE} s"
    return " ".join((done.stdout or done.stderr).split())


def main() -> None:
    python = os.environ["MUXI_OFFICIAL_PYTHON"]
    with runtime(*(sys.argv[1:] or ["sqlite"])) as keys:
        for line in LINES:
            print(line.wish)
            print(f"    {OFFICIAL:20}{outcome(python, line.official, keys)[:200]}")
            print(f"    {'muxi-client':20}{outcome(sys.executable, line.ours, keys)[:200]}")


if __name__ == "__main__":
    main()
