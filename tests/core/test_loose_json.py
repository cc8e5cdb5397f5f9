"""JSON that servers write badly: what can be read of it isn't lost."""

from __future__ import annotations

import json
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

import muxi
from muxi import webhooks
from muxi._core.call import Call, KeyKind
from muxi._core.decode import read_answer
from muxi._core.error_bodies import read_error
from muxi._core.loose_json import loose_json, validate_loosely
from muxi.models.formation import SessionList, UnknownWebhook

from .test_error_bodies import reply

DIGITS = b"9" * 5_000


@pytest.mark.parametrize(
    ("sent", "message", "details"),
    [
        (b'"message": "half \\ud83d here", "data": 1', "half \ufffd here", 1),
        (b'"message": "cut \xf0\x9f\x98 here", "data": 1', "cut \ufffd here", 1),
        (b'"message": "x", "data": {"\\udc00": "\\ud83d\\ude00"}', "x", {"\ufffd": "\U0001f600"}),
        (b'"message": "x", "data": -' + DIGITS, "x", "-" + DIGITS.decode()),
        (b'"message": "x", "data": ' + DIGITS[:4300], "x", int(DIGITS[:4300])),
        (b'"message": "x", "data": [-Infinity, 1e999]', "x", [float("-inf"), float("inf")]),
        (b'"message": "x", "data": ' + b"[" * 300 + b"]" * 300, "x", None),
    ],
)
def test_an_error_keeps_its_text(sent: bytes, message: str, details: Any) -> None:
    for bom in (b"", b"\xef\xbb\xbf"):
        error = read_error(reply(409, bom + b'{"error": {"code": "X", ' + sent + b"}}"))
        assert (type(error), error.code, error.message) == (muxi.ConflictError, "X", message)
        assert details is None or error.details == details


def test_a_number_that_is_none_is_kept() -> None:
    error = read_error(reply(409, b'{"error": {"code": "X", "message": "x", "data": NaN}}'))
    assert (error.message, str(error.details)) == ("x", "nan")


def test_an_answer_with_half_a_character_is_an_answer() -> None:
    session = b'{"session_id": "a\\ud800", "active": true, "user_id": "\xff"}'
    body = b'{"data": {"sessions": [' + session + b'], "count": 1}}'
    call = Call("GET", "/sessions", SessionList, KeyKind.CLIENT)
    [found] = read_answer(call, reply(200, body), 1).data
    assert (found.session_id, found.user_id) == ("a\ufffd", "\ufffd")
    event = webhooks.parse(b'{"\\ud800": 1}')
    assert isinstance(event, UnknownWebhook)
    assert event.model_extra == {"\ufffd": 1}


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b'{"a": 1} x', b"01"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        loose_json(body)
    with pytest.raises(pydantic.ValidationError):
        validate_loosely(TypeAdapter(object).validate_json, body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
        max_leaves=6,
    )
)
def test_any_json_is_read(value: Any) -> None:
    """Also with lone surrogates, which `characters` makes."""
    sent = json.dumps(value).encode()
    found = loose_json(sent)
    assert json.dumps(found, ensure_ascii=False).encode()
    if b"\\ud" not in sent:
        assert found == value
