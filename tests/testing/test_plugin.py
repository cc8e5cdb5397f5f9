"""The pytest plugin, in test runs of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

SERVICE = """
    import functools
    import os

    import pytest

    from muxi import ConnectionError, FormationClient

    @functools.cache
    def formation():
        return FormationClient(max_retries=0)    # the service's own, for all tests

    def forget(user, memory_id):
        formation().memories.delete(memory_id, user_id=user)

    def test_what_the_service_calls(muxi_emulator, muxi_formation):
        kept = muxi_formation.memories.create("Black coffee", user_id="alice")
        muxi_formation.memories.create("Likes trains", user_id="alice")
        forget("alice", kept.id)
        [call] = muxi_emulator.calls.to("memories.delete")
        assert (call.params, call.user_id, call.status) == ({"memory_id": kept.id}, "alice", 200)
        assert len(muxi_formation.memories.list(user_id="alice")) == 1

    def test_each_test_has_a_new_emulator_at_the_same_address(muxi_emulator):
        assert len(muxi_emulator.calls) == 0
        assert len(formation().memories.list(user_id="alice")) == 0
        muxi_emulator.reply("Hello!")
        assert formation().chat.send("Anyone there?").text == "Hello!"
        assert "MUXI_URL" not in os.environ

    def test_the_server(muxi_server, muxi_emulator):
        assert [found.id for found in muxi_server.formations.list()] == ["hello"]
        assert muxi_emulator.calls.last.method == "server.formations.list"

    @pytest.mark.muxi_emulator("desk", multi_user=False)
    def test_the_marker(muxi_emulator, muxi_formation):
        assert os.environ["MUXI_FORMATION_ID"] == "desk"
        assert muxi_formation.chat.send("Who?", user_id="alice").user_id == "alice"
        assert len(muxi_formation.sessions.list(user_id="bob")) == 1

    @pytest.mark.muxi_emulator(multi_usr=False)
    def test_an_unknown_argument(muxi_emulator):
        pass

    def test_without_the_fixture_nothing_is_reached():
        assert [name for name in os.environ if name.startswith("MUXI_")] == ["MUXI_URL"]
        with pytest.raises(ConnectionError, match="refused"):
            formation().health()
"""


ASYNC = """
    import pytest

    @pytest.mark.{mark}
    async def test_async_clients(muxi_emulator, muxi_async_formation, muxi_async_server):
        muxi_emulator.reply("Hello!")
        async with muxi_async_formation.chat.stream("Anyone there?") as stream:
            assert [text async for text in stream.text()] == ["Hello!"]
        assert (await muxi_async_server.health()).status == "ok"
"""

PARALLEL = """
    import pytest

    @pytest.mark.parametrize("number", range(4))
    def test_alone(muxi_emulator, muxi_formation, number):
        muxi_emulator.reply(str(number))
        assert muxi_formation.chat.send("Which one?").text == str(number)
        assert len(muxi_emulator.calls) == 1
"""

ASYNCIO = ("-o", "asyncio_default_fixture_loop_scope=function")
PLUGINS = ("muxi.testing.plugin", "anyio.pytest_plugin", "pytest_asyncio.plugin", "xdist.plugin")


@pytest.mark.parametrize(
    "workers", [(), pytest.param(("-n", "2", "--dist", "loadfile"), marks=pytest.mark.thorough)]
)
def test_applications_need_no_conftest(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    """Neither in parallel nor for async tests, on asyncio and trio."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("MUXI_URL", "https://live.example.com")
    pytester.makepyfile(
        test_service=SERVICE,
        test_parallel=PARALLEL,
        test_anyio=ASYNC.format(mark="anyio"),
        test_asyncio=ASYNC.format(mark="asyncio"),
    )
    plugins = [option for name in PLUGINS for option in ("-p", name)]
    strict = ("--strict-markers", "-W", "error", "-p", "no:cacheprovider", *ASYNCIO)
    result = pytester.runpytest_subprocess(*plugins, *strict, *workers)
    result.assert_outcomes(passed=5 + 4 + 2 + 1, errors=1)
    result.stdout.fnmatch_lines("*TypeError*unexpected keyword argument 'multi_usr'*")


def test_a_run_without_it_imports_only_the_plugin() -> None:
    code = (
        "import sys, pytest; before = {*sys.modules}; import muxi.testing.plugin; "
        "print(*sorted({*sys.modules} - before))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["muxi", "muxi._lazy", "muxi.testing", "muxi.testing.plugin"]
