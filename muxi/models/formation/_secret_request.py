"""Request bodies that hold secrets."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from .._base import Request

RequestT = TypeVar("RequestT", bound="SecretRequest")


class SecretRequest(Request):
    """A body whose errors don't contain its values, because FastAPI returns those to the caller."""

    @model_validator(mode="wrap")
    @classmethod
    def _hide_input(
        cls: type[RequestT], given: object, handler: ModelWrapValidatorHandler[RequestT]
    ) -> RequestT:
        try:
            return handler(given)
        except ValidationError as exc:
            errors = [
                InitErrorDetails(
                    type=error["type"], loc=error["loc"], input=None, ctx=error.get("ctx", {})
                )
                for error in exc.errors(include_url=False, include_input=False)
            ]
            raise ValidationError.from_exception_data(exc.title, errors) from None
