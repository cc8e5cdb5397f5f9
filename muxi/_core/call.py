"""A call as a value: which request to send and which model answers. Nothing here does I/O."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from ..errors import MuxiError, ValidationError
from .checks import check_seconds

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
    """Which key a call needs (contract A3, server-api 2)."""

    NONE = auto()
    ADMIN = auto()
    CLIENT = auto()
    EITHER = auto()
    """The client key if there is one, else the admin key."""
    HMAC = auto()


class UserRule(Enum):
    """What a call does with a user id (contract A3)."""

    UNUSED = auto()
    OPTIONAL = auto()
    REQUIRED = auto()
    REQUIRED_WITH_CLIENT_KEY = auto()
    DEFAULT_ZERO = auto()
    """Nobody named means user "0", as the formation itself has it for chat."""


class BodyFormat(Enum):
    """What surrounds the answer on the wire."""

    ENVELOPE = auto()
    """The payload sits under `data`, in both services."""
    BARE = auto()
    TEXT = auto()
    FILE = auto()
    """The body is a file and goes where the call's `save` says; it is never held whole."""


FollowUp = Callable[
    ["Response[Any] | MuxiError", "float | None"], Generator[Any, Any, "Response[Any]"]
]
"""A flow that is given how a call ended and the seconds left, and returns or raises the end."""


@dataclass(frozen=True)
class AlreadyDone(Generic[T]):
    """The refusal of a repeated call that means that an earlier attempt has done it."""

    status: int
    answer: T
    says: str = ""
    """What the error's message must hold, in any case, such as the id of what is gone."""

    def matches(self, error: MuxiError) -> bool:
        """Whether the error says so. A gateway's page or an unknown route doesn't."""
        is_of_route = error.code is None or error.message == "Not Found"
        is_about_it = self.says.casefold() in error.message.casefold()
        return error.status_code == self.status and not is_of_route and is_about_it


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request and the type of its answer. `Agents.get.build("x")` makes one to look at."""

    method: str
    path: str
    returns: TypeForm[T]
    auth: KeyKind
    _: KW_ONLY
    user: UserRule = UserRule.UNUSED
    user_id: str | None = None
    """Whom the caller named; beats the client's own user."""
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Request | None = None
    shape: BodyFormat = BodyFormat.ENVELOPE
    idempotent: bool = False
    """The server runs it once, however often it arrives."""
    idempotency_key: str | None = None
    """By which the server knows it again; None for a new one."""
    accepted_statuses: frozenset[int] = frozenset()
    """Statuses from 400 up that answer with the model all the same."""
    turn_id: str | None = None
    """The chat turn that it runs; errors carry it."""
    sign_body: Callable[[bytes], Mapping[str, str]] | None = None
    """Makes headers of the body, again for each attempt."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Those of this call alone."""
    upload: Upload | None = None
    """The file that is sent instead of a `body`."""
    timeout: float | None = None
    """The most seconds that all attempts and the pauses between them may take; None for no limit.
    Of a stream, until it opens."""
    read_timeout: float | None = None
    """Seconds to wait for each piece of the answer, events too, instead of the client's."""
    safe_to_retry: bool | None = None
    """It may run twice without harm; None to go by its method."""
    already_done: AlreadyDone[T] | None = None
    """What means "done" where an attempt before may have acted."""
    explain: Callable[[MuxiError, int], MuxiError] | None = None
    """Puts the error of an attempt, and its number, into the words of the service."""
    save: DownloadTarget | None = None
    """Where the body goes of a call whose shape is a file; `returns` is `Saved`."""
    transform: Callable[[Response[Any]], Any] | None = None
    """Makes the answer of the response with the model."""
    follow_up: FollowUp | None = None
    """Goes on by other calls where the answer is not the end of the work, or was lost."""

    def __post_init__(self) -> None:
        if self.timeout is not None:
            check_seconds("timeout", self.timeout)

    def map(self, transform: Callable[[T], U]) -> Call[U]:
        """The same call with its answer turned into something else."""
        return self.map_response(lambda response: transform(response.data))

    def map_response(self, transform: Callable[[Response[T]], U]) -> Call[U]:
        """The same call, answered by something made of the whole response."""
        return _transformed(self, transform)


def _transformed(call: Call[Any], transform: Callable[[Response[Any]], Any]) -> Call[Any]:
    return replace(call, transform=transform)


@dataclass(frozen=True)
class Response(Generic[T]):
    """An answer with what came around it; every method of `client.raw` returns one."""

    data: T
    status_code: int
    headers: Mapping[str, str]
    """Keys compare in any case."""
    request_id: str | None
    attempts: int
    """How often the request was sent."""
    elapsed: timedelta
    """From sending the last attempt to having read its answer."""

    def with_data(self, data: U) -> Response[U]:
        """The same response with other data."""
        return _with_data(self, data)


def _with_data(response: Response[Any], data: Any) -> Response[Any]:  # noqa: ANN401
    return replace(response, data=data)


class IdError(ValidationError):
    """An id that can't be part of a path.

    Attributes:
        part: The id.
        problem: What is wrong with it, to be said of the argument that it came in.
    """

    def __init__(self, name: str, part: object, problem: str) -> None:
        super().__init__(f"{name} {problem}")
        self.part = part
        self.problem = problem


def path(*parts: str) -> str:
    """Return a path with each part percent-encoded.

    Raises:
        IdError: A part can't be. Methods that describe calls name the argument that it is.
    """
    return "".join(f"/{path_part('An id', part)}" for part in parts)


def path_part(name: str, part: object) -> str:
    """Return a part of a path, percent-encoded.

    Raises:
        IdError: It is empty or can't reach the server: the formation decodes `%2F` before it
            routes, and the proxy cuts the path at `?`, `#` and `%` (contract A-extra,
            server-api 10).
    """
    if isinstance(part, (int, UUID)) and not isinstance(part, bool):
        return str(part)  # as databases have them
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
    """Query parameters, without those that are None."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }


def check_range(name: str, value: object, low: int, high: int) -> int:
    """A number that the server takes only between bounds.

    Raises:
        ValidationError: It is not.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValidationError(f"{name} must be from {low} to {high}, not {value!r}.")
    return value
