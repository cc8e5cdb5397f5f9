"""The service of the documentation. Its tests run with ours: see `testpaths`."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "fastapi_service"


@pytest.mark.parametrize("name", ["service.py", "test_service.py"])
def test_the_page_shows_the_file(name: str) -> None:
    page = (ROOT / "docs" / "fastapi.md").read_text()
    _, found, rest = page.partition(f'```python title="{name}"\n')
    assert found
    assert rest.partition("```\n")[0] == (EXAMPLE / name).read_text()


def test_the_service_is_short() -> None:
    assert len((EXAMPLE / "service.py").read_text().splitlines()) <= 45
    assert sorted(path.name for path in EXAMPLE.glob("*.py")) == ["service.py", "test_service.py"]
