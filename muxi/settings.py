"""Settings of the clients: arguments, else environment variables, else defaults."""

from __future__ import annotations

from typing import Literal, NoReturn
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ._core.call import path
from .errors import ConfigurationError


class ClientSettings(BaseSettings):
    """What both clients have in common."""

    model_config = SettingsConfigDict(
        env_prefix="MUXI_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    timeout: float = Field(default=30.0, gt=0)
    """Seconds to wait for a connection, for each write and for each read; `inf` for ever."""
    max_retries: int = Field(default=2, ge=0)
    """Attempts after the first one."""
    debug: bool = False
    """Log each attempt to the logger `muxi`: never a key, a token or a body."""

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds keys and can't be pickled")


class ServerSettings(ClientSettings):
    """Settings of `ServerClient`, from `MUXI_SERVER_URL`, `MUXI_KEY_ID`, `MUXI_SECRET_KEY`,
    `MUXI_TIMEOUT`, `MUXI_MAX_RETRIES` and `MUXI_DEBUG`."""

    url: str | None = Field(default=None, validation_alias=AliasChoices("url", "MUXI_SERVER_URL"))
    """Of the server, as `https://muxi.example.com:7890`."""
    key_id: str | None = None
    secret_key: SecretStr | None = None

    def api_url(self) -> str:
        """Where calls go.

        Raises:
            ConfigurationError: The URL is missing or can't be.
        """
        if self.url is None:
            raise ConfigurationError(
                "The server's URL is missing: pass url= or set MUXI_SERVER_URL."
            )
        return _checked("url", self.url)


class FormationSettings(ClientSettings):
    """Settings of `FormationClient`, from `MUXI_SERVER_URL`, `MUXI_FORMATION_ID`,
    `MUXI_FORMATION_URL`, `MUXI_BASE_URL`, `MUXI_CLIENT_KEY`, `MUXI_ADMIN_KEY`, `MUXI_USER_ID`,
    `MUXI_MODE`, `MUXI_TIMEOUT`, `MUXI_MAX_RETRIES` and `MUXI_DEBUG`."""

    server_url: str | None = None
    """Of the server that runs the formation; goes with `formation_id`."""
    formation_id: str | None = None
    url: str | None = Field(
        default=None, validation_alias=AliasChoices("url", "MUXI_FORMATION_URL")
    )
    """Of the formation itself, without `/v1`."""
    base_url: str | None = None
    """Of the API itself, taken as it is."""
    client_key: SecretStr | None = None
    admin_key: SecretStr | None = None
    user_id: str | None = None
    """For whom the client speaks unless a call or a view says otherwise."""
    mode: Literal["live", "draft"] = "live"
    """Which deployment `server_url` and `formation_id` lead to."""

    def api_url(self) -> str:
        """Where calls go: `base_url`, else `url`, else `server_url` with `formation_id`.

        Raises:
            ConfigurationError: No URL can be made of what there is.
        """
        if self.base_url is not None:
            return _checked("base_url", self.base_url)
        if self.url is not None:
            return _checked("url", self.url) + "/v1"
        if self.server_url is None:
            raise ConfigurationError(
                "The formation's address is missing: pass server_url= and formation_id=, or url=, "
                "or set MUXI_SERVER_URL and MUXI_FORMATION_ID, or MUXI_FORMATION_URL."
            )
        if self.formation_id is None:
            raise ConfigurationError(
                "The formation's id is missing: pass formation_id= or set MUXI_FORMATION_ID."
            )
        entry = "api" if self.mode == "live" else "draft"
        return _checked("server_url", self.server_url) + path(entry, self.formation_id, "v1")


def _checked(name: str, url: str) -> str:
    """A URL without a slash at its end; the error doesn't repeat it.

    Raises:
        ConfigurationError: It is no plain http or https URL.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, sound = urlsplit(""), False
    if not sound or url != url.strip() or not url.isascii() or not url.isprintable():
        raise ConfigurationError(f"{name} is no URL such as https://muxi.example.com:7890.")
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} can't have a user name, a query or a fragment.")
    return url.rstrip("/")
