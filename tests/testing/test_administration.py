"""Secrets, the audit log and the guidance keep their changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import muxi
from muxi.testing import Emulator

from ..support.clients import ClientKind
from .raw_http import RawHttp, call_sdk

pytestmark = pytest.mark.thorough("asyncio", "trio")

Ask = Callable[[Callable[[Any], Any]], Any]
MANIFEST = {
    "llm": {"api_keys": {"openai": "${{ secrets.OPENAI_API_KEY }}"}},
    "links": {"a": "${{ user.credentials.my-tracker }}"},
    "PENDING-MUXI.md": "Be brief.\n",
}


@pytest.fixture
def ask(client_kind: ClientKind) -> Iterator[Ask]:
    with Emulator(manifest=MANIFEST) as running:
        yield lambda use: call_sdk(client_kind, running, use)


def test_secrets_are_kept_under_their_normal_names(ask: Ask) -> None:
    used = ["OPENAI_API_KEY", "USER_CREDENTIALS_MY_TRACKER"]
    assert [*ask(lambda f: f.secrets.list())] == used
    assert ask(lambda f: f.secrets.create("my - key", "0123456789abcdef")).message.startswith(
        "Secret 'my - key' created"
    )
    secrets = ask(lambda f: f.secrets.list())
    assert secrets.items == ["MY_KEY", *used]
    assert secrets.secrets["MY_KEY"] == "0123••••••••cdef"
    with pytest.raises(muxi.ConflictError) as caught:
        ask(lambda f: f.secrets.create("MY KEY", "x"))
    assert caught.value.code == "SECRET_EXISTS"
    ask(lambda f: f.secrets.update("my.key", "12345678"))
    assert ask(lambda f: f.secrets.list()).secrets["MY_KEY"] == "123••••678"
    ask(lambda f: f.secrets.update("my.key", "sk-12345678901234"))
    assert ask(lambda f: f.secrets.list()).secrets["MY_KEY"] == "sk-12••••••1234"
    assert ask(lambda f: f.secrets.reload()).count == 3
    ask(lambda f: f.secrets.delete("MY_KEY"))
    assert [*ask(lambda f: f.secrets.list())] == used


def test_secrets_that_are_missing_or_in_use(ask: Ask) -> None:
    for use in (lambda f: f.secrets.update("none", "x"), lambda f: f.secrets.delete("none")):
        with pytest.raises(muxi.NotFoundError) as missing:
            ask(use)
        assert missing.value.code == "SECRET_NOT_FOUND"
    with pytest.raises(muxi.ConflictError) as caught:
        ask(lambda f: f.secrets.delete("openai-api-key"))
    assert caught.value.code == "SECRET_IN_USE"
    assert ask(lambda f: f.config.get_summary()).secrets.total == 2


def test_set_creates_or_updates(ask: Ask) -> None:
    assert "created" in ask(lambda f: f.secrets.set("NEW", "value-0123456789")).message
    assert "updated" in ask(lambda f: f.secrets.set("NEW", "other-0123456789")).message
    assert ask(lambda f: f.secrets.list()).secrets["NEW"] == "othe••••••••6789"


def test_the_audit_log_records_that_it_was_cleared(ask: Ask) -> None:
    ask(lambda f: f.secrets.create("NEW", "value"))
    assert [*ask(lambda f: f.audit.list())] == []  # the server doesn't log it
    cleared = ask(lambda f: f.raw.audit.clear())
    assert cleared.data.previous_entries_count == 0
    assert ask(lambda f: f.audit.clear()).previous_entries_count == 1
    [entry] = ask(lambda f: f.audit.list())
    assert (entry.action, entry.resource_type) == ("audit.cleared", "audit_log")
    assert entry.request_id != cleared.request_id


def test_the_audit_log_is_filtered(ask: Ask) -> None:
    request_id = ask(lambda f: f.raw.audit.clear()).request_id
    now = datetime.now(timezone.utc)
    [entry] = ask(lambda f: f.audit.list(action="audit.cleared", since=now - timedelta(hours=1)))
    assert entry.request_id == request_id
    for use in (
        lambda f: f.audit.list(action="secret.created"),
        lambda f: f.audit.list(resource_type="secret"),
        lambda f: f.audit.list(since=now + timedelta(hours=1)),
    ):
        assert [*ask(use)] == []
    with pytest.raises(muxi.ValidationError, match="1 error"):
        ask(lambda f: f.audit.list(resource_type="weather"))


def test_guidance_is_replaced(ask: Ask) -> None:
    found = ask(lambda f: f.tuning.get())
    assert (found.content, found.path) == (None, None)
    written = ask(lambda f: f.tuning.replace("# Zoë\n"))
    assert written.bytes == 7
    found = ask(lambda f: f.tuning.get())
    assert (found.content, found.path) == ("# Zoë", written.path)
    assert ask(lambda f: f.tuning.replace("")).bytes == 0
    assert ask(lambda f: f.tuning.get()).content is None


def test_a_suggestion_is_applied_once(ask: Ask) -> None:
    assert ask(lambda f: f.tuning.get_pending()).content == "Be brief."
    applied = ask(lambda f: f.tuning.apply())
    found = ask(lambda f: f.tuning.get())
    assert (found.content, found.path) == ("Be brief.", applied.path)
    assert ask(lambda f: f.tuning.get_pending()).content is None
    for use in (lambda f: f.tuning.apply(), lambda f: f.tuning.dismiss()):
        with pytest.raises(muxi.NotFoundError) as caught:
            ask(use)
        assert caught.value.code == "TUNING_NO_PENDING"


def test_a_suggestion_is_dismissed(ask: Ask) -> None:
    ask(lambda f: f.tuning.dismiss())
    assert ask(lambda f: f.tuning.get_pending()).content is None
    assert ask(lambda f: f.tuning.get()).content is None
    assert ask(lambda f: f.tuning.run()).trigger == "manual"


def test_guidance_beyond_its_limit_is_refused() -> None:
    with Emulator() as running:
        raw = RawHttp(running)
        answers = [
            raw.ask("POST", "/tuning", json={"content": "ë" * half}, headers=raw.admin)
            for half in (16_384, 16_385)
        ]
    assert [each.status_code for each in answers] == [200, 413]
    assert answers[1].json()["error"]["code"] == "TUNING_CONTENT_TOO_LARGE"


def test_the_log_is_not_cleared_by_another_word() -> None:
    with Emulator() as running:
        raw = RawHttp(running)
        for query in ("", "?confirm=yes"):
            answer = raw.ask("DELETE", f"/audit{query}", headers=raw.admin)
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_REQUEST")
        assert raw.ask("GET", "/audit", headers=raw.admin).json()["data"]["entries"] == []
