"""Names that a client doesn't have: those of MUXI's own SDK, and misspelt ones."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from operator import attrgetter

import pytest

import muxi
from muxi import _official
from muxi.models import formation as m

from .makers import AsyncClient, SyncClient, async_client, sync_client

TABLES = {"formation": _official.FORMATION, "server": _official.SERVER}
SPELLINGS = [(service, *pair) for service, table in TABLES.items() for pair in table.items()]


def both(service: str) -> list[SyncClient | AsyncClient]:
    return [sync_client(service), async_client(service)]


def message(owner: object, name: str) -> str:
    with pytest.raises(AttributeError) as caught:
        getattr(owner, name)
    return str(caught.value)


def test_each_new_spelling_is_a_method_that_takes_these_arguments() -> None:
    for service, _, new in SPELLINGS:
        call = ast.parse(new, mode="eval").body
        assert isinstance(call, ast.Call)
        names = {one.arg: object() for one in call.keywords if one.arg}
        for client in both(service):
            method = attrgetter(ast.unparse(call.func))(client)
            inspect.signature(method).bind(*call.args, **names)


def test_an_old_name_says_the_new_spelling() -> None:
    said = 0
    for service, old, new in SPELLINGS:
        name = old.partition("(")[0]
        for client in both(service):
            for side in (client, client.raw):
                if hasattr(type(side), name):
                    assert new.partition("(")[0].split(".")[0] == name
                else:
                    said += 1
                    assert message(side, name).endswith(
                        f"has no attribute {name!r}. In this SDK it is {new}."
                    )
    assert said > 4 * 80


@pytest.mark.parametrize(
    ("namespace", "misspelt", "meant"),
    [
        ("", "sesions", "sessions"),
        ("", "for_usr", "for_user"),
        ("chat", "sned", "send"),
        ("memory.buffer", "get_stats", "get_status"),
        ("raw.sessions", "list_message", "list_messages"),
    ],
)
def test_a_misspelt_name_says_what_may_be_meant(namespace: str, misspelt: str, meant: str) -> None:
    for client in both("formation"):
        owner = attrgetter(namespace)(client) if namespace else client
        assert message(owner, misspelt).endswith(f"{misspelt!r}. Did you mean {meant!r}?")


@pytest.mark.parametrize("name", ["xyzzy", "_sessions", "list_formations", "__sessions__"])
def test_names_like_no_other_get_no_hint(name: str) -> None:
    expected = f"'FormationClient' object has no attribute {name!r}"
    assert message(sync_client("formation"), name) == expected


def test_names_of_the_package() -> None:
    for old, new in _official.MODULE.items():
        assert (
            message(muxi, old)
            == f"module 'muxi' has no attribute {old!r}. In this SDK it is {new}."
        )
        assert new.partition(".")[0] in {"muxi", *dir(muxi), *dir(m)}
    assert message(muxi, "xyzzy") == "module 'muxi' has no attribute 'xyzzy'"
    expected = "module 'muxi.models.formation' has no attribute 'webhook'"
    assert message(m, "webhook") == expected


def test_nothing_of_it_is_loaded_until_a_name_is_missing() -> None:
    code = """
import sys
from muxi import FormationClient
client = FormationClient(url="http://muxi.test")
for name in ("_private", "get_agents"):
    assert not hasattr(client, name)
    print("muxi._official" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
