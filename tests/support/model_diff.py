"""Compare models with the JSON that they were read from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timezone
from pathlib import Path

from pydantic import BaseModel

from muxi.models._base import Listing


def unknown_keys(value: object, where: str = "") -> Iterator[str]:
    """Return all keys of a response that no model has."""
    if isinstance(value, BaseModel):
        allowed = {"count"} if isinstance(value, Listing) else set()  # its length
        yield from (f"{where}.{key}" for key in (value.model_extra or {}).keys() - allowed)
        for name in type(value).model_fields:
            yield from unknown_keys(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from unknown_keys(item, f"{where}[]")


def differences(ours: object, wire: object, where: str = "") -> list[str]:
    """Return the places where a model and the JSON differ."""
    if isinstance(ours, BaseModel):
        assert isinstance(wire, dict)
        pairs = ((_value_of(ours, key), value, key) for key, value in wire.items())
        return [fault for a, b, key in pairs for fault in differences(a, b, f"{where}.{key}")]
    if isinstance(ours, dict):
        assert isinstance(wire, dict)
        assert ours.keys() == wire.keys()
        return [fault for k in ours for fault in differences(ours[k], wire[k], f"{where}.{k}")]
    if isinstance(ours, list):
        assert isinstance(wire, list)
        pairs = ((a, b, str(i)) for i, (a, b) in enumerate(zip(ours, wire, strict=True)))
        return [fault for a, b, key in pairs for fault in differences(a, b, f"{where}.{key}")]
    if isinstance(ours, datetime):
        assert ours.utcoffset() is not None, f"{where} has no timezone: {ours}"
        moment = wire
        if isinstance(wire, str):
            # Python 3.10 reads neither a Z nor fractions of other than three or six digits.
            written = re.sub(r"\.(\d+)", lambda m: f".{m[1][:6]:0<6}", wire)
            parsed = datetime.fromisoformat(written.replace("Z", "+00:00"))
            aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
            moment = aware.timestamp()
        assert isinstance(moment, (int, float))
        return [] if abs(ours.timestamp() - moment) < 1e-5 else [f"{where}: {ours} {wire}"]
    if isinstance(ours, date):
        ours = ours.isoformat()
    if isinstance(ours, Path):
        ours = str(ours)
    return [] if ours == wire else [f"{where}: {ours!r} {wire!r}"]


def _value_of(model: BaseModel, key: str) -> object:
    """Return a model's value for a key of the JSON."""
    for name, field in type(model).model_fields.items():
        if key == (field.alias or name):
            return getattr(model, name)
    return (model.model_extra or {}).get(key, "absent")
