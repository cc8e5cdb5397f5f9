"""Settings of the clients as objects, read from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar, Literal, NoReturn

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class ClientSettings(BaseSettings):
    """The settings that both kinds of client have. None means the client's default."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    variables: ClassVar[Mapping[str, str]] = {}
    """The variables of fields whose variable isn't `MUXI_` plus the field's name."""

    timeout: float | None = None
    """Seconds to wait for a connection, for each write and for each read; `inf` for no limit."""
    max_retries: int | None = None
    """Attempts after the first one."""
    debug: bool | None = None
    """Log each attempt to the logger `muxi`, without keys, tokens and bodies."""
    max_response_bytes: int | None = None
    """The largest response to read into memory, in bytes after decoding."""
    max_event_bytes: int | None = None
    """The largest event of a stream, in bytes after decoding."""
    insecure_http: Literal["warn", "allow", "refuse"] | None = None
    """What to do if keys would be sent over `http://` to another machine."""

    @classmethod
    def variable(cls, name: str) -> str:
        """Return the environment variable of a field."""
        return cls.variables.get(name, f"MUXI_{name.upper()}")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the arguments, then the documented variables by their exact names."""
        return init_settings, _Variables(cls)

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds keys and can't be pickled")


class _Variables(PydanticBaseSettingsSource):
    def __init__(self, kind: type[ClientSettings]) -> None:
        super().__init__(kind)
        self._variables = {name: kind.variable(name) for name in kind.model_fields}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[object, str, bool]:
        """Return the value of a field's variable."""
        return os.environ.get(self._variables[field_name]), field_name, False

    def __call__(self) -> dict[str, object]:
        found = {name: os.environ.get(variable) for name, variable in self._variables.items()}
        return {name: value for name, value in found.items() if value}


class ServerSettings(ClientSettings):
    """Settings of `ServerClient`. Omitted settings come from the environment.

    The variables are `MUXI_SERVER_URL`, `MUXI_KEY_ID`, `MUXI_SECRET_KEY`, `MUXI_TIMEOUT`,
    `MUXI_MAX_RETRIES`, `MUXI_DEBUG`, `MUXI_MAX_RESPONSE_BYTES`, `MUXI_MAX_EVENT_BYTES` and
    `MUXI_INSECURE_HTTP`.

    Example:
        >>> from muxi import ServerClient, ServerSettings
        >>> client = ServerClient(settings=ServerSettings(url="https://muxi.example.com:7890"))
    """

    variables = {"url": "MUXI_SERVER_URL"}

    url: str | None = None
    """The server's address, such as `https://muxi.example.com:7890`."""
    key_id: str | None = None
    """The id of the key, `MUXI_...`."""
    secret_key: SecretStr | None = None
    """The secret of the key, `sk_...`."""


class FormationSettings(ClientSettings):
    """Settings of `FormationClient`. Omitted settings come from the environment.

    The variables are `MUXI_SERVER_URL`, `MUXI_FORMATION_ID`, `MUXI_FORMATION_URL`,
    `MUXI_BASE_URL`, `MUXI_CLIENT_KEY`, `MUXI_ADMIN_KEY`, `MUXI_USER_ID`, `MUXI_MODE`,
    `MUXI_TIMEOUT`, `MUXI_MAX_RETRIES`, `MUXI_DEBUG`, `MUXI_MAX_RESPONSE_BYTES`,
    `MUXI_MAX_EVENT_BYTES` and `MUXI_INSECURE_HTTP`.

    Example:
        >>> from muxi import FormationClient, FormationSettings
        >>> settings = FormationSettings(url="http://127.0.0.1:8001", client_key="fmc_...")
        >>> client = FormationClient(settings=settings)
    """

    variables = {"url": "MUXI_FORMATION_URL"}

    server_url: str | None = None
    """The address of the server that runs the formation; needs `formation_id`."""
    formation_id: str | None = None
    """The formation's id on that server."""
    url: str | None = None
    """The formation's own address, with or without `/v1`."""
    base_url: str | None = None
    """The exact address of the formation's API."""
    client_key: SecretStr | None = None
    """The key for chat, sessions and everything else that users do."""
    admin_key: SecretStr | None = None
    """The key for status, configuration and administration."""
    user_id: str | None = None
    """The user to act as; calls and views can override it."""
    mode: Literal["live", "draft"] | None = None
    """The deployment that `server_url` and `formation_id` stand for; live by default."""
