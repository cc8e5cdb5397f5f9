"""Credentials, users, notifications and history: what their recordings can't show."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

import muxi
from muxi.models import formation as m
from muxi.resources.formation import Credentials, History, Notifications, Users

from ...support.clients import CLIENT_KEY, ClientKind
from ...support.fake_server import FAST, Answer, FakeServer, envelope
from ...support.sent import sent


def test_a_credential_shows_nowhere(client_kind: ClientKind) -> None:
    secret = {"token": "zQ9~secret"}
    received = sent(client_kind, lambda f: f.credentials.create("github", secret, name="work"))
    assert received.json == {"service": "github", "credential": secret, "name": "work"}
    call = Credentials.create.build("github", secret)
    for text in (repr(call), repr(call.body), str(call.body)):
        assert "github" in text
        assert "zQ9" not in text
    with pytest.raises(muxi.ValidationError) as caught:
        Credentials.create.build("github", "zQ9~secret")  # type: ignore[arg-type]
    assert "zQ9" not in repr(caught.value) + str(caught.value)
    shown = {"credential_id": "c", "service": "s", "name": "n", "credential_preview": "zQ9~sec"}
    stored = m.Credential.model_validate(shown)
    assert stored.credential_preview == "zQ9~sec"
    assert "zQ9" not in repr(m.CredentialList(credentials=[stored]))


def test_credentials_need_a_user_but_for_the_services(client_kind: ClientKind) -> None:
    for use in (
        lambda f: f.credentials.list(),
        lambda f: f.credentials.get("c"),
        lambda f: f.credentials.create("s", {}),
        lambda f: f.credentials.delete("c"),
        lambda f: f.history.list(),
    ):
        for client_key in (CLIENT_KEY, None):
            with pytest.raises(muxi.ValidationError, match="needs a user"):
                client_kind.formation("http://muxi.test", use, user_id=None, client_key=client_key)
        assert sent(client_kind, use).headers["x-muxi-user-id"] == "alice"
    assert (
        "x-muxi-user-id" not in sent(client_kind, lambda f: f.credentials.list_services()).headers
    )


def test_users_are_named_in_the_path_and_the_client_key_is_sent(client_kind: ClientKind) -> None:
    for use, where in (
        (lambda f: f.users.lookup("A@b.c"), "/v1/users/A%40b.c"),
        (lambda f: f.users.resolve("a"), "/v1/users/resolve"),
        (lambda f: f.users.list_identifiers("u"), "/v1/users/identifiers/u"),
        (lambda f: f.users.link("u", []), "/v1/users/identifiers"),
        (lambda f: f.users.unlink("a"), "/v1/users/identifiers/a"),
        (lambda f: f.users.get_channels(user_id="bob"), "/v1/users/bob/channels"),
        (lambda f: f.users.update_channels(user_id="bob"), "/v1/users/bob/channels"),
    ):
        received = sent(client_kind, use)
        assert received.path == where
        assert received.headers["x-muxi-client-key"] == CLIENT_KEY
        assert "x-muxi-user-id" not in received.headers


def test_identifiers_are_linked_to_a_user_who_is_known(client_kind: ClientKind) -> None:
    known = m.Identifier(identifier="U1", type="slack")
    several = ["a@b.c", known, {"identifier": "al"}]
    assert sent(client_kind, lambda f: f.users.link("u", several)).json == {
        "muxi_user_id": "u",
        "identifiers": ["a@b.c", {"identifier": "U1", "type": "slack"}, {"identifier": "al"}],
    }
    with pytest.raises(muxi.ValidationError, match="muxi_user_id"):
        Users.link.build("", ["a@b.c"])
    with pytest.raises(muxi.ValidationError, match="identifiers"):
        Users.link.build("u", "a@b.c")


def test_channels_are_cleared_by_what_is_empty(client_kind: ClientKind) -> None:
    cleared = {"preferred_channel": "", "channels": {"slack": {}}, "timezone": ""}
    assert (
        sent(client_kind, lambda f: f.users.update_channels(user_id="u", **cleared)).json == cleared
    )


def test_a_notification_that_reached_nobody_is_an_error(client_kind: ClientKind) -> None:
    data = {"request_id": "req_1", "channels": ["slack"], "delivered": [], "failed": ["slack"]}
    with FakeServer(Answer(502, envelope(data).body, envelope(data).headers)) as server:
        with pytest.raises(muxi.ServerError) as caught:
            client_kind.formation(
                server.url,
                lambda f: f.notifications.send("hi", user_id="zoë", channels=("slack",)),
                retry=FAST,
            )
        [received] = server.received
    assert m.Notification.model_validate(caught.value.details).failed == ["slack"]
    assert (caught.value.status_code, caught.value.request_id) == (502, "req_server")
    assert received.json == {"user_id": "zoë", "message": "hi", "channels": ["slack"]}
    assert "x-muxi-user-id" not in received.headers


def test_a_notification_needs_a_text_and_a_list_of_channels() -> None:
    with pytest.raises(muxi.ValidationError, match="blank"):
        Notifications.send.build(" \n", user_id="alice")
    with pytest.raises(muxi.ValidationError, match="channels"):
        Notifications.send.build("hi", user_id="alice", channels="slack")


def test_history_takes_days(client_kind: ClientKind) -> None:
    noon = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)
    received = sent(client_kind, lambda f: f.history.list(date_from=date(26, 1, 1), date_to=noon))
    assert received.path == "/v1/history?limit=10&date_from=0026-01-01&date_to=2026-01-02"
    assert History.list.build(include_sources=True, limit=100).query == {
        "limit": "100",
        "include_sources": "true",
    }
    for limit in (0, 101):
        with pytest.raises(
            muxi.ValidationError, match="limit must be a whole number from 1 to 100"
        ):
            History.list.build(limit=limit)
    with pytest.raises(muxi.ValidationError, match="not str"):
        History.list.build(date_from="whenever")  # type: ignore[arg-type]


def test_an_entry_of_the_history() -> None:
    entry = m.HistoryEntry.model_validate(
        {
            "id": "e",
            "date": "2026-01-02",
            "decisions": ["go"],
            "projects": [],
            "created_at": "2026-01-02T03:04:05",
            "sources": [{"source_type": "turn", "source_id": "t"}],
        }
    )
    assert (entry.date, entry.decisions) == (date(2026, 1, 2), ["go"])
    assert entry.created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert entry.sources == [m.HistorySource(source_type="turn", source_id="t")]
