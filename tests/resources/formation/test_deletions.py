"""Deletions: what they answer, and what they make of an answer that was lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import muxi
from muxi.models import formation as m

from ...support.clients import ClientKind
from ...support.fake_server import FAST, Drop, FakeServer, envelope, failure

GONE = failure(404, "RESOURCE_NOT_FOUND")


@dataclass(frozen=True)
class Deletion:
    """A method that deletes `x y`."""

    name: str
    use: Callable[[Any], Any]
    answer: dict[str, Any]
    """What the server answers."""
    fields: dict[str, Any]
    """What the model holds, besides the id."""

    def __str__(self) -> str:
        return self.name


DELETIONS = [
    Deletion(
        "memories",
        lambda f: f.memories.delete("x y"),
        {"deleted": "x y", "user_id": "alice"},
        {"user_id": "alice"},
    ),
    Deletion(
        "secrets", lambda f: f.secrets.delete("x y"), {"message": "Done"}, {"message": "Done"}
    ),
    Deletion(
        "credentials",
        lambda f: f.credentials.delete("x y"),
        {"credential_id": "x y", "deleted": True},
        {"deleted": True},
    ),
    Deletion("jobs", lambda f: f.jobs.delete("x y"), {"message": "Done"}, {"message": "Done"}),
    Deletion(
        "users",
        lambda f: f.users.unlink("x y"),
        {"message": "Done", "muxi_user_id": "usr_1"},
        {"message": "Done", "muxi_user_id": "usr_1"},
    ),
]

each = pytest.mark.parametrize("deletion", DELETIONS, ids=str)


@each
def test_the_answer_has_the_id_of_what_is_gone(client_kind: ClientKind, deletion: Deletion) -> None:
    with FakeServer(envelope(deletion.answer)) as server:
        gone = client_kind.formation(server.url, deletion.use)
    assert gone.id == "x y"
    assert {name: getattr(gone, name) for name in deletion.fields} == deletion.fields
    assert gone.meta.request_id == "req_server"
    assert server.received[0].method == "DELETE"


@each
def test_gone_after_a_lost_answer_is_deleted(client_kind: ClientKind, deletion: Deletion) -> None:
    with FakeServer(Drop(), GONE) as server:
        gone = client_kind.formation(server.url, deletion.use, retry=FAST)
    assert gone.id == "x y"
    assert len(server.received) == 2


@each
def test_what_never_was_is_not_deleted(client_kind: ClientKind, deletion: Deletion) -> None:
    with FakeServer(GONE) as server, pytest.raises(muxi.NotFoundError):
        client_kind.formation(server.url, deletion.use, retry=FAST)
    assert len(server.received) == 1


def test_a_suggestion_that_is_gone_after_a_lost_answer_is_dismissed(
    client_kind: ClientKind,
) -> None:
    with FakeServer(Drop(), failure(404, "TUNING_NO_PENDING")) as server:
        done = client_kind.formation(server.url, lambda f: f.tuning.dismiss(), retry=FAST)
    assert done == m.TuningDismissed()
    assert len(server.received) == 2
