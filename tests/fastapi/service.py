"""A service with everything that `muxi.fastapi` offers."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from muxi import AsyncFormationClient
from muxi.fastapi import (
    BACKGROUND,
    ERRORS,
    ChatAnswer,
    ChatMessage,
    SharedClient,
    answer,
    chat_stream,
    install_error_handlers,
    webhook,
)
from muxi.models.formation import WebhookEvent


def current_user(x_user: Annotated[str | None, Header()] = None) -> str:
    if x_user is None:
        raise HTTPException(401, "Log in.")
    return x_user


def service(make: Callable[[], AsyncFormationClient]) -> FastAPI:
    formation = SharedClient(make)
    app = FastAPI(lifespan=formation.lifespan, responses=ERRORS)
    install_error_handlers(app)
    as_user = formation.for_user(current_user)
    user_client = Annotated[AsyncFormationClient, Depends(as_user)]
    event_stream = Annotated[AsyncIterator[ServerSentEvent], Depends(chat_stream(as_user))]

    @app.post("/chat", response_class=EventSourceResponse)
    async def chat(events: event_stream) -> AsyncIterator[ServerSentEvent]:
        async for event in events:
            yield event

    @app.post("/ask", responses=BACKGROUND)
    async def ask(message: ChatMessage, user: user_client, response: Response) -> ChatAnswer:
        return answer(await user.chat.send(message, wait=False), response)

    @app.get("/turns/{request_id}")
    async def turn(request_id: str, user: user_client) -> str:
        return (await user.requests.get(request_id)).status

    @app.get("/sessions")
    async def sessions(
        client: Annotated[AsyncFormationClient, Depends(formation.client)], limit: int
    ) -> int:
        return len(await client.sessions.list(limit=limit, user_id="alice"))

    @app.post("/hook")
    async def hook(event: Annotated[WebhookEvent, Depends(webhook())]) -> str:
        return f"{type(event).__name__} {event.dedupe_key}"

    return app
