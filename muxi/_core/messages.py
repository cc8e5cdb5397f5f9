"""One HTTP request and what came back for it, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pydantic import SecretStr

    from .._files.download import DownloadedFile, DownloadTarget
    from .._files.upload import Upload


class _Secret:
    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a key and can't be pickled")


@dataclass(frozen=True)
class ApiKey(_Secret):
    """A formation's key, sent in a header of its own."""

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
    """The path that a reverse proxy strips before the server sees it."""


Key = ApiKey | HmacKey


@dataclass(frozen=True)
class HttpRequest:
    """A request, ready for the wire but for its key."""

    method: str
    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    content: bytes | Upload | None = field(repr=False)
    """Not shown: tracebacks show local variables, and it may be a secret."""
    key: Key | None
    sign_body: Callable[[bytes], Mapping[str, str]] | None
    """Makes headers of the body, again for each attempt."""
    timeout: float
    """Seconds to wait for a connection and for each write."""
    events: bool
    """Events are wanted: leave the body unread if they come."""
    read_timeout: float
    """Seconds to wait for the answer, and for each piece of it."""
    event_timeout: float
    """Seconds to wait for each piece of a stream of events."""
    save: DownloadTarget | None
    """Where the body of a good answer goes."""
    max_response_bytes: int
    """How long an answer may be that is held whole, decoded."""
    max_event_bytes: int
    """How long one server-sent event may be."""
    deadline: float | None = None
    """When the call as a whole has to end, by the clock of flows."""

    @property
    def target(self) -> str:
        """Method and path: messages of errors keep the server's address out."""
        return f"{self.method} {urlsplit(self.url).path}"


class EventBody(Protocol):
    """An open answer of server-sent events, which the driver that made it reads and closes."""

    def unframed(self) -> str:
        """Return the JSON that the server wrote at the end without a frame; empty for none."""
        ...

    def abandon(self) -> None:
        """Hang up at once, whatever else goes on: the stream was dropped."""
        ...


ServerSentEvents = Sequence[tuple[str, str]]
"""Names and data, in the order in which they came."""


@dataclass(frozen=True)
class RawResponse:
    """What came back for one attempt."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes | bytearray = field(repr=False)
    elapsed: float
    """Seconds."""
    received_at: float
    """Unix seconds by this machine's clock."""
    events: EventBody | None = None
    """The open body, where events were wanted and come."""
    saved: DownloadedFile | None = None
    """Where the body went, where it was a file."""


@dataclass(frozen=True)
class Delivery:
    """A good answer, and how it was come by."""

    reply: RawResponse
    attempts: int
    may_have_run: bool
    """The server may have acted on an attempt before the last one."""
