"""Users, their channels, credentials and notifications on the emulator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

import muxi
from muxi.models import formation as m
from muxi.testing import Emulator

from ..support.clients import ClientKind
from ..support.fake_server import FAST
from ..support.plain_http import NO_TLS
from .raw_http import RawHttp, call_sdk

pytestmark = pytest.mark.thorough("asyncio", "trio")

Ask = Callable[..., Any]
MANIFEST = {
    "proactive": {"channels": {"open": {"url": "http://127.0.0.1/in"}, "closed": {}}},
    "mcp": {
        "servers": [
            {"id": "echo", "type": "command"},
            {"id": "gh", "auth": {"token": "${{ user.credentials.github }}"}},
        ]
    },
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(manifest=MANIFEST, multi_user=True) as running:
        yield running


@pytest.fixture
def ask(client_kind: ClientKind, emulator: Emulator) -> Ask:
    return lambda use, **settings: call_sdk(client_kind, emulator, use, **settings)


def test_an_identifier_belongs_to_one_user_at_a_time(ask: Ask) -> None:
    ask(lambda f: f.chat.send("hi"))
    alice = ask(lambda f: f.users.lookup("alice"))
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.users.lookup("bob"))
    bob = ask(lambda f: f.users.resolve("bob", identifier_type="nick"))
    assert ask(lambda f: f.users.resolve("bob")) == bob
    assert bob.muxi_user_id != alice.muxi_user_id
    named = m.Identifier(identifier="U1", type="slack")
    linked = ask(lambda f: f.users.link(alice.muxi_user_id, ["a@b.c", named]))
    assert [(each.identifier, each.type) for each in linked] == [
        ("a@b.c", "unknown"),
        ("U1", "slack"),
    ]
    assert ask(lambda f: f.users.lookup("U1")).muxi_user_id == alice.muxi_user_id
    ask(lambda f: f.users.link(bob.muxi_user_id, ["U1"]))
    of_bob = ask(lambda f: f.users.list_identifiers(bob.muxi_user_id))
    assert [(each.identifier, each.type) for each in of_bob] == [
        ("bob", "nick"),
        ("U1", "unknown"),
    ]
    of_alice = ask(lambda f: f.users.list_identifiers(alice.muxi_user_id))
    assert [each.identifier for each in of_alice] == ["alice", "a@b.c"]
    assert ask(lambda f: f.users.unlink("U1")).muxi_user_id == bob.muxi_user_id
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.users.lookup("U1"))


def test_channels_are_merged_and_cleared(ask: Ask) -> None:
    ask(
        lambda f: f.users.update_channels(
            user_id="alice", channels={"open": {"to": "a"}, "x": {"y": 1}}
        )
    )
    channels = ask(
        lambda f: f.users.update_channels(
            user_id="alice", preferred_channel="open", timezone="Europe/Rome", channels={"x": {}}
        )
    )
    assert channels.channels == {"open": {"to": "a"}}
    assert ask(lambda f: f.users.get_channels(user_id="alice")) == channels
    assert ask(lambda f: f.users.get_channels(user_id="bob")).channels == {}
    cleared = ask(
        lambda f: f.users.update_channels(user_id="alice", preferred_channel="", timezone="")
    )
    assert (cleared.preferred_channel, cleared.timezone) == (None, None)
    for wrong in ({"preferred_channel": "pigeon"}, {"timezone": "Moon/Base"}):
        with pytest.raises(muxi.ValidationError):
            ask(lambda f, wrong=wrong: f.users.update_channels(user_id="alice", **wrong))


def test_notifications_go_where_the_user_wants_them(ask: Ask) -> None:
    ask(lambda f: f.users.update_channels(user_id="alice", preferred_channel="open"))
    sent = ask(lambda f: f.notifications.send("Ping", user_id="alice"))
    assert (sent.channels, sent.delivered, sent.failed) == (["open"], ["open"], [])
    assert sent.request_id == sent.meta.request_id
    many = ["closed", "open", "pigeon", "last"]
    sent = ask(lambda f: f.notifications.send("Ping", user_id="alice", channels=many))
    assert sent.channels == ["closed", "open", "webhook"]
    assert (sent.delivered, sent.failed) == (["open"], ["closed", "webhook"])
    with pytest.raises(muxi.ServerError) as caught:
        ask(lambda f: f.notifications.send("Ping", user_id="bob"))
    assert caught.value.status_code == 502
    assert caught.value.details["failed"] == ["webhook"]


def test_the_webhook_takes_what_no_channel_took(client_kind: ClientKind) -> None:
    manifest = {"proactive": {"channels": {"closed": {}}}, "async": {"webhook_url": "http://h/"}}
    with Emulator(manifest=manifest) as running:
        use = ["closed"]
        sent = call_sdk(
            client_kind, running, lambda f: f.notifications.send("Ping", user_id="a", channels=use)
        )
    assert (sent.channels, sent.delivered, sent.failed) == (use, ["webhook"], use)


def test_nobody_is_notified_by_a_formation_without_a_proactive_block(
    client_kind: ClientKind,
) -> None:
    with Emulator(manifest={}) as running:
        for use in (
            lambda f: f.users.get_channels(user_id="alice"),
            lambda f: f.notifications.send("Ping", user_id="alice"),
        ):
            with pytest.raises(muxi.UnavailableError) as caught:
                call_sdk(client_kind, running, use, retry=FAST)
            assert caught.value.code == "SERVICE_UNAVAILABLE"


def test_a_deleted_credential_is_gone(ask: Ask, emulator: Emulator) -> None:
    [service] = ask(lambda f: f.credentials.list_services())
    assert (service.service, service.server_id) == ("github", "gh")
    secret = {"token": "ghp_0123456789abcdef"}
    added = emulator.add_credential("github", secret, user_id="alice")
    [found] = ask(lambda f: f.credentials.list())
    assert (found.credential_id, found.credential_preview) == (added, "ghp_012*****def")
    assert ask(lambda f: f.credentials.get(added)) == found
    for use in (lambda f: f.credentials.get(added), lambda f: f.credentials.delete(added)):
        with pytest.raises(muxi.NotFoundError):
            ask(use, user_id="bob")
    assert ask(lambda f: f.credentials.delete(added)).id == added
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.credentials.delete(added))
    assert [*ask(lambda f: f.credentials.list())] == []


def test_what_the_server_does_with_credentials_fails_here_too(ask: Ask, emulator: Emulator) -> None:
    ids = [
        emulator.add_credential("github", {"token": "x"}, user_id="alice", name=name)
        for name in ("work", "home")
    ]
    assert ask(lambda f: f.credentials.get(ids[1])).credential_preview == "***redacted***"
    with pytest.raises(muxi.ServerError, match="several credentials"):
        ask(lambda f: f.credentials.delete(ids[0]))
    with pytest.raises(muxi.ServerError, match="no attribute 'store'"):
        ask(lambda f: f.credentials.create("github", {"token": "x"}))
    with pytest.raises(muxi.ValidationError, match="no spaces"):
        ask(lambda f: f.credentials.create("git hub", {"token": "x"}))
    assert len(ask(lambda f: f.credentials.list())) == 2


def test_credentials_need_a_running_emulator() -> None:
    with pytest.raises(RuntimeError, match="does not run"):
        Emulator().add_credential("github", {}, user_id="alice")


@pytest.mark.parametrize("body", [[], None, "x", 5])
def test_a_user_is_resolved_from_a_mapping_only(emulator: Emulator, body: object) -> None:
    raw = RawHttp(emulator)
    answer = httpx.post(
        f"{raw.url}/users/resolve", content=json.dumps(body), headers=raw.headers, verify=NO_TLS
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
