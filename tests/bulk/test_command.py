"""`python -m muxi.bulk`, on the emulator."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muxi import bulk
from muxi.bulk.__main__ import main
from muxi.testing import Emulator
from muxi.testing.formation.manifest import DEFAULT
from muxi.testing.model import Failure, Outcome, Turn, echo

TRIGGERS = {"order": "Order ${{ data.number }} of ${{ data.item }}"}


def model(turn: Turn) -> Outcome:
    return Failure(text="broken") if "fail" in turn.message else echo(turn)


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with Emulator(model=model, multi_user=True, manifest={**DEFAULT, "triggers": TRIGGERS}) as made:
        for name, value in made.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield


def write(name: str, *rows: dict[str, object]) -> None:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_chats_of_a_jsonl_file(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "prompts.jsonl",
        {"id": "a", "prompt": "Hello", "user_id": "alice", "expected": "?"},
        {"id": "b", "message": "Héllo", "session_id": "s1"},
    )
    command = ["chat", "prompts.jsonl", "--journal", "run.db", "--out", "answers.jsonl"]
    assert main(command) == 0
    assert capsys.readouterr().out == "2 done\n"
    found = {one["key"]: one for one in lines(Path("answers.jsonl").read_text(encoding="utf-8"))}
    assert found["a"]["text"] == "You said: Hello"
    assert found["a"]["data"]["user_id"] == "alice"
    assert found["b"]["text"] == "You said: Héllo"
    assert found["b"]["data"]["session_id"] == "s1"
    assert {one["state"] for one in found.values()} == {"done"}


def test_memories_of_a_csv_file() -> None:
    Path("facts.csv").write_text(
        "content,user_id,type,source,source_id\n"
        "likes tea,alice,preference,,\n"
        '"a train, at nine",alice,,mail,7\n',
        encoding="utf-8",
    )
    assert main(["memories", "facts.csv", "--journal", "run.db", "--out", "out.csv"]) == 0
    written = [*csv.DictReader(io.StringIO(Path("out.csv").read_text()))]
    assert [(row["key"], row["state"], row["error"]) for row in written] == [
        ("1", "done", ""),
        ("2", "done", ""),
    ]
    kinds = [type(outcome.result()).__name__ for outcome in bulk.results("run.db")]
    assert kinds == ["CreatedMemory", "Ingestion"]


def test_events_of_a_trigger() -> None:
    write("orders.jsonl", {"number": 7, "item": "tea", "user_id": "bob"})
    command = ["triggers", "order", "orders.jsonl", "--journal", "run.db", "--key", "number"]
    assert main([*command, "--out", "out.jsonl"]) == 0
    [one] = lines(Path("out.jsonl").read_text())
    assert (one["key"], one["text"]) == ("7", "You said: Order 7 of tea")


def test_a_failed_job_sets_the_exit_status_and_can_be_retried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("prompts.jsonl", {"prompt": "fine"}, {"prompt": "please fail"})
    command = ["chat", "prompts.jsonl", "--journal", "run.db"]
    assert main(command) == main(command) == main(["status", "run.db"]) == 1
    assert capsys.readouterr().out == "1 done, 1 failed\n" * 3
    assert main(["export", "run.db"]) == 0
    [done, failed] = sorted(lines(capsys.readouterr().out), key=lambda one: one["key"])
    assert (done["state"], failed["state"], failed["attempts"]) == ("done", "failed", 1)
    assert failed["error"]["status_code"] == 500
    assert main([*command, "--retry-failed"]) == 1
    assert [outcome.attempts for outcome in bulk.results("run.db")] == [1, 2]


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (
            '{"prompt": "x"}\nnonsense\n',
            [],
            "rows.jsonl:2 isn't a JSON object. Write one object per line",
        ),
        (
            '{"text": "x"}\n',
            [],
            "rows.jsonl:1: The text is missing. Put it into a column named prompt",
        ),
        (
            '{"prompt": "x"}\n',
            ["--key", "name"],
            "rows.jsonl:1 has no 'name'. Add it, or name another column with --key",
        ),
        ('{"prompt": "x"}\n', ["--concurrency", "0"], "concurrency must be at least 1"),
        ('{"id": 1, "prompt": "x"}\n{"id": 1, "prompt": "y"}\n', [], "have the key '1'"),
    ],
)
def test_a_mistake_is_reported_in_one_line(
    capsys: pytest.CaptureFixture[str], rows: str, options: list[str], message: str
) -> None:
    Path("rows.jsonl").write_text(rows)
    assert main(["chat", "rows.jsonl", "--journal", "run.db", *options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_missing_file_is_reported_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chat", "none.jsonl", "--journal", "run.db"]) == 2
    assert main(["status", "none.db"]) == 2
    assert capsys.readouterr().err.count("none.") == 2


def test_no_resume_refuses_a_journal_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    write("prompts.jsonl", {"prompt": "fine"})
    command = ["chat", "prompts.jsonl", "--journal", "run.db", "--no-resume"]
    assert main(command) == 0
    assert main(command) == 2
    assert "run.db already exists" in capsys.readouterr().err


def test_a_bar_is_drawn_on_a_terminal_and_lines_elsewhere() -> None:
    write("prompts.jsonl", *({"prompt": f"say {number}"} for number in range(30)))
    command = [sys.executable, "-m", "muxi.bulk", "chat", "prompts.jsonl", "--journal"]
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    leader, follower = pty.openpty()
    with subprocess.Popen([*command, "a.db"], env=environ, stderr=follower) as process:
        os.close(follower)
        drawn = "".join(iter(lambda: _read(leader), ""))
    os.close(leader)
    assert process.returncode == 0
    assert "━" in drawn
    assert "30 of 30, 0 failed, 0 uncertain" in drawn
    plain = subprocess.run([*command, "b.db"], env=environ, capture_output=True, check=True)
    assert (plain.stdout, plain.stderr.count(b"\x1b")) == (b"30 done\n", 0)


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 10_000).decode(errors="replace")
    except OSError:  # nobody has the other end open any more
        return ""
