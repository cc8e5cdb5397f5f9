"""What MUXI's own Python SDK and this one do against the real runtime, call by call.

    make compare

or, with both variables set, `python -m tests.runtime.side_by_side [sqlite|postgres]`.

Each call is made by a process of its own: both packages are named `muxi`, and some calls hang.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .conftest import LAUNCHER

ROOT = Path(__file__).parents[2]
OFFICIAL = "muxi==1.20260713.0"
PATIENCE = 10
"""Seconds after which a call is said to hang."""

PRELUDE = """
import json, os
from muxi import FormationClient
keys = json.loads(os.environ["KEYS"])
f = FormationClient(**keys)
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


@dataclass(frozen=True)
class Line:
    """A line of the contract's table: the same wish as both SDKs have it."""

    wish: str
    official: str
    ours: str


JOB = '"recurring", "0 0 1 1 *", "Say hi"'
OUR_JOB = 'f.jobs.create("Say hi", type="recurring", schedule="0 0 1 1 *", user_id="ann")'
TICKET = '{"title": "Broken", "customer": {"name": "Ann"}}'
NOTE = '[{"filename": "a.wav", "content": "UklGRg==", "content_type": "audio/wav", "size": 4}]'

LINES = [
    Line(
        "a plain reply",
        'result = f.chat({"message": "STUB_ECHO=hello"}, user_id="ann")',
        'result = f.chat.send("STUB_ECHO=hello", user_id="ann").text',
    ),
    Line(
        "a plain reply to a voice note",
        f'result = f.audio_chat({{"files": {NOTE}}}, user_id="ann")',
        f'result = f.audio.send({NOTE}, user_id="ann").text',
    ),
    Line(
        "read a secret",
        'result = f.get_secret("NOVEL")',
        'result = hasattr(f.secrets, "get"), "masked:", f.secrets.list().secrets',
    ),
    Line(
        "set a new secret",
        'result = f.set_secret("BY_THEM", "v")',
        'result = f.secrets.set("BY_US", "v").message',
    ),
    Line(
        "fire a trigger",
        f'result = f.fire_trigger("ticket", {TICKET}, user_id="ann")',
        f'result = f.triggers.fire("ticket", {TICKET}, wait=True, user_id="ann")',
    ),
    Line(
        "a user's identifiers",
        'result = f.get_user_identifiers_for_user("ann")',
        'result = f.users.identifiers(f.users.resolve("ann@b.c").muxi_user_id)',
    ),
    Line(
        "look up, and make no user",
        'f.resolve_user("them@b.c", create_user=False)\n'
        'result = "made:", f.resolve_user("them@b.c")',
        'result = f.users.lookup("us@b.c")',
    ),
    Line(
        "make ann's job",
        f'result = f.create_scheduler_job({JOB}, "ann")',
        f"result = {OUR_JOB}.user_id",
    ),
    Line(
        "bob's jobs (none)",
        f'f.create_scheduler_job({JOB}, "ann")\n'
        'result = [job["user_id"] for job in f.get_scheduler_jobs("bob")["jobs"]]',
        'result = [job.user_id for job in f.jobs.list(user_id="bob")]',
    ),
    Line(
        "update ann's job",
        'found = f.get_scheduler_jobs("ann")["jobs"]\n'
        'mine = next(job for job in found if job["user_id"] == "ann")\n'
        'result = f.update_scheduler_job(mine["id"], title="Hi")',
        f'job = {OUR_JOB}\njob = f.jobs.update(job.id, title="Hi", user_id="ann")\n'
        "result = job.title, job.user_id, job.replaced",
    ),
    Line(
        "clear the buffer of nobody named",
        "result = f.clear_all_buffers()",
        "result = f.memory.buffer.clear()",
    ),
    Line(
        "health with no key",
        'del keys["client_key"], keys["admin_key"]\nresult = FormationClient(**keys).health()',
        'del keys["client_key"], keys["admin_key"]\nresult = FormationClient(**keys).health()',
    ),
    Line(
        "credential services with the client key",
        'del keys["admin_key"]\nresult = FormationClient(**keys).list_credential_services()',
        'del keys["admin_key"]\nresult = FormationClient(**keys).credentials.services()',
    ),
    Line(
        "events of a turn",
        'result = first(f.stream_request("ann", "s", "r"))',
        'result = first(f.events.turn("s", "r", user_id="ann", stall_after=3))',
    ),
    Line(
        "logs",
        'result = first(f.stream_logs({"level": "info"}))',
        'result = first(f.logs.stream(level="info", stall_after=3))',
    ),
    Line(
        "stream with a wrong key",
        'keys["client_key"] = "wrong"\n'
        'result = first(FormationClient(**keys).chat_stream({"message": "hi"}))',
        'keys["client_key"] = "wrong"\nresult = first(FormationClient(**keys).chat.stream("hi"))',
    ),
    Line(
        "an error's code and message",
        'try:\n    f.get_agent("none")\nexcept Exception as exc:\n'
        '    result = getattr(exc, "code", None), getattr(exc, "message", None)',
        'try:\n    f.agents.get("none")\nexcept Exception as exc:\n'
        "    result = exc.code, exc.message",
    ),
    Line(
        "the payload and nothing else",
        "result = sorted(f.get_agents())",
        "result = sorted(f.agents.list().model_dump()), f.agents.list().meta.request_id",
    ),
]


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
