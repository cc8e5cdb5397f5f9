"""Models beside the JSON that they were read from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from pathlib import Path

from pydantic import BaseModel

from muxi.models._base import Listing


def unknown_keys(value: object, where: str = "") -> Iterator[str]:
    """Keys that no model knew, anywhere in an answer."""
    if isinstance(value, BaseModel):
        told = {"count"} if isinstance(value, Listing) else set()  # which is its length
        yield from (f"{where}.{key}" for key in (value.model_extra or {}).keys() - told)
        for name in type(value).model_fields:
            yield from unknown_keys(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from unknown_keys(item, f"{where}[]")


def differences(ours: object, wire: object, where: str = "") -> list[str]:
    """Where a model says something else than the wire."""
    if isinstance(ours, BaseModel):
        assert isinstance(wire, dict)
        pairs = ((_told(ours, key), value, key) for key, value in wire.items())
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
        assert ours.utcoffset() is not None, f"{where} is no moment: {ours}"
        moment = wire
        if isinstance(wire, str):
            parsed = datetime.fromisoformat(wire.replace("Z", "+00:00"))
            aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
            moment = aware.timestamp()
        assert isinstance(moment, (int, float))
        return [] if abs(ours.timestamp() - moment) < 1e-5 else [f"{where}: {ours} {wire}"]
    if isinstance(ours, date):
        ours = ours.isoformat()
    if isinstance(ours, Path):
        ours = str(ours)
    return [] if ours == wire else [f"{where}: {ours!r} {wire!r}"]


def _told(model: BaseModel, key: str) -> object:
    """What a model holds under a key of the wire."""
    for name, field in type(model).model_fields.items():
        if key == (field.alias or name):
            return getattr(model, name)
    return (model.model_extra or {}).get(key, "absent")
