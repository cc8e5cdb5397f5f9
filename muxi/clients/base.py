"""What all clients have: views that share one pool of connections, and closing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._core.options import NOT_GIVEN, NotGiven
from .._core.resource import Resource, Transport
from ..retry import Retry

if TYPE_CHECKING:
    from types import TracebackType

    from .._core.options import Options
    from .._http.given import AsyncHttpClient, HttpClient
    from .._http.pool import AsyncPool, SyncPool

HttpT = TypeVar("HttpT", bound="HttpClient | AsyncHttpClient")
EngineT = TypeVar("EngineT", bound=str)
# Not Self, which editors take for the class that says it.
ClientT = TypeVar("ClientT", bound="BaseClient[Any]")


class BaseClient(Resource, Generic[HttpT]):
    """Base class of all four clients: views that share one connection pool."""

    def with_options(
        self: ClientT,
        *,
        timeout: float | NotGiven = NOT_GIVEN,
        retry: Retry | NotGiven = NOT_GIVEN,
        headers: Mapping[str, str] | NotGiven = NOT_GIVEN,
        user_id: str | NotGiven | None = NOT_GIVEN,
    ) -> ClientT:
        """Return a view of this client with other options.

        The view shares the connections of the client that you constructed. Closing the view, or
        leaving a `with` block over it, does nothing.

        Args:
            timeout: Seconds to wait for a connection, each write and each read; `inf` for no limit.
            retry: When to retry failed calls.
            headers: Headers to send with each request, in addition to those of this client.
            user_id: The user to act as; None for no user.

        Raises:
            ConfigurationError: A value is invalid.
        """
        changed = self._transport.options.changed(
            timeout=timeout, retry=retry, headers=headers, user_id=user_id
        )
        return self._on(self._transport.view(changed))

    @classmethod
    def _on(cls: type[ClientT], transport: Transport) -> ClientT:
        """Return a view: a client that shares the connections of another one."""
        view = object.__new__(cls)
        view._transport = transport
        return view

    def _open(self, options: Options, http_client: HttpT | None, engine: str) -> None:
        """Set the options and create the connection pool."""
        raise NotImplementedError


class SyncClient(BaseClient["HttpClient"]):
    """Base class of the clients that aren't awaited."""

    _pool: SyncPool | None = None
    """The pool to close with the client; None in views."""

    def _open(self, options: Options, http_client: HttpClient | None, engine: str) -> None:
        from .._http.pool import SyncPool
        from .._http.transport import SyncTransport

        self._pool = SyncPool(options.base_url, http_client, engine)
        self._transport = SyncTransport(options, self._pool)

    def close(self) -> None:
        """Close the connections. Closing a view, or closing twice, does nothing."""
        if self._pool is not None:
            self._pool.close()

    def __enter__(self: ClientT) -> ClientT:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(BaseClient["AsyncHttpClient"]):
    """Base class of the async clients."""

    _pool: AsyncPool | None = None
    """The pool to close with the client; None in views."""

    def _open(
        self,
        options: Options,
        http_client: AsyncHttpClient | None,
        engine: str,
    ) -> None:
        from .._http.pool import AsyncPool
        from .._http.transport import AsyncTransport

        self._pool = AsyncPool(options.base_url, http_client, engine)
        self._transport = AsyncTransport(options, self._pool)

    async def aclose(self) -> None:
        """Close the connections. Closing a view, or closing twice, does nothing."""
        if self._pool is not None:
            await self._pool.close()

    async def __aenter__(self: ClientT) -> ClientT:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
