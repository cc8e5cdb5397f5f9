from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from service import app

from muxi.testing import Background, Emulator


@pytest.fixture
def alice(muxi_emulator: Emulator) -> Iterator[TestClient]:
    with TestClient(app, headers={"Authorization": "Bearer a1"}) as client:
        yield client


def test_a_reply(alice: TestClient, muxi_emulator: Emulator) -> None:
    muxi_emulator.reply("Paris.")
    answer = alice.post("/ask", json={"message": "The capital of France?"}).json()
    assert (answer["text"], answer["status"]) == ("Paris.", "completed")


def test_a_reply_streams(alice: TestClient, muxi_emulator: Emulator) -> None:
    muxi_emulator.reply("It rains.", tools=["weather"])
    text = alice.post("/chat", json={"message": "The weather?"}).text
    assert 'event: tool\ndata: {"tool":"weather"' in text
    assert 'event: text\ndata: {"text":"It "}' in text
    assert text.index("event: completed") > text.index("event: text")


def test_it_acts_as_the_user_who_is_logged_in(alice: TestClient, muxi_emulator: Emulator) -> None:
    alice.post("/ask", json={"message": "hi"})
    alice.post("/ask", json={"message": "hi"}, headers={"Authorization": "Bearer b2"})
    assert [call.user_id for call in muxi_emulator.calls.to("chat.send")] == ["alice", "bob"]


def test_strangers_reach_nothing(alice: TestClient, muxi_emulator: Emulator) -> None:
    response = alice.post("/ask", json={"message": "hi"}, headers={"Authorization": ""})
    assert response.status_code == 401
    assert len(muxi_emulator.calls) == 0


def test_a_turn_in_the_background(alice: TestClient, muxi_emulator: Emulator) -> None:
    muxi_emulator.reply(Background())
    response = alice.post("/ask", json={"message": "Write a report"})
    assert (response.status_code, response.json()["status"]) == (202, "background")


def test_the_formation_is_down(alice: TestClient, muxi_emulator: Emulator) -> None:
    muxi_emulator.fail_next("chat.stream", status=503, times=9, retry_after=0)
    response = alice.post("/chat", json={"message": "hi"})
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")


def test_a_stream_breaks(alice: TestClient, muxi_emulator: Emulator) -> None:
    muxi_emulator.cut_stream("chat.stream", after=2)
    last = alice.post("/chat", json={"message": "hi"}).text.strip().split("\n\n")[-1]
    assert last.startswith("event: error")
    assert '"code":"interrupted"' in last


def test_a_memory_is_deleted(alice: TestClient, muxi_emulator: Emulator) -> None:
    assert alice.delete("/memories/mem_1").status_code == 404
    assert muxi_emulator.calls.to("memories.delete").last.user_id == "alice"


def test_webhooks_are_accepted(alice: TestClient, muxi_emulator: Emulator) -> None:
    assert muxi_emulator.deliver_webhook("/hook", "Done.", client=alice).status_code == 204


def test_webhooks_of_others_are_not(alice: TestClient) -> None:
    assert alice.post("/hook", json={"status": "completed"}).status_code == 401
