"""Versions, compared as Semantic Versioning has it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muxi._core.versions import is_older

ORDER = [
    "0.9",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "v1.2",
    "1.10.0",
    "2",
]


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(ORDER, 2)])
def test_order(one: str, other: str) -> None:
    assert is_older(one, other)
    assert not is_older(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("1", "1.0.0"), ("v1.2", "1.2.0+build"), ("x", "1"), ("1", "")]
)
def test_neither_is_older(one: str, other: str) -> None:
    assert not is_older(one, other)
    assert not is_older(other, one)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_taken(one: str, other: str) -> None:
    assert not (is_older(one, other) and is_older(other, one))
