"""JSON that a server might send for a model: its fields, unknown keys, unknown values."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from muxi import models
from muxi.models._base import Model, Request

Wire = st.SearchStrategy[Any]

WORDS = st.text(max_size=8)
NUMBERS = st.integers(-(2**53), 2**53)
JSON: Wire = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
OFFSETS = st.sampled_from([None, timezone.utc, timezone(timedelta(hours=-5, minutes=-30))])
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=OFFSETS)

_SIMPLE: dict[object, Wire] = {
    str: WORDS,
    bool: st.booleans(),
    int: NUMBERS,
    float: st.floats(allow_nan=False, allow_infinity=False) | NUMBERS,
    object: JSON,
    Any: JSON,
    NoneType: st.none(),
    Path: st.sampled_from(["note.txt", "/tmp/ä b/note.txt"]),
    date: st.dates().map(date.isoformat),
    datetime: MOMENTS.map(datetime.isoformat) | MOMENTS.map(datetime.timestamp),
}


def wire_of(kind: Any) -> Wire:
    """JSON that a server might send for a type."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return wire_of(inner[0])
    if origin in (Union, UnionType):
        return st.one_of(*map(wire_of, inner))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (list, Sequence):
        return st.lists(wire_of(inner[0]), max_size=2)
    if origin in (dict, Mapping):
        return st.dictionaries(WORDS, wire_of(inner[1]), max_size=2)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return st.deferred(lambda: object_of(kind))
    raise AssertionError(f"The tests know nothing that a server might send for {kind}: add it.")


@cache
def object_of(kind: type[BaseModel]) -> Wire:
    """An object for a model: all required fields, some optional ones and unknown keys.

    A tag is always included, although the model has a default for it.
    """
    needed, rest = {}, {}
    for name, field in kind.model_fields.items():
        key = field.validation_alias or name
        always = field.is_required() or get_origin(field.annotation) is Literal
        (needed if always else rest)[key] = wire_of(field.annotation)
    known = {*needed, *rest, *kind.model_fields}
    unknown = st.dictionaries(WORDS.filter(lambda key: key not in known), JSON, max_size=2)
    sent = st.fixed_dictionaries(needed, optional=rest)
    return st.tuples(unknown, sent).map(lambda both: {**both[0], **both[1]})


def kinds() -> Iterator[type[BaseModel]]:
    """All models of both services, for responses and requests, public or not."""
    for module in pkgutil.walk_packages(models.__path__, f"{models.__name__}."):
        for value in vars(import_module(module.name)).values():
            if (
                isinstance(value, type)
                and issubclass(value, BaseModel)
                and value.__module__ != Model.__module__
                and value.__module__.startswith(models.__name__)
                and "[" not in value.__name__
            ):
                yield value


KINDS = sorted({*kinds()}, key=lambda kind: f"{kind.__module__}.{kind.__name__}")
ANSWERS = [kind for kind in KINDS if issubclass(kind, Model)]
REQUESTS = [kind for kind in KINDS if issubclass(kind, Request)]
