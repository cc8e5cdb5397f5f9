"""The four clients: their settings, views on one pool of connections, and closing it.

The methods come from `muxi.resources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from ._core.endpoint import Resource
from .resources.formation import FormationApi
from .resources.server import ServerApi

if TYPE_CHECKING:
    from types import TracebackType

    import httpx
    from pydantic import SecretStr
    from typing_extensions import Self

    from ._core.options import Options
    from ._http.transport import AsyncTransport, RawAsyncTransport, RawSyncTransport, SyncTransport
    from .retry import Retry


OwnT = TypeVar("OwnT", bound="SyncTransport | AsyncTransport", covariant=True)
HttpT = TypeVar("HttpT", bound="httpx.Client | httpx.AsyncClient")
ClientT = TypeVar("ClientT", bound="_Client[Any, Any]")


class _Client(Resource[OwnT], Generic[OwnT, HttpT]):
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


class _SyncClient(_Client["SyncTransport", "httpx.Client"]):
    def _connect(self, options: Options, http_client: httpx.Client | None) -> SyncTransport:
        from ._http.pool import SyncPool
        from ._http.transport import SyncTransport

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


class _AsyncClient(_Client["AsyncTransport", "httpx.AsyncClient"]):
    def _connect(self, options: Options, http_client: httpx.AsyncClient | None) -> AsyncTransport:
        from ._http.pool import AsyncPool
        from ._http.transport import AsyncTransport

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


class _ServerClient(_Client[OwnT, HttpT], ServerApi[OwnT]):
    def __init__(
        self,
        *,
        url: str | None = None,
        key_id: str | None = None,
        secret_key: str | SecretStr | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        debug: bool | None = None,
        retry: Retry | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: HttpT | None = None,
    ) -> None:
        """Make a client. What isn't passed comes from the environment, else from the default.

        Args:
            url: Of the server, as `https://muxi.example.com:7890` (`MUXI_SERVER_URL`).
            key_id: `MUXI_…` (`MUXI_KEY_ID`).
            secret_key: `sk_…` (`MUXI_SECRET_KEY`).
            timeout: Seconds to wait for a connection, each write and each read; 30 by default,
                `inf` for ever (`MUXI_TIMEOUT`).
            max_retries: Attempts after the first one, 2 by default (`MUXI_MAX_RETRIES`).
            debug: Log each attempt to the logger `muxi` (`MUXI_DEBUG`).
            retry: Everything about retries; goes before `max_retries`.
            headers: Sent with each request.
            http_client: Used instead of one of our own, and never closed by us.

        Raises:
            ConfigurationError: A setting is missing or wrong.
        """
        from ._core.configure import load, server_options
        from .settings import ServerSettings

        given = {
            "url": url,
            "key_id": key_id,
            "secret_key": secret_key,
            "timeout": timeout,
            "max_retries": max_retries,
            "debug": debug,
        }
        options = server_options(load(ServerSettings, given), retry, headers or {})
        super().__init__(self._connect(options, http_client))


class _FormationClient(_Client[OwnT, HttpT], FormationApi[OwnT]):
    def __init__(
        self,
        *,
        server_url: str | None = None,
        formation_id: str | None = None,
        url: str | None = None,
        base_url: str | None = None,
        client_key: str | SecretStr | None = None,
        admin_key: str | SecretStr | None = None,
        user_id: str | None = None,
        mode: Literal["live", "draft"] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        debug: bool | None = None,
        retry: Retry | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: HttpT | None = None,
    ) -> None:
        """Make a client. What isn't passed comes from the environment, else from the default.

        Args:
            server_url: Of the server that runs the formation (`MUXI_SERVER_URL`).
            formation_id: Which formation of that server (`MUXI_FORMATION_ID`).
            url: Of the formation itself, without `/v1`, instead (`MUXI_FORMATION_URL`).
            base_url: Of the API itself, taken as it is, instead (`MUXI_BASE_URL`).
            client_key: For chat, sessions and all that users do (`MUXI_CLIENT_KEY`).
            admin_key: For status, configuration and administration (`MUXI_ADMIN_KEY`).
            user_id: For whom the client speaks; printable ASCII (`MUXI_USER_ID`).
            mode: `"draft"` for the deployment under development (`MUXI_MODE`).
            timeout: Seconds to wait for a connection, each write and each read; 30 by default,
                `inf` for ever (`MUXI_TIMEOUT`). Streams may stay silent as long as they like.
            max_retries: Attempts after the first one, 2 by default (`MUXI_MAX_RETRIES`).
            debug: Log each attempt to the logger `muxi` (`MUXI_DEBUG`).
            retry: Everything about retries; goes before `max_retries`.
            headers: Sent with each request.
            http_client: Used instead of one of our own, and never closed by us.

        Raises:
            ConfigurationError: A setting is missing or wrong, or two exclude each other.
        """
        from ._core.configure import formation_options, load
        from .settings import FormationSettings

        given = {
            "server_url": server_url,
            "formation_id": formation_id,
            "url": url,
            "base_url": base_url,
            "client_key": client_key,
            "admin_key": admin_key,
            "user_id": user_id,
            "mode": mode,
            "timeout": timeout,
            "max_retries": max_retries,
            "debug": debug,
        }
        options = formation_options(load(FormationSettings, given), retry, headers or {})
        super().__init__(self._connect(options, http_client))

    def for_user(self, user_id: str) -> Self:
        """The same client speaking for a user; it shares the connections.

        Args:
            user_id: Printable ASCII. An e-mail address is lower-cased by the formation.
        """
        return self.with_options(user_id=user_id)


class ServerClient(_SyncClient, _ServerClient["SyncTransport", "httpx.Client"]):
    """The control plane of a MUXI Server: which formations it runs, and how they fare."""

    def formation(
        self,
        formation_id: str,
        *,
        client_key: str | SecretStr | None = None,
        admin_key: str | SecretStr | None = None,
        user_id: str | None = None,
        mode: Literal["live", "draft"] | None = None,
    ) -> FormationClient:
        """A client of a formation, reached through this server; it shares the connections.

        Closing one closes both. Timeout, retries and headers are this client's. Keys that aren't
        passed come from the environment.

        Args:
            formation_id: Which formation.
            client_key: For chat, sessions and all that users do (`MUXI_CLIENT_KEY`).
            admin_key: For status, configuration and administration (`MUXI_ADMIN_KEY`).
            user_id: For whom the client speaks; printable ASCII (`MUXI_USER_ID`).
            mode: `"draft"` for the deployment under development (`MUXI_MODE`).

        Raises:
            ConfigurationError: The id or a key is wrong.
        """
        from ._core.configure import proxied_options

        given = {"client_key": client_key, "admin_key": admin_key, "user_id": user_id, "mode": mode}
        options = proxied_options(self._transport.options, formation_id, given)
        return viewed(FormationClient, self._transport.view(options))

    @property
    def raw(self) -> ServerApi[RawSyncTransport]:
        """The same methods returning a `Response`: answer, status, headers, attempts."""
        from ._http.transport import RawSyncTransport

        return ServerApi(RawSyncTransport(self._transport))


class AsyncServerClient(_AsyncClient, _ServerClient["AsyncTransport", "httpx.AsyncClient"]):
    """The control plane of a MUXI Server; every call is awaited."""

    def formation(
        self,
        formation_id: str,
        *,
        client_key: str | SecretStr | None = None,
        admin_key: str | SecretStr | None = None,
        user_id: str | None = None,
        mode: Literal["live", "draft"] | None = None,
    ) -> AsyncFormationClient:
        """A client of a formation, reached through this server; it shares the connections.

        Closing one closes both. Timeout, retries and headers are this client's. Keys that aren't
        passed come from the environment.

        Args:
            formation_id: Which formation.
            client_key: For chat, sessions and all that users do (`MUXI_CLIENT_KEY`).
            admin_key: For status, configuration and administration (`MUXI_ADMIN_KEY`).
            user_id: For whom the client speaks; printable ASCII (`MUXI_USER_ID`).
            mode: `"draft"` for the deployment under development (`MUXI_MODE`).

        Raises:
            ConfigurationError: The id or a key is wrong.
        """
        from ._core.configure import proxied_options

        given = {"client_key": client_key, "admin_key": admin_key, "user_id": user_id, "mode": mode}
        options = proxied_options(self._transport.options, formation_id, given)
        return viewed(AsyncFormationClient, self._transport.view(options))

    @property
    def raw(self) -> ServerApi[RawAsyncTransport]:
        """The same methods returning a `Response`: answer, status, headers, attempts."""
        from ._http.transport import RawAsyncTransport

        return ServerApi(RawAsyncTransport(self._transport))


class FormationClient(_SyncClient, _FormationClient["SyncTransport", "httpx.Client"]):
    """A formation: conversation, sessions, requests."""

    @property
    def raw(self) -> FormationApi[RawSyncTransport]:
        """The same methods returning a `Response`: answer, status, headers, attempts."""
        from ._http.transport import RawSyncTransport

        return FormationApi(RawSyncTransport(self._transport))


class AsyncFormationClient(_AsyncClient, _FormationClient["AsyncTransport", "httpx.AsyncClient"]):
    """A formation; every call is awaited."""

    @property
    def raw(self) -> FormationApi[RawAsyncTransport]:
        """The same methods returning a `Response`: answer, status, headers, attempts."""
        from ._http.transport import RawAsyncTransport

        return FormationApi(RawAsyncTransport(self._transport))
