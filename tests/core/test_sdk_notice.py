"""The notice that a newer version of the SDK exists."""

from __future__ import annotations

import logging
import math
import subprocess
import sys
from pathlib import Path

import pytest

from muxi import NotFoundError, __version__
from muxi._core import sdk_notice
from muxi._core.sdk_notice import notify_newer_version

from ..support.clients import ClientKind
from ..support.fake_server import Answer, FakeServer, envelope, failure

SESSIONS = envelope({"sessions": [], "count": 0})
NOTICE = f"The server knows version 99.20270101.0 of the Python SDK; this is {__version__}."
HOUR = 3600.0


@pytest.fixture(autouse=True)
def _told_nothing_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk_notice, "_told_at", -math.inf)


def telling(answer: Answer, latest: str = "99.20270101.0") -> Answer:
    return Answer(answer.status, answer.body, {**answer.headers, "X-Muxi-Sdk-Latest": latest})


def notices(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_one_notice_for_many_answers(
    client_kind: ClientKind, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "muxi"), FakeServer(*[telling(SESSIONS)] * 4) as server:
        for _ in range(4):
            client_kind.formation(server.url, lambda client: client.sessions.list())
    assert notices(caplog) == [("INFO", NOTICE)]


def test_an_error_gives_the_notice_too(
    client_kind: ClientKind, caplog: pytest.LogCaptureFixture
) -> None:
    answer = telling(failure(404, "SESSION_NOT_FOUND"))
    with (
        caplog.at_level(logging.INFO, "muxi"),
        FakeServer(answer) as server,
        pytest.raises(NotFoundError),
    ):
        client_kind.formation(server.url, lambda client: client.sessions.get("s"))
    assert notices(caplog) == [("INFO", NOTICE)]


@pytest.mark.parametrize(
    "latest", [__version__, "0.0.9", f"{__version__}rc1", "", "latest", "9.9.9\u00e9", "9" * 5000]
)
def test_no_notice_of_what_is_not_newer(
    client_kind: ClientKind, caplog: pytest.LogCaptureFixture, latest: str
) -> None:
    with caplog.at_level(logging.INFO, "muxi"), FakeServer(telling(SESSIONS, latest)) as server:
        client_kind.formation(server.url, lambda client: client.sessions.list())
    assert notices(caplog) == []


def test_the_variable_turns_it_off(
    client_kind: ClientKind, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUXI_SDK_VERSION_NOTIFICATION", "0")
    with caplog.at_level(logging.INFO, "muxi"), FakeServer(telling(SESSIONS)) as server:
        client_kind.formation(server.url, lambda client: client.sessions.list())
    assert notices(caplog) == []


def test_the_notice_is_repeated_after_twelve_hours(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "muxi"):
        for hours, said in [(0, 1), (1, 1), (11.9, 1), (12, 2), (23.9, 2), (24.1, 3)]:
            notify_newer_version("99.20270101.0", 1e9 + hours * HOUR)
            assert len(notices(caplog)) == said


def test_nothing_is_printed() -> None:
    code = "from muxi._core.sdk_notice import notify_newer_version as n; n('99.0', 0.0)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )
    assert (run.stdout, run.stderr) == (b"", b"")
