"""Reads jobs from JSONL and CSV files, and writes outcomes to them."""

from __future__ import annotations

import csv
import json
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
_OF_CHAT = ("session_id", "agent_id", "source_channel", "webhook_url")
_OF_MEMORY = ("type", "metadata", "scope", "scope_id")
_OF_ITEM = tuple(name for name in IngestItem.model_fields if name != "content")

_CSV: Sequence[str] = ("key", "state", "text", "error", "attempts", "seconds")


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Read a file row by row, with the number of the row's line.

    Args:
        path: A `.csv` file with a header, or otherwise a file with one JSON object per line.

    Raises:
        ValidationError: The file isn't UTF-8, or a row is malformed.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (_csv_rows if path.suffix.lower() == ".csv" else _json_rows)(file)
    except UnicodeDecodeError as exc:
        raise ValidationError(f"{path} isn't UTF-8. Save it in that encoding. ({exc})") from None


def _csv_rows(file: TextIO) -> Iterator[tuple[int, Row]]:
    reader = csv.DictReader(file)
    for row in reader:
        if None in row:
            raise ValidationError(
                f"{file.name}:{reader.line_num} has more fields than the header. Put texts that "
                "contain commas into quotes."
            )
        yield reader.line_num, {name: value for name, value in row.items() if value}


def _json_rows(file: TextIO) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield number, _ROW.validate_json(line)
            except ValueError:
                raise ValidationError(
                    f"{file.name}:{number} isn't a JSON object. Write one object per line, such "
                    'as {"prompt": "Hello"}, or name the file .csv.'
                ) from None


def read_jobs(path: Path, key: str | None, call: Callable[[Row], Call[Any]]) -> Iterator[Job[Any]]:
    """Read a file, and create a job from each row.

    Args:
        path: The file.
        key: The column that identifies a row; None for the column `id`, or else the row's number.
        call: Creates the call of a row.

    Raises:
        ValidationError: A row lacks a column or is invalid.
    """
    for number, (line, row) in enumerate(read_rows(path), 1):
        try:
            made = call(row)
        except MuxiError as exc:
            raise ValidationError(f"{path}:{line}: {exc.message}") from exc
        if key is not None and key not in row:
            raise ValidationError(
                f"{path}:{line} has no {key!r}. Add it, or name another column with --key."
            )
        yield Job(str(row.get(key or "id", number)), made)


def chat_call(row: Row) -> Call[Any]:
    """Return the chat call of a row: its `message` or `prompt`, and other arguments of chat."""
    message = row.get("message", row.get("prompt"))
    if message is None:
        raise ValidationError("The text is missing. Put it into a column named prompt or message.")
    return Chat.send.build({"message": message, **_picked(row, _OF_CHAT)}, user_id=_user(row))


def memory_call(row: Row) -> Call[Any]:
    """Return the memory call of a row: an item to ingest if it has a `source`, or its `content`."""
    if "content" not in row:
        raise ValidationError("The text is missing. Put it into a column named content.")
    if "source" in row:
        item = {"content": row["content"], **_picked(row, _OF_ITEM)}
        return Memories.ingest.build(item, user_id=_user(row))
    return Memories.create.build(row["content"], **_picked(row, _OF_MEMORY), user_id=_user(row))


def trigger_call(name: str, row: Row) -> Call[Any]:
    """Return the trigger call of a row. Its data is all columns but the user, session and id."""
    data = {key: value for key, value in row.items() if key not in ("id", "user_id", "session_id")}
    session = _picked(row, ("session_id",))
    return Triggers.fire.build(name, data, wait=True, **session, user_id=_user(row))


def _picked(row: Row, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


def _user(row: Row) -> str | None:
    user = row.get("user_id")
    return None if user is None else str(user)


def write_outcomes(outcomes: Iterable[Outcome[object]], path: Path) -> None:
    """Write outcomes to a CSV or JSONL file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        (_print_csv if path.suffix.lower() == ".csv" else print_json)(outcomes, file)


def print_json(outcomes: Iterable[Outcome[object]], file: TextIO) -> None:
    """Write outcomes as one JSON object per line."""
    for outcome in outcomes:
        file.write(json.dumps(_shown(outcome), ensure_ascii=False) + "\n")


def _print_csv(outcomes: Iterable[Outcome[object]], file: TextIO) -> None:
    """Write the text of outcomes, but not their data."""
    table = csv.DictWriter(file, _CSV, extrasaction="ignore")
    table.writeheader()
    for outcome in outcomes:
        table.writerow({**_shown(outcome), "error": outcome.error})


def _shown(outcome: Outcome[object]) -> dict[str, object]:
    error = outcome.error
    facts = ("message", "code", "status_code", "request_id")
    text = getattr(outcome.data, "text", None) or getattr(outcome.data, "content", None)
    return {
        "key": outcome.key,
        "state": outcome.state,
        "text": text if isinstance(text, str) else None,
        "data": to_jsonable_python(outcome.data, exclude_none=True, fallback=str),
        "error": None if error is None else {name: getattr(error, name) for name in facts},
        "attempts": outcome.attempts,
        "seconds": round(outcome.seconds, 3),
    }
