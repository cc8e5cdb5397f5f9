"""Where MUXI's own Python SDK goes wrong against its server (contract D), this one doesn't.

Each line of the contract's table of wrong calls is a test here, or has its tests elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

import muxi
from muxi.models import formation as m
from muxi.resources.formation import Secrets, Triggers, Users

from ..resources.formation.test_jobs import CREATE
from ..support.clients import CLIENT_KEY, ClientKind
from ..support.fake_server import REPLY, FakeServer, envelope, failure
from ..support.sent import sent
from .test_coverage import CASES, VALUE

HERE = {
    "chat, audio_chat": "test_a_plain_reply_is_asked_for",
    "get_secret": "test_secrets_can_not_be_read",
    "fire_trigger": "test_a_trigger_is_sent_its_data_as_data",
    "resolve_user": "test_looking_up_makes_no_user",
    "create_scheduler_job": "test_a_job_belongs_to_whom_it_is_made_for",
    "list_credential_services": "test_credential_services_take_the_client_key",
    "stream_events, stream_logs, stream_request": "test_a_refused_feed_is_an_error",
    "envelope unwrapping": "test_payload_and_envelope_are_kept_apart",
}

ELSEWHERE = {
    "set_secret": ["resources.formation.test_config.test_set_updates_or_creates"],
    "…_user_identifier(s)": [
        "resources.formation.test_users.test_users_are_named_in_the_path_and_the_client_key_is_sent"
    ],
    "get_scheduler_jobs": ["resources.formation.test_jobs.test_jobs_are_listed_with_either_key"],
    "update_scheduler_job": [
        "resources.formation.test_jobs.test_an_update_acts_as_the_owner",
        "resources.formation.test_jobs.test_an_update_says_when_it_replaced_the_job",
    ],
    "clear_all_buffers": [
        "resources.formation.test_memory.test_clearing_a_buffer_without_a_user_is_refused"
    ],
    "health": ["test_clients.test_keys_go_only_where_they_are_needed"],
    "get_sessions, get_memories, …": ["surface.test_coverage.test_query_names"],
    "add_memory": ["surface.test_coverage.test_body_fields"],
    "streams and the status": [
        "http.test_streams.test_a_401_is_an_error_and_no_empty_loop",
        "models.test_recordings.test_streams_that_never_began",
    ],
    "errors": [
        "core.test_error_bodies.test_the_formations_envelope",
        "models.test_recordings.test_answers",
    ],
    "idempotency": [
        "core.test_exchange.test_every_attempt_carries_the_same_idempotency_key",
        "core.test_exchange.test_two_calls_have_two_idempotency_keys",
    ],
    "retries": [
        "core.test_exchange.test_a_post_is_not_repeated_once_the_server_may_have_acted",
        "core.test_exchange.test_retry_after_is_obeyed",
    ],
    "webhook verify_signature": [
        "test_webhooks.test_delivered_completions",
        "test_webhooks.test_any_encoding_of_the_signed_data_is_genuine",
    ],
    "webhook parse": [
        "test_webhooks.test_delivered_completions",
        "test_webhooks.test_a_clarification",
        "test_webhooks.test_an_escalation_is_signed_with_the_client_key_over_the_body_itself",
    ],
}
"""Where the lines are tested that need no test of their own."""


def test_every_line_is_tested() -> None:
    for name in HERE.values():
        assert callable(globals()[name])
    for tests in ELSEWHERE.values():
        for where in tests:
            module, _, name = where.rpartition(".")
            assert callable(getattr(import_module(f"tests.{module}"), name))
    lines = [*HERE, *ELSEWHERE]
    assert len(set(lines)) == len(lines) == 22


def test_a_plain_reply_is_asked_for(client_kind: ClientKind) -> None:
    """It leaves `stream` out, which means true to the server, and returns raw events as text."""
    note = {"filename": "a.wav", "content": "AA==", "content_type": "audio/wav"}
    with FakeServer(REPLY) as server:
        reply = client_kind.formation(server.url, lambda f: f.chat.send("hi"))
        heard = client_kind.formation(server.url, lambda f: f.audio.send([note]))
        assert [one.json["stream"] for one in server.received] == [False, False]
    assert isinstance(reply, m.ChatReply)
    assert (reply.text, heard.text) == ("hello", "hello")


def test_secrets_can_not_be_read() -> None:
    """It asks for a route that the server doesn't have."""
    assert not hasattr(Secrets, "get")
    asked = {(case.call.method, case.call.path) for case in CASES}
    assert ("DELETE", f"/secrets/{VALUE}") in asked
    assert ("GET", f"/secrets/{VALUE}") not in asked


def test_a_trigger_is_sent_its_data_as_data(client_kind: ClientKind) -> None:
    """It sends the data as the whole body, and `async` in a query that the server ignores."""
    data = {"text": "x", "use_async": "mine"}
    received = sent(client_kind, lambda f: f.triggers.fire("t", data, wait=True, session_id="s"))
    assert received.path == "/v1/triggers/t"
    assert received.json == {"data": data, "session_id": "s", "use_async": False}
    assert received.headers["x-muxi-user-id"] == "alice"
    described = Triggers.fire.build("t", data).body
    assert isinstance(described, m.TriggerRequest)
    assert described.use_async is True


def test_looking_up_makes_no_user(client_kind: ClientKind) -> None:
    """Its `create_user=False` is ignored by the server, which makes the user all the same."""
    received = sent(client_kind, lambda f: f.users.lookup("bob"))
    assert (received.method, received.path, received.body) == ("GET", "/v1/users/bob", b"")
    with pytest.raises(TypeError):
        Users.resolve.build("bob", create_user=False)  # type: ignore[call-arg]


def test_a_job_belongs_to_whom_it_is_made_for(client_kind: ClientKind) -> None:
    """It names the owner in the body, where nobody looks: the job becomes user "0"'s."""
    received = sent(client_kind, lambda f: f.jobs.create(**CREATE, user_id="bob"))
    assert received.headers["x-muxi-user-id"] == "bob"
    assert received.json.keys() == {"type", "schedule", "message"}


def test_credential_services_take_the_client_key(client_kind: ClientKind) -> None:
    """It wants the admin key, which nobody should need for that."""
    received = sent(client_kind, lambda f: f.credentials.list_services(), admin_key=None)
    assert received.headers["x-muxi-client-key"] == CLIENT_KEY


@pytest.mark.parametrize("status", [400, 401, 500])
@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.events.stream(),
        lambda f: f.events.stream_turn("s", "r"),
        lambda f: f.logs.stream(),
    ],
)
def test_a_refused_feed_is_an_error(
    client_kind: ClientKind, use: Callable[[Any], Any], status: int
) -> None:
    """It reads the error as events: a loop over it ends at once, and nothing was wrong."""
    with (
        FakeServer(failure(status, "REFUSED", "Not so.")) as server,
        pytest.raises(muxi.MuxiError, match="Not so") as caught,
    ):
        client_kind.stream(server.url, use, max_retries=0)
    assert (caught.value.status_code, caught.value.code) == (status, "REFUSED")


def test_payload_and_envelope_are_kept_apart(client_kind: ClientKind) -> None:
    """It mixes the envelope's id and time into the payload, and drops them where names meet."""
    payload: dict[str, Any] = {"timestamp": "theirs", "request_id": None, "idempotency_key": "k"}
    entry = {"message": {"role": "assistant", "content": "hello"}, **payload}
    with FakeServer(envelope(entry, request_id="req_turn")) as server:
        reply = client_kind.formation(server.url, lambda f: f.chat.send("hi"))
    assert reply.meta.request_id == "req_turn"
    assert reply.meta.server_time.year == 2026
    assert reply.meta.idempotency_key is None
    assert reply.model_extra == {"timestamp": "theirs", "idempotency_key": "k"}
