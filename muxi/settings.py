"""Settings of the clients: arguments, else environment variables, else defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar
from urllib.parse import unquote, urlsplit

import pydantic
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ._call import Auth, path
from ._log import enable
from ._options import Options, printable
from .auth import HmacAuth, KeyAuth
from .errors import ConfigurationError, ValidationError
from .retry import Retry

if TYPE_CHECKING:
    import httpx

SettingsT = TypeVar("SettingsT", bound="_Settings")


class _Settings(BaseSettings):
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


class ServerSettings(_Settings):
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
        return checked_url("url", self.url)


class FormationSettings(_Settings):
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
            return checked_url("base_url", self.base_url)
        if self.url is not None:
            return checked_url("url", self.url) + "/v1"
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
        return checked_url("server_url", self.server_url) + path(entry, self.formation_id, "v1")


def load(kind: type[SettingsT], given: Mapping[str, Any]) -> SettingsT:
    """Settings from arguments and environment; arguments that are None count as not given.

    Raises:
        ConfigurationError: One has a wrong value, or two arguments name different addresses.
    """
    arguments = {name: value for name, value in given.items() if value is not None}
    addresses = [name for name in ("base_url", "url", "server_url") if name in arguments]
    if len(addresses) > 1:
        raise ConfigurationError(f"{addresses[0]}= and {addresses[1]}= exclude each other.")
    if "mode" in arguments and addresses and addresses != ["server_url"]:
        raise ConfigurationError(f"mode= goes with server_url=, not with {addresses[0]}=.")
    try:
        settings = kind(**arguments)
    except pydantic.ValidationError as exc:
        fault = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(fault["loc"][0]) if fault["loc"] else kind.__name__
        variable = name if name.startswith("MUXI_") else f"MUXI_{name.upper()}"
        raise ConfigurationError(
            f"The setting {name.removeprefix('MUXI_').lower()}= or {variable} is wrong: "
            f"{fault['msg']}."
        ) from None
    # An address that is passed beats those of the environment, whichever way they are named.
    others = {"base_url", "url", "server_url"}.intersection(kind.model_fields).difference(addresses)
    return settings.model_copy(update=dict.fromkeys(others)) if addresses else settings


def checked_url(name: str, url: str) -> str:
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


def server_options(
    settings: ServerSettings, retry: Retry | None, headers: Mapping[str, str]
) -> Options:
    """The options of a client for a server."""
    keys: dict[Auth, httpx.Auth] = {}
    url = settings.api_url()
    if (settings.key_id is None) != (settings.secret_key is None):
        raise ConfigurationError(
            "key_id= and secret_key= go together: pass both, or set MUXI_KEY_ID and "
            "MUXI_SECRET_KEY."
        )
    if settings.key_id is not None and settings.secret_key is not None:
        _sendable("key_id", settings.key_id)
        prefix = unquote(urlsplit(url).path)
        keys[Auth.HMAC] = HmacAuth(settings.key_id, settings.secret_key, prefix=prefix)
    return _options(settings, url, keys, retry, headers)


def formation_options(
    settings: FormationSettings, retry: Retry | None, headers: Mapping[str, str]
) -> Options:
    """The options of a client for a formation."""
    keys: dict[Auth, httpx.Auth] = {}
    for auth, name, key in (
        (Auth.CLIENT, "client_key", settings.client_key),
        (Auth.ADMIN, "admin_key", settings.admin_key),
    ):
        if key is not None:
            _sendable(name, key.get_secret_value())
            keys[auth] = KeyAuth(f"X-Muxi-{auth.name.title()}-Key", key)
    if settings.user_id is not None:
        _sendable("user_id", settings.user_id)
    options = _options(settings, settings.api_url(), keys, retry, headers)
    return replace(options, user_id=settings.user_id)


def _options(
    settings: _Settings,
    url: str,
    keys: Mapping[Auth, httpx.Auth],
    retry: Retry | None,
    headers: Mapping[str, str],
) -> Options:
    if settings.debug:
        enable()
    return Options(
        base_url=url,
        keys=keys,
        retry=retry or Retry(max_retries=settings.max_retries),
        timeout=settings.timeout,
        headers=headers,
        debug=settings.debug,
    )


def _sendable(name: str, value: str) -> None:
    try:
        printable(name, value)
    except ValidationError as exc:
        raise ConfigurationError(exc.message) from None
