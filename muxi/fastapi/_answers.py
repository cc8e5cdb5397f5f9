"""Replies as browsers get them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Response
from pydantic import BaseModel, ConfigDict, JsonValue, WrapSerializer

from ..models.formation import ChatReply, ReplyArtifact, Widget


def _without_nulls(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value


# A function with a return type would replace the schema of what it serializes.
WithoutNulls = WrapSerializer(lambda value, handler: _without_nulls(handler(value)))


class ChatAnswer(BaseModel):
    """The reply to a message, without the fields that are for the service only. It has no nulls."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "text": "The capital of France is Paris.",
                    "status": "completed",
                    "session_id": "sess_3b1f",
                    "request_id": "req_9c2a",
                    "widgets": [],
                    "artifacts": [],
                }
            ]
        },
    )

    text: str
    status: Literal["completed", "awaiting_user", "background", "failed"]
    """`awaiting_user`: the formation asks something back. `background`: the turn goes on, and the
    text may only say so. `failed`: the text is an apology."""
    session_id: str
    """The conversation. Send it with the next message."""
    request_id: str
    """The turn, for `requests.get`."""
    widgets: list[Annotated[Widget, WithoutNulls]] = []
    artifacts: list[Annotated[ReplyArtifact, WithoutNulls]] = []

    @classmethod
    def of(cls, reply: ChatReply) -> ChatAnswer:
        """Return what a browser gets of a reply.

        Args:
            reply: The reply of `chat.send`, or the result of a stream.
        """
        return cls(
            text=reply.text,
            status=_status(reply),
            session_id=reply.session_id,
            request_id=reply.request_id,
            widgets=reply.widgets,
            artifacts=reply.artifacts,
        )


BACKGROUND: dict[int | str, dict[str, object]] = {
    202: {"model": ChatAnswer, "description": "The turn goes on in the background."}
}
"""Documents the answer 202 of a route: `@app.post("/ask", responses=BACKGROUND)`."""


def answer(reply: ChatReply, response: Response) -> ChatAnswer:
    """Return what a browser gets of a reply. A turn in the background is answered with 202.

    Example:
        ```python
        from fastapi import FastAPI, Response

        from muxi.fastapi import BACKGROUND, ChatAnswer, ChatMessage, answer

        app = FastAPI()


        @app.post("/ask", responses=BACKGROUND)
        async def ask(message: ChatMessage, response: Response) -> ChatAnswer:
            reply = await formation.chat.send(message, wait=False)
            return answer(reply, response)
        ```

    Args:
        reply: The reply of `chat.send(..., wait=False)`.
        response: The response that FastAPI passes to a route with a parameter of this type.
    """
    shown = ChatAnswer.of(reply)
    if shown.status == "background":
        response.status_code = 202
    return shown


def _status(reply: ChatReply) -> Literal["completed", "awaiting_user", "background", "failed"]:
    if reply.is_background or reply.metadata.escalated:
        return "background"
    if reply.awaiting_user:
        return "awaiting_user"
    return "failed" if reply.metadata.status == "error" else "completed"
