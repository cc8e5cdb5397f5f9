"""Settings from arguments and environment variables, and the errors of wrong ones."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

import muxi
from muxi import (
    AsyncFormationClient,
    AsyncServerClient,
    ConfigurationError,
    FormationClient,
    FormationSettings,
    MuxiError,
    ServerClient,
    ServerSettings,
    ValidationError,
)
from muxi.models.formation import ChatReply


def url_of(**settings: object) -> str:
    client = FormationClient(**settings)  # type: ignore[arg-type]
    return client._transport.options.base_url


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"base_url": "http://h:1/any/where/"}, "http://h:1/any/where"),
        ({"url": "http://h:1"}, "http://h:1/v1"),
        ({"url": "http://h:1/"}, "http://h:1/v1"),
        ({"url": "http://h:1/v1/"}, "http://h:1/v1"),
        ({"server_url": "https://h", "formation_id": "bot"}, "https://h/api/bot/v1"),
        (
            {"server_url": "https://h/muxi", "formation_id": "bot", "mode": "draft"},
            "https://h/muxi/draft/bot/v1",
        ),
    ],
)
def test_where_a_formation_is(settings: dict[str, str], expected: str) -> None:
    assert url_of(**settings) == expected


def test_the_environment_says_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MUXI_SERVER_URL": "http://s:7890",
        "MUXI_FORMATION_ID": "bot",
        "MUXI_MODE": "draft",
        "MUXI_CLIENT_KEY": "fmc",
        "MUXI_ADMIN_KEY": "fma",
        "MUXI_USER_ID": "alice",
        "MUXI_KEY_ID": "MUXI_1",
        "MUXI_SECRET_KEY": "sk",
        "MUXI_TIMEOUT": "7.5",
        "MUXI_MAX_RETRIES": "5",
        "MUXI_DEBUG": "0",
    }.items():
        monkeypatch.setenv(name, value)
    for client in (FormationClient(), AsyncFormationClient()):
        options = client._transport.options
        assert options.base_url == "http://s:7890/draft/bot/v1"
        assert (options.user_id, options.timeout, options.retry.max_retries) == ("alice", 7.5, 5)
        assert len(options.keys) == 2
    for server in (ServerClient(), AsyncServerClient()):
        assert server._transport.options.base_url == "http://s:7890"
        assert len(server._transport.options.keys) == 1


def test_an_argument_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUXI_BASE_URL", "http://base")
    monkeypatch.setenv("MUXI_FORMATION_URL", "http://formation")
    monkeypatch.setenv("MUXI_SERVER_URL", "http://server")
    monkeypatch.setenv("MUXI_FORMATION_ID", "bot")
    assert url_of() == "http://base"
    assert url_of(url="http://mine") == "http://mine/v1"
    assert url_of(server_url="http://mine") == "http://mine/api/bot/v1"
    monkeypatch.delenv("MUXI_BASE_URL")
    assert url_of() == "http://formation/v1"
    assert ServerClient()._transport.options.base_url == "http://server"
    assert ServerClient(url="http://other")._transport.options.base_url == "http://other"


def test_timeouts_may_be_endless() -> None:
    assert FormationClient(url="http://h", timeout=math.inf)._transport.options.timeout == math.inf


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "address is missing: pass server_url= and formation_id=.*MUXI_SERVER_URL"),
        ({"server_url": "http://h"}, "id is missing: pass formation_id= or set MUXI_FORMATION_ID"),
        ({"url": "http://h", "base_url": "http://h"}, "base_url= and url= exclude each other"),
        ({"url": "http://h", "server_url": "http://h"}, "url= and server_url= exclude each other"),
        ({"url": "http://h", "mode": "draft"}, "mode= goes with server_url="),
        ({"url": "h:1"}, "^url has no scheme: write it with https://, as https://muxi.example"),
        ({"url": 5}, "^url must be a string, not int"),
        ({"url": "ftp://h"}, "^url must begin with https:// or http://"),
        ({"url": "http://"}, "^url is no URL"),
        ({"url": "http://h:99999"}, "^url is no URL"),
        ({"url": "http://[::1"}, "^url is no URL"),
        ({"url": " http://h"}, "^url is no URL"),
        ({"url": "http://a..b"}, "host in the client's URL can't exist"),
        ({"url": f"http://{'a' * 64}.example"}, "host in the client's URL can't exist"),
        ({"url": "http://.example.com"}, "host in the client's URL can't exist"),
        ({"url": "http://xn--zzzzzz.example"}, "host in the client's URL can't exist"),
        ({"server_url": "http://h/api/bot/v1"}, "^server_url ends in /v1, .*pass that as url="),
        ({"server_url": "http://h/rpc"}, "^server_url ends in /rpc: leave that out"),
        ({"url": "http://user:pass@h"}, "can't have a user name"),
        ({"url": "http://h?x=1"}, "can't have a user name, a query"),
        *(
            ({"url": "http://h", "timeout": value}, "^timeout must be seconds above 0, at most 1e")
            for value in (0, -1, 1e10, math.nan, -math.inf, "5", True, [])
        ),
        ({"url": "http://h", "max_retries": -1}, "^max_retries must be a whole number from 0 up"),
        ({"url": "http://h", "max_retries": "3"}, "^max_retries must be a whole number from 0 up"),
        ({"url": "http://h", "retry": 5}, r"^retry must be a Retry, not 5: write retry=Retry\("),
        (
            {"url": "http://h", "retry": muxi.Retry(), "max_retries": 3},
            "^retry= and max_retries= exclude each other",
        ),
        ({"url": "http://h", "max_response_bytes": 0}, "^max_response_bytes must be a whole"),
        ({"url": "http://h", "max_event_bytes": 1.5}, "^max_event_bytes must be a whole number"),
        ({"url": "http://h", "debug": "no"}, "^debug must be True or False, not 'no'"),
        ({"server_url": "http://h", "formation_id": "b", "mode": "dead"}, "^mode must be one of"),
        ({"url": "http://h", "insecure_http": "no"}, "^insecure_http must be one of warn, allow"),
        ({"url": "http://h", "client_key": "clé"}, "^client_key must be printable ASCII"),
        ({"url": "http://h", "client_key": ""}, "^client_key is empty"),
        ({"url": "http://h", "client_key": "fma_1"}, "^client_key holds an admin key .*admin_key="),
        ({"url": "http://h", "admin_key": "fmc_1"}, "^admin_key holds a client key .*client_key="),
        ({"url": "http://h", "admin_key": "fma_1\n"}, "^admin_key has a leading or trailing space"),
        ({"url": "http://h", "admin_key": "a\r\nb"}, "^admin_key must be printable ASCII"),
        ({"url": "http://h", "user_id": "zoë"}, "^user_id must be printable ASCII"),
        ({"url": "http://h", "user_id": []}, "^user_id must be a string, not list"),
        (
            {"url": "http://h", "headers": {"a b": "c"}},
            "^headers has 'a b', which is not a valid HTTP header name",
        ),
        (
            {"url": "http://h", "headers": {"a": "b\n"}},
            r"^headers\['a'\] has a leading or trailing space",
        ),
        ({"url": "http://h", "headers": {"a": None}}, r"^headers\['a'\] must be a string"),
        ({"url": "http://h", "headers": ["a"]}, "^headers must be a mapping of strings, not list"),
        ({"url": "http://h", "http_client": httpx.AsyncClient()}, "http_client must be an httpx.C"),
        ({"server_url": "http://h", "formation_id": "a/b"}, "^formation_id can't contain '/'"),
        ({"server_url": "http://h", "formation_id": ""}, "^formation_id is empty"),
    ],
)
def test_an_impossible_value_is_refused_in_one_sentence(
    settings: dict[str, object], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        url_of(**settings)
    assert caught.value.__cause__ is None
    assert "\n" not in str(caught.value)
    assert not caught.value.sent


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "URL is missing: pass url= or set MUXI_SERVER_URL"),
        ({"url": "http://h", "key_id": "x"}, "key_id= and secret_key= go together"),
        ({"url": "http://h", "secret_key": "x"}, "key_id= and secret_key= go together"),
        ({"url": "http://h", "key_id": "clé"}, "^key_id must be printable ASCII.*header.$"),
        (
            {"url": "http://h", "key_id": "k", "secret_key": "s\n"},
            "^secret_key has a leading or trailing space",
        ),
        ({"url": "http://h", "key_id": "sk_1"}, "^key_id holds a secret key .*as secret_key="),
        (
            {"url": "http://h", "key_id": "k", "secret_key": "MUXI_1"},
            "^secret_key holds the id of a",
        ),
        ({"url": "http://h:8001/v1"}, "^url ends in /v1, which is a formation's address"),
        (
            {
                "url": "http://h",
                "key_id": "k",
                "secret_key": "s",
                "headers": {"authorization": "x"},
            },
            "^headers can't have Authorization: the signature",
        ),
    ],
)
def test_what_a_server_client_needs(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        ServerClient(**settings)


def test_a_missing_key_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ConfigurationError, match="admin_key= or set MUXI_ADMIN_KEY"):
        FormationClient(url="http://127.0.0.1:9", client_key="c").status()
    with pytest.raises(ConfigurationError, match="key_id= and secret_key="):
        ServerClient(url="http://127.0.0.1:9").status()


@pytest.mark.parametrize("message", [{"mesage": "hi"}, {"message": "hi", "sesion_id": "s"}, {}])
def test_an_unknown_or_missing_field_is_refused_before_anything_is_sent(
    message: dict[str, str],
) -> None:
    client = FormationClient(url="http://127.0.0.1:9", client_key="c")
    for call in (client.chat.send, client.chat.stream):
        with pytest.raises(MuxiError, match=r"^(mesage|sesion_id|message): "):
            call(message)


def test_a_reply_brings_its_own_session() -> None:
    client = FormationClient(url="http://127.0.0.1:9", client_key="c")
    reply = ChatReply(session_id="s", request_id="r")
    with pytest.raises(ValidationError, match="reply_to= continues the session"):
        client.chat.send("yes", reply_to=reply, session_id="t")


def test_settings_are_objects_that_clients_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUXI_CLIENT_KEY", "fmc")
    settings = FormationSettings(url="http://h", timeout=5, user_id="alice")
    assert settings.client_key is not None
    assert settings.client_key.get_secret_value() == "fmc"
    monkeypatch.setenv("MUXI_ADMIN_KEY", "late")
    for client in (
        FormationClient(settings=settings, user_id="bob"),
        AsyncFormationClient(settings=settings, user_id="bob"),
    ):
        options = client._transport.options
        assert (options.base_url, options.timeout, options.user_id) == ("http://h/v1", 5, "bob")
        assert len(options.keys) == 1
    server = ServerSettings(url="http://s", key_id="k", secret_key=SecretStr("s"), max_retries=7)
    assert ServerClient(settings=server)._transport.options.retry.max_retries == 7
    other = FormationClient(settings=settings, server_url="http://mine", formation_id="bot")
    assert other._transport.options.base_url == "http://mine/api/bot/v1"
    with pytest.raises(ConfigurationError, match=r"^settings\.url has no scheme"):
        FormationClient(settings=FormationSettings(url="h"))


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("MUXI_TIMEOUT", "soon", "^MUXI_TIMEOUT is wrong: Input should be a valid number"),
        ("MUXI_TIMEOUT", "-1", "^MUXI_TIMEOUT must be seconds above 0"),
        ("MUXI_MAX_RETRIES", "-1", "^MUXI_MAX_RETRIES must be a whole number from 0 up"),
        ("MUXI_FORMATION_URL", "h:1", "^MUXI_FORMATION_URL has no scheme"),
        ("MUXI_CLIENT_KEY", "fma_1", "^MUXI_CLIENT_KEY holds an admin key"),
        ("MUXI_ADMIN_KEY", "a b ", "^MUXI_ADMIN_KEY has a leading or trailing space"),
        ("MUXI_MODE", "dead", "^MUXI_MODE is wrong: Input should be 'live' or 'draft'"),
        ("MUXI_DEBUG", "perhaps", "^MUXI_DEBUG is wrong: Input should be a valid boolean"),
    ],
)
def test_a_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv("MUXI_FORMATION_URL", "http://h")
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=words):
        FormationClient()


@pytest.mark.parametrize("name", ["URL", "url", "MUXI_URL", "TIMEOUT", "muxi_server_url", "MODE"])
def test_only_the_documented_variables_are_read(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("MUXI_SERVER_URL", "http://right")
    monkeypatch.setenv("MUXI_FORMATION_ID", "bot")
    monkeypatch.setenv(name, "http://wrong")
    assert url_of() == "http://right/api/bot/v1"
    assert ServerClient()._transport.options.base_url == "http://right"
    assert ServerSettings().url == "http://right"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUXI_FORMATION_URL", "")
    monkeypatch.setenv("MUXI_CLIENT_KEY", "")
    assert FormationClient(url="http://h")._transport.options.keys == {}
    with pytest.raises(ConfigurationError, match="address is missing"):
        FormationClient()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *(({"timeout": value}, "^timeout must be") for value in (0, -1, 1e10, math.nan, "5", None)),
        ({"retry": 5}, "^retry must be a Retry, not 5"),
        ({"headers": {"Content-Type": "x"}}, "^headers can't have Content-Type: the SDK sets it"),
        ({"headers": {"x-muxi-client-key": "x"}}, "^headers can't have .*: pass client_key="),
        (
            {"headers": {"X-Muxi-Idempotency-Key": "x"}},
            "^headers can't have .* the SDK creates one",
        ),
        ({"user_id": ""}, "^user_id is empty"),
        ({"user_id": " bob"}, "^user_id has a leading or trailing space"),
        ({"user_id": object()}, "^user_id must be a string, not object"),
    ],
)
def test_views_check_what_they_are_given(options: dict[str, Any], words: str) -> None:
    client = FormationClient(url="http://h", client_key="c")
    with pytest.raises(ConfigurationError, match=words):
        client.with_options(**options)
    if options.keys() == {"user_id"}:
        with pytest.raises(ConfigurationError, match=words):
            client.for_user(options["user_id"])


def test_users_are_taken_as_databases_have_them() -> None:
    client = FormationClient(url="http://h", client_key="c")
    assert client.for_user(42)._transport.options.user_id == "42"  # type: ignore[arg-type]


def test_pydantic_settings_is_loaded_for_variables_alone() -> None:
    program = """
import os, sys
for name in [name for name in os.environ if name.startswith("MUXI_")]: del os.environ[name]
from muxi import FormationClient, ServerClient
FormationClient(url="http://h", client_key="c")
ServerClient(url="http://h", key_id="k", secret_key="s")
print("pydantic_settings" in sys.modules)
os.environ["MUXI_USER_ID"] = "u"
FormationClient(url="http://h")
print("pydantic_settings" in sys.modules)"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("url", "warnings"),
    [
        ("http://warned-of.example:80", 1),
        ("http://10.11.12.13", 1),
        ("https://plain.example", 0),
        ("http://localhost:1", 0),
        ("http://bot.localhost", 0),
        ("http://127.0.0.9", 0),
        ("http://[::1]:7", 0),
    ],
)
def test_keys_that_cross_the_network_unencrypted_are_warned_of_once(
    caplog: pytest.LogCaptureFixture, url: str, warnings: int
) -> None:
    """Once in a process: no other test uses these addresses with keys."""
    FormationClient(url=url)
    FormationClient(url=url, client_key="c", insecure_http="allow")
    assert caplog.messages == []
    for _ in range(3):
        FormationClient(url=url, client_key="c")
        ServerClient(url=url, key_id="k", secret_key="s")
    assert len(caplog.messages) == warnings
    assert all("unencrypted: use https://" in message for message in caplog.messages)
    if warnings:
        with pytest.raises(ConfigurationError, match="unencrypted: use https://, or pass insec"):
            FormationClient(url=url, client_key="c", insecure_http="refuse")
    else:
        FormationClient(url=url, client_key="c", insecure_http="refuse")


@pytest.mark.parametrize("settings", [ServerSettings(url="http://h"), {"url": "http://h"}])
def test_settings_of_another_kind_are_refused(settings: Any) -> None:
    kind = type(settings).__name__
    with pytest.raises(
        ConfigurationError, match=rf"^settings must be FormationSettings, not {kind}\.$"
    ):
        FormationClient(settings=settings)
