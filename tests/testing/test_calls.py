"""What the emulator notes of the calls that it receives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args, get_type_hints
from urllib.parse import unquote

import pytest
from typing_extensions import get_overloads

from muxi import FormationClient, ServerClient
from muxi._core.endpoint import Endpoint, StreamMethod
from muxi.models.formation import ChatRequest
from muxi.testing import Calls, Emulator
from muxi.testing.methods import _methods, check_name, recognise

from ..support.each import each
from ..support.emulated import formation_keys, server_keys
from ..surface.methods import METHODS, Method, first_call

OTHERS = {"chat_stream", "deploy_stream", "update_stream", "apply_stream", "rollback_stream"}
"""Another name of `chat.stream`, and methods that look at the formation first."""
OWN = [
    each
    for each in METHODS
    if isinstance(each.descriptor, (Endpoint, StreamMethod))
    and (each.name not in OTHERS or "drafts" in each.path)
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(multi_user=True, token_pause=0) as running:
        yield running


@pytest.fixture
def formation(emulator: Emulator) -> Iterator[FormationClient]:
    emulator.reset()
    keys = formation_keys(emulator)
    with FormationClient(url=emulator.formation_url, user_id="alice", **keys) as client:
        yield client


def name_of(method: Method) -> str:
    path = ".".join(method.path)
    return path if method.service == "formation" else f"server.{path}"


@each(OWN)
def test_each_method_is_recognised_by_its_request(method: Method) -> None:
    call = first_call(method.descriptor.build(**method.variants()[0]))
    content = call.body.encode() if call.body is not None else b""
    found = recognise(method.service, call.method, unquote(call.path), call.query, content)
    assert found is not None
    known, params = found
    assert known.name == name_of(method).removesuffix("_stream")
    assert known.body is (type(call.body) if call.body is not None else None)
    assert params.keys() <= {*method.required(), "request_id"}  # `request` may be its reply, too
    assert set(params.values()) <= {"a b"}


def test_each_name_is_a_method_of_the_sdk() -> None:
    known = {name_of(method) for method in METHODS}
    names = [each.name for each in (*_methods("formation"), *_methods("server"))]
    assert {name for name in names if name not in known} == set()


def test_types_of_bodies_are_those_of_the_table() -> None:
    hinted = {}
    for overload in get_overloads(Calls.to):
        hints = get_type_hints(overload)
        for name in get_args(hints["method"]):
            hinted[name] = get_args(hints["return"])[0]
    table = [*_methods("formation"), *_methods("server")]
    assert hinted == {each.name: each.body for each in table if each.body is not None}


@pytest.mark.parametrize("name", ["memories.delte", "chat", "", "requests.wait"])
def test_an_unknown_method_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no method"):
        check_name(name)


def test_a_misspelt_method_gets_a_hint() -> None:
    with pytest.raises(ValueError, match=r"Did you mean memories\.delete"):
        check_name("memories.delte")


def test_a_call_has_what_was_sent(emulator: Emulator, formation: FormationClient) -> None:
    formation.chat.send("Hello?", session_id="trip")
    formation.memories.list(limit=3)
    send, listed = emulator.calls
    assert (send.method, send.user_id, send.status) == ("chat.send", "alice", 200)
    assert isinstance(send.body, ChatRequest)
    assert emulator.calls.to("chat.send").last.body.session_id == "trip"
    assert (listed.params, listed.body) == ({"limit": "3", "offset": "0"}, None)
    assert repr(listed) == "<memories.list limit='3' offset='0' by 'alice': 200>"
    assert "Hello?" in repr(emulator.calls)


def test_a_call_that_never_came(emulator: Emulator, formation: FormationClient) -> None:
    formation.health()
    with pytest.raises(AssertionError, match="no such call"):
        _ = emulator.calls.to("memories.delete").last


@pytest.mark.usefixtures("formation")
def test_calls_through_the_server_and_to_it(emulator: Emulator) -> None:
    with ServerClient(url=emulator.server_url, **server_keys(emulator)) as server:
        server.formations.get("hello")
        server.formation_client("hello", **formation_keys(emulator)).chat.send("Hello?")
        server.drafts.create("hello")
        server.formations.logs("hello")
    got, chat, draft, logged = emulator.calls
    assert (got.method, got.params) == ("server.formations.get", {"formation_id": "hello"})
    assert chat.method == "chat.send"
    assert (draft.method, draft.body.action) == ("server.drafts.create", "init")
    assert logged.method == "server.formations.logs"
