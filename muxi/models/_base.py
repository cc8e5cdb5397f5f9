"""The base classes of all models: configuration, `.meta`, sequences and times."""

from __future__ import annotations

import json
import reprlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from inspect import Signature
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar, get_origin, overload
from uuid import UUID

import pydantic.main
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import to_jsonable_python
from pydantic_core.core_schema import (
    CoreSchema,
    datetime_schema,
    no_info_after_validator_function,
    union_schema,
)
from typing_extensions import Self, Unpack

from ._views import html_table, rich_table

if TYPE_CHECKING:
    from rich.table import Table

ItemT = TypeVar("ItemT")
ValueT = TypeVar("ValueT")

_SHOWN = 6
"""The number of items that the repr of a list shows."""

SCHEMA_LOCK: threading.RLock = getattr(pydantic.main, "_rebuild_lock", threading.RLock())
"""Held while validators are built. Pydantic's own lock, if it has one."""


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        return moment
    # `moment.replace` takes four times as long, most of the time of a list.
    return datetime.combine(moment, moment.time(), timezone.utc)


def _set(moment: datetime | None) -> datetime | None:
    return None if moment is None or moment.year == 1 else _utc(moment)


@dataclass(frozen=True)
class _InUtc:
    """Takes times without an offset for UTC. Python code runs for these only."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        aware = datetime_schema(tz_constraint="aware")
        naive = no_info_after_validator_function(_utc, datetime_schema())
        return union_schema([aware, naive], mode="left_to_right")

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(datetime_schema())


UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""An ISO 8601 time, in UTC if it has no offset."""

Epoch = Annotated[datetime, _InUtc()]
"""A time sent as a number: float seconds or integer milliseconds."""

OptionalTime = Annotated[datetime | None, AfterValidator(_set)]
"""An RFC 3339 time. The server's year 0001 means "never" and becomes None."""


@dataclass(frozen=True)
class Meta:
    """The metadata of a response. Those of the control plane have none."""

    request_id: str | None = None
    """The id of this HTTP request, or of the chat turn that it ran."""
    server_time: datetime | None = None
    """When the server created the response."""
    idempotency_key: str | None = None
    """The idempotency key under which the server stored this response; None if it did not."""


class _Signature:
    """The signature of a model that isn't built yet, for `help`; pydantic's own replaces it."""

    def __get__(self, instance: object, owner: type[LazyModel]) -> Signature:
        owner.model_rebuild()
        return owner.__signature__


class LazyModel(BaseModel):
    """A model that is built on first use, by one thread. Pydantic before 2.14 isn't thread-safe.

    `defer_build` is set only while the class is created. Otherwise objects built from the model,
    such as FastAPI's type adapters, would be deferred too, and FastAPI silences their warnings only
    while it creates them.
    """

    model_config = ConfigDict(frozen=True)

    def __init_subclass__(cls, **kwargs: Unpack[ConfigDict]) -> None:
        super().__init_subclass__(**kwargs)
        cls.model_config["defer_build"] = True

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.model_config["defer_build"] = False
        type.__setattr__(cls, "__signature__", _Signature())

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Rebuild the model as Pydantic does, under a lock."""
        with SCHEMA_LOCK:
            return super().model_rebuild(
                force=force,
                raise_errors=raise_errors,
                _parent_namespace_depth=_parent_namespace_depth + 1,
                _types_namespace=_types_namespace,
            )


class Model(LazyModel):
    """A part of a response. Frozen; keys unknown to this version are in `model_extra`."""

    model_config = ConfigDict(extra="allow")

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return (pair for pair in super().__repr_args__() if pair[1] is not None)


BY_NAME = ConfigDict(validate_by_alias=True, validate_by_name=True, serialize_by_alias=True)
"""The configuration of models whose fields have other names than their keys."""

ModelT = TypeVar("ModelT", bound=Model)


def derive(kind: type[ModelT], extra: Mapping[str, object], /, **fields: object) -> ModelT:
    """Create a model from parts of another.

    Args:
        kind: The model.
        extra: Keys unknown to this version. Keys that are fields of the model are left out.
        fields: The values of its fields.
    """
    unknown = {key: value for key, value in extra.items() if key not in kind.model_fields}
    return kind.model_validate({**unknown, **fields})


def validate_what_fits(kind: type[ModelT], values: Mapping[str, object]) -> ModelT:
    """Create a model, leaving out values that don't fit their fields."""
    try:
        return kind.model_validate(values)
    except pydantic.ValidationError as exc:
        bad = {fault["loc"][0] for fault in exc.errors()}
        return kind.model_validate({key: values[key] for key in values.keys() - bad})


class Answer(Model):
    """A whole response. Copies keep `.meta`; equality, dumps and pickles ignore it."""

    __slots__ = ("_meta",)

    @property
    def meta(self) -> Meta:
        """The metadata of the response; all None if no client received this object."""
        found: Meta = getattr(self, "_meta", Meta())
        return found

    def __copy__(self) -> Self:
        return carry_meta(self, super().__copy__())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return carry_meta(self, super().__deepcopy__(memo))


AnswerT = TypeVar("AnswerT", bound=Answer)


def carry_meta(source: Answer, target: AnswerT) -> AnswerT:
    """Copy the metadata of one response to another, and return the other."""
    object.__setattr__(target, "_meta", source.meta)
    return target


class Listing(Answer, Sequence[ItemT], Generic[ItemT]):
    """A response that is a sequence of items, those of its first field that is a list.

    The `count` that the server sends with most lists equals `len()`. It has no attribute, because
    `count` is a method of sequences.
    """

    items_field: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        kinds = {name: get_origin(field.annotation) for name, field in cls.model_fields.items()}
        cls.items_field = next((name for name, kind in kinds.items() if kind is list), "")

    @property
    def items(self) -> list[ItemT]:
        """The items, in the server's order."""
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

    def _repr_html_(self) -> str:
        """Return a table, for notebooks."""
        return html_table(*self._shown())

    def __rich__(self) -> Table:
        """Return a table, for rich."""
        return rich_table(*self._shown())

    def _shown(self) -> tuple[str, list[ItemT]]:
        return f"{type(self).__name__} of {len(self)}", self.items


def _label(item: object) -> str:
    """Return what identifies an item: its id or name, or else its first field."""
    if isinstance(item, BaseModel):
        names = list(type(item).model_fields)
        ids = [name for name in names if name.endswith("_id")]
        item = getattr(item, next(name for name in ("id", "name", *ids, *names) if name in names))
    return reprlib.repr(item)


class Request(LazyModel):
    """A request body. Unknown fields are refused, and errors don't contain the values."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    def encode(self) -> bytes:
        """Return the JSON to send, with only the fields that were set."""
        return self.__pydantic_serializer__.to_json(self, exclude_unset=True)


JsonObject = dict[str, Any]
"""A free-form JSON object in a response."""


def _check_json(value: ValueT) -> ValueT:
    """Refuse what JSON can't contain: other types, NaN, lone surrogates, cycles."""
    plain = to_jsonable_python(value, inf_nan_mode="constants")
    json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()
    return value


def _empty_if_null(value: object) -> object:
    return [] if value is None else value


EmptyIfNull = BeforeValidator(_empty_if_null)
"""Annotates lists for which the server sends null when they are empty."""


def _id_as_text(value: object) -> object:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number or isinstance(value, UUID) else value


Id = Annotated[str, BeforeValidator(_id_as_text)]
"""An id to send. Numbers and UUIDs are converted to strings."""

AsJson = AfterValidator(_check_json)
"""Annotates free-form data to send."""

JsonInput = Annotated[JsonObject, AsJson]
"""A free-form JSON object to send."""
