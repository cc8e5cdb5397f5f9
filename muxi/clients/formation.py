"""The clients of a formation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Literal

from .._lazy import LazyModule
from ..resources._formation import (
    AsyncFormationApi,
    AsyncRawFormationApi,
    FormationApi,
    RawFormationApi,
)
from ..retry import Retry
from .base import AsyncClient, BaseClient, ClientT, EngineT, HttpT, SyncClient

if TYPE_CHECKING:
    import pydantic

    import muxi

    from .._http.given import AsyncHttpClient, HttpClient  # noqa: F401  # in strings

else:  # only for annotations: clients import fast
    pydantic, muxi = LazyModule("pydantic"), LazyModule("muxi")


class _FormationClient(BaseClient[HttpT], Generic[HttpT, EngineT]):
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
        from .._core.configure import Arguments, formation_options

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


class FormationClient(_FormationClient["HttpClient", Literal["httpx"]], SyncClient, FormationApi):
    """A client of a formation: chat, sessions, memory and everything else it offers."""

    @cached_property
    def raw(self) -> RawFormationApi:
        """The same methods, returning a `Response` with data, status, headers and attempts."""
        return RawFormationApi(self._transport, raw=True)


class AsyncFormationClient(
    _FormationClient["AsyncHttpClient", Literal["aiohttp"]],
    AsyncClient,
    AsyncFormationApi,
):
    """An async client of a formation, for asyncio and trio."""

    @cached_property
    def raw(self) -> AsyncRawFormationApi:
        """The same methods, returning a `Response` with data, status, headers and attempts."""
        return AsyncRawFormationApi(self._transport, raw=True)
