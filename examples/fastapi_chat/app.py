"""The service: a chat and the messages of a conversation, for the user who signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from muxi import AsyncFormationClient
from muxi.fastapi import ERRORS, SharedClient, chat_stream, install_error_handlers

from . import sign_in

formation = SharedClient(AsyncFormationClient)
as_user = formation.for_user(sign_in.current_user)
User = Annotated[AsyncFormationClient, Depends(as_user)]
Events = Annotated[AsyncIterator[ServerSentEvent], Depends(chat_stream(as_user))]

app = FastAPI(title="Chat", lifespan=formation.lifespan, responses=ERRORS)
install_error_handlers(app)
sign_in.install(app)


class PastMessage(BaseModel):
    """A message of the conversation."""

    role: str
    text: str


@app.post("/api/chat", response_class=EventSourceResponse)
async def chat(events: Events) -> AsyncIterator[ServerSentEvent]:
    """Stream the reply to a message. If the browser leaves, the turn is cancelled."""
    async for event in events:
        yield event


@app.get("/api/sessions/{session_id}/messages")
async def messages(session_id: str, user: User) -> list[PastMessage]:
    """Return the messages of a conversation, the oldest first."""
    found = await user.sessions.list_messages(session_id, limit=1000)
    return [PastMessage(role=message.role or "assistant", text=message.text) for message in found]


app.mount("/", StaticFiles(directory=Path(__file__).parent / "static", html=True))
