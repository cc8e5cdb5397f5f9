"""What all models share: configuration, `.meta`, lists that are sequences, wire times."""

from __future__ import annotations

import json
import reprlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Annotated, Any, ClassVar, Generic, TypeVar, overload
from uuid import UUID

import pydantic.main
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import to_jsonable_python
from typing_extensions import Self, Unpack

ItemT = TypeVar("ItemT")
ValueT = TypeVar("ValueT")

_SHOWN = 6
"""How many items the repr of a list names."""

SCHEMA_LOCK: threading.RLock = getattr(pydantic.main, "_rebuild_lock", threading.RLock())
"""Held while validators are built; Pydantic's own lock where it has one."""


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment


def _set(moment: datetime | None) -> datetime | None:
    return None if moment is None or moment.year == 1 else _utc(moment)


UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""An ISO 8601 instant that means UTC where it names no offset."""

Epoch = UtcTime
"""An instant sent as a number, float seconds or integer milliseconds."""

OptionalTime = Annotated[datetime | None, AfterValidator(_set)]
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


class LazyModel(BaseModel):
    """Built on first use, by one thread: Pydantic before 2.14 lets two get in each other's way.

    What is made of a model, such as a type adapter, is not put off: it would do as the model's
    configuration says, and FastAPI silences the warnings of its adapters only while it makes them.
    So the configuration says it just while the class is made.
    """

    model_config = ConfigDict(frozen=True)

    def __init_subclass__(cls, **kwargs: Unpack[ConfigDict]) -> None:
        super().__init_subclass__(**kwargs)
        cls.model_config["defer_build"] = True

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.model_config["defer_build"] = False

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Pydantic's own, under a lock."""
        with SCHEMA_LOCK:
            return super().model_rebuild(
                force=force,
                raise_errors=raise_errors,
                _parent_namespace_depth=_parent_namespace_depth + 1,
                _types_namespace=_types_namespace,
            )


class Model(LazyModel):
    """A part of an answer: frozen, and keys unknown to this version stay in `model_extra`."""

    model_config = ConfigDict(extra="allow")

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return (pair for pair in super().__repr_args__() if pair[1] is not None)


ModelT = TypeVar("ModelT", bound=Model)


def derive(kind: type[ModelT], extra: Mapping[str, object], /, **fields: object) -> ModelT:
    """Make a model of parts that were validated already.

    Args:
        kind: The model.
        extra: Keys unknown to this version; those that are fields of the model are left out.
        fields: The values of its fields.
    """
    made = kind.model_construct(None, **fields)
    kept = made.model_extra
    assert kept is not None
    kept.update({key: value for key, value in extra.items() if key not in kind.model_fields})
    return made


def validate_what_fits(kind: type[ModelT], values: Mapping[str, object]) -> ModelT:
    """Validate a model, without the values that don't fit their fields."""
    try:
        return kind.model_validate(values)
    except pydantic.ValidationError as exc:
        bad = {fault["loc"][0] for fault in exc.errors()}
        return kind.model_validate({key: values[key] for key in values.keys() - bad})


class Answer(Model):
    """A whole answer. `.meta` goes with copies, and stays outside equality, dumps and pickles."""

    __slots__ = ("_meta",)

    @property
    def meta(self) -> Meta:
        """The envelope's data; all None for an answer that no client received."""
        found: Meta = getattr(self, "_meta", Meta())
        return found

    def __copy__(self) -> Self:
        return carry_meta(self, super().__copy__())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return carry_meta(self, super().__deepcopy__(memo))


AnswerT = TypeVar("AnswerT", bound=Answer)


def carry_meta(source: Answer, target: AnswerT) -> AnswerT:
    """Give an answer the metadata of the one that it was made of, and return it."""
    object.__setattr__(target, "_meta", source.meta)
    return target


class Listing(Answer, Sequence[ItemT], Generic[ItemT]):
    """An answer that is the sequence of its items.

    The `count` that the server sends with most lists has no attribute, since `count` is a method of
    sequences: it equals `len()`.
    """

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
    def __getitem__(self, index: slice) -> list[ItemT]: ...
    def __getitem__(self, index: int | slice) -> ItemT | list[ItemT]:
        return self.items[index]

    def __repr__(self) -> str:
        labels = [_label(item) for item in self.items[:_SHOWN]]
        labels += ["…"] if len(self) > _SHOWN else []
        told = f": {', '.join(labels)}" if labels else ""
        return f"<{type(self).__name__} of {len(self)}{told}>"

    __str__ = __repr__


def _label(item: object) -> str:
    """What tells an item apart: its id or name, else its first field."""
    if isinstance(item, BaseModel):
        names = list(type(item).model_fields)
        ids = [name for name in names if name.endswith("_id")]
        item = getattr(item, next(name for name in ("id", "name", *ids, *names) if name in names))
    return reprlib.repr(item)


class Request(LazyModel):
    """A body to send: unknown fields are refused, and errors don't repeat what was passed in."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    def encode(self) -> bytes:
        """The JSON to send: what was set, and nothing else."""
        return self.model_dump_json(exclude_unset=True).encode()


JsonObject = dict[str, Any]
"""A free-form block of the wire."""


def _check_json(value: ValueT) -> ValueT:
    """Refuse what JSON can't hold: objects of other types, NaN, half a surrogate pair, cycles."""
    plain = to_jsonable_python(value, inf_nan_mode="constants")
    json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()
    return value


def _id_as_text(value: object) -> object:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number or isinstance(value, UUID) else value


Id = Annotated[str, BeforeValidator(_id_as_text)]
"""An id to send; numbers and UUIDs are taken, as databases have them."""

AsJson = AfterValidator(_check_json)
"""Annotates free-form data to send."""

JsonInput = Annotated[JsonObject, AsJson]
"""A free-form block to send."""
