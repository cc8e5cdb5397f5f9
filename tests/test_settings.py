from __future__ import annotations

import math

import pytest

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


def url_of(**settings: object) -> str:
    client = FormationClient(**settings)  # type: ignore[arg-type]
    return client._transport.options.base_url


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"base_url": "http://h:1/any/where/"}, "http://h:1/any/where"),
        ({"url": "http://h:1"}, "http://h:1/v1"),
        ({"url": "http://h:1/"}, "http://h:1/v1"),
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
        ({"url": "h:1"}, "url is no URL"),
        ({"url": "ftp://h"}, "url is no URL"),
        ({"url": "http://"}, "url is no URL"),
        ({"url": "http://h:99999"}, "url is no URL"),
        ({"url": "http://[::1"}, "url is no URL"),
        ({"url": " http://h"}, "url is no URL"),
        ({"url": "http://user:pass@h"}, "can't have a user name"),
        ({"url": "http://h?x=1"}, "can't have a user name, a query"),
        ({"url": "http://h", "timeout": 0}, "timeout= or MUXI_TIMEOUT is wrong"),
        ({"url": "http://h", "max_retries": -1}, "max_retries= or MUXI_MAX_RETRIES is wrong"),
        ({"url": "http://h", "mode": "dead"}, "mode= or MUXI_MODE is wrong|mode= goes with"),
        ({"url": "http://h", "client_key": "clé"}, "client_key must be printable ASCII"),
        ({"url": "http://h", "client_key": ""}, "client_key is empty"),
        ({"url": "http://h", "admin_key": "a\r\nb"}, "admin_key must be printable ASCII"),
        ({"url": "http://h", "user_id": "zoë"}, "user_id must be printable ASCII"),
        ({"server_url": "http://h", "formation_id": "a/b"}, "An id can't contain '/'"),
        ({"server_url": "http://h", "formation_id": ""}, "An id is empty"),
    ],
)
def test_what_can_not_be_is_said_in_one_sentence(settings: dict[str, object], words: str) -> None:
    with pytest.raises((ConfigurationError, ValidationError), match=words) as caught:
        url_of(**settings)
    assert "\n" not in str(caught.value)
    assert not caught.value.sent


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "URL is missing: pass url= or set MUXI_SERVER_URL"),
        ({"url": "http://h", "key_id": "x"}, "key_id= and secret_key= go together"),
        ({"url": "http://h", "secret_key": "x"}, "key_id= and secret_key= go together"),
    ],
)
def test_what_a_server_client_needs(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        ServerClient(**settings)


def test_a_missing_key_is_said_before_anything_is_sent() -> None:
    with pytest.raises(ConfigurationError, match="admin_key= or set MUXI_ADMIN_KEY"):
        FormationClient(url="http://127.0.0.1:9", client_key="c").status()
    with pytest.raises(ConfigurationError, match="key_id= and secret_key="):
        ServerClient(url="http://127.0.0.1:9").status()


@pytest.mark.parametrize("message", [{"mesage": "hi"}, {"message": "hi", "sesion_id": "s"}, {}])
def test_an_unknown_or_missing_field_is_said_before_anything_is_sent(
    message: dict[str, str],
) -> None:
    client = FormationClient(url="http://127.0.0.1:9", client_key="c")
    for call in (client.chat.send, client.chat.stream):
        with pytest.raises(MuxiError, match=r"ChatRequest is wrong: (mesage|sesion_id|message):"):
            call(message)


def test_a_reply_brings_its_own_session() -> None:
    from muxi.models.formation import ChatReply

    client = FormationClient(url="http://127.0.0.1:9", client_key="c")
    reply = ChatReply(session_id="s", request_id="r")
    with pytest.raises(ValidationError, match="reply_to= continues the session"):
        client.chat.send("yes", reply_to=reply, session_id="t")


def test_settings_are_models_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUXI_CLIENT_KEY", "fmc")
    settings = FormationSettings(url="http://h")
    assert settings.client_key is not None
    assert settings.client_key.get_secret_value() == "fmc"
    assert ServerSettings(url="http://h").timeout == 30
