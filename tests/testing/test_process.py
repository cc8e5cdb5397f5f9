"""Starting and stopping: nothing is left behind, whatever still runs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from muxi.testing import Emulator, Outcome, Refusal, Reply, Turn

from .asking import Asker, until

EXAMPLES = Path(__file__).parents[2] / "examples"


def endless(turn: Turn) -> Outcome:
    return Refusal() if turn.stream else Reply("Much later", sleep=60)


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def test_nothing_is_left_of_an_emulator_in_the_middle_of_work() -> None:
    threads, files = threading.active_count(), len(os.listdir("/dev/fd"))
    with ThreadPoolExecutor() as pool:
        with Emulator(model=endless, keepalive=0.02) as emulator:
            asker = Asker(emulator)
            calls = [
                pool.submit(asker.ask, "POST", "/chat", json={"message": "a", "stream": stream})
                for stream in (True, False)
            ]
            until(lambda: asker.ask("GET", "/requests").json()["data"]["count"] == 2)
        for call in calls:  # neither is answered
            with pytest.raises(httpx.RemoteProtocolError):
                call.result()
    assert threading.active_count() == threads
    assert len(os.listdir("/dev/fd")) == files
    for url in (emulator.server_url, emulator.formation_url):
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)


def test_an_emulator_can_be_started_again_and_forgets() -> None:
    emulator = Emulator()
    counts: list[int] = []
    for _ in range(2):
        with emulator:
            asker = Asker(emulator)
            counts.append(asker.ask("GET", "/sessions").json()["data"]["count"])
            asker.chat("Remember")
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
def test_the_command_prints_exports_and_serves_until_told(how: signal.Signals) -> None:
    command = [sys.executable, "-W", "error", "-m", "muxi.testing", "--port", "0"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        try:
            lines = "".join(process.stdout.readline() for _ in range(7))
            exported = dict(re.findall(r"^export (\w+)=(\S+)$", lines, re.MULTILINE))
            answer = httpx.get(exported["MUXI_SERVER_URL"] + "/ping")
            process.send_signal(how)
            rest, problems = process.communicate(timeout=30)
        finally:
            process.kill()
    assert answer.text == "pong"
    assert len(exported) == 6
    assert (process.returncode, rest.strip(), problems) == (0, "", "")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    emulated = [sys.executable, "-W", "error", "-m", "muxi.testing", "--port", "0", *command]
    return subprocess.run(emulated, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_runs_another_with_the_variables_set() -> None:
    code = "import os, sys; print(os.environ['MUXI_FORMATION_ID']); sys.exit(7)"
    done = run("--formation-id", "mine", sys.executable, "-c", code)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (7, "mine", "")


def test_the_quick_start_example_runs_without_a_warning() -> None:
    done = run(sys.executable, "-W", "error", str(EXAMPLES / "quickstart.py"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("reply: You said: What is the capital of France?") == 2
    assert done.stdout.count("\nYou said: And of Italy?\nwhole: You said: And of Italy?\n") == 2


def test_the_deployment_example_runs_without_a_warning() -> None:
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
    assert steps.count("Health check attempt 1/30") == steps.count("Done") == 3


def test_without_its_extra_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['starlette'] = None; import muxi.testing"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "pip install 'muxi-client[testing]'" in done.stderr
