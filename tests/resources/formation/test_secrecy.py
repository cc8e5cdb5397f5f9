"""What is secret in a call shows in no local variable of the SDK, in no repr and in no error."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from pydantic import SecretStr

import muxi
from muxi.resources.formation import Credentials, Secrets

from ...support.clients import ClientKind
from ...support.fake_server import FAST, Action, Answer, Drop, FakeServer, failure

HIDDEN = "zQ9-hidden"
"""What the tests look for."""
USES: dict[str, Callable[[Any], Any]] = {
    "create": lambda f: f.secrets.create("K", SecretStr("zQ9-" + "hidden")),
    "update": lambda f: f.secrets.update("K", "zQ9-" + "hidden"),
    "set": lambda f: f.secrets.set("K", "zQ9-" + "hidden"),
    "credential": lambda f: f.credentials.create("s", {"token": "zQ9-" + "hidden"}),
}
ENDS: dict[str, Action] = {
    "refused": failure(500, "INTERNAL_ERROR"),
    "dropped": Drop(),
    "misfit": Answer(200, {"data": {"message": 5}}),
}


def frames(error: BaseException | None) -> Iterator[FrameType]:
    """Those that a report of an error shows the local variables of."""
    while error is not None:
        trace = error.__traceback__
        while trace is not None:
            yield trace.tb_frame
            trace = trace.tb_next
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def showing(error: BaseException) -> list[str]:
    """The local variables of the SDK and of its libraries that hold the secret."""
    return [
        f"{frame.f_code.co_filename}:{frame.f_lineno} {name}"
        for frame in frames(error)
        if "/tests/" not in frame.f_code.co_filename
        for name, value in frame.f_locals.items()
        if HIDDEN in repr(value)
    ]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("use", USES)
def test_no_local_variable_shows_it(
    client_kind: ClientKind, use: str, end: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeServer(ENDS[end]) as server, pytest.raises(muxi.MuxiError) as caught:
        client_kind.formation(server.url, USES[use], retry=FAST)
    assert HIDDEN.encode() in server.received[0].body
    assert len([*frames(caught.value)]) > 3
    assert showing(caught.value) == []
    assert HIDDEN not in caplog.text + str(caught.value) + repr(caught.value)


@pytest.mark.parametrize("end", ["refused", "misfit"])
def test_no_local_variable_shows_a_header_for_a_gateway(end: str) -> None:
    headers = {"Authorization": f"Bearer {HIDDEN}"}
    with (
        FakeServer(ENDS[end]) as server,
        muxi.FormationClient(
            url=server.url, admin_key="fma_x", headers=headers, retry=FAST, debug=True
        ) as client,
        pytest.raises(muxi.MuxiError) as caught,
    ):
        client.secrets.reload()
    assert server.received[0].headers["authorization"] == headers["Authorization"]
    assert len([*frames(caught.value)]) > 3
    assert showing(caught.value) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: muxi.FormationClient(url="no", client_key=HIDDEN),
        lambda: muxi.FormationClient(url="http://h", client_key=f"fma_{HIDDEN}"),
        lambda: muxi.AsyncFormationClient(url="http://h", admin_key=HIDDEN, timeout=-1),
        lambda: muxi.ServerClient(url="no", key_id="MUXI_x", secret_key=HIDDEN),
        lambda: muxi.ServerClient(url="http://h").formation_client("", admin_key=HIDDEN),
    ],
)
def test_no_local_variable_of_a_constructor_shows_a_key(make: Callable[[], object]) -> None:
    with pytest.raises(muxi.ConfigurationError) as caught:
        make()
    assert len([*frames(caught.value)]) > 3
    assert showing(caught.value) == []


def test_a_description_does_not_show_it() -> None:
    for described in (
        Secrets.create.build("K", HIDDEN),
        Secrets.update.build("K", HIDDEN),
        Secrets.set.build("K", HIDDEN),
        Credentials.create.build("s", {"token": HIDDEN}),
    ):
        assert HIDDEN not in repr(described)
