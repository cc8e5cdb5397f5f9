"""What jedi completes, the engine of IPython, Jupyter and vim; PyCharm's engine is of its kind.

It doesn't evaluate overloaded descriptors, so it lives on the stubs.
"""

from __future__ import annotations

import inspect
import sys
from functools import cache, cached_property, reduce
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import jedi
import pytest
from jedi.api.classes import Completion

import muxi
from muxi import (
    AsyncFormationClient,
    AsyncServerClient,
    AsyncStream,
    FormationClient,
    Response,
    ServerClient,
    Stream,
)
from muxi._core.call import Call
from muxi._core.endpoint import FlowCall
from muxi.models import formation as m
from muxi.models import server as s
from muxi.resources import formation as f
from muxi.resources import server as r

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True, scope="module")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Processes that share a cache read files that others are still writing."""
    jedi.settings.cache_directory = str(tmp_path_factory.mktemp("jedi"))


_HEAD = """\
from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient
client, server = FormationClient(), ServerClient()
aclient, aserver = AsyncFormationClient(), AsyncServerClient()
from muxi.resources.formation import Chat, Requests
"""

COMPLETED: dict[str, Any] = {
    "client": FormationClient,
    "client.chat": f.Chat,
    "client.memory.buffer": f.Buffer,
    "client.chat.send('x')": m.ChatReply,
    "client.chat.send('x').widgets[0]": m.Widget,
    "client.sessions.list()": m.SessionList,
    "client.sessions.list()[0]": m.SessionSummary,
    "client.sessions.list().items[0]": m.SessionSummary,
    "for one in client.sessions.list(): one": m.SessionSummary,
    "client.memory.buffer.get_status()": m.BufferStatus,
    "client.requests.wait('x')": m.RequestStatus,
    "for one in client.memories.iter(): one": m.Memory,
    "client.chat.stream('x')": Stream,
    "with client.chat.stream('x') as stream: stream": Stream,
    "client.chat.stream('x').result()": m.ChatReply,
    "for one in client.chat_stream('x'): one": m.ChatEvent,
    "with FormationClient() as entered: entered": FormationClient,
    "client.for_user('x').chat.send('x')": m.ChatReply,
    "client.with_options(timeout=1)": FormationClient,
    "client.raw": f.FormationApi | cached_property,  # it has jedi offer both
    "client.raw.chat.send('x')": Response,
    "client.raw.chat.send('x').data": m.ChatReply,
    "aclient.chat": f.Chat,
    "(await aclient.chat.send('x'))": m.ChatReply,
    "(await aclient.sessions.list())[0]": m.SessionSummary,
    "(await aclient.requests.wait('x'))": m.RequestStatus,
    "async for one in aclient.memories.iter(): one": m.Memory,
    "async for one in await aclient.chat_stream('x'): one": m.ChatEvent,
    "async with aclient.chat.stream('x') as stream: stream": AsyncStream,
    "async with aclient.chat.stream('x') as stream: (await stream.result())": m.ChatReply,
    "async with AsyncFormationClient() as entered: entered": AsyncFormationClient,
    "(await aclient.raw.chat.send('x')).data": m.ChatReply,
    "server.formations": r.Formations,
    "server.formations.list()[0]": s.FormationSummary,
    "server.formations.deploy('x')": s.Deployment,
    "server.formation_client('x').for_user('x')": FormationClient,
    "Chat.send.build('x')": Call,
    "Requests.wait.build('x')": FlowCall,
    "(await aserver.formations.list())[0]": s.FormationSummary,
    "aserver.formation_client('x')": AsyncFormationClient,
}
"""Expressions, and what has the names that are offered after them and a dot."""

DOCUMENTED = [
    "client.for_user",
    "client.chat.send",
    "client.raw.chat.send",
    "client.memory.buffer.clear",
    "client.requests.wait",
    "client.memories.iter",
    "aclient.with_options",
    "aclient.health",
    "aclient.chat.stream",
    "aclient.raw.sessions.list",
    "server.formations.deploy",
    "aserver.drafts.list",
]


_IMPORTS = ["from muxi import", "from muxi.models.formation import"]
_LINES = [*(f"{one}.x" for one in COMPLETED), *DOCUMENTED, *(f"{one} x" for one in _IMPORTS)]


@cache
def script() -> jedi.Script:
    """One for all lines, so that jedi infers each thing once."""
    body = "".join(f"    {line}\n" for line in _LINES)
    project = jedi.Project(ROOT, environment_path=sys.executable)
    return jedi.Script(f"{_HEAD}async def main():\n{body}", path=ROOT / "main.py", project=project)


def completions(start: str) -> list[Completion]:
    """What is offered after a whole line, or after one whose end is `x`."""
    line = _LINES.index(start if start in _LINES else f"{start}x")
    return script().complete(_HEAD.count("\n") + 2 + line, len(f"    {start}"))


def public(names: Any) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def names_of(kind: Any) -> set[str]:
    """The public names of a class, of each class in a union."""
    if get_origin(kind) is Annotated:
        return names_of(get_args(kind)[0])
    if get_args(kind):
        return set().union(*(names_of(one) for one in get_args(kind)))
    fields = (getattr(kind, name, {}) for name in ("model_fields", "__dataclass_fields__"))
    instance = {"attrname", "func", "lock"} if kind is cached_property else set()
    return public(reduce(set.union, fields, {*dir(kind)} | instance))


def test_exactly_the_right_names_are_offered() -> None:
    wrong = {}
    for expression, kind in COMPLETED.items():
        offered = public(one.name for one in completions(f"{expression}."))
        if offered != names_of(kind):
            wrong[expression] = offered ^ names_of(kind)
    assert wrong == {}


def test_names_to_import() -> None:
    for start, module in zip(_IMPORTS, (muxi, m), strict=True):
        assert public(one.name for one in completions(f"{start} ")) >= {*module.__all__}


def test_methods_show_their_docstring_and_their_parameters() -> None:
    clients = {
        "client": FormationClient(url="http://muxi.test"),
        "aclient": AsyncFormationClient(url="http://muxi.test"),
        "server": ServerClient(url="http://muxi.test"),
        "aserver": AsyncServerClient(url="http://muxi.test"),
    }
    for method in DOCUMENTED:
        name, _, path = method.partition(".")
        real = attrgetter(path)(clients[name])
        [shown] = [one for one in completions(method) if not one.complete]
        assert shown.docstring(raw=True) == inspect.getdoc(real)
        [signature] = shown.get_signatures()
        assert [one.name for one in signature.params] == [*inspect.signature(real).parameters]


def test_the_constructor_shows_its_parameters() -> None:
    [signature] = script().get_signatures(2, len("client, server = FormationClient("))
    assert [one.name for one in signature.params] == [
        *inspect.signature(FormationClient).parameters
    ]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("client.chat", f.Chat),
        ("client.chat.send('x')", m.ChatReply),
        ("client.for_user('x').sessions.list()[0]", m.SessionSummary),
    ],
)
def test_live_objects(expression: str, kind: type[object]) -> None:
    """As IPython completes them."""
    names = {"client": FormationClient(url="http://muxi.test")}
    offered = jedi.Interpreter(f"{expression}.", [names]).complete()
    assert public(one.name for one in offered) >= names_of(kind)
