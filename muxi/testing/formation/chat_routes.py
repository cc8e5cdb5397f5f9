"""`POST /v1/chat` and `POST /v1/audiochat` (contract A5, B10)."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from ..model import Turn
from ..streams import EventStream, NoAnswer, only
from .bodies import Audio, Chat
from .chat import UNSTREAMABLE, BrokenOff, failed
from .envelopes import ApiError, envelope, new_id, parse_unchecked
from .guards import Route, client
from .idempotency import once
from .messages import Said, inaudible, shortcut
from .state import Call


async def chat(call: Call) -> Response:
    """`POST /v1/chat`."""
    body = parse_unchecked(Chat, call.body)
    if body.stream is not False:
        return await _chat(call, body)
    return await once(call, lambda: _chat(call, body))


async def audiochat(call: Call) -> Response:
    """`POST /v1/audiochat`."""
    body = parse_unchecked(Audio, call.body)
    _check_audio(body)
    names = [str(file.get("filename", "without a name")) for file in body.files]
    turn = Turn(
        message=f"voice note {', '.join(names)}",
        user_id=call.state.owner(_speaker(call, body)),
        session_id=body.session_id or new_id("sess"),
        # A bug of the server: it ignores the caller's id.
        request_id=new_id("req"),
        agent_id=body.agent_id,
        files=tuple(body.files),
        stream=body.stream is not False,
        audio=True,
    )
    heard = any(file.get("content") for file in body.files)
    return await _run(call, body, turn, None if heard else inaudible())


async def _chat(call: Call, body: Chat) -> Response:
    if body.mode == "async":
        text = (
            "Async mode requires webhook configuration. Use stream=true for real-time "
            "responses or mode=sync for immediate responses."
        )
        raise ApiError(501, text)
    user_id = call.state.owner(_speaker(call, body))
    session_id = body.session_id or new_id("sess")
    short = shortcut(body.message)
    asked = None if short else call.state.requests.asked(user_id, session_id)
    turn = Turn(
        message=body.message,
        user_id=user_id,
        session_id=session_id,
        request_id=body.request_id or asked or new_id("req"),
        agent_id=body.agent_id,
        files=tuple(body.files or ()),
        ui_response=body.ui_response.model_dump() if body.ui_response else None,
        webhook_url=body.webhook_url,
        stream=body.stream is not False,
    )
    return await _run(call, body, turn, short)


async def _run(
    call: Call, body: Chat | Audio, turn: Turn, short: dict[str, object] | None
) -> Response:
    if turn.stream:
        frames = only(failed(UNSTREAMABLE)) if short else call.state.turns.stream(turn)
        return EventStream(frames, call.state.config.keepalive)
    try:
        said = Said(short) if short else await call.state.turns.answer(turn)
    except BrokenOff:
        return NoAnswer()
    named = None if turn.audio else said.session_id
    data = {
        "message": said.message,
        "user_id": _speaker(call, body),
        "session_id": named or body.session_id,
        "request_id": body.request_id,
    }
    answer = envelope("message", "chat.completed", data, request_id=body.request_id)
    return JSONResponse(answer)


def _speaker(call: Call, body: Chat | Audio) -> str:
    return call.user_id or body.user_id or "0"


def _check_audio(body: Audio) -> None:
    wrong: dict[str, object] = {"field": "files"}
    if not body.files:
        text = "files parameter is required for audiochat()"
        raise ApiError(400, text, code="VALIDATION_ERROR", data=wrong)
    for file in body.files:
        kind = str(file.get("content_type", file.get("mime_type", "")))
        if not kind.startswith("audio/"):
            text = (
                "Only audio files (audio/*) are accepted. For video or other files, "
                "use /chat with the files parameter."
            )
            found = wrong | {"invalid_content_type": kind}
            raise ApiError(400, text, code="VALIDATION_ERROR", data=found)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/chat", client, chat),
    Route("POST", "/audiochat", client, audiochat),
)
