"""Calls as values: how they are built and checked, without a connection."""

from __future__ import annotations

import math
import pickle
import re
from enum import Enum
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muxi import FormationClient, MuxiError, ServerClient, ValidationError
from muxi._core.call import Call, KeyKind, path, query
from muxi._core.checks import check_int
from muxi.models.formation import SessionList
from muxi.resources.formation import Chat, Requests, Sessions

from ..support.fake_server import FakeServer, failure


def test_build_describes_without_sending() -> None:
    call = Sessions.list.build(limit=7, user_id="bob")
    assert call == Call(
        "GET",
        "/sessions",
        SessionList,
        KeyKind.CLIENT,
        user=call.user,
        user_id="bob",
        query={"limit": "7"},
    )


def test_a_method_of_several_calls_is_a_value_too() -> None:
    built = pickle.loads(pickle.dumps(Requests.wait.build("r", user_id="bob")))
    for _ in range(2):
        assert next(iter(built)) == Requests.get.build("r", user_id="bob")


def test_every_chat_turn_has_an_id_of_its_own() -> None:
    first, second = Chat.send.build("hi"), Chat.send.build("hi")
    assert first.turn_id != second.turn_id
    assert first.body is not None
    assert f'"request_id":"{first.turn_id}"'.encode() in first.body.encode()


@given(st.text(min_size=1))
@example("a b")
@example("é\u2028😀")
@example("..")
@example("a/b")
@example("50%")
@example("\ud800")
@example("\x00\n")
def test_a_path_part_is_encoded_whole_or_refused(part: str) -> None:
    try:
        encoded = path("x", part, "y")
    except ValidationError as exc:
        assert not exc.sent
        return
    assert encoded.isascii()
    assert [unquote(piece) for piece in encoded.split("/")] == ["", "x", part, "y"]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=20))
def test_a_path_part_reaches_the_server_as_it_is(parts: list[str]) -> None:
    with (
        FakeServer(failure(404, "REQUEST_NOT_FOUND")) as server,
        FormationClient(url=server.url, admin_key="fma_x") as client,
    ):
        for part in parts:
            before = len(server.received)
            with pytest.raises(MuxiError) as caught:
                client.requests.get(part)
            if caught.value.sent:
                assert unquote(server.received[-1].path) == f"/v1/requests/{part}"
            else:
                assert len(server.received) == before


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "is empty."),
        ("..", "can't be '..': it would change the path."),
        ("a/b", "can't contain '/': it would not reach the server."),
        (None, "must be a string, not NoneType."),
        (True, "must be a string, not bool."),
        (["a"], "must be a string, not list."),
    ],
)
def test_an_id_that_can_not_be_is_refused_by_its_name(value: Any, problem: str) -> None:
    client = FormationClient(url="http://127.0.0.1:9", client_key="c", user_id="u")
    for call in (Requests.get.build, client.requests.get, client.raw.requests.get):
        with pytest.raises(ValidationError, match=f"^request {re.escape(problem)}$"):
            call(value)
    with pytest.raises(ValidationError, match=f"^An id {re.escape(problem)}$"):
        path("requests", value)


@pytest.mark.parametrize("value", [42, UUID(int=7)])
def test_ids_are_taken_as_databases_have_them(value: Any) -> None:
    assert Requests.get.build(value).path == f"/requests/{value}"


def test_query_leaves_out_what_is_none() -> None:
    assert query(a=1, b=None, c=True, d="x y") == {"a": "1", "c": "true", "d": "x y"}


def test_a_whole_number_out_of_range_is_refused_with_the_range() -> None:
    assert check_int("limit", 1, 1, 1000) == 1
    with pytest.raises(
        ValidationError, match=r"^limit must be a whole number from 1 to 1000, not 0\.$"
    ):
        check_int("limit", 0, 1, 1000)


def test_map_changes_the_answer() -> None:
    call = Call("GET", "/x", int, KeyKind.NONE).map(str)
    assert call.transform is not None
    assert call.returns is int


@pytest.mark.parametrize("value", [-1, -0.1, 1e10, math.inf, math.nan, "5", True, [5]])
def test_seconds_of_every_method_are_checked(value: Any) -> None:
    client = FormationClient(url="http://127.0.0.1:9", client_key="c", user_id="u")
    server = ServerClient(url="http://127.0.0.1:9", key_id="k", secret_key="s")
    for name, call in (
        ("timeout", client.chat.send),
        ("stall_after", client.chat.stream),
        ("timeout", client.raw.chat.send),
        ("timeout", Chat.send.build),
    ):
        with pytest.raises(ValidationError, match=f"^{name} must be seconds from 0 up"):
            call("hi", **{name: value})
    for name in ("timeout", "poll_interval"):
        for flow in (client.requests.wait, server.formations.wait_until_healthy):
            with pytest.raises(ValidationError, match=f"^{name} must be seconds from 0 up"):
                flow("r", **{name: value})


def test_a_member_of_an_enum_of_strings_is_its_value() -> None:
    class Agent(str, Enum):
        SUPPORT = "support-bot"

    assert path("agents", Agent.SUPPORT) == "/agents/support-bot"
