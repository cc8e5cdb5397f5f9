"""Tracked requests: what a cancellation means, and lists that the server can't page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import muxi
from muxi.models import formation as m
from muxi.resources.formation import Requests

from ...support.clients import ClientKind
from ...support.fake_server import Answer, FakeServer, envelope, failure

MESSAGE = {"text": "hi", "metadata": {"role": "user"}, "timestamp": 1.5, "namespace": "n"}
FILE = {
    "id": "a",
    "name": "note.txt",
    "version": 1,
    "is_latest": True,
    "content_type": "text/plain",
    "category": None,
    "summary": "A note",
    "tags": [],
    "agent_id": None,
    "conversation_id": None,
    "size_bytes": 2,
    "created_at": None,
    "updated_at": None,
    "last_accessed_at": None,
}


def state(status: str, **more: Any) -> Answer:
    told = {"request_id": "r", "user_id": "alice", "status": status, "progress": None}
    return envelope({**told, "created_at": 1_795_326_461.5, **more})


def cancelled(how: str) -> Answer:
    """The server says `cancelled` to both."""
    said = {"request_id": "r", "status": "cancelled", "cancellation": how, "message": "…"}
    return envelope(said)


@pytest.mark.parametrize(
    ("how", "end"),
    [
        ("immediate", state("cancelled")),
        ("cooperative", state("cancelled")),
        ("cooperative", state("completed", result="All the same")),
    ],
)
def test_a_cancellation_is_immediate_or_cooperative_and_wait_finds_out(
    client_kind: ClientKind, how: str, end: Answer
) -> None:
    with FakeServer(cancelled(how), state("processing"), end) as server:
        answer = client_kind.formation(server.url, lambda f: f.requests.cancel("r"))
        found = client_kind.formation(
            server.url, lambda f: f.requests.wait("r", timeout=60, poll_interval=0.001)
        )
        asked = [(one.method, one.path) for one in server.received]
    assert isinstance(answer, m.Cancellation)
    assert (answer.cancellation, answer.status) == (how, "cancelled")
    assert asked == [("DELETE", "/v1/requests/r"), *[("GET", "/v1/requests/r")] * 2]
    body: Any = end.body
    assert (found.status, found.result) == (body["data"]["status"], body["data"].get("result"))


@pytest.mark.usefixtures("patient_looks")
def test_a_wait_for_what_does_not_heed_its_cancellation_ends_in_time(
    client_kind: ClientKind,
) -> None:
    def wait(f: Any) -> Any:
        return f.requests.wait("r", timeout=0.02, poll_interval=0.001)

    with FakeServer(cancelled("cooperative"), state("processing")) as server:
        client_kind.formation(server.url, lambda f: f.requests.cancel("r"))
        with pytest.raises(muxi.TimeoutError) as caught:
            client_kind.formation(server.url, wait)
    assert caught.value.request_id == "r"


@pytest.mark.parametrize(
    "request_",
    [
        m.ChatReply(content="hi", session_id="s", request_id="r", user_id="0"),
        muxi.TimeoutError("The reply did not come in time", request_id="r"),
    ],
    ids=["reply", "error"],
)
def test_a_turn_is_found_by_its_reply_and_by_its_error(
    client_kind: ClientKind, request_: Any
) -> None:
    """Without a user it belongs to user "0", as the turn did."""
    script = (state("processing"), state("completed"), cancelled("cooperative"))
    with FakeServer(*script) as server:
        for use in (
            lambda f: f.requests.get(request_),
            lambda f: f.requests.wait(request_),
            lambda f: f.requests.cancel(request_),
        ):
            client_kind.formation(server.url, use, admin_key=None, user_id=None)
        asked = [(one.method, one.path, one.headers["x-muxi-user-id"]) for one in server.received]
    assert asked == [(method, "/v1/requests/r", "0") for method in ("GET", "GET", "DELETE")]


def test_an_error_of_no_turn_is_refused() -> None:
    error = muxi.TimeoutError("Too slow")
    for method in (Requests.get, Requests.cancel):
        with pytest.raises(
            muxi.ValidationError, match=r"^request is an error without a request_id"
        ):
            method.build(error)


def test_what_is_over_can_not_be_cancelled(client_kind: ClientKind) -> None:
    with (
        FakeServer(failure(400, "OPERATION_FAILED")) as server,
        pytest.raises(muxi.ValidationError) as caught,
    ):
        client_kind.formation(server.url, lambda f: f.requests.cancel("r"))
    assert caught.value.code == "OPERATION_FAILED"


@pytest.mark.parametrize(
    ("use", "page"),
    [
        (
            lambda f: f.sessions.list_messages("s", limit=1),
            {"session_id": "s", "messages": [MESSAGE], "count": 1, "has_more": True},
        ),
        (
            lambda f: f.artifacts.list(limit=1),
            {"artifacts": [FILE], "count": 1, "total": 7},
        ),
        (
            lambda f: f.requests.list(),
            {"requests": [{"request_id": "r", "status": "running", "created_at": 1.5}], "count": 1},
        ),
    ],
)
def test_what_the_server_can_not_page_is_asked_for_once(
    client_kind: ClientKind, use: Callable[[Any], Any], page: dict[str, Any]
) -> None:
    """The server says that there is more, and would say the same for ever."""
    with FakeServer(envelope(page)) as server:
        found = client_kind.formation(server.url, use)
        assert len(list(found)) == len(found) == 1
        assert len(server.received) == 1
