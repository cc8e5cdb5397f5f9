"""An HTTP request and its response, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, Protocol
from urllib.parse import urlsplit

from .values import value

if TYPE_CHECKING:
    from pydantic import SecretStr

    from .._files.download import DownloadedFile, DownloadTarget
    from .._files.upload import Upload


class _Secret:
    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a key and can't be pickled")


@dataclass(frozen=True)
class ApiKey(_Secret):
    """A formation's key, sent in a header."""

    header: str
    """`X-Muxi-Client-Key` or `X-Muxi-Admin-Key`."""
    secret: SecretStr


@dataclass(frozen=True)
class HmacKey(_Secret):
    """The control plane's key, which signs each attempt."""

    id: str
    """`MUXI_…`."""
    secret: SecretStr
    """`sk_…`."""
    prefix: str = ""
    """The path prefix that a reverse proxy removes from requests to the server."""


Key = ApiKey | HmacKey


@value
class HttpRequest:
    """A request that is complete except for its key."""

    method: str
    url: str
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    """Not in the repr, and neither is the body: tracebacks show local variables."""
    content: bytes | Upload | None = field(repr=False)
    """The body."""
    key: Key | None
    sign_body: Callable[[bytes], Mapping[str, str]] | None
    """Creates headers from the body, for each attempt again."""
    timeout: float
    """Seconds to wait for a connection and for each write."""
    events: bool
    """Whether to leave the body unread if it is a stream of events."""
    read_timeout: float
    """Seconds to wait for the response and for each chunk of it."""
    event_timeout: float
    """Seconds to wait for each chunk of a stream of events."""
    save: DownloadTarget | None
    """Where to write the body of a successful response."""
    max_response_bytes: int
    """The largest response to read into memory, in bytes after decoding."""
    max_event_bytes: int
    """The largest server-sent event, in bytes."""
    accepted_statuses: frozenset[int] = frozenset()
    """Status codes besides 2xx whose body is the answer."""
    deadline: float | None = None
    """The time at which the whole call must end, by `steps.clock`."""

    def needs_body(self, status_code: int) -> bool:
        """Return whether a response with this status is worth nothing without its whole body."""
        return status_code < 300 or status_code in self.accepted_statuses

    @property
    def target(self) -> str:
        """Method and path: messages of errors keep the server's address out."""
        return f"{self.method} {urlsplit(self.url).path}"


class EventBody(Protocol):
    """An open response of server-sent events. The driver that opened it reads and closes it."""

    def unframed(self) -> str:
        """Return JSON that the server wrote at the end, outside of any event; empty if none."""
        ...

    def abandon(self) -> None:
        """Close the connection at once: the stream was garbage-collected."""
        ...


ServerSentEvents = Sequence[tuple[str, str]]
"""The names and data of events, in order."""


@value
class RawResponse:
    """The response to one attempt."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes | bytearray = field(repr=False)
    elapsed: float
    """Seconds."""
    received_at: float
    """When it was received, in Unix seconds by this machine's clock."""
    events: EventBody | None = None
    """The open body, if it is a stream of events."""
    saved: DownloadedFile | None = None
    """The file that the body was written to, if any."""


@value
class Delivery:
    """A successful response, and the attempts that it took."""

    reply: RawResponse
    attempts: int
    may_have_run: bool
    """Whether the server may have acted on an attempt before the last one."""
