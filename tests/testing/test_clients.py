"""The SDK's clients on the emulator: responses match the models and can be scripted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import pytest

from muxi import NotFoundError, StreamError, UnavailableError
from muxi.models import formation as m
from muxi.models import server as s
from muxi.testing import Approval, Background, Emulator, Failure, Outcome, Refusal, Reply, Turn

from ..support.clients import ClientKind
from ..support.emulated import formation_keys, server_keys
from ..support.model_diff import unknown_keys
from .raw_http import call_sdk

WIDGET = m.OptionsWidget(
    type="options", id="ui_1", prompt="Which?", options=[m.WidgetOption(value="a", label="A")]
)
NOTE = m.ReplyArtifact(type="text", format="txt", filename="note.txt", content="A note")

OUTCOMES: dict[str, Outcome] = {
    "choose": Reply("Choose", widgets=[WIDGET]),
    "make": Reply("Made", artifacts=[NOTE]),
    "refuse": Refusal("No."),
    "plan": Approval("Shall I?"),
    "later": Background("Later", "Done", "wrk_1", after=math.inf),
    "fail": Failure("ValueError", "boom"),
}


def scripted(turn: Turn) -> Outcome:
    return OUTCOMES.get(turn.message, Reply(f"Hello {turn.user_id}"))


@pytest.fixture(scope="module")
def played() -> Iterator[Emulator]:
    emulator = Emulator(model=scripted, multi_user=True, keepalive=0.05, token_pause=0)
    with emulator:
        yield emulator


def test_every_answer_fits_its_model(client_kind: ClientKind, played: Emulator) -> None:
    ask = partial(call_sdk, client_kind, played)
    reply = ask(lambda f: f.chat.send("hi", session_id="trip"))
    answers = [
        reply,
        ask(lambda f: f.health()),
        ask(lambda f: f.status()),
        ask(lambda f: f.sessions.list()),
        ask(lambda f: f.sessions.get("trip")),
        ask(lambda f: f.sessions.list_messages("trip")),
        ask(lambda f: f.sessions.restore("old", [])),
        ask(lambda f: f.requests.list()),
        ask(lambda f: f.requests.get(reply.request_id)),
    ]
    for use in (
        lambda f: f.health(),
        lambda f: f.status(),
        lambda f: f.formations.list(),
        lambda f: f.formations.get("hello"),
    ):
        answers.append(client_kind.server(played.server_url, use, **server_keys(played)))
    assert [key for answer in answers for key in unknown_keys(answer)] == []
    assert reply.text == "Hello alice"
    formation = answers[-1]
    assert isinstance(formation, s.Formation)
    assert (formation.id, formation.healthy) == ("hello", True)
    assert formation.created_at is not None


def test_scripted_outcomes_reach_the_client(client_kind: ClientKind, played: Emulator) -> None:
    def stream(message: str) -> m.ChatReply:
        streamed = client_kind.stream(
            played.formation_url,
            lambda f: f.chat.stream(message, stall_after=0.2),
            **formation_keys(played),
        )
        return streamed.result

    assert stream("choose").widgets == [WIDGET]
    assert stream("make").artifacts[0].read() == b"A note"
    assert stream("refuse").text == "No."
    assert stream("plan").awaiting_user
    assert stream("later").text == "Done"
    with pytest.raises(StreamError, match="boom"):
        stream("fail")


def test_a_turn_in_the_background_is_accepted(client_kind: ClientKind, played: Emulator) -> None:
    reply = call_sdk(client_kind, played, lambda f: f.chat.send("later", wait=False))
    assert reply.is_background
    assert (reply.metadata.status, reply.text) == ("processing", "Later")
    assert reply.metadata.workflow_id == "wrk_1"


def test_proxy_errors_differ_from_the_formations(client_kind: ClientKind, played: Emulator) -> None:
    def ask(formation_id: str, **settings: str) -> object:
        where = {"url": None, "server_url": played.server_url, "formation_id": formation_id}
        return call_sdk(client_kind, played, lambda f: f.sessions.get("none"), **where, **settings)

    with pytest.raises(NotFoundError) as caught:
        ask("hello")
    assert caught.value.code == "RESOURCE_NOT_FOUND"
    with pytest.raises(NotFoundError) as caught:
        ask("other")
    assert caught.value.code == "Formation not found"
    with pytest.raises(NotFoundError) as caught:
        ask("hello", mode="draft")
    assert caught.value.code == "Draft formation not found"
    played.status = "stopped"
    try:
        with pytest.raises(UnavailableError, match="is not running"):
            ask("hello", max_retries=0)
    finally:
        played.status = "running"
