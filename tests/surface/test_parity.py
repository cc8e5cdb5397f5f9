"""The sync and the async clients are one surface: same names, signatures, help and requests."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints
from unittest.mock import AsyncMock, create_autospec

import pytest

from muxi import ConfigurationError, MuxiError, NotFoundError, ValidationError
from muxi._core.endpoint import Resource, paging, streaming

from .makers import AsyncClient, SyncClient, async_client, sync_client
from .methods import METHODS, Arguments, Method, first_call
from .recorder import Recorded, Recorder, without_ids

each_method = pytest.mark.parametrize("method", METHODS, ids=str)
each_service = pytest.mark.parametrize("service", ["formation", "server"])

_KEYS: dict[str, dict[str, str]] = {
    "formation": {"client_key": "client", "admin_key": "admin"},
    "server": {"key_id": "MUXI_1", "secret_key": "sk_1"},
}

_REQUESTS = {
    f"server.formations.{name}{kind}": 2 for name in ("deploy", "apply") for kind in ("", "_stream")
}
"""Of methods that go on after a 404: what isn't there yet is deployed."""


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder.running() as running:
        yield running


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def test_the_walk_finds_the_methods_that_the_readme_shows() -> None:
    found = {str(method) for method in METHODS}
    assert len(found) == len(METHODS)
    assert found >= {
        "formation.health",
        "formation.status",
        "formation.chat_stream",
        "formation.chat.send",
        "formation.chat.stream",
        "formation.audio.send",
        "formation.sessions.restore",
        "formation.requests.wait",
        "server.ping",
        "server.formations.list",
    }


@each_service
def test_clients_have_the_same_names(service: str) -> None:
    sync, other = sync_client(service), async_client(service)
    assert public(sync) - {"close"} == public(other) - {"aclose"}
    assert public(sync.raw) == public(other.raw)
    assert public(sync.raw) <= public(sync)


@each_method
def test_namespaces_have_the_same_names(method: Method) -> None:
    sync = method.namespace(sync_client(method.service))
    other = method.namespace(async_client(method.service))
    assert isinstance(sync, Resource)
    assert method.name in public(sync)
    if len(method.path) > 1:
        assert public(sync) == public(other)
        assert type(sync) is type(other)


@each_method
def test_signatures_are_equal(method: Method) -> None:
    sync, other = (
        inspect.signature(method.of(client))
        for client in (sync_client(method.service), async_client(method.service))
    )
    assert sync.parameters == other.parameters
    assert "self" not in sync.parameters
    assert list(sync.parameters) == [one.name for one in method.parameters()]
    assert sync.return_annotation == other.return_annotation.replace("Async", "")


@each_method
def test_the_docstring_tells_of_each_parameter(method: Method) -> None:
    sync = inspect.getdoc(method.of(sync_client(method.service)))
    assert sync
    assert sync == inspect.getdoc(method.of(async_client(method.service)))
    told = re.search(r"^Args:\n((?: +.*\n?)+)", sync, re.MULTILINE)
    entries = re.findall(r"^    (\w+): \S", told[1], re.MULTILINE) if told else []
    assert entries == [one.name for one in method.parameters()]


@each_method
def test_only_async_calls_are_coroutine_functions(method: Method) -> None:
    sync, other = sync_client(method.service), async_client(method.service)
    awaited = not isinstance(method.descriptor, (paging, streaming))
    assert not inspect.iscoroutinefunction(method.of(sync))
    assert not inspect.iscoroutinefunction(method.of(sync.raw))
    assert inspect.iscoroutinefunction(method.of(other)) is awaited
    assert inspect.iscoroutinefunction(method.of(other.raw)) is awaited


@each_method
def test_the_annotation_names_the_answer(method: Method) -> None:
    described = method.descriptor.__wrapped__.__annotations__["return"]
    kind, _, answer = described.removesuffix("]").partition("[")
    for client in (sync_client(method.service), async_client(method.service)):
        bound = method.of(client)
        annotation = inspect.signature(bound).return_annotation
        if isinstance(method.descriptor, streaming):
            assert re.fullmatch(rf"(Async)?Stream\[{re.escape(answer)}\]", annotation)
        elif isinstance(method.descriptor, paging):
            assert re.fullmatch(rf"(Async)?Iterator\[{re.escape(answer)}\]", annotation)
        else:
            assert kind in ("Call", "Flow")
            assert annotation == answer
            found = get_type_hints(bound.__func__)["return"]
            assert found == method.evaluated(answer)


@each_method
@pytest.mark.parametrize("make", [sync_client, async_client])
def test_autospec_takes_the_right_arguments_only(
    method: Method, make: Callable[[str], SyncClient | AsyncClient]
) -> None:
    client = make(method.service)
    mock = getattr(create_autospec(method.namespace(client)), method.name)
    called = mock(**method.required())
    if isinstance(mock, AsyncMock):
        asyncio.run(called)
    mock.assert_called_once_with(**method.required())
    assert isinstance(mock, AsyncMock) is inspect.iscoroutinefunction(method.of(client))
    with pytest.raises(TypeError, match="unexpected keyword"):
        mock(**method.required(), nonsense=True)
    if method.required():
        with pytest.raises(TypeError, match="missing a required argument"):
            mock()


def test_autospec_as_users_write_it() -> None:
    sessions = create_autospec(sync_client("formation").sessions)
    sessions.get("x")
    sessions.get.assert_called_once_with("x")
    with pytest.raises(TypeError, match="too many positional"):
        sessions.get("x", "alice")


@dataclass(frozen=True)
class Outcome:
    """What came of a call: its error, and what the server saw of it."""

    error: type[BaseException]
    requests: tuple[Recorded, ...]


def sync_outcomes(method: Method, client: SyncClient, recorder: Recorder) -> list[Outcome]:
    """Of all variants, on the client and on its raw side."""

    def use(call: Callable[..., Any], arguments: Arguments) -> None:
        made = call(**arguments)  # calls fail here, the others as they are used
        next(made) if isinstance(method.descriptor, paging) else made.open()

    def outcome(call: Callable[..., Any], arguments: Arguments) -> Outcome:
        with pytest.raises(MuxiError) as caught:
            use(call, arguments)
        return Outcome(caught.type, recorder.taken())

    with client:
        return [
            outcome(method.of(side), arguments)
            for side in (client, client.raw)
            for arguments in method.variants()
        ]


def async_outcomes(method: Method, client: AsyncClient, recorder: Recorder) -> list[Outcome]:
    """The same of an async client."""

    async def outcome(call: Callable[..., Any], arguments: Arguments) -> Outcome:
        made = call(**arguments)
        with pytest.raises(MuxiError) as caught:
            await (anext(made) if isinstance(method.descriptor, paging) else made)
        return Outcome(caught.type, recorder.taken())

    async def outcomes() -> list[Outcome]:
        async with client:
            return [
                await outcome(method.of(side), arguments)
                for side in (client, client.raw)
                for arguments in method.variants()
            ]

    return asyncio.run(outcomes())


@each_method
def test_both_clients_send_what_build_describes(
    method: Method, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muxi.resources.formation.requests._GRACE", ())  # one look is enough here
    options = {**_KEYS[method.service]}
    if method.service == "formation":
        options["user_id"] = "alice"
    sync, other = (
        sync_client(method.service, recorder.url, **options),
        async_client(method.service, recorder.url, **options),
    )
    outcomes = sync_outcomes(method, sync, recorder)
    assert outcomes == async_outcomes(method, other, recorder)
    assert {outcome.error for outcome in outcomes} == {NotFoundError}

    for outcome, arguments in zip(outcomes, method.variants() * 2, strict=True):
        assert len(outcome.requests) == _REQUESTS.get(str(method), 1)
        arrived = outcome.requests[0]
        for client in (sync, other):
            described = first_call(method.of(client).build(**arguments))
            body = described.body.encode() if described.body is not None else b""
            prefix = "/v1" if method.service == "formation" else ""
            assert (arrived.method, arrived.path) == (described.method, prefix + described.path)
            assert dict(arrived.query) == described.query
            assert arrived.body == without_ids(body)

    keys = [outcome.requests[0].idempotency_key for outcome in outcomes]
    assert all(keys)
    assert len(set(keys)) == len(keys)


@each_method
@pytest.mark.parametrize("lacking", ["keys", "user"])
def test_both_clients_fail_alike(
    method: Method,
    lacking: Literal["keys", "user"],
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("muxi.resources.formation.requests._GRACE", ())
    options = _KEYS[method.service] if lacking == "user" else {}
    outcomes = sync_outcomes(method, sync_client(method.service, recorder.url, **options), recorder)
    assert outcomes == async_outcomes(
        method, async_client(method.service, recorder.url, **options), recorder
    )
    refused = ConfigurationError if lacking == "keys" else ValidationError
    for outcome in outcomes:
        assert outcome.error is (NotFoundError if outcome.requests else refused)
