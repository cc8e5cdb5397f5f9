"""The clients of a MUXI Server's control plane."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from .._core.resource import Transport
from .._lazy import LazyModule
from ..resources._server import AsyncRawServerApi, AsyncServerApi, RawServerApi, ServerApi
from ..retry import Retry
from .base import AsyncClient, BaseClient, EngineT, HttpT, SyncClient
from .formation import AsyncFormationClient, FormationClient

if TYPE_CHECKING:
    import pydantic

    import muxi

    from .._http.given import AsyncHttpClient, HttpClient  # noqa: F401  # in strings

else:  # only for annotations: clients import fast
    pydantic, muxi = LazyModule("pydantic"), LazyModule("muxi")

FormationT = TypeVar("FormationT", bound="FormationClient | AsyncFormationClient", covariant=True)


class _ServerClient(BaseClient[HttpT], Generic[HttpT, EngineT, FormationT]):
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
        from .._core.configure import Arguments, server_options

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
        from .._core.configure import Arguments, proxied_options

        given = Arguments(client_key=client_key, admin_key=admin_key, user_id=user_id, mode=mode)
        del client_key, admin_key  # tracebacks show local variables
        options = proxied_options(self._transport.options, formation_id, given)
        return self._formation_on(self._transport.view(options))

    def _formation_on(self, transport: Transport) -> FormationT:
        raise NotImplementedError


class ServerClient(
    _ServerClient["HttpClient", Literal["httpx"], FormationClient],
    SyncClient,
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
    AsyncClient,
    AsyncServerApi,
):
    """An async client of a MUXI Server's control plane, for asyncio and trio."""

    @cached_property
    def raw(self) -> AsyncRawServerApi:
        """The same methods, returning a `Response` with data, status, headers and attempts."""
        return AsyncRawServerApi(self._transport, raw=True)

    def _formation_on(self, transport: Transport) -> AsyncFormationClient:
        return AsyncFormationClient._on(transport)
