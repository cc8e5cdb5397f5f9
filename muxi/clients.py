"""The clients. Their methods come from `muxi.resources`, views and closing from `_client`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from ._client import AsyncClient, Client, HttpT, OwnT, SyncClient, viewed
from .resources.formation import FormationApi
from .resources.server import ServerApi

if TYPE_CHECKING:
    import httpx  # noqa: F401  # named in strings below, as are the transports
    from pydantic import SecretStr
    from typing_extensions import Self

    from ._transport import AsyncTransport, RawAsyncTransport, RawSyncTransport, SyncTransport  # noqa: F401
    from .retry import Retry


class _ServerClient(Client[OwnT, HttpT], ServerApi[OwnT]):
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
        from ._connect import load, server_options
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


class _FormationClient(Client[OwnT, HttpT], FormationApi[OwnT]):
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
        from ._connect import formation_options, load
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


class ServerClient(SyncClient, _ServerClient["SyncTransport", "httpx.Client"]):
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
        from ._connect import proxied_options

        given = {"client_key": client_key, "admin_key": admin_key, "user_id": user_id, "mode": mode}
        options = proxied_options(self._transport.options, formation_id, given)
        return viewed(FormationClient, self._transport.view(options))

    @property
    def raw(self) -> ServerApi[RawSyncTransport]:
        """The same methods returning a `Response`: answer, status, headers, attempts."""
        from ._transport import RawSyncTransport

        return ServerApi(RawSyncTransport(self._transport))


class AsyncServerClient(AsyncClient, _ServerClient["AsyncTransport", "httpx.AsyncClient"]):
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
        from ._connect import proxied_options

        given = {"client_key": client_key, "admin_key": admin_key, "user_id": user_id, "mode": mode}
        options = proxied_options(self._transport.options, formation_id, given)
        return viewed(AsyncFormationClient, self._transport.view(options))

    @property
    def raw(self) -> ServerApi[RawAsyncTransport]:
        """The same methods returning a `Response`: answer, status, headers, attempts."""
        from ._transport import RawAsyncTransport

        return ServerApi(RawAsyncTransport(self._transport))


class FormationClient(SyncClient, _FormationClient["SyncTransport", "httpx.Client"]):
    """A formation: conversation, sessions, requests."""

    @property
    def raw(self) -> FormationApi[RawSyncTransport]:
        """The same methods returning a `Response`: answer, status, headers, attempts."""
        from ._transport import RawSyncTransport

        return FormationApi(RawSyncTransport(self._transport))


class AsyncFormationClient(AsyncClient, _FormationClient["AsyncTransport", "httpx.AsyncClient"]):
    """A formation; every call is awaited."""

    @property
    def raw(self) -> FormationApi[RawAsyncTransport]:
        """The same methods returning a `Response`: answer, status, headers, attempts."""
        from ._transport import RawAsyncTransport

        return FormationApi(RawAsyncTransport(self._transport))
