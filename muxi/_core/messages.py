"""One HTTP request and what came back for it, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

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
    """Seconds to wait for each piece of the answer."""
    save: DownloadTarget | None
    """Where the body of a good answer goes."""

    @property
    def streamed(self) -> bool:
        """The body isn't to be read before status and headers are known."""
        return self.events or self.save is not None


@dataclass(frozen=True)
class RawResponse:
    """What came back for one attempt."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    elapsed: float
    """Seconds."""
    received_at: float
    """Unix seconds by this machine's clock."""
    events: object = None
    """The open response, where events were wanted and come."""
    saved: DownloadedFile | None = None
    """Where the body went, where it was a file."""
