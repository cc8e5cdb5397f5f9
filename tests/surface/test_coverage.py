"""Each row of the contract's table of endpoints has its method, and each method has its row."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from muxi import ValidationError
from muxi._core.call import Call, KeyKind, UserRule
from muxi._core.endpoint import Endpoint, StreamMethod

from ..support.each import each
from .methods import METHODS, Method, first_call

TABLE = Path(__file__).parents[1] / "contract" / "formation-endpoints.json"
ROWS: dict[str, dict[str, Any]] = {row["id"]: row for row in json.loads(TABLE.read_text())}

NO_METHOD = {
    "status_page.root": "An HTML page for people.",
    "status_page.v1": "The same HTML page.",
    "memory.buffers.list": "Deprecated: `memory.get_stats` tells the same.",
    "memory.buffers.clear": "Deprecated, and answers 500 after it has cleared everything.",
}

SEVERAL = {
    "chat.create": {"chat.send", "chat.stream", "chat_stream"},
    "audiochat.create": {"audio.send", "audio.stream"},
    "memories.create": {"memories.create", "memories.ingest"},
    "memories.provenance": {"memories.get_entity_provenance", "memories.get_event_provenance"},
}
"""Rows with several methods: the answer is another one by what is sent."""

NOT_SENT = {
    ("chat.create", "user_id"): "Deprecated: the header is sent, and the server looks there first.",
    ("audiochat.create", "user_id"): "The same.",
    ("memories.create", "detail"): "Another word for `content`, which is sent.",
    ("memory.forget", "sync"): "`background` is sent, and says the same the other way round.",
    ("sessions.messages", "before"): "The server ignores it: it can't page (part E).",
    ("logs.stream", "agent_id"): "The server compares it with a key that no record has.",
}
"""Query names and body fields of the contract that no method sends."""

AUTHS = {
    "none": KeyKind.NONE,
    "admin": KeyKind.ADMIN,
    "admin_via_either": KeyKind.ADMIN,
    "client": KeyKind.CLIENT,
    "either": KeyKind.EITHER,
}

USERS = {
    "none": UserRule.UNUSED,
    "path": UserRule.UNUSED,
    "body_required": UserRule.UNUSED,
    "body_optional": UserRule.UNUSED,
    "header_required": UserRule.REQUIRED,
    "header_required_with_client_key_optional_with_admin": UserRule.REQUIRED_WITH_CLIENT_KEY,
    "header_optional_default_0": UserRule.OPTIONAL,
    "header_optional_then_body_then_default_0": UserRule.OPTIONAL,
}

STRICTER = {
    "buffer.clear": "With the admin key and no user the server clears nothing and says 200.",
    "buffer.clear_session": "The same.",
}
"""Rows that need a user here with either key, though the server takes the admin key alone."""

OF_EVERYBODY = {"requests.list", "scheduler.jobs.list"}
"""Rows that mean something else with the admin key alone, which `all_users=True` asks for."""

OF_A_TURN = {"requests.get", "requests.cancel"}
"""Rows that take the reply or error of a turn, too: without a user, turns are those of user "0"."""

VALUE = "a%20b"
"""How the text of `tests.surface.methods` stands in a path."""


@dataclass(frozen=True)
class Case:
    """A method with the arguments of one of its variants, and what they make."""

    method: Method
    call: Call[Any]

    @property
    def name(self) -> str:
        return ".".join(self.method.path)

    @property
    def describes_one_call(self) -> bool:
        return isinstance(self.method.descriptor, (Endpoint, StreamMethod))

    @property
    def row(self) -> str:
        """The id of the only row for its HTTP method and path."""
        [found] = IDS[self.call.method, self.call.path]
        return found

    @property
    def body(self) -> dict[str, Any]:
        """What is sent, as the server reads it."""
        assert self.call.body is not None
        sent: dict[str, Any] = json.loads(self.call.body.encode())
        return sent


def where(row: dict[str, Any]) -> str:
    """A row's path with a value for each of its parts."""
    parts = row["path"].removeprefix("/v1").split("/")
    return "/".join(VALUE if part.startswith("{") else part for part in parts)


IDS: dict[tuple[str, str], list[str]] = defaultdict(list)
for one, row in ROWS.items():
    IDS[row["method"], where(row)].append(one)


def cases(method: Method) -> list[Case]:
    """What each variant of a method sends first, and all arguments at once.

    What is refused sends nothing.
    """
    found = []
    everything = {one.name: method.values(one)[0] for one in method.parameters()}
    for arguments in (*method.variants(), everything):
        try:
            found.append(Case(method, first_call(method.descriptor.build(**arguments))))
        except ValidationError:
            continue
    return found


CASES = [case for one in METHODS if one.service == "formation" for case in cases(one)]
BY_ROW: dict[str, list[Case]] = defaultdict(list)
for case in CASES:
    BY_ROW[case.row].append(case)

SERVED = sorted(BY_ROW)


def own(row: str) -> list[Case]:
    """The cases of a row, without flows, which make the calls of other methods."""
    return [case for case in BY_ROW[row] if case.describes_one_call]


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 105
    assert len({(row["method"], row["path"]) for row in ROWS.values()}) == 105


def test_each_row_has_a_method_or_a_reason() -> None:
    assert ROWS.keys() - BY_ROW.keys() == NO_METHOD.keys()


def test_each_method_sends_something() -> None:
    """And what it sends has a row: `Case.row` finds just one."""
    sending = {case.name for case in CASES}
    assert sending == {".".join(one.path) for one in METHODS if one.service == "formation"}


def test_an_id_that_can_not_be_is_refused_by_the_name_of_its_argument() -> None:
    refused: dict[str, list[str]] = {}
    for method in METHODS:
        for one in method.parameters():
            given = {**method.required(), one.name: "zz"}
            if (
                one.annotation != "str"
                or "/zz" not in first_call(method.descriptor.build(**given)).path
            ):
                continue
            with pytest.raises(ValidationError, match=f"^{one.name} is empty"):
                first_call(method.descriptor.build(**{**given, one.name: ""}))
            refused.setdefault(str(method), []).append(one.name)
    assert len(refused) > 50
    assert refused["formation.events.stream_turn"] == ["session_id", "request_id"]


def test_the_calls_of_flows_are_methods_of_their_own() -> None:
    flows = [case for case in CASES if not case.describes_one_call]
    assert {"requests.wait", "secrets.set"} <= {case.name for case in flows}
    assert [case.name for case in flows if not own(case.row)] == []


@each(SERVED)
def test_one_method_serves_a_row(row: str) -> None:
    names = {case.name for case in own(row)}
    assert names == SEVERAL[row] if row in SEVERAL else len(names) == 1


@each(SERVED)
def test_the_key(row: str) -> None:
    wanted = {AUTHS[ROWS[row]["auth"]]} | ({KeyKind.ADMIN} if row in OF_EVERYBODY else set())
    assert {case.call.auth for case in own(row)} == wanted


@each(SERVED)
def test_the_user(row: str) -> None:
    rule = ROWS[row]["user_id"]
    wanted = UserRule.REQUIRED if row in STRICTER else USERS[rule]
    others = {UserRule.UNUSED} if row in OF_EVERYBODY else set()
    others |= {UserRule.DEFAULT_ZERO} if row in OF_A_TURN else set()
    assert {case.call.user for case in own(row)} == {wanted} | others
    headed = rule.startswith("header")
    for case in own(row):
        takes = {one.name for one in case.method.parameters()}
        assert ("user_id" in takes) >= headed
        if rule == "body_required":
            assert case.body["user_id"]
        if rule == "path":
            assert VALUE in case.call.path
    sent = {case.call.user_id for case in own(row)}
    assert sent == ({None, "a b"} if headed else {None})


@each(SERVED)
def test_query_names(row: str) -> None:
    wanted = {one["name"] for one in ROWS[row]["query"]}
    sent = {name for case in own(row) for name in case.call.query}
    assert sent <= wanted
    assert wanted - sent == {name for name in wanted if (row, name) in NOT_SENT}


@each(SERVED)
def test_body_fields(row: str) -> None:
    body = ROWS[row]["body"]
    if body is None:
        assert {case.call.body for case in own(row)} == {None}
        return
    fields = {one["name"]: one for one in body["fields"]}
    required = {name for name, one in fields.items() if one["required"]}
    bodies = [case.body for case in own(row) if body["required"] or case.call.body is not None]
    assert all(required <= sent.keys() for sent in bodies)
    sent = {name for one in bodies for name in one}
    assert sent <= fields.keys()
    assert fields.keys() - sent == {name for name in fields if (row, name) in NOT_SENT}


@each(SERVED)
def test_numbers_in_the_query_keep_to_their_bounds(row: str) -> None:
    for name, wrong in beyond(row):
        method = own(row)[0].method
        assert name in {one.name for one in method.parameters()}
        with pytest.raises(ValidationError, match=name):
            method.descriptor.build(**{**method.required(), name: wrong})


def beyond(row: str) -> list[tuple[str, int]]:
    """Query parameters of a row, each with a value that the server refuses."""
    steps = (("ge", -1), ("le", 1))
    return [
        (one["name"], one[bound] + step)
        for one in ROWS[row]["query"]
        for bound, step in steps
        if bound in one and (row, one["name"]) not in NOT_SENT
    ]


def test_what_is_not_sent_is_in_the_contract() -> None:
    for row, name in NOT_SENT:
        known = ROWS[row]["query"] + (ROWS[row]["body"] or {"fields": []})["fields"]
        assert name in {one["name"] for one in known}
    assert SEVERAL.keys() <= ROWS.keys()
    loose = UserRule.REQUIRED_WITH_CLIENT_KEY
    assert {USERS[ROWS[row]["user_id"]] for row in STRICTER} == {loose}
