"""Every answer model: whatever a server sends for it is read, kept and read again the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from muxi.models import formation as m
from muxi.models import server as s

from ..support.each import each
from ..support.model_diff import differences
from ..support.strategies import ANSWERS, KINDS, REQUESTS, object_of, wire_of

FEW = settings(
    max_examples=settings.default.max_examples // 10, suppress_health_check=[HealthCheck.too_slow]
)


def test_every_model_is_an_answer_or_a_request() -> None:
    assert {*ANSWERS, *REQUESTS} == set(KINDS)
    assert not {*ANSWERS} & {*REQUESTS}
    named = [getattr(package, name) for package in (m, s) for name in dir(package)]
    public = {one for one in named if isinstance(one, type) and issubclass(one, BaseModel)}
    assert public <= {*KINDS}
    assert len(ANSWERS) > 100


def closed(kind: Any, *, is_open: bool = False) -> Iterator[Any]:
    """The literals of a type that take no other word."""
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        if not is_open:
            yield inner
        return
    for one in inner:
        yield from closed(one, is_open=str in inner)


@each(ANSWERS)
def test_new_words_are_taken(kind: type[BaseModel]) -> None:
    """All words are open but the tags by which the members of a union are told apart."""
    found = {name: [*closed(one.annotation)] for name, one in kind.model_fields.items()}
    assert {name for name, words in found.items() if words} <= {"type"}
    assert all(len(words) == 1 for one in found.values() for words in one)


@each(ANSWERS)
def test_what_is_sent_is_kept_and_read_again(kind: type[BaseModel]) -> None:
    known = {field.alias or name for name, field in kind.model_fields.items()}

    @FEW
    @given(object_of(kind))
    def check(sent: dict[str, Any]) -> None:
        model = kind.model_validate(sent)
        assert differences(model, sent) == []
        assert (model.model_extra or {}) == {key: sent[key] for key in sent.keys() - known}
        for dumped in (
            model.model_dump(by_alias=True),
            model.model_dump(by_alias=True, mode="json"),
            json.loads(model.model_dump_json(by_alias=True)),
        ):
            assert kind.model_validate(dumped) == model

    check()


@pytest.mark.parametrize("union", [m.ChatEvent, m.Widget], ids=["ChatEvent", "Widget"])
@FEW
@given(data=st.data())
def test_unions_are_read_again(union: Any, data: st.DataObject) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(union)
    sent = data.draw(wire_of(union))
    value = adapter.validate_python(sent)
    assert differences(value, sent) == []
    assert adapter.validate_json(adapter.dump_json(value, by_alias=True)) == value
