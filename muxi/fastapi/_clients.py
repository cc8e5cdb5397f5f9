"""Clients that all requests of an application share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Generic, TypeVar

from fastapi import Depends
from fastapi.requests import HTTPConnection

from ..clients.formation import AsyncFormationClient
from ..clients.server import AsyncServerClient

ClientT = TypeVar("ClientT", bound=AsyncFormationClient | AsyncServerClient)


class SharedClient(Generic[ClientT]):
    """A client that opens when the application starts, and closes when it stops.

    Example:
        ```python
        from typing import Annotated

        from fastapi import Depends, FastAPI

        from muxi import AsyncFormationClient
        from muxi.fastapi import SharedClient

        formation = SharedClient(AsyncFormationClient)
        app = FastAPI(lifespan=formation.lifespan)


        @app.get("/health")
        async def health(
            client: Annotated[AsyncFormationClient, Depends(formation.client)],
        ) -> str:
            return (await client.health()).status
        ```

    Args:
        make: Creates the client: its class, or a function. It is called when the application
            starts, not when the module is imported.
    """

    def __init__(self, make: Callable[[], ClientT]) -> None:
        self._make = make
        self._key = f"muxi_client_{id(self)}"

    @asynccontextmanager
    async def lifespan(self, app: object) -> AsyncGenerator[dict[str, ClientT]]:
        """Open the client, and close it when the application stops.

        Pass it to `FastAPI(lifespan=...)`. In a lifespan function of your own, use
        `async with formation.lifespan(app) as state:` and `yield state`.

        Args:
            app: The application; not used.
        """
        async with aclosing(self._make()) as client:
            yield {self._key: client}

    async def client(self, connection: HTTPConnection) -> ClientT:
        """Return the client. Use it as a dependency: `Depends(formation.client)`.

        Args:
            connection: The request or the WebSocket, which FastAPI passes.

        Raises:
            RuntimeError: The application runs without the lifespan.
        """
        client: ClientT | None = getattr(connection.state, self._key, None)
        if client is None:
            raise RuntimeError(
                "The client isn't open. Pass its lifespan to FastAPI(lifespan=...), yield the "
                "state in a lifespan function of your own, and write `with TestClient(app)`."
            )
        return client

    def for_user(
        self: SharedClient[AsyncFormationClient], user_id: Callable[..., str | Awaitable[str]]
    ) -> Callable[..., Awaitable[AsyncFormationClient]]:
        """Return a dependency: the client, acting as the user of the request.

        Args:
            user_id: A dependency of your own that returns the id of the user who is logged in.
                Don't read the id from a parameter that the caller chooses.
        """

        async def for_current_user(
            client: AsyncFormationClient = Depends(self.client),
            current_user: str = Depends(user_id),
        ) -> AsyncFormationClient:
            return client.for_user(current_user)

        return for_current_user
