"""Where MUXI's own Python SDK goes wrong against its server (contract server-api 13), this doesn't.

The eighteen lines of the contract's table, by number, each with the tests that hold this SDK to it.
"""

from __future__ import annotations

import logging
import math
from datetime import timedelta
from importlib import import_module
from typing import Any

import httpx
import pytest

import muxi
from muxi import ServerClient
from muxi._core import sdk_notice
from muxi.testing import Emulator

from ...support.clients import ClientKind, http_transport
from ...support.control_answers import HELLO, ID, NOT_FOUND, Plane, by_method, flat, ok, refused
from ...support.emulated import server_keys
from ...support.fake_server import Answer, FakeServer
from ...support.plain_http import NO_TLS, port_of
from ...testing.control.leaks import connections

ELSEWHERE = {
    1: [
        "resources.server.test_deploy.test_a_directory_is_deployed",
        "testing.control.formations.deploy_formation",
    ],
    2: [
        "resources.server.test_deploy.test_after_an_update_the_port_is_read_again",
        "testing.control.formations.update_formation",
    ],
    3: ["testing.control.test_progress.test_the_stages_of_a_stream"],
    4: ["testing.control.formations.follow_formation_logs"],
    5: ["testing.control.test_auth.test_what_the_server_refuses"],
    6: ["testing.control.formations.formation_logs"],
    7: ["resources.server.test_control_plane.test_the_servers_log_is_lines"],
    8: [
        "testing.control.test_errors.test_each_error_of_the_table",
        "resources.server.test_deploy.test_a_stream_that_ends_early_says_so",
    ],
    11: ["core.test_error_bodies.test_any_body_makes_an_error"],
    13: [
        "resources.server.test_deploy.test_what_may_have_been_done_isnt_done_again",
        "http.test_transport.test_every_attempt_has_its_own_signature",
        "testing.control.test_cuts.test_done_and_not_answered",
    ],
    14: [
        "resources.server.test_control_plane.test_actions",
        "testing.control.formations.cancel_update",
    ],
    16: [
        "core.test_sdk_notice.test_one_notice_for_many_answers",
        "core.test_versions.test_order",
    ],
    18: ["testing.control.test_operations.test_operations"],
}
HERE = {
    5: ["test_a_refused_stream_is_no_empty_loop"],
    9: ["test_the_code_is_never_the_status"],
    10: ["test_statuses_that_servers_use_have_their_classes"],
    11: ["test_errors_without_an_object"],
    12: ["test_what_takes_long_has_its_own_timeout"],
    15: ["test_ping_is_a_time_and_no_length"],
    16: ["test_an_answer_without_the_header_uses_nothing_up"],
    17: ["test_closing_closes_the_only_pool"],
}


def test_each_of_the_eighteen_lines_is_tested() -> None:
    assert sorted({*HERE, *ELSEWHERE}) == list(range(1, 19))
    for names in HERE.values():
        assert all(callable(globals()[name]) for name in names)
    for tests in ELSEWHERE.values():
        for where in tests:
            module, _, name = where.rpartition(".")
            assert callable(getattr(import_module(f"tests.{module}"), name))


@pytest.mark.parametrize(
    "answer", [refused(401, "Invalid key"), refused(404, "Endpoint not found")]
)
def test_a_refused_stream_is_no_empty_loop(client_kind: ClientKind, answer: Answer) -> None:
    for use in (
        lambda s: s.formations.restart_stream(ID),
        lambda s: s.formations.logs_stream(ID),
        lambda s: s.drafts.deploy_stream(ID),
    ):
        with FakeServer(answer) as server, pytest.raises(muxi.MuxiError) as caught:
            client_kind.server_stream(server.url, use)
        assert caught.value.status_code == answer.status


@pytest.mark.parametrize("status", [400, 404, 409, 500, 507])
def test_the_code_is_never_the_status(client_kind: ClientKind, status: int) -> None:
    with (
        FakeServer(refused(status, "Why", "Some Phrase")) as server,
        pytest.raises(muxi.MuxiError) as caught,
    ):
        client_kind.server(server.url, lambda s: s.formations.get(ID), max_retries=0)
    assert (caught.value.code, caught.value.message) == ("Some Phrase", "Why")
    assert caught.value.status_code == status


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, muxi.ValidationError), (409, muxi.ConflictError), (507, muxi.ServerError)],
)
def test_statuses_that_servers_use_have_their_classes(
    client_kind: ClientKind, status: int, kind: type[muxi.MuxiError]
) -> None:
    with (
        FakeServer(by_method(GET=NOT_FOUND, POST=refused(status, "Why"))) as server,
        pytest.raises(kind, match="Why"),
    ):
        client_kind.server(server.url, lambda s: s.formations.deploy(HELLO))


@pytest.mark.parametrize("body", [b'["a"]', b'"text"', b"null", b"7"])
def test_errors_without_an_object(client_kind: ClientKind, body: bytes) -> None:
    with (
        FakeServer(Answer(409, body, {"Content-Type": "application/json"})) as server,
        pytest.raises(muxi.ConflictError),
    ):
        client_kind.server(server.url, lambda s: s.formations.get(ID))
    with FakeServer(Answer(405, "", {})) as server, pytest.raises(muxi.MuxiError) as caught:
        client_kind.server(server.url, lambda s: s.formations.get(ID))
    assert (caught.value.status_code, caught.value.message) == (
        405,
        "The server answered 405 with 0 bytes of no content type",
    )
    with (
        FakeServer(flat({"success": False, "error": "Why"}, 409)) as server,
        pytest.raises(muxi.ConflictError, match="Why"),
    ):
        client_kind.server(server.url, lambda s: s.dev.run(path="/x"))


def test_what_takes_long_has_its_own_timeout() -> None:
    """Ten minutes of silence where the client itself waits for a hundredth of a second."""
    limits: list[float] = []

    def note(request: httpx.Request) -> None:
        if request.method == "GET":
            return
        limits.append(request.extensions["timeout"]["read"])

    done = ok({"id": ID, "status": "running", "message": "m", "restart_count": 1, "port": 1})
    with (
        FakeServer(Plane(done)) as server,
        httpx.Client(verify=NO_TLS, event_hooks={"request": [note]}) as http,
        ServerClient(
            url=server.url, key_id="k", secret_key="s", timeout=5, http_client=http
        ) as client,
    ):
        client.formations.restart(ID)
        client.formations.start(ID)
        client.formations.rollback(ID, silence_timeout=900)
        client.formations.stop(ID)
    assert limits == [600, 600, 900, 5]


def test_ping_is_a_time_and_no_length(client_kind: ClientKind) -> None:
    with Emulator() as emulator:
        assert isinstance(client_kind.server(emulator.server_url, lambda s: s.ping()), timedelta)


def test_an_answer_without_the_header_uses_nothing_up(
    client_kind: ClientKind, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control plane never sends it, and usually answers first."""
    monkeypatch.setattr(sdk_notice, "_told_at", -math.inf)
    with caplog.at_level(logging.INFO, "muxi"), Emulator() as emulator:
        emulator.server.sdk_versions["python"] = "99.1.0"
        told: list[int] = []
        for use in (
            lambda s: s.formations.list(),
            lambda s: s.formation_client("hello", client_key="none").health(),
        ):
            client_kind.server(emulator.server_url, use, **server_keys(emulator))
            told.append(len(caplog.records))
    assert told == [0, 1]


def test_closing_closes_the_only_pool(client_kind: ClientKind) -> None:
    with Emulator() as emulator:

        def use(client: Any) -> Any:
            return pinged(client) if client_kind.name == "sync" else apinged(client)

        def pinged(client: Any) -> Any:
            client.ping()
            return client, http_transport(client)

        async def apinged(client: Any) -> Any:
            await client.ping()
            return client, http_transport(client)

        client, http = client_kind.server(emulator.server_url, use)
        assert connections(port_of(emulator.server_url)) == 0
    sync = client_kind.name == "sync"
    assert isinstance(http, httpx.BaseTransport if sync else httpx.AsyncBaseTransport)
    assert vars(client._transport).keys() == {"options", "pool"}
