"""Progress as users see it: drawn on a terminal, printed elsewhere."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muxi.errors import ValidationError
from muxi.models.server import Progress
from muxi.progress import progress_bar
from muxi.testing import Emulator, Fault

from .support.clients import ClientKind
from .support.control_answers import HELLO
from .support.emulated import server_keys

CONTROL = re.compile(r"\x1b\[(\d*)([A-Za-z])|\n")
STEPS = [
    *(
        Progress(stage="uploading", message=f"Uploading, {sent} of 90 bytes", sent=sent, total=90)
        for sent in (30, 60, 90)
    ),
    Progress(stage="resolving_runtime", message="Resolving runtime latest..."),
    Progress(stage="resolving_runtime", message="Resolved runtime 1.2.3", version="1.2.3"),
    Progress(stage="health_check", message="Waiting"),
    *(
        Progress(stage="health_check", message=f"Attempt {n}/4", attempt=n, max_attempts=4)
        for n in (1, 2)
    ),
]
WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
COUNTS = st.none() | st.integers(0, 10**12)


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")


def screen(written: str) -> list[str]:
    """What a terminal shows; its cursor must be left at the start of a fresh line."""
    lines, row, at = [""], 0, 0
    for control in CONTROL.finditer(written):
        lines[row] += written[at : control.start()]
        at = control.end()
        match control.group(2):
            case None:
                row += 1
                lines += [""] * (row == len(lines))
            case "A":
                row -= int(control.group(1))
            case "K":
                assert control.group(1) == "2"
                lines[row] = ""
            case kind:
                assert kind == "m"  # no other control is used: no cursor hidden, no other screen
    assert (row, lines[-1], written[at:]) == (len(lines) - 1, "", "")
    return [line.rstrip() for line in lines[:-1]]


def shown(steps: Sequence[Progress]) -> list[str]:
    file = Terminal()
    tell = progress_bar(file)
    for step in steps:
        tell(step)
    return screen(file.getvalue())


def test_a_terminal_shows_a_line_for_each_stage_with_bars() -> None:
    assert [re.sub(r"[━╸╺]+", "|", line) for line in shown(STEPS)] == [
        "Uploading, 90 of 90 bytes |",
        "Resolved runtime 1.2.3",
        "Attempt 2/4 |",
    ]


@pytest.mark.parametrize(("step", "filled"), [(0, 10), (1, 20), (2, 30), (6, 7.5), (7, 15)])
def test_a_bar_is_as_long_as_its_share(
    step: int, filled: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")  # what isn't done is told by its colour alone
    line = shown(STEPS[step : step + 1])[0]
    assert line.count("━") + line.count("╸") / 2 == filled


@pytest.mark.parametrize("seen", range(1, len(STEPS) + 1))
def test_wherever_it_ends_nothing_is_left_open(seen: int) -> None:
    threads = threading.active_count()
    assert shown(STEPS[:seen])
    assert threading.active_count() == threads


@given(
    st.lists(
        st.builds(
            Progress,
            stage=st.sampled_from(["uploading", "health_check", "new"]),
            message=WORDS,
            sent=COUNTS,
            total=COUNTS,
            attempt=COUNTS,
            max_attempts=COUNTS,
            progress=COUNTS,
        ),
        max_size=6,
    )
)
def test_whatever_comes_a_stage_is_one_line(steps: list[Progress]) -> None:
    stages = [step.stage for step in steps]
    runs = sum(1 for one, before in zip(stages, [None, *stages], strict=False) if one != before)
    assert len(shown(steps)) == runs


@pytest.mark.parametrize("columns", ["20", "500"])
def test_a_long_message_stays_on_its_line(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    step = Progress(stage="new", message="too long " * 100, attempt=1, max_attempts=3)
    (line,) = shown([step, step])
    assert "…" in line
    assert len(line) <= int(columns)


def test_what_is_no_terminal_gets_plain_lines() -> None:
    file = io.StringIO()
    tell = progress_bar(file)
    for step in STEPS:
        tell(step)
    assert file.getvalue().splitlines() == [
        "Uploading, 30 of 90 bytes",
        "Uploading, 90 of 90 bytes",
        "Resolving runtime latest...",
        "Resolved runtime 1.2.3",
        "Waiting",
        "Attempt 1/4",
        "Attempt 2/4",
    ]


def test_a_terminal_that_cannot_draw_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    file = Terminal()
    progress_bar(file)(STEPS[0])
    assert file.getvalue() == "Uploading, 30 of 90 bytes\n"


def test_a_server_cannot_move_the_cursor() -> None:
    evil = Progress(stage="spawning", message="\x1b[2J[bold]one\ntwo")
    assert shown([evil]) == [" [2J[bold]one two"]
    progress_bar(file := io.StringIO())(evil)
    assert file.getvalue() == " [2J[bold]one two\n"


def test_without_the_extra_lines_are_printed_to_stderr() -> None:
    code = (
        "import sys; sys.modules['rich'] = None; sys.stderr.isatty = lambda: True\n"
        "from muxi.progress import progress_bar; from muxi.models.server import Progress\n"
        "progress_bar()(Progress(stage='spawning'))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "spawning\n")


def test_a_deployment_shows_where_it_failed(client_kind: ClientKind) -> None:
    file = Terminal()
    with Emulator() as emulator:
        emulator.server.faults.append(Fault("health_check", "HealthCheckFailed"))
        keys = server_keys(emulator)
        with pytest.raises(ValidationError):
            client_kind.server(
                emulator.server_url,
                lambda s: s.formations.deploy(HELLO, on_progress=progress_bar(file)),
                **keys,
            )
        client_kind.server(
            emulator.server_url,
            lambda s: s.formations.deploy(HELLO, on_progress=progress_bar(file)),
            **keys,
        )
    lines = screen(file.getvalue())
    assert [line.startswith("Uploading") for line in lines].count(True) == 2
    assert lines[lines.index("Waiting for formation health check...") + 1].startswith("Upl")
    assert lines[-2].startswith("Health check attempt 1/30... ")
    assert lines[-1] == "Done"
