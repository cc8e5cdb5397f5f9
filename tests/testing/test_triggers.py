"""Fired triggers run turns of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import muxi
from muxi import FormationClient
from muxi.testing import Clarification, Cut, Emulator, Failure, Outcome, Reply, Turn

from ..support.clients import ClientKind
from ..support.emulated import formation_keys
from .raw_http import RawHttp, call_sdk

pytestmark = pytest.mark.thorough("asyncio", "trio")

HOOK = "http://127.0.0.1:9/hook"
STREAMS = {"overlord": {"response": {"streaming": True}}}
TRIGGERS = {
    "ticket": "${{ data.who.name }}: ${{data.tags.1}}",
    "say": "${{ data.text }}",
    "ping": "Say pong.",
    "hooked": f"---\nwebhook: {HOOK}\n---\nHooked",
    "broken": "---\na: [\n---\nBroken",
}
turns: list[Turn] = []


def model(turn: Turn) -> Outcome:
    turns.append(turn)
    outcomes: dict[str, Outcome] = {
        "fail": Failure("ValueError", "boom"),
        "deny": Failure("RbacRejectedError", "no"),
        "cut": Cut(0, clean=False),
        "which": Clarification("Which one?"),
    }
    return outcomes.get(turn.message, Reply(f"Heard: {turn.message}"))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(model=model, multi_user=True, manifest={"triggers": TRIGGERS}) as running:
        yield running


@pytest.fixture(scope="module")
def streaming() -> Iterator[Emulator]:
    with Emulator(model=model, manifest={"triggers": TRIGGERS, **STREAMS}) as running:
        yield running


@pytest.fixture(scope="module")
def formation(emulator: Emulator) -> Iterator[FormationClient]:
    with FormationClient(url=emulator.formation_url, **formation_keys(emulator)) as client:
        yield client


def test_triggers_are_listed_with_the_fields_of_their_data(
    client_kind: ClientKind, emulator: Emulator
) -> None:
    names = call_sdk(client_kind, emulator, lambda f: f.triggers.list())
    assert [*names] == ["broken", "hooked", "ping", "say", "ticket"]
    ticket = call_sdk(client_kind, emulator, lambda f: f.triggers.get("ticket"))
    assert (ticket.content, ticket.data_fields) == (TRIGGERS["ticket"], ["tags.1", "who.name"])
    assert call_sdk(client_kind, emulator, lambda f: f.triggers.get("ping")).data_fields is None
    with pytest.raises(muxi.NotFoundError) as caught:
        call_sdk(client_kind, emulator, lambda f: f.triggers.get("none"))
    assert caught.value.code == "TRIGGER_NOT_FOUND"
    with pytest.raises(muxi.ValidationError, match="only letters"):
        call_sdk(client_kind, emulator, lambda f: f.triggers.get("a.b"))


def test_a_trigger_waited_for_brings_the_models_reply(
    client_kind: ClientKind, emulator: Emulator
) -> None:
    event = {"who": {"name": "Zoë"}, "tags": ["a", "b"]}
    session = f"sess_{client_kind.name}"

    def fire(formation: Any) -> Any:
        return formation.triggers.fire("ticket", event, wait=True, session_id=session)

    run = call_sdk(client_kind, emulator, fire)
    assert (run.status, run.content) == ("completed", "Heard: Zoë: b")
    turn = call_sdk(client_kind, emulator, lambda f: f.requests.get(run.request_id))
    assert (turn.status, turn.result, turn.user_id) == ("completed", run.content, "alice")
    said = call_sdk(client_kind, emulator, lambda f: f.sessions.list_messages(session))
    assert [(each.role, each.text) for each in said] == [
        ("user", "Zoë: b"),
        ("assistant", "Heard: Zoë: b"),
    ]


def test_a_trigger_not_waited_for_can_be_followed(
    client_kind: ClientKind, emulator: Emulator
) -> None:
    run = call_sdk(client_kind, emulator, lambda f: f.triggers.fire("ping", {}))
    assert (run.status, run.content) == ("processing", None)
    done = call_sdk(client_kind, emulator, lambda f: f.requests.wait(run.request_id, timeout=60))
    assert (done.status, done.result) == ("completed", "Heard: Say pong.")


def test_a_question_leaves_a_trigger_processing(
    client_kind: ClientKind, emulator: Emulator
) -> None:
    run = call_sdk(
        client_kind, emulator, lambda f: f.triggers.fire("say", {"text": "which"}, wait=True)
    )
    assert run.content == "Which one?"
    turn = call_sdk(client_kind, emulator, lambda f: f.requests.get(run.request_id))
    assert turn.status == "processing"


def test_where_replies_stream_only_a_webhook_gets_one(
    client_kind: ClientKind, streaming: Emulator
) -> None:
    lost = call_sdk(
        client_kind, streaming, lambda f: f.triggers.fire("ping", {}, session_id="lost")
    )
    hooked = call_sdk(client_kind, streaming, lambda f: f.triggers.fire("hooked", {}))
    done = call_sdk(
        client_kind, streaming, lambda f: f.requests.wait(hooked.request_id, timeout=60)
    )
    assert done.result == "Heard: Hooked"
    assert [each.webhook_url for each in turns if each.request_id == hooked.request_id] == [HOOK]
    assert [each for each in turns if each.request_id == lost.request_id] == []
    turn = call_sdk(client_kind, streaming, lambda f: f.requests.get(lost.request_id))
    assert turn.status == "processing"
    said = call_sdk(client_kind, streaming, lambda f: f.sessions.list_messages("lost"))
    assert {each.role for each in said} == {"user"}


def test_one_key_fires_once(emulator: Emulator) -> None:
    before, raw = len(turns), RawHttp(emulator)
    key = {"X-Muxi-Idempotency-Key": "once"}
    body = {"data": {}, "use_async": False}
    runs = [raw.ask("POST", "/triggers/ping", json=body, headers=key) for _ in range(3)]
    assert [run.status_code for run in runs] == [200] * 3
    assert len({run.text for run in runs}) == 1
    assert len(turns) == before + 1


@pytest.mark.parametrize(
    ("name", "data", "problem", "text"),
    [
        ("none", {}, muxi.NotFoundError, "triggers/none.md"),
        ("broken", {}, muxi.ValidationError, "Invalid frontmatter"),
        ("say", {"txt": 1}, muxi.ValidationError, r"Available keys: \['txt'\]"),
        ("ticket", {"who": {"name": "a"}, "tags": ["b"]}, muxi.ValidationError, r"data\.tags\.1"),
        ("say", {"text": "fail"}, muxi.ServerError, "boom"),
        ("say", {"text": "deny"}, muxi.AuthorizationError, "permissions"),
        ("say", {"text": "cut"}, muxi.ConnectionError, None),
    ],
)
def test_events_that_come_to_nothing(
    client_kind: ClientKind,
    emulator: Emulator,
    name: str,
    data: dict[str, Any],
    problem: type[Exception],
    text: str | None,
) -> None:
    with pytest.raises(problem, match=text):
        call_sdk(
            client_kind, emulator, lambda f: f.triggers.fire(name, data, wait=True), max_retries=0
        )


@settings(max_examples=25)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.isalnum))
def test_the_model_hears_what_was_sent(formation: FormationClient, text: str) -> None:
    formation.triggers.fire("say", {"text": f"#{text}"}, wait=True)
    assert turns[-1].message == f"#{text}"
