"""From arguments and environment to the options of a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import pydantic

from ..errors import ConfigurationError, ValidationError
from ..retry import Retry
from ..settings import ClientSettings, FormationSettings, ServerSettings
from .call import KeyKind
from .log import enable
from .messages import ApiKey, HmacKey, Key
from .options import Options, check_header

SettingsT = TypeVar("SettingsT", bound=ClientSettings)


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


def server_options(
    settings: ServerSettings, retry: Retry | None, headers: Mapping[str, str]
) -> Options:
    """The options of a client for a server."""
    keys: dict[KeyKind, Key] = {}
    url = settings.api_url()
    if (settings.key_id is None) != (settings.secret_key is None):
        raise ConfigurationError(
            "key_id= and secret_key= go together: pass both, or set MUXI_KEY_ID and "
            "MUXI_SECRET_KEY."
        )
    if settings.key_id is not None and settings.secret_key is not None:
        _sendable("key_id", settings.key_id)
        prefix = unquote(urlsplit(url).path)
        keys[KeyKind.HMAC] = HmacKey(settings.key_id, settings.secret_key, prefix)
    return _options(settings, url, keys, retry, headers)


def formation_options(
    settings: FormationSettings, retry: Retry | None, headers: Mapping[str, str]
) -> Options:
    """The options of a client for a formation."""
    keys: dict[KeyKind, Key] = {}
    for auth, name, key in (
        (KeyKind.CLIENT, "client_key", settings.client_key),
        (KeyKind.ADMIN, "admin_key", settings.admin_key),
    ):
        if key is not None:
            _sendable(name, key.get_secret_value())
            keys[auth] = ApiKey(f"X-Muxi-{auth.name.title()}-Key", key)
    if settings.user_id is not None:
        _sendable("user_id", settings.user_id)
    options = _options(settings, settings.api_url(), keys, retry, headers)
    return replace(options, user_id=settings.user_id)


def proxied_options(server: Options, formation_id: str, given: Mapping[str, object]) -> Options:
    """The options of a client for a formation, reached as its server is."""
    where = {"server_url": server.base_url, "formation_id": formation_id}
    settings = load(FormationSettings, {**where, **given})
    options = formation_options(settings, server.retry, server.headers)
    return replace(options, timeout=server.timeout, debug=server.debug)


def _options(
    settings: ClientSettings,
    url: str,
    keys: Mapping[KeyKind, Key],
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
        check_header(name, value)
    except ValidationError as exc:
        raise ConfigurationError(exc.message) from None
