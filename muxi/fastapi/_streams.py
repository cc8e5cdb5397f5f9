"""Chat streams, relayed to browsers as server-sent events."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import Depends
from fastapi.sse import ServerSentEvent
from pydantic import BaseModel
from pydantic_core import to_json

from .._core.async_stream import AsyncStream
from ..clients.formation import AsyncFormationClient
from ..errors import MuxiError
from ..models import formation as m
from ._answers import ChatAnswer
from ._errors import describe


@asynccontextmanager
async def relay(
    stream: AsyncStream[m.ChatEvent, m.ChatReply],
) -> AsyncGenerator[AsyncIterator[ServerSentEvent]]:
    """Open a chat stream, and return its events for a browser.

    Use it in a dependency, so that errors before the first event are HTTP errors. Later ones are an
    event `error`. Leaving the block closes the stream: the formation cancels a turn that still
    runs. Events are read only as fast as the browser takes them.

    Example:
        ```python
        from collections.abc import AsyncIterator
        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.sse import EventSourceResponse, ServerSentEvent

        from muxi import AsyncFormationClient
        from muxi.fastapi import SharedClient, relay

        formation = SharedClient(AsyncFormationClient)
        app = FastAPI(lifespan=formation.lifespan)
        Client = Annotated[AsyncFormationClient, Depends(formation.client)]


        async def story(client: Client) -> AsyncIterator[AsyncIterator[ServerSentEvent]]:
            async with relay(client.chat.stream("Tell me a story")) as events:
                yield events


        @app.get("/story", response_class=EventSourceResponse)
        async def tell(
            events: Annotated[AsyncIterator[ServerSentEvent], Depends(story)],
        ) -> AsyncIterator[ServerSentEvent]:
            async for event in events:
                yield event
        ```

    Args:
        stream: The stream, such as `client.chat.stream("Hello")`.

    Raises:
        MuxiError: The formation refused the message.
    """
    async with stream:
        yield _Relayed(stream)


def chat_stream(
    client: Callable[..., AsyncFormationClient | Awaitable[AsyncFormationClient]],
) -> Callable[..., AsyncIterator[AsyncIterator[ServerSentEvent]]]:
    """Return a dependency: the reply to the `ChatMessage` in the request's body, as events.

    Args:
        client: A dependency that returns the client to send with, such as
            `formation.for_user(current_user)`.
    """

    async def reply(
        message: m.ChatMessage, sender: AsyncFormationClient = Depends(client)
    ) -> AsyncIterator[AsyncIterator[ServerSentEvent]]:
        async with relay(sender.chat.stream(message)) as events:
            yield events

    return reply


class _Relayed(AsyncIterator[ServerSentEvent]):
    """The events for a browser. Not a generator, because those must be closed."""

    def __init__(self, stream: AsyncStream[m.ChatEvent, m.ChatReply]) -> None:
        self._stream = stream
        self._ready: deque[ServerSentEvent] = deque()
        self._started = self._over = False

    async def __anext__(self) -> ServerSentEvent:
        while not self._ready:
            if self._over:
                raise StopAsyncIteration
            await self._read()
        return self._ready.popleft()

    async def _read(self) -> None:
        try:
            event = await anext(self._stream, None)
            if event is not None:
                self._show(event)
                return
            last = _event("completed", ChatAnswer.of(await self._stream.result()))
        except MuxiError as error:
            last = _event("error", describe(error, "a chat stream")[1])
        self._over = True
        self._ready.append(last)

    def _show(self, event: m.ChatEvent) -> None:
        if isinstance(event, m.TurnEvent) and not self._started:
            self._started = True
            ids = {"session_id": event.session_id, "request_id": event.request_id}
            self._ready.append(_event("started", ids))
        if (shown := _shown(event)) is not None:
            self._ready.append(shown)


def _shown(event: m.ChatEvent) -> ServerSentEvent | None:
    """Return the event for a browser; None if it gets none, such as for unknown events."""
    match event:
        case m.TextDelta():
            return _event("text", {"text": event.content})
        case m.ToolCall():
            tool = event.tool_name or event.service or ""
            return _event("tool", {"tool": tool, "text": event.content})
        case m.Progress() | m.Thinking() | m.Planning() | m.Replanning():
            return _event("progress", {"stage": event.stage or "", "text": event.content})
        case m.ErrorNotice():
            return _event("notice", {"text": event.content})
        case m.Widgets():
            widgets = [one.model_dump(mode="json", exclude_none=True) for one in event.ui]
            return _event("widgets", {"widgets": widgets})
        case _:
            return None


def _event(name: str, data: BaseModel | Mapping[str, object]) -> ServerSentEvent:
    return ServerSentEvent(event=name, raw_data=to_json(data).decode())
