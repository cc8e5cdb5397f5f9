"""The options of a client, and the requests that it creates from calls."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cache, cached_property
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from .._version import __version__
from ..errors import ConfigurationError, ValidationError
from ..retry import Retry
from .call import Call, KeyKind, UserRule
from .checks import check_header, check_headers, check_retry, check_seconds
from .messages import HttpRequest, Key

_NEEDS = {
    KeyKind.ADMIN: "the admin key: pass admin_key= or set MUXI_ADMIN_KEY",
    KeyKind.CLIENT: "the client key: pass client_key= or set MUXI_CLIENT_KEY",
    KeyKind.EITHER: (
        "a key: pass client_key= or admin_key=, or set MUXI_CLIENT_KEY or MUXI_ADMIN_KEY"
    ),
    KeyKind.HMAC: "keys: pass key_id= and secret_key=, or set MUXI_KEY_ID and MUXI_SECRET_KEY",
}


_USER_HEADER = "x-muxi-user-id"
"""In `headers=`, this header sets the user; every other way to set the user overrides it."""


class NotGiven(Enum):
    """The type of `NOT_GIVEN`."""

    NOT_GIVEN = auto()

    def __repr__(self) -> str:
        return self.name


NOT_GIVEN: Final = NotGiven.NOT_GIVEN
"""The default of arguments for which None has a meaning of its own."""


@dataclass(frozen=True)
class Options:
    """The settings that a client and its views work with."""

    base_url: str
    keys: Mapping[KeyKind, Key]
    retry: Retry = field(default_factory=Retry)
    timeout: float = 30.0
    """Seconds to wait for a connection, for each write and for each read."""
    user_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Headers to send with each request, with names in lower case. Not in the repr, because
    tracebacks show local variables, and `Authorization` may be among them."""
    debug: bool = False
    insecure_http: str = "warn"
    max_response_bytes: int = 64 * 2**20
    """The largest response to read into memory, in bytes after decoding."""
    max_event_bytes: int = 16 * 2**20
    """The largest event of a stream, in bytes after decoding."""

    def __post_init__(self) -> None:
        if "authorization" in self.headers and KeyKind.HMAC in self.keys:
            raise ConfigurationError(
                "headers can't have Authorization: the signature made with secret_key= is in it."
            )

    def __reduce__(self) -> NoReturn:
        raise TypeError("Clients hold keys and connections and can't be pickled")

    def changed(
        self,
        *,
        timeout: float | NotGiven,
        retry: Retry | NotGiven,
        headers: Mapping[str, str] | NotGiven,
        user_id: str | NotGiven | None,
    ) -> Options:
        """Return a copy with some options changed. Headers are added to the existing ones.

        Raises:
            ConfigurationError: A value is invalid.
        """
        changes: dict[str, Any] = {}
        try:
            if timeout is not NOT_GIVEN:
                changes["timeout"] = check_seconds("timeout", timeout)
            if retry is not NOT_GIVEN:
                changes["retry"] = check_retry("retry", retry)
            if headers is not NOT_GIVEN:
                changes["headers"] = {**self.headers, **check_headers("headers", headers)}
            if user_id is not NOT_GIVEN:
                changes["user_id"] = None if user_id is None else check_header("user_id", user_id)
        except ValidationError as exc:
            raise ConfigurationError(exc.message) from None
        return replace(self, **changes)

    def outgoing(self, call: Call[Any], *, idempotency_key: str, events: bool) -> HttpRequest:
        """Return the HTTP request for a call.

        Raises:
            ConfigurationError: The client lacks the key that the call needs.
            ValidationError: The call needs a user id, or has one that can't be sent.
        """
        auth = self._auth(call)
        headers = list(self._common_headers)
        headers.append((b"X-Muxi-Idempotency-Key", idempotency_key.encode()))
        headers.append((b"Accept", _accepted(call, events=events)))
        user_id = self._user(call, auth)
        if user_id is not None:
            headers.append((b"X-Muxi-User-ID", user_id.encode()))
        headers.extend(_headers_of(call))
        try:
            content = call.upload if call.body is None else call.body.encode()
            query = f"?{urlencode(call.query)}" if call.query else ""
        except ValueError:
            raise ValidationError(
                f"{call.method} {call.path} can't be sent: a text in it holds half a character, "
                "a surrogate that UTF-8 has no bytes for."
            ) from None
        return HttpRequest(
            method=call.method,
            url=self.base_url + call.path + query,
            headers=tuple(headers),
            content=content,
            key=self.keys.get(auth),
            sign_body=call.sign_body,
            timeout=self.timeout,
            events=events,
            read_timeout=self.timeout if call.read_timeout is None else call.read_timeout,
            event_timeout=math.inf if call.read_timeout is None else call.read_timeout,
            save=call.save,
            max_response_bytes=self.max_response_bytes,
            max_event_bytes=self.max_event_bytes,
            accepted_statuses=call.accepted_statuses,
        )

    @cached_property
    def _common_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        own = {
            "user-agent": f"muxi-client/{__version__}",
            "x-muxi-sdk": f"python/{__version__}",
            "x-muxi-client": _platform(),
        }
        return tuple(
            (name.encode(), value.encode())
            for name, value in {**own, **self.headers}.items()
            if name != _USER_HEADER
        )

    def _auth(self, call: Call[Any]) -> KeyKind:
        if call.auth is KeyKind.NONE:
            return KeyKind.NONE
        wanted = (KeyKind.CLIENT, KeyKind.ADMIN) if call.auth is KeyKind.EITHER else (call.auth,)
        for auth in wanted:
            if auth in self.keys:
                return auth
        raise ConfigurationError(f"{call.method} {call.path} needs {_NEEDS[call.auth]}.")

    def _user(self, call: Call[Any], auth: KeyKind) -> str | None:
        if call.user is UserRule.UNUSED:
            return None
        user_id = call.user_id if call.user_id is not None else self.user_id
        if user_id is None:
            user_id = self.headers.get(_USER_HEADER)
        if user_id is not None:
            return check_header("user_id", user_id)
        if call.user is UserRule.DEFAULT_ZERO:
            return "0"
        if call.user is UserRule.REQUIRED or (
            call.user is UserRule.REQUIRED_WITH_CLIENT_KEY and auth is KeyKind.CLIENT
        ):
            raise ValidationError(
                f"{call.method} {call.path} needs a user: pass user_id=, take for_user(...), or "
                'set MUXI_USER_ID. What is done without a user belongs to user "0".'
            )
        return None


def _headers_of(call: Call[Any]) -> Iterator[tuple[bytes, bytes]]:
    """Return the headers of a call: its own, and the type and length of its body."""
    for name, value in call.headers.items():
        yield name.encode(), check_header(f"The header {name}", value).encode()
    if call.body is not None:
        yield b"Content-Type", b"application/json"
    if call.upload is not None:
        yield b"Content-Type", call.upload.content_type.encode()
        yield b"Content-Length", str(call.upload.size).encode()


def _accepted(call: Call[Any], *, events: bool) -> bytes:
    if call.save is not None:
        return b"*/*"
    return b"text/event-stream, application/json" if events else b"application/json"


@cache
def _platform() -> str:
    system, machine = platform.system().lower(), platform.machine().lower()
    return f"{system or 'unknown'}-{machine or 'unknown'}/py{platform.python_version()}"
