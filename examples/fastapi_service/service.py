from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

import muxi.fastapi as mx
from muxi import AsyncFormationClient
from muxi.models.formation import WebhookEvent


def current_user(authorization: Annotated[str, Header()] = "") -> str:
    user = {"Bearer a1": "alice", "Bearer b2": "bob"}.get(authorization)  # your login
    if user is None:
        raise HTTPException(401, "Log in first.")
    return user


formation = mx.SharedClient(AsyncFormationClient)  # reads MUXI_SERVER_URL, MUXI_CLIENT_KEY …
app = FastAPI(lifespan=formation.lifespan, responses=mx.ERRORS)
mx.install_error_handlers(app)
as_user = formation.for_user(current_user)
User = Annotated[AsyncFormationClient, Depends(as_user)]
Events = Annotated[AsyncIterator[ServerSentEvent], Depends(mx.chat_stream(as_user))]


@app.post("/chat", response_class=EventSourceResponse)
async def chat(events: Events) -> AsyncIterator[ServerSentEvent]:
    async for event in events:
        yield event


@app.post("/ask", responses=mx.BACKGROUND)
async def ask(message: mx.ChatMessage, user: User, response: Response) -> mx.ChatAnswer:
    return mx.answer(await user.chat.send(message, wait=False), response)


@app.delete("/memories/{memory_id}", status_code=204)
async def forget(memory_id: str, user: User) -> None:
    await user.memories.delete(memory_id)


@app.post("/hook", status_code=204)
async def hook(event: Annotated[WebhookEvent, Depends(mx.webhook())]) -> None:
    print(type(event).__name__, event.dedupe_key)
