"""MUXI in a FastAPI service: clients, chat streams for browsers, errors and webhooks.

Example:
    ```python
    from collections.abc import AsyncIterator
    from typing import Annotated

    from fastapi import Depends, FastAPI, Header
    from fastapi.sse import EventSourceResponse, ServerSentEvent

    from muxi import AsyncFormationClient
    from muxi.fastapi import SharedClient, chat_stream, install_error_handlers


    def current_user(x_user: Annotated[str, Header()]) -> str:
        return x_user  # your login goes here


    formation = SharedClient(AsyncFormationClient)
    app = FastAPI(lifespan=formation.lifespan)
    install_error_handlers(app)
    Events = Annotated[
        AsyncIterator[ServerSentEvent], Depends(chat_stream(formation.for_user(current_user)))
    ]


    @app.post("/chat", response_class=EventSourceResponse)
    async def chat(events: Events) -> AsyncIterator[ServerSentEvent]:
        async for event in events:
            yield event
    ```
"""

from ..models.formation import ChatMessage as ChatMessage

try:
    from ._answers import BACKGROUND as BACKGROUND
    from ._answers import ChatAnswer as ChatAnswer
    from ._answers import answer as answer
    from ._clients import SharedClient as SharedClient
    from ._errors import ERRORS as ERRORS
    from ._errors import ErrorBody as ErrorBody
    from ._errors import install_error_handlers as install_error_handlers
    from ._streams import chat_stream as chat_stream
    from ._streams import relay as relay
    from ._webhooks import webhook as webhook
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] not in ("fastapi", "starlette"):
        raise
    raise ImportError("muxi.fastapi needs an extra: pip install 'muxi-client[fastapi]'") from None

__all__ = [
    "BACKGROUND",
    "ERRORS",
    "ChatAnswer",
    "ChatMessage",
    "ErrorBody",
    "SharedClient",
    "answer",
    "chat_stream",
    "install_error_handlers",
    "relay",
    "webhook",
]
