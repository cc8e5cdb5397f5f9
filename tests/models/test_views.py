"""Lists and replies in notebooks, and as rich shows them."""

from __future__ import annotations

from datetime import datetime, timezone
from html.parser import HTMLParser
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from muxi.models import formation as m

KEPT = {"created_at": datetime(2026, 11, 26, 9, 30, tzinfo=timezone.utc), "scope": "user"}
UNSAFE = "<script>alert(1)</script> [red]a & b[/red]"


class Cells(HTMLParser):
    """The texts of a table, row by row, and every tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def memories(count: int, content: str = "Black coffee") -> m.MemoryList:
    found = [
        m.Memory.model_validate({"id": str(number), "content": content, **KEPT})
        for number in range(count)
    ]
    return m.MemoryList.model_construct(memories=found)


def printed(shown: object) -> str:
    console = Console(width=120, file=StringIO())
    console.print(shown)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_list_is_a_table_in_a_notebook() -> None:
    shown = Cells(memories(2)._repr_html_())
    head, *rows = shown.rows
    assert shown.text.startswith("MemoryList of 2")
    assert [dict(zip(head, row, strict=True))["id"] for row in rows] == ["0", "1"]
    assert dict(zip(head, rows[0], strict=True))["created_at"] == "2026-11-26 09:30:00"


def test_a_long_list_is_cut() -> None:
    shown = Cells(memories(53, content="x" * 100)._repr_html_())
    assert len(shown.rows) == 1 + 50 + 1
    assert shown.rows[-1][0] == "and 3 more"
    assert "x" * 79 + "…" in shown.rows[1]


def test_a_list_of_texts_has_one_column() -> None:
    names = m.SecretList.model_construct(secrets=["A", "B"])
    assert Cells(names._repr_html_()).rows == [["value"], ["A"], ["B"]]


def test_rich_shows_a_list_as_a_table() -> None:
    text = printed(memories(2, content=UNSAFE))
    assert "MemoryList of 2" in text
    assert text.count(UNSAFE) == 2
    assert "09:30:00" in text


def test_a_reply_shows_its_text_and_what_else_there_is() -> None:
    note = m.ReplyArtifact(type="text", format="txt", filename="note.txt", content="Milk")
    reply = m.ChatReply(content="# Done", artifacts=[note], session_id="trip", request_id="r")
    assert Cells(reply._repr_html_()).text == "# Donefiles: note.txt · session trip"
    assert printed(reply).split("\n")[-2].strip() == "files: note.txt · session trip"
    assert "#" not in printed(reply)


@given(st.text())
def test_no_text_is_markup(text: str) -> None:
    reply = m.ChatReply(content=text, session_id="s", request_id="r")
    shown = Cells(reply._repr_html_())
    assert shown.tags == {"div", "small"}
    assert shown.text.startswith(text)
    table = {"table", "caption", "tr", "th", "td"}
    assert Cells(memories(1, content=text)._repr_html_()).tags == table
