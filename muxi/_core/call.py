"""Calls as values: the request to send and the model of the response. No I/O."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from ..errors import MuxiError, ValidationError
from .checks import check_seconds
from .values import changed, value

if TYPE_CHECKING:
    from datetime import timedelta

    from typing_extensions import TypeForm

    from .._files.download import DownloadTarget
    from .._files.upload import Upload
    from ..models._base import Request

T = TypeVar("T")
U = TypeVar("U")
EventT = TypeVar("EventT")
ResultT = TypeVar("ResultT")


class KeyKind(Enum):
    """The key that a call needs (contract A3, server-api 2)."""

    NONE = auto()
    ADMIN = auto()
    CLIENT = auto()
    EITHER = auto()
    """The client key if there is one, else the admin key."""
    HMAC = auto()


class UserRule(Enum):
    """Whether a call needs a user id (contract A3)."""

    UNUSED = auto()
    OPTIONAL = auto()
    REQUIRED = auto()
    REQUIRED_WITH_CLIENT_KEY = auto()
    DEFAULT_ZERO = auto()
    """Without a user id, the call acts as user "0", as the formation does for chat."""


class BodyFormat(Enum):
    """The format of the response body."""

    ENVELOPE = auto()
    """The payload is under `data`, in both services."""
    BARE = auto()
    TEXT = auto()
    FILE = auto()
    """The body is a file and is written to the call's `save`; it is never whole in memory."""


FollowUp = Callable[
    ["Response[Any] | MuxiError", "float | None"], Generator[Any, Any, "Response[Any]"]
]
"""A flow that continues after a call. It gets the outcome of the call and the seconds left, and
returns the final response or raises."""


@value
class AlreadyDone(Generic[T]):
    """The error of a retry that means that an earlier attempt succeeded."""

    status: int
    answer: T
    says: str = ""
    """A text that the error message must contain, such as an id; case-insensitive."""

    def matches(self, error: MuxiError) -> bool:
        """Return whether the error has this meaning. A gateway's error page hasn't."""
        is_of_route = error.code is None or error.message == "Not Found"
        is_about_it = self.says.casefold() in error.message.casefold()
        return error.status_code == self.status and not is_of_route and is_about_it


@value
class Call(Generic[T]):
    """One request and the type of its response. `Agents.get.build("x")` returns one."""

    method: str
    path: str
    returns: TypeForm[T]
    auth: KeyKind
    _: KW_ONLY
    user: UserRule = UserRule.UNUSED
    user_id: str | None = None
    """The user that the caller passed; overrides the client's user."""
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Request | None = None
    shape: BodyFormat = BodyFormat.ENVELOPE
    idempotent: bool = False
    """Whether the server deduplicates the call by its idempotency key."""
    idempotency_key: str | None = None
    """The key by which the server recognises a repeated call; None for a new key."""
    accepted_statuses: frozenset[int] = frozenset()
    """Status codes from 400 up whose body is the model, too."""
    turn_id: str | None = None
    """The id of the chat turn that the call runs; errors carry it."""
    sign_body: Callable[[bytes], Mapping[str, str]] | None = None
    """Creates headers from the body, for each attempt again."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers for this call only."""
    upload: Upload | None = None
    """A file to send instead of a `body`."""
    timeout: float | None = None
    """The most seconds that all attempts and the pauses between them may take; None for no limit.
    For a stream, it ends when the stream opens."""
    read_timeout: float | None = None
    """Seconds to wait for each chunk of the response or stream, instead of the client's timeout."""
    safe_to_retry: bool | None = None
    """Whether the call may safely run twice; None to decide as `is_repeatable` does."""
    already_done: AlreadyDone[T] | None = None
    """The error that means "done" if an earlier attempt may have succeeded."""
    explain: Callable[[MuxiError, int], MuxiError] | None = None
    """Makes the error of an attempt more specific. Gets the error and the attempt's number."""
    save: DownloadTarget | None = None
    """Where to write the body if it is a file; `returns` is `DownloadedFile` then."""
    transform: Callable[[Response[Any]], Any] | None = None
    """Converts the response with the model to the final one."""
    follow_up: FollowUp | None = None
    """Continues with other calls if the response was lost or the work goes on in the background."""

    def __post_init__(self) -> None:
        if self.timeout is not None:
            check_seconds("timeout", self.timeout)

    @property
    def is_repeatable(self) -> bool:
        """Whether the call may run twice, if both requests have the same idempotency key."""
        if self.safe_to_retry is not None:
            return self.safe_to_retry
        return self.method in ("GET", "PUT", "DELETE") or self.idempotent

    def within(self, timeout: float | None) -> Call[T]:
        """Return the call with a timeout that is the only one for its response.

        Args:
            timeout: The most seconds, as in `Call.timeout`; None for no limit.
        """
        return replace(self, timeout=timeout, read_timeout=math.inf)

    def map(self, transform: Callable[[T], U]) -> Call[U]:
        """Return the call with its data converted by a function."""
        return self.map_response(lambda response: transform(response.data))

    def map_response(self, transform: Callable[[Response[T]], U]) -> Call[U]:
        """Return the call with its data created from the whole response."""
        return _transformed(self, transform)


def _transformed(call: Call[Any], transform: Callable[[Response[Any]], Any]) -> Call[Any]:
    return changed(call, transform=transform)


@dataclass(frozen=True)
class Response(Generic[T]):
    """A response with its data and metadata, as every method of `client.raw` returns it."""

    data: T
    status_code: int
    headers: Mapping[str, str]
    """The response's headers; keys are case-insensitive."""
    request_id: str | None
    attempts: int
    """How many times the request was sent."""
    elapsed: timedelta
    """The time from sending the last attempt until its response was read."""


class IdError(ValidationError):
    """The error for an id that can't be part of a path.

    Attributes:
        part: The id.
        problem: What is wrong with it, to follow the argument's name in a message.
    """

    def __init__(self, name: str, part: object, problem: str) -> None:
        super().__init__(f"{name} {problem}")
        self.part = part
        self.problem = problem


_UNRESERVED = re.compile(r"[A-Za-z0-9_~-]+")
"""What `path_part` returns as it is. Dots are left out, for `.` and `..`."""


def new_id() -> str:
    """Return a random id: 32 hexadecimal digits."""
    return os.urandom(16).hex()  # a UUID takes five times as long


def path(*parts: str) -> str:
    """Return a path with each part percent-encoded.

    Raises:
        IdError: A part is invalid. Methods add the name of the argument.
    """
    return "".join(f"/{path_part('An id', part)}" for part in parts)


def path_part(name: str, part: object) -> str:
    """Return a part of a path, percent-encoded.

    Raises:
        IdError: The part is empty, or would not reach the server unchanged: the formation decodes
            `%2F` before routing, and the proxy cuts the path at `?`, `#` and `%` (contract
            A-extra, server-api 10).
    """
    if type(part) is str and _UNRESERVED.fullmatch(part):
        return part
    if isinstance(part, (int, UUID)) and not isinstance(part, bool):
        return str(part)  # ids from databases
    if not isinstance(part, str):
        raise IdError(name, part, f"must be a string, not {type(part).__name__}.")
    if not part:
        raise IdError(name, part, "is empty.")
    if part in (".", ".."):
        raise IdError(name, part, f"can't be {part!r}: it would change the path.")
    bad = sorted({char for char in part if char in "/?#%\\" or "\ud800" <= char <= "\udfff"})
    if bad:
        raise IdError(name, part, f"can't contain {bad[0]!r}: it would not reach the server.")
    return quote(part, safe="")


def query(**values: str | int | bool | None) -> dict[str, str]:
    """Return query parameters, without those that are None."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }
