"""The sync and the async clients are one surface: same names, signatures, help and requests."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints
from unittest.mock import AsyncMock, create_autospec

import pytest

from muxi import (
    AsyncFormationClient,
    AsyncServerClient,
    ConfigurationError,
    FormationClient,
    MuxiError,
    NotFoundError,
    Response,
    ServerClient,
    ValidationError,
)
from muxi._core.async_stream import AsyncStream
from muxi._core.endpoint import Endpoint, PagesMethod, StreamMethod
from muxi._core.resource import Resource
from muxi._core.stream import Stream

from ..support.clients import ClientKind, Connect
from ..support.each import check_each, each
from .makers import AsyncClient, SyncClient, async_client, sync_client
from .methods import METHODS, Arguments, Method, first_call
from .recorder import Recorded, Recorder, without_ids

each_kind = pytest.mark.parametrize(
    "method", {type(method.descriptor): method for method in METHODS}.values(), ids=str
)
"""A method of each kind: endpoint, flow, streaming, paging."""

each_service = pytest.mark.parametrize("service", ["formation", "server"])

_REQUESTS = {
    f"server.formations.{name}{kind}": 2
    for name in ("deploy", "apply", "rollback")
    for kind in ("", "_stream")
}
"""Of methods that go on after a look that finds nothing."""


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def test_the_search_finds_the_methods_that_the_readme_shows() -> None:
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


def test_namespaces_have_the_same_names() -> None:
    clients = {one: (sync_client(one), async_client(one)) for one in ("formation", "server")}

    def check(method: Method) -> None:
        sync, other = (method.namespace(client) for client in clients[method.service])
        assert isinstance(sync, Resource)
        assert method.name in public(sync)
        if len(method.path) > 1:
            assert public(sync) == public(other)
            assert type(sync) is type(other)

    check_each(check, METHODS)


@each_kind
def test_signatures_are_equal(method: Method) -> None:
    sync, other = (
        inspect.signature(method.of(client))
        for client in (sync_client(method.service), async_client(method.service))
    )
    assert sync.parameters == other.parameters
    assert "self" not in sync.parameters
    assert list(sync.parameters) == [one.name for one in method.parameters()]
    assert sync.return_annotation == other.return_annotation.replace("Async", "")


@each(METHODS)
def test_the_docstring_describes_each_parameter(method: Method) -> None:
    told = re.search(
        r"^Args:\n((?: +.*\n?|\n(?= ))+)", inspect.getdoc(method.descriptor), re.MULTILINE
    )
    entries = re.findall(r"^    (\w+): \S", told[1], re.MULTILINE) if told else []
    assert entries == [one.name for one in method.parameters()]


@each_kind
def test_both_clients_show_the_docstring(method: Method) -> None:
    sync, other = sync_client(method.service), async_client(method.service)
    shown = inspect.getdoc(method.of(sync))
    assert shown
    assert shown == inspect.getdoc(method.of(other)) == inspect.getdoc(method.descriptor)


@each_kind
def test_only_async_calls_are_coroutine_functions(method: Method) -> None:
    sync, other = sync_client(method.service), async_client(method.service)
    awaited = not isinstance(method.descriptor, (PagesMethod, StreamMethod))
    assert not inspect.iscoroutinefunction(method.of(sync))
    assert not inspect.iscoroutinefunction(method.of(sync.raw))
    assert inspect.iscoroutinefunction(method.of(other)) is awaited
    assert inspect.iscoroutinefunction(method.of(other.raw)) is awaited


def answer_type(method: Method, prefix: str, *, raw: bool) -> str:
    """What a method returns, in the words of its description."""
    described = method.descriptor.__wrapped__.__annotations__["return"]
    answer = described.removesuffix("]").partition("[")[2]
    if isinstance(method.descriptor, StreamMethod):
        return f"{prefix}Stream[{answer}]"
    if isinstance(method.descriptor, PagesMethod):
        return f"{prefix}Iterator[{answer}]"
    return f"Response[{answer}]" if raw and isinstance(method.descriptor, Endpoint) else answer


@pytest.mark.parametrize("raw", [False, True], ids=["plain", "raw"])
@pytest.mark.parametrize(("make", "prefix"), [(sync_client, ""), (async_client, "Async")])
def test_types_are_shown_as_users_import_them_and_can_be_resolved(
    make: Callable[[str], SyncClient | AsyncClient], prefix: str, raw: bool
) -> None:
    clients = {one: make(one) for one in ("formation", "server")}
    names = {one.__name__: one for one in (Response, Stream, AsyncStream, Iterator, AsyncIterator)}

    def check(method: Method) -> None:
        client = clients[method.service]
        bound = method.of(client.raw if raw else client)
        expected = answer_type(method, prefix, raw=raw)
        shown = inspect.signature(bound)
        assert shown.return_annotation == expected.replace("m.", "")
        assert not re.search(r"\bm\.", str(shown))
        home = method.descriptor.__wrapped__.__globals__
        found = get_type_hints(bound, include_extras=True)
        assert found.keys() == {*shown.parameters, "return"}
        assert found["return"] == eval(expected, {**home, **names})

    check_each(check, METHODS)


@pytest.mark.parametrize(
    "kind", [FormationClient, AsyncFormationClient, ServerClient, AsyncServerClient]
)
def test_hints_of_the_clients_own_methods_can_be_resolved(kind: type[object]) -> None:
    own = [name for name, value in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_"]
    assert "with_options" in own
    for name in ["__init__", *own]:
        assert get_type_hints(getattr(kind, name))


@each_kind
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


Outcomes = Callable[[Method, list[Arguments]], list[Outcome]]

_LACKING: dict[str, dict[str, list[str]]] = {
    "nothing": {"formation": [], "server": []},
    "keys": {"formation": ["client_key", "admin_key"], "server": ["key_id", "secret_key"]},
    "user": {"formation": ["user_id"], "server": []},
}


@contextmanager
def both_clients(
    lacking: Literal["nothing", "keys", "user"], *, every: bool = True
) -> Iterator[Outcomes]:
    """What comes of a method on a sync client, and just so on an async one.

    Args:
        lacking: The settings that the clients lack.
        every: Call the async client with every variant, and not with the first one alone.
    """
    with Recorder.running() as recorder, ExitStack() as stack:
        connects = [Connect(ClientKind(kind), stack) for kind in ("sync", "asyncio")]
        clients = {
            service: [
                getattr(connect, service)(recorder.url, **dict.fromkeys(without))
                for connect in connects
            ]
            for service, without in _LACKING[lacking].items()
        }

        def outcomes(method: Method, variants: list[Arguments]) -> list[Outcome]:
            sync, other = clients[method.service]
            found = _outcomes(method, variants, sync, recorder)
            count = len(variants) if every else 1
            others = _outcomes(method, variants[:count], other, recorder)
            assert [*found[:count], found[-1]] == others
            return found

        yield outcomes


def _outcomes(
    method: Method, variants: list[Arguments], client: Any, recorder: Recorder
) -> list[Outcome]:
    """Of all variants, and of the first one on the raw side."""

    def use(call: Callable[..., Any], arguments: Arguments) -> None:
        made = call(**arguments)  # calls fail here, the others as they are used
        next(made) if isinstance(method.descriptor, PagesMethod) else made.open()

    def outcome(client: Any, arguments: Arguments) -> Outcome:
        with pytest.raises(MuxiError) as caught:
            use(method.of(client), arguments)
        return Outcome(caught.type, recorder.taken())

    return [*(outcome(client, one) for one in variants), outcome(client.raw, variants[0])]


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_both_clients_send_what_build_describes(every: bool) -> None:
    def check(method: Method) -> None:
        variants = method.variants()
        outcomes = both(method, variants)
        assert {outcome.error for outcome in outcomes} == {NotFoundError}
        for outcome, arguments in zip(outcomes, [*variants, variants[0]], strict=True):
            assert len(outcome.requests) == _REQUESTS.get(str(method), 1)
            arrived = outcome.requests[0]
            described = first_call(method.descriptor.build(**arguments))
            body = described.body.encode() if described.body is not None else b""
            prefix = "/v1" if method.service == "formation" else ""
            assert (arrived.method, arrived.path) == (described.method, prefix + described.path)
            assert dict(arrived.query) == described.query
            assert arrived.body == without_ids(body)
        keys = [outcome.requests[0].idempotency_key for outcome in outcomes]
        assert all(keys)
        assert len(set(keys)) == len(keys)

    with both_clients("nothing", every=every) as both:
        check_each(check, METHODS)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("lacking", ["keys", "user"])
def test_both_clients_fail_alike(lacking: Literal["keys", "user"], every: bool) -> None:
    """With the fewest arguments, and a user beside them; or with every argument."""
    refused = ConfigurationError if lacking == "keys" else ValidationError

    def check(method: Method) -> None:
        fewest, *others = method.variants()
        of_users = [one for one in others if one.keys() - fewest.keys() == {"user_id"}]
        for outcome in both(method, [fewest, *(others if every else of_users)]):
            assert outcome.error is (NotFoundError if outcome.requests else refused)

    with both_clients(lacking) as both:
        check_each(check, METHODS)


@each_kind
def test_a_bound_method_builds_too(method: Method) -> None:
    for client in (sync_client(method.service), async_client(method.service)):
        described = method.of(client).build(**method.required())
        assert type(described) is type(method.descriptor.build(**method.required()))
