"""Boot the real MUXI runtime with a stub model: offline, on free loopback ports.

    RUNTIME_PYTHON tests/runtime/launch.py [sqlite|postgres [FORMATION_DIR]]

Prints one JSON line {"url", "client_key", "admin_key", "hook_port", "log"} once the formation
answers, then waits for SIGTERM, SIGINT or the end of stdin, stops everything and cleans up.
"""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import stub_model

HERE = Path(__file__).resolve().parent
BOOT_LIMIT = 180.0
STOP_LIMIT = 30.0
LOG_TAIL = 40


class LaunchError(Exception):
    """The runtime did not come up, or went away by itself."""


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def copy_formation(source: Path, target: Path, values: dict[str, str]) -> None:
    """Copy the formation (the runtime writes into it) and fill its @PLACEHOLDERS@."""
    shutil.copytree(source, target)
    for path in [*target.rglob("*.afs"), *target.rglob("*.md")]:
        text = path.read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        path.write_text(text)


def environment(home: Path, model_url: str) -> dict[str, str]:
    """All the runtime gets to see: nothing of the caller's keys, proxies or Python paths."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "HF_HUB_OFFLINE": "1",
        "MUXI_TELEMETRY": "0",
        "OPENAI_API_KEY": "sk-stub",
        "ONELLM_PROVIDERS__OPENAI__API_BASE": model_url,
    }


@contextlib.contextmanager
def serving(
    directory: Path, port: int, env: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run serve.py; closing its stdin stops it, and it is killed when that takes too long."""
    command = [sys.executable, str(HERE / "serve.py"), str(directory), str(port)]
    with log.open("wb") as out:
        child = subprocess.Popen(
            command, cwd=directory, env=env, stdin=subprocess.PIPE, stdout=out, stderr=out
        )
    assert child.stdin is not None
    try:
        yield child
    finally:
        child.stdin.close()
        try:
            child.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def healthy(port: int) -> bool:
    """Whether GET /v1/health answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/v1/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check_alive(child: subprocess.Popen[bytes]) -> None:
    """Complain when the runtime has exited."""
    if child.poll() is not None:
        raise LaunchError(f"The runtime exited with status {child.returncode}.")


def await_health(port: int, child: subprocess.Popen[bytes], stop: threading.Event) -> None:
    """Wait until the formation answers."""
    deadline = time.monotonic() + BOOT_LIMIT
    while not healthy(port):
        check_alive(child)
        if time.monotonic() > deadline:
            raise LaunchError(f"The runtime did not answer within {BOOT_LIMIT:.0f} s.")
        if stop.wait(0.1):
            raise LaunchError("Told to stop while the runtime was booting.")


@contextlib.contextmanager
def database(kind: str, work: Path) -> Iterator[str]:
    """Where the formation keeps what it remembers: a file, or a Postgres of its own."""
    if kind == "sqlite":
        yield "sqlite:///memory.db"
        return
    import pgserver

    with pgserver.get_server(work / "postgres", cleanup_mode="delete") as server:
        server.psql("CREATE EXTENSION IF NOT EXISTS vector;")
        yield server.get_uri()


def stop_event() -> threading.Event:
    """An event that is set by SIGTERM, by SIGINT and by the end of stdin."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def watch_stdin() -> None:
        while os.read(0, 1024):
            pass
        stop.set()

    threading.Thread(target=watch_stdin, daemon=True).start()
    return stop


def run(source: Path, kind: str, work: Path, log: Path) -> None:
    """Boot in `work`, report on stdout, stay until told to stop."""
    stop = stop_event()
    formation, home = work / "formation", work / "home"
    home.mkdir()
    admin_key, client_key = f"fma_{secrets.token_hex(16)}", f"fmc_{secrets.token_hex(16)}"
    port = free_port()
    boot = {
        "url": f"http://127.0.0.1:{port}",
        "client_key": client_key,
        "admin_key": admin_key,
        "hook_port": free_port(),
        "log": str(log),
    }
    with stub_model.running() as model_url, database(kind, work) as memory:
        copy_formation(
            source,
            formation,
            {
                "MODEL_URL": model_url,
                "MEMORY": memory,
                "ADMIN_KEY": admin_key,
                "CLIENT_KEY": client_key,
                "HOOK": f"http://127.0.0.1:{boot['hook_port']}/",
                "FORMATION": str(formation),
                "PYTHON": sys.executable,
                "ECHO_SERVER": str(HERE / "echo_mcp.py"),
            },
        )
        with serving(formation, port, environment(home, model_url), log) as child:
            await_health(port, child, stop)
            print(json.dumps(boot), flush=True)
            while not stop.wait(0.5):
                check_alive(child)


def main(kind: str = "sqlite", source: str = str(HERE / "formation")) -> None:
    """Run in a temporary directory; on failure show the end of the runtime's log."""
    with tempfile.TemporaryDirectory(prefix="muxi-runtime-") as folder:
        log = Path(folder) / "runtime.log"
        log.touch()
        try:
            run(Path(source), kind, Path(folder), log)
        except LaunchError as error:
            tail = log.read_text(errors="replace").splitlines()[-LOG_TAIL:]
            sys.exit("\n".join([str(error), *tail]))


if __name__ == "__main__":
    main(*sys.argv[1:])
