"""What a traceback shows: the line of the user, the method, and not what is below it."""

from __future__ import annotations

import socket
import traceback
from typing import Any

import pytest

from muxi import FormationClient, MuxiError, ValidationError

from ..support.clients import ClientKind
from ..support.fake_server import Answer, FakeServer, failure
from ..support.sse import stream_of, token

REFUSED = failure(401, "UNAUTHORIZED", "Bad key")


def frames_of_ours(error: BaseException | None) -> list[str]:
    """The functions of the package in a traceback."""
    found = traceback.extract_tb(error.__traceback__ if error is not None else None)
    return [frame.name for frame in found if "/muxi/" in frame.filename]


def failing(client_kind: ClientKind, url: str, use: Any, **settings: Any) -> MuxiError:
    with pytest.raises(MuxiError) as caught:
        client_kind.formation(url, use, max_retries=0, **settings)
    return caught.value


def test_a_refused_call_shows_the_method_alone(client_kind: ClientKind) -> None:
    with FakeServer(REFUSED) as server:
        error = failing(client_kind, server.url, lambda f: f.sessions.list())
        assert frames_of_ours(error) in (["method"], ["awaited"])
        error = failing(client_kind, server.url, lambda f: f.requests.wait("r"))
        assert frames_of_ours(error) in (["method"], ["awaited"])
        error = failing(client_kind, server.url, lambda f: f.sessions.list(), debug=True)
        assert len(frames_of_ours(error)) > 3


def test_what_is_refused_before_sending_shows_the_method_alone(client_kind: ClientKind) -> None:
    error = failing(client_kind, "http://127.0.0.1:9", lambda f: f.sessions.list(limit=-1))
    assert frames_of_ours(error) in (["method"], ["awaited"])


def test_the_causes_of_an_error_have_no_frames(client_kind: ClientKind) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        error = failing(client_kind, url, lambda f: f.sessions.list())
    assert error.__cause__ is not None
    assert error.__cause__.__traceback__ is None


def test_a_stream_that_fails_shows_its_own_methods_alone(client_kind: ClientKind) -> None:
    for answer in (REFUSED, stream_of(token("progress")), Answer(200, "<html>")):
        with FakeServer(answer) as server:
            error = failing(client_kind, server.url, lambda f: f.chat.stream("hi").result())
        assert {*frames_of_ours(error)} <= {"result", "__next__", "__anext__", "_run"}


def test_what_a_user_handles_keeps_its_frames() -> None:
    client = FormationClient(url="http://127.0.0.1:9", client_key="c", user_id="u")

    def use() -> None:
        try:
            raise KeyError("of the user")
        except KeyError:
            client.sessions.list(limit=-1)

    with pytest.raises(ValidationError) as caught:
        use()
    assert isinstance(caught.value.__context__, KeyError)
    assert caught.value.__context__.__traceback__ is not None
