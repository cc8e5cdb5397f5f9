"""Every kind of outcome, streamed and not."""

from __future__ import annotations

import httpx
import pytest

from muxi.models.formation import ChatTurn, RequestStatus

from ..support.waiting import until
from .fake_model import WIDGET, turns
from .raw_http import RawHttp


def test_widgets_come_beside_the_reply(raw: RawHttp) -> None:
    assert raw.chat("widget").json()["data"]["message"]["ui"] == [WIDGET]
    assert raw.stream("widget")[-3:] == ["completed", "ui", "done"]


def test_artifacts_can_only_be_streamed(raw: RawHttp) -> None:
    failure = raw.chat("artifact", request_id="req_art")
    assert (failure.status_code, raw.status("req_art")) == (500, "completed")
    text = raw.ask("POST", "/chat", json={"message": "artifact"}).text
    assert '"artifacts":[{"type":"text"' in text


def test_a_failure_that_the_formation_apologises_for(raw: RawHttp) -> None:
    assert raw.chat("sorry").status_code == 200
    answer = raw.ask("POST", "/chat", json={"message": "sorry"})
    assert '"status":"error"' in answer.text
    assert raw.stream("sorry") == ["keepalive", "progress", "completed", "done"]


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
def test_a_failed_turn_is_an_error_with_and_without_a_stream(
    raw: RawHttp, message: str, status: int, text: str, frame: str
) -> None:
    answer = raw.chat(message, request_id=f"req_{message}")
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, text)
    assert raw.status(f"req_{message}") == "failed"
    streamed = raw.ask("POST", "/chat", json={"message": message}).text
    assert streamed.endswith(f"event: error\ndata: {frame}\n\n")


def test_background_work_stays_running(raw: RawHttp) -> None:
    data = raw.chat("later", request_id="req_bg").json()["data"]
    turn = ChatTurn.model_validate(data)
    assert (turn.reply(session_id="s", request_id="r").text, turn.session_id) == (
        "It takes a while",
        None,
    )
    assert raw.status("req_bg") == "running"
    assert raw.stream("later")[-2:] == ["completed", "done"]


def test_background_work_ends_unless_after_is_infinite(raw: RawHttp) -> None:
    data = raw.chat("soon", request_id="req_soon").json()["data"]
    assert data["message"]["workflow_id"].startswith("wrk_")
    until(lambda: raw.status("req_soon") == "completed")
    assert raw.ask("GET", "/requests/req_soon").json()["data"]["result"] == "Done."


def test_an_escalated_turn_completes_later(raw: RawHttp) -> None:
    said = raw.chat("retry", request_id="req_esc").json()["data"]["message"]
    assert said["metadata"]["escalated"] is True
    assert raw.status("req_esc") == "processing"
    until(lambda: raw.status("req_esc") == "completed")
    answer = raw.ask("GET", "/requests/req_esc").json()["data"]
    status = RequestStatus.model_validate(answer)
    assert (status.result, status.escalated) == ("At last", True)


def test_a_stream_can_be_cut(raw: RawHttp) -> None:
    assert raw.stream("cut", request_id="req_cut")[-3:] == ["progress", "thinking", "planning"]
    assert raw.status("req_cut") == "cancelled"
    for body in ({"message": "snap"}, {"message": "snap", "stream": False}):
        with pytest.raises(httpx.RemoteProtocolError):
            raw.ask("POST", "/chat", json=body)


def test_a_command_is_answered_but_neither_streamed_nor_tracked(raw: RawHttp) -> None:
    for message in ("/help", "  /help me\nplease ", "x" * 100_001):
        said = raw.chat(message, request_id="req_cmd").json()["data"]
        assert said["session_id"] is None
        assert raw.stream(message, request_id="req_cmd") == ["keepalive", "error"]
    assert raw.ask("GET", "/requests/req_cmd").status_code == 404
    assert raw.chat("/ help", request_id="req_no_cmd").status_code == 200
    assert raw.status("req_no_cmd") == "completed"


def test_a_voice_note_streams_under_an_id_of_the_server(raw: RawHttp) -> None:
    note = {"filename": "n.wav", "content_type": "audio/wav", "content": "UklG"}
    turns.clear()
    body = {"files": [note], "request_id": "req_voice"}
    answer = raw.ask("POST", "/audiochat", json=body)
    assert "event: done" in answer.text
    assert turns[0].message == "voice note n.wav"
    assert turns[0].request_id in answer.text
    assert "req_voice" not in answer.text
    silent = {"files": [{**note, "content": ""}], "stream": False}
    said = raw.ask("POST", "/audiochat", json=silent).json()["data"]["message"]
    assert said["metadata"] == {"error": "empty_transcription"}
