"""What all clients share: views on one pool of connections, and closing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._endpoint import Resource

if TYPE_CHECKING:
    from types import TracebackType

    import httpx
    from typing_extensions import Self

    from ._options import Options
    from ._transport import AsyncTransport, SyncTransport
    from .retry import Retry

OwnT = TypeVar("OwnT", bound="SyncTransport | AsyncTransport", covariant=True)
HttpT = TypeVar("HttpT", bound="httpx.Client | httpx.AsyncClient")
ClientT = TypeVar("ClientT", bound="Client[Any, Any]")


class Client(Resource[OwnT], Generic[OwnT, HttpT]):
    """What all four clients share: views on one pool of connections."""

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retry: Retry | None = None,
        headers: Mapping[str, str] | None = None,
        user_id: str | None = None,
    ) -> Self:
        """The same client with other options; it shares the connections, and closing closes them.

        Args:
            timeout: Seconds to wait for a connection, each write and each read; `inf` for ever.
            retry: When to try again.
            headers: Sent with each request, beside those of this client.
            user_id: For whom the client speaks.
        """
        changed = self._transport.options
        if timeout is not None:
            changed = replace(changed, timeout=timeout)
        if retry is not None:
            changed = replace(changed, retry=retry)
        if headers is not None:
            changed = replace(changed, headers={**changed.headers, **headers})
        if user_id is not None:
            changed = replace(changed, user_id=user_id)
        return viewed(type(self), self._transport.view(changed))

    def _connect(self, options: Options, http_client: HttpT | None) -> OwnT:
        raise NotImplementedError

    def __repr__(self) -> str:
        options = self._transport.options
        user = f", user_id={options.user_id!r}" if options.user_id is not None else ""
        return f"{type(self).__name__}({options.base_url!r}{user})"


def viewed(kind: type[ClientT], transport: SyncTransport | AsyncTransport) -> ClientT:
    """A client on a transport that is there already."""
    view = object.__new__(kind)
    view.__dict__["_transport"] = transport
    return view


class SyncClient(Client["SyncTransport", "httpx.Client"]):
    def _connect(self, options: Options, http_client: httpx.Client | None) -> SyncTransport:
        from ._http import SyncPool
        from ._transport import SyncTransport

        return SyncTransport(options, SyncPool(http_client))

    def close(self) -> None:
        """Close the connections, those of all views too. Twice is fine."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(Client["AsyncTransport", "httpx.AsyncClient"]):
    def _connect(self, options: Options, http_client: httpx.AsyncClient | None) -> AsyncTransport:
        from ._http import AsyncPool
        from ._transport import AsyncTransport

        return AsyncTransport(options, AsyncPool(http_client))

    async def aclose(self) -> None:
        """Close the connections, those of all views too. Twice is fine."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
