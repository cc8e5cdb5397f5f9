"""This SDK against the real runtime: users, credentials, notifications, history.

On SQLite the formation is for a single user, so channels are those of user "0".
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from uuid import uuid4

import pytest

import muxi
from muxi.models import formation as m

from .conftest import Asking, Runtime


def name() -> str:
    return uuid4().hex


def test_a_user_from_resolution_to_unlinking(ask: Asking) -> None:
    mail, slack = f"{name()}@example.com", name()
    with pytest.raises(muxi.NotFoundError, match=mail):
        ask(lambda f: f.users.lookup(mail))
    made = ask(lambda f: f.users.resolve(mail, identifier_type="email"))
    assert made.identifier == mail
    assert ask(lambda f: f.users.resolve(mail)) == made
    assert ask(lambda f: f.users.lookup(mail)) == made
    user = made.muxi_user_id

    known = m.Identifier(identifier=slack, type="slack")
    linked = ask(lambda f: f.users.link(user, [f"{slack}-2", known]))
    assert (linked.muxi_user_id, len(linked)) == (user, 2)
    assert [(one.identifier, one.type) for one in linked] == [
        (f"{slack}-2", "unknown"),
        (slack, "slack"),
    ]
    assert ask(lambda f: f.users.lookup(slack)).muxi_user_id == user

    identifiers = ask(lambda f: f.users.list_identifiers(user))
    assert identifiers.internal_user_id == made.internal_user_id
    types = {one.identifier: one.type for one in identifiers}
    assert types == {mail: "email", f"{slack}-2": "unknown", slack: "slack"}
    for one in identifiers:
        assert abs(datetime.now(timezone.utc) - one.created_at) < timedelta(minutes=1)

    gone = ask(lambda f: f.users.unlink(slack))
    assert (gone.id, gone.muxi_user_id) == (slack, user)
    with pytest.raises(muxi.NotFoundError, match=slack):
        ask(lambda f: f.users.unlink(slack))


def test_a_link_moves_an_identifier(ask: Asking) -> None:
    first, second = (ask(lambda f: f.users.resolve(name())).muxi_user_id for _ in range(2))
    mail = f"{name()}@example.com"
    ask(lambda f: f.users.link(first, [mail]))
    ask(lambda f: f.users.link(second, [mail]))
    assert ask(lambda f: f.users.lookup(mail)).muxi_user_id == second
    assert len(ask(lambda f: f.users.list_identifiers(first))) == 1


def test_unknown_and_empty_users(ask: Asking) -> None:
    for use in (
        lambda f: f.users.list_identifiers("usr_x"),
        lambda f: f.users.link("usr_x", ["a"]),
    ):
        with pytest.raises(muxi.NotFoundError, match="usr_x"):
            ask(use)
    with pytest.raises(muxi.ValidationError, match="non-empty"):
        ask(lambda f: f.users.resolve(""))


def test_channels(ask: Asking, runtime: Runtime) -> None:
    ask(
        lambda f: f.users.update_channels(
            user_id="alice", preferred_channel="", channels={"open": {}}
        )
    )
    address = {"open": {"channel": "C1"}}
    changed = ask(
        lambda f: f.users.update_channels(
            user_id="alice", preferred_channel="open", channels=address, timezone="Europe/Rome"
        )
    )
    assert (changed.user_id, changed.channels) == (runtime.user("alice"), address)
    assert (changed.preferred_channel, changed.timezone) == ("open", "Europe/Rome")
    assert ask(lambda f: f.users.get_channels(user_id="alice")) == changed
    assert ask(lambda f: f.users.update_channels(user_id="alice")) == changed
    cleared = ask(
        lambda f: f.users.update_channels(
            user_id="alice", preferred_channel="", channels={"open": {}}, timezone=""
        )
    )
    assert (cleared.preferred_channel, cleared.channels, cleared.timezone) == (None, {}, None)
    with pytest.raises(muxi.ValidationError, match="Unknown channel 'pigeon'"):
        ask(lambda f: f.users.update_channels(user_id="alice", preferred_channel="pigeon"))
    with pytest.raises(muxi.ValidationError, match="Unknown timezone"):
        ask(lambda f: f.users.update_channels(user_id="alice", timezone="Moon/Base"))


def test_notifications(ask: Asking) -> None:
    sent = ask(lambda f: f.notifications.send("Ping", user_id="alice"))
    assert (sent.channels, sent.delivered, sent.failed) == (["open"], ["open"], [])
    assert sent.request_id == sent.meta.request_id
    many = ["closed", "open", "pigeon"]
    sent = ask(lambda f: f.notifications.send("Ping", user_id="alice", channels=many))
    assert sent.channels == ["closed", "open", "webhook"]
    assert (sent.delivered, sent.failed) == (["open"], ["closed", "webhook"])


def test_a_notification_that_reaches_nobody(ask: Asking) -> None:
    with pytest.raises(muxi.ServerError) as caught:
        ask(lambda f: f.notifications.send("Ping", user_id="alice", channels=["closed"]))
    assert caught.value.status_code == 502
    told = m.Notification.model_validate(caught.value.details)
    assert (told.channels, told.delivered, told.failed) == (["closed"], [], ["closed"])
    assert caught.value.request_id == told.request_id


def test_credentials(ask: Asking) -> None:
    """This runtime stores none, and the formation has no service that wants one."""
    services = ask(lambda f: f.credentials.list_services(), user_id=None)
    assert list(services) == []
    found = ask(lambda f: f.credentials.list())
    assert list(found) == []
    for use in (lambda f: f.credentials.get("none"), lambda f: f.credentials.delete("none")):
        with pytest.raises(muxi.NotFoundError, match="Credential not found: none"):
            ask(use)
    with pytest.raises(muxi.ServerError, match="no attribute 'store'") as caught:
        ask(lambda f: f.credentials.create("github", {"token": "a-secret"}, name="work"))
    assert (caught.value.status_code, caught.value.code) == (500, "INTERNAL_ERROR")
    assert "a-secret" not in repr(vars(caught.value))
    with pytest.raises(muxi.ValidationError, match="spaces"):
        ask(lambda f: f.credentials.create("git hub", {"token": "a-secret"}))


def test_history(ask: Asking) -> None:
    """The formation keeps no log."""
    days = {"date_from": date(2026, 1, 1), "date_to": date(2026, 12, 31)}
    found = ask(lambda f: f.history.list(limit=100, include_sources=True, **days))
    assert list(found) == []
