"""Deletions: what they answer, and what they make of an answer that was lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import muxi
from muxi.models import formation as m

from ...support.clients import ClientKind
from ...support.fake_server import FAST, Action, Answer, Drop, FakeServer, envelope, failure

pytestmark = pytest.mark.thorough("asyncio", "trio")


@dataclass(frozen=True)
class Deletion:
    """A method that deletes `x y`."""

    name: str
    use: Callable[[Any], Any]
    answer: dict[str, Any]
    """What the server answers."""
    fields: dict[str, Any]
    """What the model holds, besides the id."""
    gone: Answer
    """What the server answers where there is none, as it was recorded."""

    def __str__(self) -> str:
        return self.name


DELETIONS = [
    Deletion(
        "memories",
        lambda f: f.memories.delete("x y"),
        {"deleted": "x y", "user_id": "alice"},
        {"user_id": "alice"},
        failure(404, "NOT_FOUND", "Memory x y not found"),
    ),
    Deletion(
        "secrets",
        lambda f: f.secrets.delete("x y"),
        {"message": "Done"},
        {"message": "Done"},
        failure(404, "SECRET_NOT_FOUND", "Secret 'x y' not found"),
    ),
    Deletion(
        "credentials",
        lambda f: f.credentials.delete("x y"),
        {"credential_id": "x y", "deleted": True},
        {"deleted": True},
        failure(404, "RESOURCE_NOT_FOUND", "Credential not found: x y"),
    ),
    Deletion(
        "jobs",
        lambda f: f.jobs.delete("x y"),
        {"message": "Done"},
        {"message": "Done"},
        failure(404, "RESOURCE_NOT_FOUND", "Scheduled job 'x y' not found"),
    ),
    Deletion(
        "users",
        lambda f: f.users.unlink("x y"),
        {"message": "Done", "muxi_user_id": "usr_1"},
        {"message": "Done", "muxi_user_id": "usr_1"},
        failure(404, "RESOURCE_NOT_FOUND", "Identifier 'x y' not found"),
    ),
]
LOST: dict[str, Action] = {
    "dropped": Drop(),
    "cut": Answer(200, b"{", missing=100),
    "500": failure(500, "INTERNAL_ERROR"),
    "502": Answer(502, "<html>Bad Gateway</html>"),
    "504": Answer(504, "<html>Gateway Timeout</html>"),
}
"""Ends of an attempt that may have deleted it."""
REFUSED: dict[str, Action] = {
    "408": Answer(408, ""),
    "429": failure(429, "RATE_LIMITED"),
    "503": failure(503, "SYSTEM_OVERLOAD"),
}
"""Ends of an attempt that deleted nothing."""
OTHERS: dict[str, Action] = {
    "an unknown route": failure(404, "RESOURCE_NOT_FOUND", "Not Found"),
    "a gateway's page": Answer(404, "<html>x y</html>"),
    "another thing": failure(404, "RESOURCE_NOT_FOUND", "Formation 'hello' not found"),
}
"""404s that don't say that it is gone."""

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
@pytest.mark.parametrize("lost", LOST)
def test_gone_after_a_lost_answer_is_deleted(
    client_kind: ClientKind, deletion: Deletion, lost: str
) -> None:
    with FakeServer(LOST[lost], REFUSED["503"], deletion.gone) as server:
        gone = client_kind.formation(server.url, deletion.use, retry=FAST)
    assert gone.id == "x y"
    assert len(server.received) == 3


@each
@pytest.mark.parametrize("refused", REFUSED)
def test_what_never_was_is_not_deleted(
    client_kind: ClientKind, deletion: Deletion, refused: str
) -> None:
    for before in ([], [REFUSED[refused]]):
        with FakeServer(*before, deletion.gone) as server, pytest.raises(muxi.NotFoundError):
            client_kind.formation(server.url, deletion.use, retry=FAST)
        assert len(server.received) == len(before) + 1


@each
@pytest.mark.parametrize("other", OTHERS)
def test_only_its_own_404_means_deleted(
    client_kind: ClientKind, deletion: Deletion, other: str
) -> None:
    with FakeServer(Drop(), OTHERS[other]) as server, pytest.raises(muxi.NotFoundError):
        client_kind.formation(server.url, deletion.use, retry=FAST)
    assert len(server.received) == 2


def test_a_suggestion_that_is_gone_after_a_lost_answer_is_dismissed(
    client_kind: ClientKind,
) -> None:
    with FakeServer(
        Drop(), failure(404, "TUNING_NO_PENDING", "No pending MUXI.md suggestion")
    ) as server:
        done = client_kind.formation(server.url, lambda f: f.tuning.dismiss(), retry=FAST)
    assert done == m.TuningDismissed()
    assert len(server.received) == 2
