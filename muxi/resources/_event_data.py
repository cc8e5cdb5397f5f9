"""Parses the data of server-sent events. Imported late: clients import fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pydantic

from .._core.loose_json import loose_json, validate_loosely
from ..errors import InvalidResponseError

if TYPE_CHECKING:
    from ..models._base import Model

ModelT = TypeVar("ModelT", bound="Model")


def json_of(data: str) -> object:
    """Parse the data of an event.

    Raises:
        InvalidResponseError: The data isn't JSON.
    """
    try:
        return loose_json(data)
    except ValueError as exc:
        raise InvalidResponseError(
            f"An event of the stream is not JSON: {exc}", sent=True
        ) from None


def model_of(kind: type[ModelT], data: str) -> ModelT:
    """Parse the data of an event into a model.

    Raises:
        InvalidResponseError: The data doesn't fit the model.
    """
    try:
        return validate_loosely(kind.model_validate_json, data)
    except pydantic.ValidationError as exc:
        raise InvalidResponseError(
            f"An event of the stream does not fit its model: {exc.errors()[0]['msg']}.", sent=True
        ) from None
