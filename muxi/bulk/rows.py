"""Reads jobs from JSONL and CSV files, and writes outcomes to them."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from ..errors import MuxiError, ValidationError
from ..models.formation import IngestItem
from ..resources.formation import Chat, Memories, Triggers
from .jobs import Job, Outcome

if TYPE_CHECKING:
    from .._core.call import Call

Row = Mapping[str, Any]
_ROW: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_OF_CHAT = ("message", "session_id", "agent_id", "source_channel", "webhook_url")
_OF_MEMORY = ("type", "metadata", "scope", "scope_id")
_OF_ITEM = tuple(name for name in IngestItem.model_fields if name != "content")
_CSV: Sequence[str] = ("key", "state", "text", "error", "attempts", "seconds")


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read a file row by row: a `.csv` file with a header, or otherwise one JSON object per line.

    Raises:
        ValidationError: A line isn't a JSON object.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            for row in csv.DictReader(file):
                yield {name: value for name, value in row.items() if value not in (None, "")}
            return
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield _ROW.validate_json(line)
                except ValueError:
                    raise ValidationError(f"{path}:{number} is not a JSON object.") from None


def jobs_of(
    rows: Iterable[Row], key: str | None, call: Callable[[Row], Call[Any]]
) -> Iterator[Job[Any]]:
    """Create jobs from rows.

    Args:
        rows: The rows.
        key: The column that identifies a row; None for the column `id`, or else the row's number.
        call: Creates the call of a row.

    Raises:
        ValidationError: A row lacks the column, or its data is invalid.
    """
    for number, row in enumerate(rows, 1):
        if key is not None and key not in row:
            raise ValidationError(f"Row {number} has no {key!r}.")
        try:
            yield Job(str(row.get(key or "id", number)), call(row))
        except MuxiError as exc:
            exc.message = f"Row {number}: {exc.message}"
            exc.args = (exc.message,)
            raise


def chat_call(row: Row) -> Call[Any]:
    """Return the chat call of a row: its `message` or `prompt`, and other arguments of chat."""
    said = row.get("message", row.get("prompt"))
    if said is None:
        raise ValidationError("It has neither a message nor a prompt.")
    return Chat.send.build({**_picked(row, _OF_CHAT), "message": said}, user_id=_user(row))


def memory_call(row: Row) -> Call[Any]:
    """Return the memory call of a row: an item to ingest if it has a `source`, or its `content`."""
    if "content" not in row:
        raise ValidationError("It has no content.")
    if "source" in row:
        item = {"content": row["content"], **_picked(row, _OF_ITEM)}
        return Memories.ingest.build(item, user_id=_user(row))
    return Memories.create.build(row["content"], **_picked(row, _OF_MEMORY), user_id=_user(row))


def trigger_call(name: str, row: Row) -> Call[Any]:
    """Return the trigger call of a row. Its data is all columns but the user, session and id."""
    data = {key: value for key, value in row.items() if key not in ("id", "user_id", "session_id")}
    session = _picked(row, ("session_id",))
    return Triggers.fire.build(name, data, wait=True, **session, user_id=_user(row))


CALLS: Mapping[str, Callable[[Row], Call[Any]]] = {"chat": chat_call, "memories": memory_call}


def _picked(row: Row, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


def _user(row: Row) -> str | None:
    user = row.get("user_id")
    return None if user is None else str(user)


def write_outcomes(outcomes: Iterable[Outcome[object]], path: Path) -> None:
    """Write outcomes to a CSV or JSONL file. The file appears when it is complete."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            print_outcomes(outcomes, file, as_csv=path.suffix.lower() == ".csv")
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def print_outcomes(outcomes: Iterable[Outcome[object]], file: TextIO, *, as_csv: bool) -> None:
    """Write outcomes to an open file."""
    if as_csv:
        table = csv.DictWriter(file, _CSV, extrasaction="ignore")
        table.writeheader()
        for outcome in outcomes:
            table.writerow({**_shown(outcome), "error": outcome.error})
        return
    for outcome in outcomes:
        file.write(json.dumps(_shown(outcome), ensure_ascii=False) + "\n")


def _shown(outcome: Outcome[object]) -> dict[str, object]:
    error = outcome.error
    facts = ("message", "code", "status_code", "request_id")
    text = getattr(outcome.answer, "text", None) or getattr(outcome.answer, "content", None)
    return {
        "key": outcome.key,
        "state": outcome.state,
        "text": text if isinstance(text, str) else None,
        "answer": to_jsonable_python(outcome.answer, exclude_none=True, fallback=str),
        "error": None if error is None else {name: getattr(error, name) for name in facts},
        "attempts": outcome.attempts,
        "seconds": round(outcome.seconds, 3),
    }
