"""One user or many: what the real runtime keeps apart, by the database that it has."""

from __future__ import annotations

from uuid import uuid4

import pytest

import muxi

from .conftest import Asking, Runtime, said


def test_sessions_belong_to_users_where_there_are_many(ask: Asking, runtime: Runtime) -> None:
    where = f"sess_{uuid4().hex}"
    assert said(ask, "For Ann alone", "ann", where).user_id == "ann"
    seen = [one.session_id for one in ask(lambda f: f.sessions.list(), user_id="bob")]
    assert (where in seen) is not runtime.many_users


def test_turns_belong_to_users_where_there_are_many(ask: Asking, runtime: Runtime) -> None:
    turn = ask(lambda f: f.chat.send("Whose is it?"), user_id="ann", admin_key=None).request_id

    def look(user: str) -> muxi.MuxiError | None:
        try:
            ask(lambda f: f.requests.get(turn), user_id=user, admin_key=None)
        except muxi.MuxiError as error:
            return error
        return None

    assert turn in [one.request_id for one in ask(lambda f: f.requests.list(all_users=True))]
    assert look("ann") is None
    refused = look("bob")
    assert (refused is not None) is runtime.many_users
    if refused is not None:
        assert isinstance(refused, (muxi.NotFoundError, muxi.AuthorizationError))


def test_memories_need_a_user_in_every_mode(ask: Asking) -> None:
    with pytest.raises(muxi.MuxiError, match="user"):
        ask(lambda f: f.history.list(), user_id=None)
