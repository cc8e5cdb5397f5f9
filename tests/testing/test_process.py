"""Starting and stopping the emulator: it leaves nothing behind, even with calls in progress."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest

from muxi.testing import Emulator, Outcome, Refusal, Reply, Turn
from muxi.testing.__main__ import _SIGNALS, main

from ..support.plain_http import NO_TLS, port_of
from ..support.waiting import until
from .raw_http import RawHttp

SHOUT = """
from muxi.testing import Reply

def shout(turn):
    return Reply(turn.message.upper())
"""
EXAMPLES = Path(__file__).parents[2] / "examples"


def endless(turn: Turn) -> Outcome:
    return Refusal() if turn.stream else Reply("Much later", delay=60)


def test_nothing_is_left_of_an_emulator_in_the_middle_of_work() -> None:
    threads, files = threading.active_count(), len(os.listdir("/dev/fd"))
    with ThreadPoolExecutor() as pool:
        with Emulator(model=endless, keepalive=0.02) as emulator:
            raw = RawHttp(emulator)
            calls = [
                pool.submit(raw.ask, "POST", "/chat", json={"message": "a", "stream": stream})
                for stream in (True, False)
            ]
            until(lambda: raw.ask("GET", "/requests").json()["data"]["count"] == 2)
        for call in calls:  # neither gets a response
            with pytest.raises(httpx.RemoteProtocolError):
                call.result()
    assert threading.active_count() == threads
    assert len(os.listdir("/dev/fd")) == files
    for url in (emulator.server_url, emulator.formation_url):
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, verify=NO_TLS)


def test_an_emulator_can_be_started_again_and_forgets() -> None:
    emulator = Emulator()
    counts: list[int] = []
    for _ in range(2):
        with emulator:
            raw = RawHttp(emulator)
            counts.append(raw.ask("GET", "/sessions").json()["data"]["count"])
            raw.chat("Remember")
    assert counts == [0, 0]
    assert emulator.status == "stopped"


def test_a_taken_port_is_refused_at_once() -> None:
    with Emulator() as first, pytest.raises(OSError, match="in use"):
        Emulator(port=port_of(first.server_url)).__enter__()


def test_the_environment_is_what_the_clients_read() -> None:
    with Emulator("mine", client_key="c", admin_key="a", key_id="k", secret_key="s") as emulator:
        assert emulator.environ == {
            "MUXI_SERVER_URL": emulator.server_url,
            "MUXI_FORMATION_ID": "mine",
            "MUXI_KEY_ID": "k",
            "MUXI_SECRET_KEY": "s",
            "MUXI_CLIENT_KEY": "c",
            "MUXI_ADMIN_KEY": "a",
        }


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_exports_and_serves_until_a_signal(
    how: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "bot.py").write_text(SHOUT)
    command = [sys.executable, "-W", "error", "-m", "muxi.testing", "--port", "0"]
    command += ["--model", "bot:shout"]
    environ = {**os.environ, "PYTHONPATH": str(EXAMPLES.parent)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdout=-1, stderr=-1, text=True
    ) as process:
        assert process.stdout is not None
        try:
            lines = "".join(process.stdout.readline() for _ in range(7))
            exported = dict(re.findall(r"^export (\w+)=(\S+)$", lines, re.MULTILINE))
            answer = httpx.post(
                f"{exported['MUXI_SERVER_URL']}/api/hello/v1/chat",
                headers={"X-Muxi-Client-Key": exported["MUXI_CLIENT_KEY"]},
                json={"message": "hello", "stream": False},
                verify=NO_TLS,
            )
            process.send_signal(how)
            rest, problems = process.communicate(timeout=30)
        finally:
            process.kill()
    assert answer.json()["data"]["message"]["content"] == "HELLO"
    assert len(exported) == 6
    assert (process.returncode, rest.strip(), problems) == (0, "", "")


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs a command in an emulator's environment, as `python -m muxi.testing` does."""
    before = {each: signal.getsignal(each) for each in _SIGNALS}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        status = main(["--port", "0", *command])
        return subprocess.CompletedProcess(command, status, *capfd.readouterr())

    yield run
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("separator", [(), ("--",)])
def test_the_command_runs_another_with_the_variables_set(
    run: Run, separator: tuple[str, ...]
) -> None:
    code = "import os, sys; print(os.environ['MUXI_FORMATION_ID']); sys.exit(7)"
    done = run("--formation-id", "mine", *separator, sys.executable, "-c", code)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (7, "mine", "")


def test_the_quick_start_example_runs_without_a_warning(run: Run) -> None:
    done = run(sys.executable, "-W", "error", str(EXAMPLES / "quickstart.py"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("reply: You said: What is the capital of France?") == 2
    assert done.stdout.count("\nYou said: And of Italy?\nwhole: You said: And of Italy?\n") == 2


def test_the_deployment_example_runs_without_a_warning(run: Run) -> None:
    example, hello = EXAMPLES / "deploy.py", EXAMPLES / "hello-formation"
    done = run(sys.executable, "-W", "error", str(example), str(hello))
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert [line for line in said if line.startswith("#")] == [
        *("# deploy", "# chat", "# update", "# roll back", "# logs", "# delete"),
    ]
    assert said[3] == "You said: Hello! Who are you?"
    assert said[5:7] == ["hello-formation running as deployment 2", "You said: And now?"]
    assert said[8] == "version 1.0.0"
    assert said[10].startswith("Formation 'hello-formation' with 2 agents")
    assert said[-1] == "Formation deleted successfully"
    steps = done.stderr.splitlines()
    assert [line for line in steps if line.startswith("Uploading")] == [steps[0], steps[8]]
    assert steps.count("Health check attempt 1/30...") == steps.count("Done") == 3


WITHOUT_EXTRA = "import sys; sys.modules['starlette'] = None; "


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )


def test_models_and_faults_need_no_extra() -> None:
    code = "from muxi.testing import Fault, Reply, Turn, echo; import sys; "
    done = python(code + "print({'starlette', 'uvicorn', 'yaml'} & {*sys.modules})")
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_without_its_extra_it_says_what_to_install() -> None:
    done = python(WITHOUT_EXTRA + "from muxi.testing import Emulator")
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert done.stderr.splitlines()[-1] == (
        "ImportError: muxi.testing.Emulator needs an extra: pip install 'muxi-client[testing]'"
    )


def test_without_its_extra_the_command_says_it_in_one_line() -> None:
    done = python(
        WITHOUT_EXTRA + "from muxi.testing.__main__ import _SIGNALS, main; sys.exit(main([]))"
    )
    text = "muxi.testing.Emulator needs an extra: pip install 'muxi-client[testing]'"
    assert (done.returncode, done.stderr) == (1, f"muxi.testing: {text}\n")


def test_an_unknown_command_is_one_line(run: Run) -> None:
    done = run("no-such-command")
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == "muxi.testing: can't run no-such-command: No such file or directory\n"


def test_a_taken_port_is_one_line(run: Run) -> None:
    with Emulator() as emulator:
        port = str(port_of(emulator.server_url))
        done = run("--port", port)
    text = f"muxi.testing: can't listen on port {port}: Address already in use; try --port 0\n"
    assert (done.returncode, done.stderr) == (1, text)


@pytest.mark.parametrize("port", ["70000", "-1", "abc", "1.5"])
def test_an_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"--port={port}"])
    assert ended.value.code == 2
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith(f"argument --port: {port!r} isn't a port: use a number from 0 to 65535")
    )


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("no_such:model", "can't import 'no_such:model': No module named 'no_such'"),
        ("muxi:no_such", "can't import 'muxi:no_such': module 'muxi' has no attribute 'no_such'"),
        ("muxi.testing", "'muxi.testing' isn't a function: name one after a colon"),
        ("a b", "can't import 'a b': invalid format: 'a b'"),
    ],
)
def test_a_model_that_cant_be_used_is_refused(
    model: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--model", model])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"argument --model: {problem}\n")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_command_and_removes_the_files(
    how: signal.Signals, tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-c",
        "import os, time; print(os.getpid(), flush=True); time.sleep(60)",
    ]
    emulated = [sys.executable, "-m", "muxi.testing", "--port", "0", *command]
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(emulated, env=environ, stdout=-1, stderr=-1, text=True) as process:
        try:
            assert process.stdout is not None
            child = int(process.stdout.readline())
            assert [each.name[:14] for each in tmp_path.iterdir()] == ["muxi-emulator-"]
            process.send_signal(how)
            _, problems = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, problems) == (128 + how, "")
    assert [*tmp_path.iterdir()] == []
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


# The garbage collector closes a socket that wasn't passed on yet, with a warning.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("moment", range(40))
def test_an_interrupted_start_leaves_nothing(
    moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads, lines = threading.active_count(), 0

    def interrupt(frame: FrameType, kind: str, found: object) -> Any:
        nonlocal lines
        if frame.f_code.co_filename.endswith(("emulator.py", "hosting.py")):
            lines += kind == "line"
            if lines == moment:
                lines += 1
                raise KeyboardInterrupt
        return interrupt

    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        with suppress(KeyboardInterrupt), Emulator():
            sys.settrace(before)
    finally:
        sys.settrace(before)
    assert threading.active_count() == threads
    assert [*tmp_path.iterdir()] == []
