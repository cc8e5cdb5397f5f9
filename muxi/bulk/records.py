"""Data and errors as the JSON that a journal stores."""

from __future__ import annotations

import importlib
import json

from pydantic import BaseModel
from pydantic_core import to_json

from .. import errors
from ..errors import MuxiError


def dump_data(data: object) -> tuple[str | None, str]:
    """Return the name of the model, None if it is something else, and the JSON."""
    if not isinstance(data, BaseModel):
        return None, to_json(data, fallback=str).decode()
    kind = type(data)
    return f"{kind.__module__}:{kind.__qualname__}", data.model_dump_json(exclude_unset=True)


def load_data(kind: str | None, data: str) -> object:
    """Return what `dump_data` got: models of muxi, and JSON values in place of anything else."""
    module, _, name = (kind or "").partition(":")
    if not module.startswith("muxi.models."):
        return json.loads(data)
    model = getattr(importlib.import_module(module), name)
    assert issubclass(model, BaseModel)
    return model.model_validate_json(data)


def dump_error(error: MuxiError) -> str:
    """Return an error as JSON."""
    return to_json({"type": type(error).__name__, **vars(error)}, fallback=str).decode()


def load_error(text: str) -> MuxiError:
    """Return the error that `dump_error` got."""
    facts = json.loads(text)
    kind = getattr(errors, facts.pop("type"), MuxiError)
    assert issubclass(kind, MuxiError)
    error = kind(facts["message"])
    vars(error).update(facts)
    return error
