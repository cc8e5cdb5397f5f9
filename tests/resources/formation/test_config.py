"""Configuration, secrets, the audit log, tuning: what recordings can't show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

import muxi
from muxi import FormationClient
from muxi.models import formation as m
from muxi.resources.formation import Audit, Secrets, Tuning

from ...support.clients import ADMIN_KEY, CLIENT_KEY, ClientKind
from ...support.endpoint_calls.config import ASK
from ...support.fake_server import FAST, Action, Answer, Drop, FakeServer, envelope, failure

pytestmark = pytest.mark.thorough("asyncio", "trio")

HIDDEN = "zQ9~hidden"
DONE = envelope({"message": "Done"})
NOT_THERE = failure(404, "SECRET_NOT_FOUND")
THERE = failure(409, "SECRET_EXISTS")


def sent(server: FakeServer) -> list[tuple[str, str, Any]]:
    return [(one.method, one.path, one.json) for one in server.received]


UPDATE = ("PUT", "/v1/secrets/K", {"value": HIDDEN})
CREATE = ("POST", "/v1/secrets", {"key": "K", "value": HIDDEN})


@pytest.mark.parametrize("value", [HIDDEN, SecretStr(HIDDEN)], ids=["str", "SecretStr"])
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ([DONE], [UPDATE]),
        ([NOT_THERE, DONE], [UPDATE, CREATE]),
        ([NOT_THERE, THERE, DONE], [UPDATE, CREATE, UPDATE]),
        ([NOT_THERE, Drop(), THERE, DONE], [UPDATE, CREATE, CREATE, UPDATE]),
    ],
    ids=["exists", "new", "created by another meanwhile", "created, answer lost"],
)
def test_set_updates_or_creates(
    client_kind: ClientKind, script: list[Action], expected: list[Any], value: str | SecretStr
) -> None:
    with FakeServer(*script) as server:
        done = client_kind.formation(server.url, lambda f: f.secrets.set("K", value), retry=FAST)
    assert done == m.SecretChange(message="Done")
    assert sent(server) == expected


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([failure(404, "RESOURCE_NOT_FOUND")], muxi.NotFoundError),
        ([NOT_THERE, failure(409, "SECRET_IN_USE")], muxi.ConflictError),
        ([NOT_THERE, THERE, NOT_THERE], muxi.NotFoundError),
    ],
)
def test_set_goes_on_for_the_right_reasons_only(
    client_kind: ClientKind, script: list[Answer], kind: type[muxi.MuxiError]
) -> None:
    with FakeServer(*script) as server, pytest.raises(kind):
        client_kind.formation(server.url, lambda f: f.secrets.set("K", HIDDEN))
    assert len(server.received) == len(script)


def test_a_creation_is_sent_once(client_kind: ClientKind) -> None:
    with FakeServer(failure(503, "SERVICE_UNAVAILABLE")) as server:
        with pytest.raises(muxi.UnavailableError):
            client_kind.formation(server.url, lambda f: f.secrets.create("K", HIDDEN))
        assert len(server.received) == 1


@pytest.mark.parametrize("value", [HIDDEN, SecretStr(HIDDEN)])
def test_a_value_shows_in_no_description(value: str | SecretStr) -> None:
    for call in (Secrets.create.build("K", value), Secrets.update.build("K", value)):
        assert call.body is not None
        assert HIDDEN.encode() in call.body.encode()
        for text in (repr(call), str(call.body), repr(call.body), repr(call.body.model_dump())):
            assert "value" in text
            assert HIDDEN not in text


@pytest.mark.parametrize("value", [{"a": HIDDEN}, HIDDEN.encode() + b"\xff"])
def test_a_wrong_value_is_not_repeated(value: Any) -> None:
    with pytest.raises(muxi.ValidationError, match="value: ") as caught:
        Secrets.create.build("K", value)
    assert HIDDEN not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_list_of_secrets_is_one_of_names() -> None:
    found = m.SecretList.model_validate({"secrets": {"B": HIDDEN, "A": HIDDEN}, "count": 2})
    assert (list(found), found[0], len(found), "A" in found) == (["B", "A"], "B", 2, True)
    assert found.secrets["A"] == HIDDEN
    assert HIDDEN not in repr(found)


STREAM = {"id": "d", "transport": "file", "level": "info", "format": "jsonl", "enabled": True}
BLOCKS: list[tuple[type[m.ConfigBlock], dict[str, Any]]] = [
    (m.LlmSettings, {"api_keys": {"openai": HIDDEN}, "settings": {"temperature": 0}}),
    (m.LlmSettings, {"models": [{"text": "a/b", "api_key": HIDDEN}]}),
    (m.MemoryConfig, {"persistent": {"connection_string": HIDDEN}, "remote": {"key": HIDDEN}}),
    (m.MemoryConfig, {"working": {"mode": "remote", "remote": {"api_key": HIDDEN}}}),
    (m.BackgroundConfig, {"webhook_url": HIDDEN, "secret": HIDDEN}),
    (m.A2aConfig, {"inbound": {"auth": HIDDEN}, "outbound": {"auth": HIDDEN}}),
    (m.LoggingConfig, {"conversation": {"streams": [{"destination": HIDDEN, "token": HIDDEN}]}}),
    (m.LoggingConfig, {"conversation": {"streams": [{"auth": {"token": HIDDEN}}]}}),
    (m.LogDestination, {**STREAM, "destination": HIDDEN}),
    (m.SystemLog, {"destination": HIDDEN}),
    (m.McpServer, {"id": "x", "env": {"T": HIDDEN}, "auth": {"token": HIDDEN}}),
    (m.McpServer, {"id": "x", "args": [HIDDEN], "endpoint": HIDDEN, "headers": HIDDEN}),
    (m.OverlordBlock, {"llm": {"api_key": HIDDEN}}),
    (m.FormationDocument, {"server": {"api_keys": {"admin_key": HIDDEN}}, "new": HIDDEN}),
    (m.FormationDocument, {"proactive": {"channels": {"slack": {"url": HIDDEN}}}}),
]


@pytest.mark.parametrize(("kind", "block"), BLOCKS)
def test_blocks_keep_their_secrets_and_show_none(
    kind: type[m.ConfigBlock], block: dict[str, Any]
) -> None:
    read = kind.model_validate(block)
    assert HIDDEN in repr(read.model_dump())
    assert HIDDEN not in repr(read)
    assert HIDDEN not in str(read)


def test_words_of_python_get_an_underscore() -> None:
    wire = {"schema": "1.0.0", "async": {"threshold_seconds": 30}, "novel": 1}
    document = m.FormationDocument.model_validate(wire)
    assert document.schema_version == "1.0.0"
    assert document.async_ == m.BackgroundConfig(threshold_seconds=30)
    assert document.model_extra == {"novel": 1}
    assert document.model_dump(by_alias=True, exclude_none=True) == wire
    assert m.FormationDocument.model_validate(document.model_dump()) == document


@pytest.mark.parametrize(("method", "path", "ask"), ASK)
def test_the_admin_key_goes_alone(
    method: str, path: str, ask: Callable[[FormationClient], object]
) -> None:
    with (
        FakeServer(failure(404, "RESOURCE_NOT_FOUND")) as server,
        FormationClient(
            url=server.url, client_key=CLIENT_KEY, admin_key=ADMIN_KEY, user_id="alice"
        ) as formation,
    ):
        with pytest.raises(muxi.NotFoundError):
            ask(formation)
        with pytest.raises(muxi.ConfigurationError):
            ask(FormationClient(url=server.url, client_key=CLIENT_KEY))
    [received] = server.received
    assert received.method == method
    assert received.headers["x-muxi-admin-key"] == ADMIN_KEY
    assert received.headers.keys() & {"x-muxi-client-key", "x-muxi-user-id"} == set()


def test_the_audit_log_is_cleared_with_the_flag_that_the_server_wants(
    client_kind: ClientKind,
) -> None:
    done = {"previous_entries_count": 3, "cleared_by": "admin", "message": "ok"}
    with FakeServer(envelope(done)) as server:
        cleared = client_kind.formation(server.url, lambda f: f.audit.clear())
    assert cleared.previous_entries_count == 3
    assert server.received[0].path == "/v1/audit?confirm=clear-audit-log"


def test_audit_filters_arrive_as_they_are(client_kind: ClientKind) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
    with FakeServer(envelope({"entries": [], "total_entries": 0, "limit": 5})) as server:
        client_kind.formation(
            server.url,
            lambda f: f.audit.list(limit=5, action="a b", resource_type="secret", since=moment),
        )
    assert parse_qs(urlsplit(server.received[0].path).query) == {
        "limit": ["5"],
        "action": ["a b"],
        "resource_type": ["secret"],
        "since": ["2026-01-02T03:04:05+02:00"],
    }


def test_audit_arguments_are_checked() -> None:
    assert Audit.list.build().query == {"limit": "100"}
    for limit in (0, 1001):
        with pytest.raises(
            muxi.ValidationError, match="limit must be a whole number from 1 to 1000"
        ):
            Audit.list.build(limit=limit)
    for since in (datetime(2026, 1, 1), date(2026, 1, 1), "2026-01-01T00:00:00Z"):
        with pytest.raises(muxi.ValidationError, match="since must be a datetime with a time zone"):
            Audit.list.build(since=since)  # type: ignore[arg-type]


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
def test_guidance_is_measured_in_bytes(letter: str) -> None:
    most = 32_768 // len(letter.encode())
    body = Tuning.replace.build(letter * most).body
    assert body == m.TuningUpdate(content=letter * most)
    with pytest.raises(
        muxi.ValidationError, match="bytes must be a whole number from 0 to 32768, not 327"
    ) as all_:
        Tuning.replace.build(letter * (most + 1))
    assert not all_.value.sent
    assert letter * 9 not in str(all_.value)


def test_guidance_may_be_empty_but_must_be_text() -> None:
    assert Tuning.replace.build("").body == m.TuningUpdate(content="")
    with pytest.raises(muxi.ValidationError, match="content: "):
        Tuning.replace.build(None)  # type: ignore[arg-type]
