"""The pages of the documentation, and the Python in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .environment import ROOT

_BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```$(?:\n+```text\n(?P<output>.*?)^```$)?", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A fenced block of Python."""

    code: str
    first: int
    """The number of its first line in the page."""
    output: str | None
    """What it prints, if the page shows that: in a block of `text` right after it."""

    @property
    def last(self) -> int:
        return self.first + self.code.count("\n") - 1


@dataclass(frozen=True)
class Page:
    """A page, whose blocks are one program."""

    file: Path

    def __str__(self) -> str:
        return self.file.name

    @property
    def text(self) -> str:
        return self.file.read_text()

    def blocks(self) -> Iterator[Block]:
        for found in _BLOCK.finditer(self.text):
            line = self.text.count("\n", 0, found.start("code")) + 1
            yield Block(found["code"], line, found["output"])

    def program(self, after_block: str = "") -> str:
        """The blocks as one module, each line at its place in the page.

        Args:
            after_block: Code to put on the line after each block; `{}` is the block's number.
        """
        lines = [""] * (self.text.count("\n") + 1)
        for number, block in enumerate(self.blocks()):
            lines[block.first - 1 : block.last] = block.code.splitlines()
            lines[block.last] = after_block.format(number)
        return "\n".join(lines) + "\n"


PAGES = [Page(ROOT / "README.md"), *map(Page, sorted((ROOT / "docs").glob("*.md")))]
WITH_CODE = [page for page in PAGES if [*page.blocks()]]
