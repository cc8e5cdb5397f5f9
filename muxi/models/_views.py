"""How lists and replies are shown in notebooks and by rich. Texts of servers are never markup."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_COLUMNS, _ROWS, _WIDTH = 8, 50, 80
"""The most columns, rows and characters of a cell."""


def html_table(title: str, items: Sequence[object]) -> str:
    """Return a list as an HTML table.

    Args:
        title: The text above the table.
        items: The items of the list. Without fields, they have one column.
    """
    names, rows = _cells(items)
    body = "".join(_html_row(row, "td") for row in rows)
    return f"<table><caption>{escape(title)}</caption>{_html_row(names, 'th')}{body}</table>"


def rich_table(title: str, items: Sequence[object]) -> Table:
    """Return a list as a table of rich. The arguments are those of `html_table`."""
    from rich.table import Table
    from rich.text import Text

    names, rows = _cells(items)
    table = Table(*names, title=Text(title), title_justify="left")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def html_reply(text: str, facts: str) -> str:
    """Return a reply as HTML: its text as it is, and facts about it."""
    return f'<div style="white-space: pre-wrap">{escape(text)}</div><small>{escape(facts)}</small>'


def rich_reply(text: str, facts: str) -> Group:
    """Return a reply for rich: its text as Markdown, and facts about it."""
    from rich.console import Group
    from rich.markdown import Markdown
    from rich.text import Text

    return Group(Markdown(text, hyperlinks=False), Text(facts, style="dim"))


def _cells(items: Sequence[object]) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns that any item has a value for, and the rows."""
    shown = [_fields(item) for item in items[:_ROWS]]
    names = [*dict.fromkeys(name for fields in shown for name in fields)][:_COLUMNS] or [""]
    rows = [[_cell(fields.get(name)) for name in names] for fields in shown]
    if len(items) > _ROWS:
        rows.append([f"and {len(items) - _ROWS} more", *[""] * (len(names) - 1)])
    return names, rows


def _fields(item: object) -> dict[str, object]:
    if not isinstance(item, BaseModel):
        return {"value": item}
    shown = (name for name, about in type(item).model_fields.items() if about.repr)
    fields = {name: getattr(item, name) for name in shown}
    return {name: value for name, value in fields.items() if value is not None}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    text = " ".join(value.split()) if isinstance(value, str) else reprlib.repr(value)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _html_row(cells: Iterable[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
