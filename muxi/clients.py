"""The four clients: their arguments, views that share one pool of connections, and closing it.

The methods come from `muxi.resources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from ._core.options import NOT_GIVEN, NotGiven
from ._core.resource import Resource, Transport
from ._lazy import LazyModule
from .resources._formation import (
    AsyncFormationApi,
    AsyncRawFormationApi,
    FormationApi,
    RawFormationApi,
)
from .resources._server import AsyncRawServerApi, AsyncServerApi, RawServerApi, ServerApi
from .retry import Retry

if TYPE_CHECKING:
    from types import TracebackType

    import pydantic

    import muxi

    from ._core.options import Options
    from ._http.given import AsyncHttpClient, HttpClient
    from ._http.pool import AsyncPool, SyncPool
else:  # only for annotations: clients import fast
    pydantic, muxi = LazyModule("pydantic"), LazyModule("muxi")

EngineT = TypeVar("EngineT", bound=str)
HttpT = TypeVar("HttpT", bound="HttpClient | AsyncHttpClient")
FormationT = TypeVar("FormationT", bound="_FormationClient[Any, Any]", covariant=True)
ClientT = TypeVar("ClientT", bound="_Client[Any]")  # editors take Self for the class that says it


class _Client(Resource, Generic[HttpT]):
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


class _SyncClient(_Client["HttpClient"]):
    _pool: SyncPool | None = None
    """The pool to close with the client; None in views."""

    def _open(self, options: Options, http_client: HttpClient | None, engine: str) -> None:
        from ._http.pool import SyncPool
        from ._http.transport import SyncTransport

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


class _AsyncClient(_Client["AsyncHttpClient"]):
    _pool: AsyncPool | None = None
    """The pool to close with the client; None in views."""

    def _open(
        self,
        options: Options,
        http_client: AsyncHttpClient | None,
        engine: str,
    ) -> None:
        from ._http.pool import AsyncPool
        from ._http.transport import AsyncTransport

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


class _ServerClient(_Client[HttpT], Generic[HttpT, EngineT, FormationT]):
    def __init__(
        self,
        *,
        url: str | None = None,
        key_id: str | None = None,
        secret_key: str | pydantic.SecretStr | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        retry: Retry | None = None,
        headers: Mapping[str, str] | None = None,
        debug: bool | None = None,
        max_response_bytes: int | None = None,
        max_event_bytes: int | None = None,
        insecure_http: Literal["warn", "allow", "refuse"] | None = None,
        http_client: HttpT | None = None,
        engine: Literal["httpx"] | EngineT = "httpx",
        settings: muxi.ServerSettings | None = None,
    ) -> None:
        """Create a client. Omitted settings come from environment variables, or else are defaults.

        Args:
            url: The server's address, such as `https://muxi.example.com:7890`
                (`MUXI_SERVER_URL`).
            key_id: The id of the key, `MUXI_...` (`MUXI_KEY_ID`).
            secret_key: The secret of the key, `sk_...` (`MUXI_SECRET_KEY`).
            timeout: Seconds to wait for a connection, each write and each read; 30 by default,
                `inf` for no limit (`MUXI_TIMEOUT`).
            max_retries: Attempts after the first one, 2 by default (`MUXI_MAX_RETRIES`). A
                shorthand for `retry=Retry(max_retries=...)`.
            retry: How often to retry failed calls, and how long to wait in between.
            headers: Headers to send with each request. Names are case-insensitive; headers that the
                SDK sets itself are refused.
            debug: Log each attempt to the logger `muxi` (`MUXI_DEBUG`).
            max_response_bytes: The largest response to read into memory, decoded; 64 MiB by
                default (`MUXI_MAX_RESPONSE_BYTES`). Downloads to files have no limit.
            max_event_bytes: The largest event of a stream, decoded; 16 MiB by default
                (`MUXI_MAX_EVENT_BYTES`).
            insecure_http: What to do if keys would be sent over `http://` to another machine:
                `"warn"` logs a warning once, `"allow"` does nothing, `"refuse"` raises
                (`MUXI_INSECURE_HTTP`).
            http_client: The HTTP client of httpx or httpx2 to send with, with its proxies, TLS
                settings, headers, cookies and hooks. This client never closes it.
            engine: The library for the connections that this client makes itself. An async client
                can use `"aiohttp"`, which takes less CPU time: install `muxi-client[aiohttp]`. It
                is for asyncio only.
            settings: A settings object; arguments override it. The environment isn't read then,
                because the settings object has read it.

        Raises:
            ConfigurationError: A setting is missing or invalid.
        """
        from ._core.configure import Arguments, server_options

        given = Arguments(
            url=url,
            key_id=key_id,
            secret_key=secret_key,
            timeout=timeout,
            max_retries=max_retries,
            retry=retry,
            headers=headers,
            debug=debug,
            max_response_bytes=max_response_bytes,
            max_event_bytes=max_event_bytes,
            insecure_http=insecure_http,
        )
        del secret_key  # tracebacks show local variables
        self._open(server_options(given, settings), http_client, engine)

    __init__.__qualname__ = "ServerClient.__init__"  # the name in TypeErrors about arguments

    def formation_client(
        self,
        formation_id: str,
        *,
        client_key: str | pydantic.SecretStr | None = None,
        admin_key: str | pydantic.SecretStr | None = None,
        user_id: str | None = None,
        mode: Literal["live", "draft"] | None = None,
    ) -> FormationT:
        """Return a client of a formation, reached through this server.

        It shares the connections of this client. Closing it, or leaving a `with` block over it,
        does nothing. It has the timeout, retries and headers of this client. Omitted keys come from
        the environment.

        Args:
            formation_id: The formation's id, as `formations.list` shows it.
            client_key: The key for chat, sessions and everything else that users do
                (`MUXI_CLIENT_KEY`).
            admin_key: The key for status, configuration and administration (`MUXI_ADMIN_KEY`).
            user_id: The user to act as; printable ASCII (`MUXI_USER_ID`).
            mode: `"draft"` for the draft under development (`MUXI_MODE`).

        Raises:
            ConfigurationError: The id or a key is invalid.
        """
        from ._core.configure import Arguments, proxied_options

        given = Arguments(client_key=client_key, admin_key=admin_key, user_id=user_id, mode=mode)
        del client_key, admin_key  # tracebacks show local variables
        options = proxied_options(self._transport.options, formation_id, given)
        return self._formation_on(self._transport.view(options))

    def _formation_on(self, transport: Transport) -> FormationT:
        raise NotImplementedError


class _FormationClient(_Client[HttpT], Generic[HttpT, EngineT]):
    def __init__(
        self,
        *,
        server_url: str | None = None,
        formation_id: str | None = None,
        url: str | None = None,
        base_url: str | None = None,
        client_key: str | pydantic.SecretStr | None = None,
        admin_key: str | pydantic.SecretStr | None = None,
        user_id: str | None = None,
        mode: Literal["live", "draft"] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        retry: Retry | None = None,
        headers: Mapping[str, str] | None = None,
        debug: bool | None = None,
        max_response_bytes: int | None = None,
        max_event_bytes: int | None = None,
        insecure_http: Literal["warn", "allow", "refuse"] | None = None,
        http_client: HttpT | None = None,
        engine: Literal["httpx"] | EngineT = "httpx",
        settings: muxi.FormationSettings | None = None,
    ) -> None:
        """Create a client. Omitted settings come from environment variables, or else are defaults.

        Args:
            server_url: The address of the server that runs the formation (`MUXI_SERVER_URL`).
            formation_id: The formation's id on that server (`MUXI_FORMATION_ID`).
            url: The formation's own address, with or without `/v1`; replaces `server_url` and
                `formation_id` (`MUXI_FORMATION_URL`).
            base_url: The exact address of the API; replaces all of these (`MUXI_BASE_URL`).
            client_key: The key for chat, sessions and everything else that users do
                (`MUXI_CLIENT_KEY`).
            admin_key: The key for status, configuration and administration (`MUXI_ADMIN_KEY`).
            user_id: The user to act as; printable ASCII (`MUXI_USER_ID`).
            mode: `"draft"` for the draft under development (`MUXI_MODE`).
            timeout: Seconds to wait for a connection, each write and each read; 30 by default,
                `inf` for no limit (`MUXI_TIMEOUT`). It doesn't apply to the pauses of streams.
            max_retries: Attempts after the first one, 2 by default (`MUXI_MAX_RETRIES`). A
                shorthand for `retry=Retry(max_retries=...)`.
            retry: How often to retry failed calls, and how long to wait in between.
            headers: Headers to send with each request. Names are case-insensitive; headers that the
                SDK sets itself are refused.
            debug: Log each attempt to the logger `muxi` (`MUXI_DEBUG`).
            max_response_bytes: The largest response to read into memory, decoded; 64 MiB by
                default (`MUXI_MAX_RESPONSE_BYTES`). Downloads to files have no limit.
            max_event_bytes: The largest event of a stream, decoded; 16 MiB by default
                (`MUXI_MAX_EVENT_BYTES`).
            insecure_http: What to do if keys would be sent over `http://` to another machine:
                `"warn"` logs a warning once, `"allow"` does nothing, `"refuse"` raises
                (`MUXI_INSECURE_HTTP`).
            http_client: The HTTP client of httpx or httpx2 to send with, with its proxies, TLS
                settings, headers, cookies and hooks. This client never closes it.
            engine: The library for the connections that this client makes itself. An async client
                can use `"aiohttp"`, which takes less CPU time: install `muxi-client[aiohttp]`. It
                is for asyncio only.
            settings: A settings object; arguments override it. The environment isn't read then,
                because the settings object has read it.

        Raises:
            ConfigurationError: A setting is missing or invalid, or two exclude each other.
        """
        from ._core.configure import Arguments, formation_options

        given = Arguments(
            server_url=server_url,
            formation_id=formation_id,
            url=url,
            base_url=base_url,
            client_key=client_key,
            admin_key=admin_key,
            user_id=user_id,
            mode=mode,
            timeout=timeout,
            max_retries=max_retries,
            retry=retry,
            headers=headers,
            debug=debug,
            max_response_bytes=max_response_bytes,
            max_event_bytes=max_event_bytes,
            insecure_http=insecure_http,
        )
        del client_key, admin_key  # tracebacks show local variables
        self._open(formation_options(given, settings), http_client, engine)

    __init__.__qualname__ = "FormationClient.__init__"  # the name in TypeErrors about arguments

    def for_user(self: ClientT, user_id: str) -> ClientT:
        """Return a view of this client that acts as a user.

        The view shares the connections of the client that you constructed, and closing it does
        nothing.

        Args:
            user_id: The user to act as; printable ASCII. The formation lower-cases e-mail
                addresses.

        Raises:
            ConfigurationError: The id isn't printable ASCII.
        """
        return self.with_options(user_id=user_id)


class FormationClient(_FormationClient["HttpClient", Literal["httpx"]], _SyncClient, FormationApi):
    """A client of a formation: chat, sessions, memory and everything else it offers."""

    @cached_property
    def raw(self) -> RawFormationApi:
        """The same methods, returning a `Response` with data, status, headers and attempts."""
        return RawFormationApi(self._transport, raw=True)


class AsyncFormationClient(
    _FormationClient["AsyncHttpClient", Literal["aiohttp"]],
    _AsyncClient,
    AsyncFormationApi,
):
    """An async client of a formation, for asyncio and trio."""

    @cached_property
    def raw(self) -> AsyncRawFormationApi:
        """The same methods, returning a `Response` with data, status, headers and attempts."""
        return AsyncRawFormationApi(self._transport, raw=True)


class ServerClient(
    _ServerClient["HttpClient", Literal["httpx"], FormationClient],
    _SyncClient,
    ServerApi,
):
    """A client of a MUXI Server's control plane: deploys, runs and updates formations."""

    @cached_property
    def raw(self) -> RawServerApi:
        """The same methods, returning a `Response` with data, status, headers and attempts."""
        return RawServerApi(self._transport, raw=True)

    def _formation_on(self, transport: Transport) -> FormationClient:
        return FormationClient._on(transport)


class AsyncServerClient(
    _ServerClient["AsyncHttpClient", Literal["aiohttp"], AsyncFormationClient],
    _AsyncClient,
    AsyncServerApi,
):
    """An async client of a MUXI Server's control plane, for asyncio and trio."""

    @cached_property
    def raw(self) -> AsyncRawServerApi:
        """The same methods, returning a `Response` with data, status, headers and attempts."""
        return AsyncRawServerApi(self._transport, raw=True)

    def _formation_on(self, transport: Transport) -> AsyncFormationClient:
        return AsyncFormationClient._on(transport)
