"""This SDK against the real runtime: status, sessions, requests; each kind of client."""

from __future__ import annotations

from datetime import datetime, timezone
from uuid import uuid4

import anyio
import pytest

import muxi
from muxi import AsyncFormationClient, FormationClient
from muxi.models import formation as m

from .conftest import Asking, Runtime

WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
NOTE = {"filename": "n.wav", "content": WAV, "content_type": "audio/wav", "size": 44}


def session() -> str:
    return f"sess_{uuid4().hex}"


def test_health_needs_no_key(ask: Asking) -> None:
    health = ask(lambda f: f.health(), client_key=None, admin_key=None)
    assert (health.status, health.version) == ("healthy", "1.2.3")
    assert health.uptime_seconds < 3600


def test_status(ask: Asking) -> None:
    status = ask(lambda f: f.status())
    assert status.formation.id == "lab"
    assert status.agents.count == 2
    assert status.stats.running.since <= datetime.now(timezone.utc)
    assert status.meta.request_id is not None
    assert abs((status.meta.server_time - datetime.now(timezone.utc)).total_seconds()) < 60


@pytest.mark.parametrize("settings", [{"admin_key": "wrong"}, {"client_key": "wrong"}])
def test_wrong_keys(ask: Asking, settings: dict[str, str]) -> None:
    asks = {"admin_key": lambda f: f.status(), "client_key": lambda f: f.sessions.list()}
    [name] = settings
    with pytest.raises(muxi.AuthenticationError) as caught:
        ask(asks[name], **settings)
    assert (caught.value.code, caught.value.status_code) == ("UNAUTHORIZED", 401)
    assert caught.value.request_id is not None


def test_sessions_can_be_restored(ask: Asking) -> None:
    where = session()
    said = [
        {"role": "user", "content": "Hi", "timestamp": "2026-01-01T00:00:00Z"},
        m.RestoreMessage(
            role="assistant", content="Hello", timestamp=datetime(2026, 1, 1, tzinfo=timezone.utc)
        ),
    ]
    restored = ask(lambda f: f.sessions.restore(where, said))
    assert (restored.messages_loaded, restored.messages_dropped) == (2, 0)
    messages = ask(lambda f: f.sessions.list_messages(where))
    assert [one.text for one in messages] == ["Hi", "Hello"]
    assert messages[0].timestamp == datetime(2026, 1, 1, tzinfo=timezone.utc)


def test_unknown_things(ask: Asking) -> None:
    with pytest.raises(muxi.NotFoundError, match="'none' not found"):
        ask(lambda f: f.sessions.get("none"))
    assert len(ask(lambda f: f.sessions.list_messages("none"))) == 0
    for use in (lambda f: f.requests.get("none"), lambda f: f.requests.cancel("none")):
        with pytest.raises(muxi.NotFoundError):
            ask(use)


def test_path_parts_reach_the_runtime_as_they_are(ask: Asking) -> None:
    for part in ("a b", "é\u2028😀", "a+b&c=d;e", "~'()*!$,@:", "..."):
        with pytest.raises(muxi.NotFoundError) as caught:
            ask(lambda f, part=part: f.sessions.get(part))
        assert caught.value.message == f"Session '{part}' not found"


def test_a_turn_that_outlives_its_answer_is_picked_up(ask: Asking) -> None:
    reply = ask(lambda f: f.chat.send("STUB_SLEEP=4 no hurry"), timeout=2, max_retries=0)
    assert reply.text == "Stub answer to: STUB_SLEEP=4 no hurry"
    messages = ask(lambda f: f.sessions.list_messages(reply.session_id))
    assert [(one.role, one.metadata.request_id) for one in messages] == [
        ("user", reply.request_id),
        ("assistant", reply.request_id),
    ]


def test_a_question_whose_answer_was_lost_is_picked_up(ask: Asking) -> None:
    question = ask(
        lambda f: f.chat.send("STUB_STALL=4 STUB_CLARIFY fix it"), timeout=2, max_retries=0
    )
    assert question.awaiting_user
    assert question.text == "Which one do you mean?"


@pytest.mark.parametrize("options", [{"wait": False}, {"timeout": 1}])
def test_a_timeout_leaves_the_turn_running_and_wait_finishes_it(
    ask: Asking, options: dict[str, float]
) -> None:
    with pytest.raises(muxi.TimeoutError) as caught:
        ask(
            lambda f: f.chat.send("STUB_SLEEP=4 take your time", **options),
            timeout=2,
            max_retries=0,
        )
    turn = caught.value.request_id
    status = ask(lambda f: f.requests.wait(turn, timeout=60, poll_interval=0.2))
    assert (status.status, status.result) == (
        "completed",
        "Stub answer to: STUB_SLEEP=4 take your time",
    )


def test_a_repeated_chat_joins_the_turn_that_runs(ask: Asking) -> None:
    marker = uuid4().hex
    reply = ask(lambda f: f.chat.send(f"STUB_SLEEP=1 {marker}"), timeout=1.5, max_retries=9)
    assert reply.text == f"Stub answer to: STUB_SLEEP=1 {marker}"
    messages = ask(lambda f: f.sessions.list_messages(reply.session_id))
    assert [one.role for one in messages] == ["user", "assistant"]


async def is_known(formation: AsyncFormationClient, turn: str) -> bool:
    try:
        await formation.requests.get(turn)
    except muxi.NotFoundError:
        return False
    return True


def test_a_turn_can_be_cancelled(runtime: Runtime) -> None:
    """The cancellation is obeyed where the runtime looks for it: before the agent answers."""

    async def main() -> None:
        async with AsyncFormationClient(
            url=runtime.url, client_key=runtime.client_key, user_id="alice"
        ) as formation:
            turn = f"req_{uuid4().hex}"

            async def talk() -> None:
                reply = await formation.chat.send({"message": "STUB_STALL=4 x", "request_id": turn})
                assert (reply.text, reply.metadata.cancelled) == ("", True)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(talk)
                while not await is_known(formation, turn):
                    await anyio.sleep(0.1)
                cancellation = await formation.requests.cancel(turn)
                assert (cancellation.request_id, cancellation.cancellation) == (turn, "cooperative")
            assert (await formation.requests.wait(turn, timeout=30)).status == "cancelled"
            assert (await formation.requests.cancel(turn)).status == "cancelled"

    anyio.run(main)


def test_cancelling_what_is_done_is_refused(ask: Asking) -> None:
    reply = ask(lambda f: f.chat.send("Quick one"))
    with pytest.raises(muxi.ValidationError, match="already completed") as caught:
        ask(lambda f: f.requests.cancel(reply.request_id))
    assert caught.value.code == "OPERATION_FAILED"


def test_leaving_a_stream_cancels_its_turn(runtime: Runtime) -> None:
    with FormationClient(
        url=runtime.url, client_key=runtime.client_key, user_id="alice"
    ) as formation:
        with formation.chat.stream("STUB_SLEEP=20 never mind") as stream:
            for event in stream:
                if isinstance(event, m.Planning):
                    break
        turn = stream.response.request_id
        assert turn is not None
        assert formation.requests.wait(turn, timeout=30).status == "cancelled"


def test_user_ids_are_checked_before_and_by_the_server(ask: Asking) -> None:
    with pytest.raises(muxi.ValidationError, match="printable ASCII") as caught:
        ask(lambda f: f.sessions.list(user_id="zoë"))
    assert not caught.value.sent
    with pytest.raises(muxi.ValidationError, match="needs a user"):
        ask(lambda f: f.sessions.list(), user_id=None)
    reply = ask(lambda f: f.chat.send("Whose mail is it?", user_id="Bob@Example.COM"))
    assert reply.user_id == "bob@example.com"
