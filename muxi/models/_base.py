"""What all models share: configuration, `.meta`, lists that are sequences, wire times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Annotated, Any, ClassVar, Generic, TypeVar, overload

from pydantic import AfterValidator, BaseModel, ConfigDict

ItemT = TypeVar("ItemT")


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment


def _set(moment: datetime | None) -> datetime | None:
    return None if moment is None or moment.year == 1 else moment


Epoch = datetime
"""An instant sent as a number, float seconds or integer milliseconds; always aware."""

UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""An ISO 8601 instant that means UTC where it names no offset."""

GoTime = Annotated[datetime | None, AfterValidator(_set)]
"""An RFC 3339 instant; the server's year 0001 means "never" and reads as None."""


@dataclass(frozen=True)
class Meta:
    """What the envelope says about an answer. The control plane sends none of it."""

    request_id: str | None = None
    """The id of this HTTP call, or of the turn that it ran."""
    server_time: datetime | None = None
    """When the server built the answer."""
    idempotency_key: str | None = None
    """The key under which the server remembers this answer, if it does."""


class Model(BaseModel):
    """A part of an answer: frozen, and keys unknown to this version stay in `model_extra`."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return (pair for pair in super().__repr_args__() if pair[1] is not None)


class Answer(Model):
    """A whole answer. `.meta` stays outside equality, dumps and pickles."""

    __slots__ = ("_meta",)

    @property
    def meta(self) -> Meta:
        """The envelope's data; all None for an answer that no client received."""
        found: Meta = getattr(self, "_meta", Meta())
        return found


class Listing(Answer, Generic[ItemT]):
    """An answer that behaves as the sequence of its items."""

    items_field: ClassVar[str]

    @property
    def items(self) -> list[ItemT]:
        """The items of this answer, in the server's order."""
        found: list[ItemT] = getattr(self, self.items_field)
        return found

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[ItemT]:  # type: ignore[override]  # pairs are for `dict(model)`
        return iter(self.items)

    @overload
    def __getitem__(self, index: int) -> ItemT: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ItemT]: ...
    def __getitem__(self, index: int | slice) -> ItemT | Sequence[ItemT]:
        return self.items[index]

    def __contains__(self, item: object) -> bool:
        return item in self.items


class Request(BaseModel):
    """A body to send: unknown fields are refused, and errors don't repeat what was passed in."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        hide_input_in_errors=True,
    )

    def encode(self) -> bytes:
        """The JSON to send: what was set, and nothing else."""
        return self.model_dump_json(exclude_unset=True).encode()


JsonObject = dict[str, Any]
"""A free-form block of the wire."""
