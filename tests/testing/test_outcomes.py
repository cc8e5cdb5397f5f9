"""Every kind of outcome, streamed and not."""

from __future__ import annotations

import httpx
import pytest

from muxi.models.formation import ChatTurn, RequestStatus

from .asking import Asker, until
from .fake_model import WIDGET, turns


def test_widgets_come_beside_the_reply(asker: Asker) -> None:
    assert asker.chat("widget").json()["data"]["message"]["ui"] == [WIDGET]
    assert asker.stream("widget")[-3:] == ["completed", "ui", "done"]


def test_artifacts_can_only_be_streamed(asker: Asker) -> None:
    failure = asker.chat("artifact", request_id="req_art")
    assert (failure.status_code, asker.status("req_art")) == (500, "completed")
    text = asker.ask("POST", "/chat", json={"message": "artifact"}).text
    assert '"artifacts":[{"type":"text"' in text


def test_a_failure_that_the_formation_apologises_for(asker: Asker) -> None:
    assert asker.chat("sorry").status_code == 200
    answer = asker.ask("POST", "/chat", json={"message": "sorry"})
    assert '"status":"error"' in answer.text
    assert asker.stream("sorry") == ["keepalive", "progress", "completed", "done"]


@pytest.mark.parametrize(
    ("message", "status", "text", "frame"),
    [
        ("fail", 500, "It broke\nbadly", '{"error":"It broke badly","type":"OverlordError"}'),
        ("bug", 500, "no such thing", '{"error":"no such thing","type":"LookupError"}'),
        (
            "deny",
            403,
            "Insufficient permissions to process this request",
            '{"error":"not you","type":"RbacRejectedError"}',
        ),
    ],
)
def test_a_failure_beyond_apology(
    asker: Asker, message: str, status: int, text: str, frame: str
) -> None:
    answer = asker.chat(message, request_id=f"req_{message}")
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, text)
    assert asker.status(f"req_{message}") == "failed"
    streamed = asker.ask("POST", "/chat", json={"message": message}).text
    assert streamed.endswith(f"event: error\ndata: {frame}\n\n")


def test_background_work_stays_running(asker: Asker) -> None:
    data = asker.chat("later", request_id="req_bg").json()["data"]
    turn = ChatTurn.model_validate(data)
    assert (turn.reply(session_id="s", request_id="r").text, turn.session_id) == (
        "It takes a while",
        None,
    )
    assert asker.status("req_bg") == "running"
    assert asker.stream("later")[-2:] == ["completed", "done"]


def test_an_escalated_turn_completes_later(asker: Asker) -> None:
    said = asker.chat("retry", request_id="req_esc").json()["data"]["message"]
    assert said["metadata"]["escalated"] is True
    assert asker.status("req_esc") == "processing"
    until(lambda: asker.status("req_esc") == "completed")
    answer = asker.ask("GET", "/requests/req_esc").json()["data"]
    status = RequestStatus.model_validate(answer)
    assert (status.result, status.escalated) == ("At last", True)


def test_a_stream_can_be_cut(asker: Asker) -> None:
    assert asker.stream("cut", request_id="req_cut")[-3:] == ["progress", "thinking", "planning"]
    assert asker.status("req_cut") == "cancelled"
    for body in ({"message": "snap"}, {"message": "snap", "stream": False}):
        with pytest.raises(httpx.RemoteProtocolError):
            asker.ask("POST", "/chat", json=body)


def test_a_command_is_answered_but_neither_streamed_nor_tracked(asker: Asker) -> None:
    for message in ("/help", "  /help me\nplease ", "x" * 100_001):
        said = asker.chat(message, request_id="req_cmd").json()["data"]
        assert said["session_id"] is None
        assert asker.stream(message, request_id="req_cmd") == ["keepalive", "error"]
    assert asker.ask("GET", "/requests/req_cmd").status_code == 404
    assert asker.chat("/ help", request_id="req_no_cmd").status_code == 200
    assert asker.status("req_no_cmd") == "completed"


def test_a_voice_note_streams_under_an_id_of_the_server(asker: Asker) -> None:
    note = {"filename": "n.wav", "content_type": "audio/wav", "content": "UklG"}
    turns.clear()
    body = {"files": [note], "request_id": "req_voice"}
    answer = asker.ask("POST", "/audiochat", json=body)
    assert "event: done" in answer.text
    assert turns[0].message == "voice note n.wav"
    assert turns[0].request_id in answer.text
    assert "req_voice" not in answer.text
    silent = {"files": [{**note, "content": ""}], "stream": False}
    said = asker.ask("POST", "/audiochat", json=silent).json()["data"]["message"]
    assert said["metadata"] == {"error": "empty_transcription"}
