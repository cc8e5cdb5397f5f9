"""Refused signatures, clocks that differ, and calls through the proxy."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

import muxi

from ...support.control_answers import ID
from .plane import CLIENT_KEY, Change, Plane
from .test_errors import caught
from .test_progress import by_one_kind

FORMAT = "Invalid authorization header format"
LATE = "Request expired (timestamp too old or in future)"


def rewritten(pattern: str, new: str) -> Change:
    def change(request: httpx.Request) -> None:
        signed = request.headers["authorization"]
        request.headers["authorization"] = re.sub(pattern, new, signed)
        assert request.headers["authorization"] != signed

    return change


def unsigned(request: httpx.Request) -> None:
    del request.headers["authorization"]


REFUSED: list[tuple[str, dict[str, str], Change | None]] = [
    ("Missing authorization header", {}, unsigned),
    (FORMAT, {}, rewritten("^MUXI-HMAC", "Bearer")),
    (FORMAT, {}, rewritten("^MUXI-HMAC", "muxi-hmac")),
    (FORMAT, {}, rewritten(", ", ",")),
    (FORMAT, {}, rewritten(", signature=.*", "")),
    ("Invalid key", {"key_id": "MUXI_other"}, None),
    (LATE, {}, rewritten(r"timestamp=\d+", "timestamp=soon")),
    ("Invalid signature", {"secret_key": "sk_other"}, None),
    ("Invalid signature", {}, rewritten("signature=..", "signature=AA")),
]


@by_one_kind
@pytest.mark.parametrize(("message", "keys", "change"), REFUSED)
def test_what_the_server_refuses(
    plane: Plane, message: str, keys: dict[str, str], change: Change | None
) -> None:
    for use in (
        lambda s: s.formations.list(),
        lambda s: s.formations.deploy(plane.folder),
        lambda s: s.formations.restart(ID),
        lambda s: s.formations.delete(ID),
        lambda s: s.drafts.create(ID),
        lambda s: s.dev.stop(ID),
    ):
        error = caught(plane, use, change=change, **keys)
        assert (type(error), error.status_code) == (muxi.AuthenticationError, 401)
        assert (error.message, error.code) == (message, "Unauthorized")
    assert plane.left == set()


@pytest.mark.parametrize("skew", [-3600, -310, 310, 3600])
def test_a_clock_that_is_wrong_is_named(plane: Plane, skew: int) -> None:
    plane.emulator.server.skew = skew
    error = caught(plane, lambda s: s.formations.list())
    assert type(error) is muxi.AuthenticationError
    assert error.message.startswith(LATE)
    found = re.search(r"This machine's clock is (\d+) s (ahead of|behind) the", error.message)
    assert found is not None
    assert abs(int(found[1]) - abs(skew)) <= 5
    assert found[2] == ("behind" if skew > 0 else "ahead of")


@pytest.mark.parametrize("skew", [-290, 290])
def test_clocks_may_differ_by_five_minutes(plane: Plane, skew: int) -> None:
    plane.emulator.server.skew = skew
    assert [each.id for each in plane.ask(lambda s: s.formations.list())] == ["hello"]


def test_a_tolerance_that_is_the_servers_own(plane: Plane) -> None:
    plane.emulator.server.skew, plane.emulator.server.tolerance = 120, 30
    assert caught(plane, lambda s: s.formations.list()).message.startswith(LATE)
    plane.emulator.server.tolerance = 300
    assert len(plane.ask(lambda s: s.formations.list())) == 1


def test_a_server_that_asks_for_none_takes_any_signature(plane: Plane) -> None:
    plane.emulator.server.auth = False
    keys = {"key_id": "MUXI_other", "secret_key": "sk_other"}
    assert len(plane.ask(lambda s: s.formations.list(), **keys)) == 1
    assert len(plane.ask(lambda s: s.formations.list(), unsigned)) == 1


def test_without_a_key_nothing_is_sent(plane: Plane) -> None:
    error = caught(plane, lambda s: s.formations.list(), key_id=None, secret_key=None)
    assert (type(error), error.sent) == (muxi.ConfigurationError, False)


def test_the_proxy_needs_no_signature(deployed: Plane) -> None:
    assert deployed.chat(key_id=None, secret_key=None).text == "You said: Hi"


@by_one_kind
def test_chat_goes_on_through_updates_and_back(deployed: Plane) -> None:
    """The agents are always those of the running bundle."""

    def agents() -> set[str]:
        def use(server: Any) -> Any:
            return server.formation_client(ID, admin_key="fma_hello_formation_admin").agents.list()

        return {each.id for each in deployed.ask(use)}

    assert deployed.chat().text == "You said: Hi"
    assert agents() == {"greeter", "poet"}
    manifest = deployed.folder / "formation.afs"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("  - poet\n", "").replace('"1.0.0"', '"1.1.0"'), "utf-8")
    (deployed.folder / "agents" / "poet.afs").unlink()
    assert deployed.ask(lambda s: s.formations.apply(deployed.folder)).version == 2
    assert deployed.chat().text == "You said: Hi"
    assert agents() == {"greeter"}
    deployed.ask(lambda s: s.formations.rollback(ID))
    assert deployed.chat().text == "You said: Hi"
    assert agents() == {"greeter", "poet"}
    deployed.ask(lambda s: s.formations.delete(ID))
    with pytest.raises(muxi.NotFoundError) as gone:
        deployed.chat()
    assert gone.value.code == "Formation not found"


def proxy_error(plane: Plane, mode: str = "live", formation_id: str = ID) -> muxi.MuxiError:
    with pytest.raises(muxi.MuxiError) as found:
        plane.chat(mode, formation_id, max_retries=0)
    return found.value


@by_one_kind
def test_errors_of_the_proxy_are_not_the_formations(deployed: Plane) -> None:
    def facts(error: muxi.MuxiError) -> tuple[type, int | None, str | None]:
        return type(error), error.status_code, error.code

    unknown = proxy_error(deployed, formation_id="none")
    assert facts(unknown) == (muxi.NotFoundError, 404, "Formation not found")
    draft = proxy_error(deployed, mode="draft")
    assert facts(draft) == (muxi.NotFoundError, 404, "Draft formation not found")
    deployed.fail("proxy", cut="drop")
    dead = proxy_error(deployed)
    assert facts(dead) == (muxi.ServerError, 502, "Bad gateway")
    assert dead.message == "Formation did not respond"
    deployed.emulator.crash(ID)
    crashed = proxy_error(deployed)
    assert facts(crashed) == (muxi.UnavailableError, 503, "Formation unavailable")
    assert "(status: crashed)" in crashed.message
    deployed.ask(lambda s: s.formations.restart(ID))

    def own(server: Any) -> Any:
        keys = {"client_key": CLIENT_KEY, "user_id": "alice"}
        return server.formation_client(ID, **keys).sessions.get("none")

    assert facts(caught(deployed, own)) == (muxi.NotFoundError, 404, "RESOURCE_NOT_FOUND")


def test_a_dead_formation_is_waited_for(deployed: Plane) -> None:
    """A 502 of the proxy is retried, because the chat is deduplicated."""
    deployed.fail("proxy", cut="drop")
    assert deployed.chat(retry=muxi.Retry(base_delay=0.01)).text == "You said: Hi"


def test_signing_takes_the_path_and_not_the_query(deployed: Plane) -> None:
    assert deployed.ask(lambda s: s.formations.logs(ID, lines=3)).formation_id == ID
    to = deployed.folder.parent
    saved = deployed.ask(lambda s: s.formations.download(ID, to, include_db=True))
    assert saved.path.is_file()
