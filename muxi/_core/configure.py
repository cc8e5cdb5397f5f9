"""Builds a client's options from arguments, a settings object and the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from ..errors import ConfigurationError, ValidationError
from ..retry import Retry
from .call import KeyKind, path_part
from .checks import check_header, check_headers, check_int, check_key, check_retry, check_seconds
from .log import enable, logger
from .messages import ApiKey, HmacKey, Key
from .options import Options

if TYPE_CHECKING:
    from ..settings import ClientSettings

T = TypeVar("T")
U = TypeVar("U")

_ADDRESSES = ("base_url", "url", "server_url")
_EXAMPLE = "https://muxi.example.com:7890"
_warned: set[str] = set()
"""The addresses for which a warning was logged."""


class Arguments(dict[str, object]):
    """Arguments by name. Its repr has the names only: tracebacks show local variables."""

    def __repr__(self) -> str:
        return f"Arguments({', '.join(self)})"


class Settings:
    """The settings of one client, from arguments, a settings object and environment variables.

    An address in an argument replaces all other addresses.

    Args:
        kind: The name of the settings class, which is imported only if variables are set.
        arguments: The arguments of the constructor; None means omitted.
        settings: The settings object, if any.

    Raises:
        ConfigurationError: Two arguments exclude each other, a variable has an invalid value, or
            the settings are those of the other client.
    """

    def __init__(
        self,
        kind: Literal["ServerSettings", "FormationSettings"],
        arguments: Arguments,
        settings: ClientSettings | None,
    ) -> None:
        self._arguments = {name: one for name, one in arguments.items() if one is not None}
        addresses = [name for name in _ADDRESSES if name in self._arguments]
        if len(addresses) > 1:
            raise ConfigurationError(f"{addresses[0]}= and {addresses[1]}= exclude each other.")
        if "mode" in self._arguments and addresses and addresses != ["server_url"]:
            raise ConfigurationError(f"mode= goes with server_url=, not with {addresses[0]}=.")
        if "retry" in self._arguments and "max_retries" in self._arguments:
            raise ConfigurationError(
                "retry= and max_retries= exclude each other: write retry=Retry(max_retries=...)."
            )
        if settings is not None and all(one.__name__ != kind for one in type(settings).__mro__):
            raise ConfigurationError(f"settings must be {kind}, not {type(settings).__name__}.")
        self._passed = settings is not None
        self._settings = settings
        if settings is None and None in arguments.values():
            self._settings = _from_environment(kind)
        self._hidden = _ADDRESSES if addresses else ()

    def get(self, name: str) -> Any:  # noqa: ANN401
        """Return the value of a setting, with keys as plain text; None if it is omitted."""
        value: object = self._arguments.get(name)
        if value is None and name not in self._hidden:
            value = getattr(self._settings, name, None)
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    def label(self, name: str) -> str:
        """Return the name of the argument or variable that a setting came from."""
        if name in self._arguments or self._settings is None:
            return name
        return f"settings.{name}" if self._passed else self._settings.variable(name)

    def checked(self, name: str, check: Callable[[str, object], T], default: U) -> T | U:
        """Return the value of a setting after a check.

        Raises:
            ConfigurationError: The value is invalid.
        """
        value = self.get(name)
        if value is None:
            return default
        try:
            return check(self.label(name), value)
        except ValidationError as exc:
            del value  # it may be a key
            raise ConfigurationError(exc.message) from None


def server_options(arguments: Arguments, settings: ClientSettings | None) -> Options:
    """Return the options of a client for a server.

    Raises:
        ConfigurationError: A setting is missing or invalid, or two exclude each other.
    """
    given = Settings("ServerSettings", arguments, settings)
    url = given.checked("url", _server_url, "")
    if not url:
        raise ConfigurationError("The server's URL is missing: pass url= or set MUXI_SERVER_URL.")
    keys: dict[KeyKind, Key] = {}
    key_id, secret = _key(given, "key_id"), _key(given, "secret_key")
    if (key_id is None) != (secret is None):
        raise ConfigurationError(
            "key_id= and secret_key= go together: pass both, or set MUXI_KEY_ID and "
            "MUXI_SECRET_KEY."
        )
    if key_id is not None and secret is not None:
        keys[KeyKind.HMAC] = HmacKey(key_id.get_secret_value(), secret, unquote(urlsplit(url).path))
    return _options(given, url, keys)


def formation_options(arguments: Arguments, settings: ClientSettings | None) -> Options:
    """Return the options of a client for a formation.

    Raises:
        ConfigurationError: A setting is missing or invalid, or two exclude each other.
    """
    given = Settings("FormationSettings", arguments, settings)
    keys: dict[KeyKind, Key] = {}
    for kind, name in ((KeyKind.CLIENT, "client_key"), (KeyKind.ADMIN, "admin_key")):
        if (key := _key(given, name)) is not None:
            keys[kind] = ApiKey(f"X-Muxi-{kind.name.title()}-Key", key)
    return _options(given, _formation_url(given), keys)


def proxied_options(server: Options, formation_id: str, arguments: Arguments) -> Options:
    """Return the options of a client for a formation behind a server."""
    where = {"server_url": server.base_url, "formation_id": formation_id}
    given = Arguments({**arguments, **where, "insecure_http": server.insecure_http})
    own = formation_options(given, None)
    return replace(server, base_url=own.base_url, keys=own.keys, user_id=own.user_id)


def _options(given: Settings, url: str, keys: Mapping[KeyKind, Key]) -> Options:
    debug = given.checked("debug", _bool, default=False)
    if debug:
        enable()
    insecure_http = given.checked("insecure_http", _one_of("warn", "allow", "refuse"), "warn")
    if keys and insecure_http != "allow":
        _check_encryption(url, insecure_http)
    defaults = Options(base_url=url, keys=keys)
    retries = given.checked("max_retries", _retries, defaults.retry)
    return replace(
        defaults,
        retry=given.checked("retry", check_retry, retries),
        timeout=given.checked("timeout", check_seconds, defaults.timeout),
        user_id=given.checked("user_id", check_header, None),
        headers=given.checked("headers", check_headers, defaults.headers),
        debug=debug,
        insecure_http=insecure_http,
        max_response_bytes=given.checked(
            "max_response_bytes", check_int, defaults.max_response_bytes
        ),
        max_event_bytes=given.checked("max_event_bytes", check_int, defaults.max_event_bytes),
    )


def _key(given: Settings, name: str) -> SecretStr | None:
    def check(label: str, value: object) -> SecretStr:
        return SecretStr(check_key(label, name, value))

    return given.checked(name, check, None)


def _from_environment(
    kind: Literal["ServerSettings", "FormationSettings"],
) -> ClientSettings | None:
    if not any(name.startswith("MUXI_") for name in os.environ):
        return None  # imported late: pydantic-settings is slow to load
    import pydantic

    from ..settings import FormationSettings, ServerSettings

    settings = ServerSettings if kind == "ServerSettings" else FormationSettings
    try:
        return settings()
    except pydantic.ValidationError as exc:
        fault = exc.errors()[0]
        variable = settings.variable(str(fault["loc"][0]))
        raise ConfigurationError(f"{variable} is wrong: {fault['msg']}.") from None


def _formation_url(given: Settings) -> str:
    """Return the API's address, from `base_url`, `url`, or `server_url` and `formation_id`."""
    if base_url := given.checked("base_url", _url, ""):
        return base_url
    if url := given.checked("url", _url, ""):
        return url.removesuffix("/v1") + "/v1"
    server_url = given.checked("server_url", _server_url, "")
    if not server_url:
        raise ConfigurationError(
            "The formation's address is missing: pass server_url= and formation_id=, or url=, "
            "or set MUXI_SERVER_URL and MUXI_FORMATION_ID, or MUXI_FORMATION_URL."
        )
    formation_id = given.checked("formation_id", path_part, "")
    if not formation_id:
        raise ConfigurationError(
            "The formation's id is missing: pass formation_id= or set MUXI_FORMATION_ID."
        )
    mode = given.checked("mode", _one_of("live", "draft"), "live")
    return f"{server_url}/{'api' if mode == 'live' else 'draft'}/{formation_id}/v1"


def _server_url(label: str, value: object) -> str:
    url = _url(label, value)
    if url.endswith("/v1"):
        raise ValidationError(
            f"{label} ends in /v1, which is a formation's address: pass that as url= to "
            "FormationClient, and the server's address alone here."
        )
    if url.endswith("/rpc"):
        raise ValidationError(f"{label} ends in /rpc: leave that out, as in {_EXAMPLE}.")
    return url


def _url(label: str, value: object) -> str:
    """Return a URL without trailing slashes. Errors don't contain parts that may hold a password.

    Raises:
        ValidationError: The value isn't a plain http or https URL.
    """
    if not isinstance(value, str):
        raise ValidationError(f"{label} must be a string, not {type(value).__name__}.")
    if "://" not in value:
        raise ValidationError(f"{label} has no scheme: write it with https://, as {_EXAMPLE}.")
    parts = urlsplit("")
    try:
        parts = urlsplit(value)
        is_sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or value != value.strip() or not value.isascii() or not value.isprintable():
        raise ValidationError(f"{label} is no URL such as {_EXAMPLE}.")
    if parts.scheme not in ("http", "https"):
        raise ValidationError(f"{label} must begin with https:// or http://, as {_EXAMPLE}.")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValidationError(f"{label} can't have a user name, a query or a fragment.")
    return value.rstrip("/")


def _check_encryption(url: str, insecure_http: str) -> None:
    """Warn if keys would be sent unencrypted over the network, or raise an error."""
    parts = urlsplit(url)
    if parts.scheme == "https" or _is_loopback(parts.hostname or ""):
        return
    message = f"Keys are sent to {parts.netloc} unencrypted: use https://"
    if insecure_http == "refuse":
        raise ConfigurationError(f'{message}, or pass insecure_http="allow".')
    if parts.netloc not in _warned:
        _warned.add(parts.netloc)
        logger.warning('%s, or silence this with insecure_http="allow".', message)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _one_of(*values: str) -> Callable[[str, object], str]:
    def check(label: str, value: object) -> str:
        if isinstance(value, str) and value in values:
            return value
        raise ValidationError(f"{label} must be one of {', '.join(values)}, not {value!r}.")

    return check


def _bool(label: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValidationError(f"{label} must be True or False, not {value!r}.")


def _retries(label: str, value: object) -> Retry:
    return Retry(max_retries=check_int(label, value, 0))
