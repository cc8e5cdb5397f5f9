"""What the SDK logs, and what never gets into a log."""

from __future__ import annotations

import contextlib
import logging
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from muxi import FormationClient, MuxiError, Retry

from ..support.fake_server import Drop, FakeServer, envelope, failure

SESSIONS = envelope({"sessions": [], "count": 0}, request_id="req_42")


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    logger = logging.getLogger("muxi")
    before = logger.level, list(logger.handlers)
    yield
    logger.level, logger.handlers = before[0], before[1]


def lines(caplog: pytest.LogCaptureFixture, *script: object, debug: bool) -> list[str]:
    with (
        caplog.at_level(logging.DEBUG),
        FakeServer(*script) as server,  # type: ignore[arg-type]
        FormationClient(
            url=server.url,
            client_key="fmc_secret",
            user_id="alice",
            debug=debug,
            retry=Retry(max_retries=1, base_delay=0),
            headers={"X-Token": "tok_secret"},
        ) as client,
        contextlib.suppress(MuxiError),
    ):
        client.sessions.list()
    return [record.getMessage() for record in caplog.records if record.name == "muxi"]


def test_each_attempt_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    first, second = lines(caplog, failure(503, "SYSTEM_OVERLOAD"), SESSIONS, debug=True)
    where = r"GET http://127\.0\.0\.1:\d+/v1/sessions\?limit=50 -> "
    assert re.match(
        where + r"503 SYSTEM_OVERLOAD in \d+ ms \(request req_server, attempt 1\)", first
    )
    assert re.match(where + r"200 in \d+ ms \(request req_42, attempt 2\)", second)
    assert "X-Muxi-Idempotency-Key" in second
    assert "content-type" in second


def test_attempts_without_an_answer_are_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    first, _ = lines(caplog, Drop(), debug=True)
    assert "-> ConnectionError (request None, attempt 1)" in first


def test_keys_and_tokens_are_not(caplog: pytest.LogCaptureFixture) -> None:
    told = "\n".join(lines(caplog, SESSIONS, debug=True))
    assert "secret" not in told


def test_nothing_is_logged_unless_asked(caplog: pytest.LogCaptureFixture) -> None:
    assert lines(caplog, SESSIONS, debug=False) == []


@pytest.mark.parametrize(
    ("first", "sets_up"),
    [
        ("client", True),
        ("logging", True),
        pytest.param("client", False, marks=pytest.mark.thorough),
        pytest.param("logging", False, marks=pytest.mark.thorough),
    ],
)
def test_each_record_is_shown_once(first: str, sets_up: bool) -> None:
    """A program that sets up logging, before or after, sees no line twice."""
    steps = ["client = FormationClient(url='http://127.0.0.1:9', debug=True, max_retries=0)"]
    if sets_up:
        steps.append("logging.basicConfig(format='mine %(message)s')")
    program = f"""
import contextlib, logging
from muxi import FormationClient, MuxiError
{chr(10).join(steps if first == "client" else reversed(steps))}
with contextlib.suppress(MuxiError):
    client.health()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    [line] = done.stderr.splitlines()
    assert line.startswith("mine GET http" if sets_up else "GET http")
    assert "ConnectionError" in line


def test_a_level_that_the_program_has_set_stays() -> None:
    logging.getLogger("muxi").setLevel(logging.WARNING)
    FormationClient(url="http://127.0.0.1:9", debug=True)
    assert logging.getLogger("muxi").level == logging.WARNING


def test_a_servers_text_stays_on_its_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    forged = failure(409, "X\r\nCRITICAL forged\x1b[31m")
    [line] = lines(caplog, forged, debug=True)
    assert line.isprintable()
    assert "X\\r\\nCRITICAL forged" in line
