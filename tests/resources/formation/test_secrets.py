"""No key shows: not in a repr, an error, a log record or a pickle."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from muxi import FormationClient, FormationSettings, MuxiError, ServerClient
from muxi._core.log import logger

from ...support.fake_server import Answer, Drop, FakeServer, failure

# They begin so that none is part of an ordinary message by chance.
SECRETS = (
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)
    | st.text(max_size=40)
).map(lambda text: f"zQ9~{text}")


@contextmanager
def log_of() -> Iterator[list[str]]:
    records: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage() + repr(vars(record)))

    handler = Keep()
    logger.addHandler(handler)
    try:
        yield records
    finally:
        logger.removeHandler(handler)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    script = [failure(401, "UNAUTHORIZED"), Answer(200, b"{}"), Drop(), Answer(502, "<html>")]
    answers = cycle(script)
    with FakeServer(lambda _: next(answers)) as server:
        yield server


@given(SECRETS, st.sampled_from(["client_key", "admin_key"]))
def test_a_formations_keys_show_nowhere(server: FakeServer, secret: str, name: str) -> None:
    check(
        secret,
        lambda: FormationClient(
            url=server.url,
            user_id="u",
            debug=True,
            max_retries=0,
            **{name: secret},  # type: ignore[arg-type]
        ),
    )


@given(SECRETS)
def test_a_servers_key_shows_nowhere(server: FakeServer, secret: str) -> None:
    check(
        secret,
        lambda: ServerClient(
            url=server.url, key_id="MUXI_1", secret_key=secret, debug=True, max_retries=0
        ),
    )


def check(secret: str, make: object) -> None:
    seen: list[str] = []
    with log_of() as records:
        try:
            with make() as client:  # type: ignore[operator]
                seen += [repr(client), str(client), repr(client._transport.options)]
                seen += [repr(client.raw), repr(vars(client._transport.options))]
                for value in (
                    client,
                    client._transport.options,
                    *client._transport.options.keys.values(),
                ):
                    for take in (pickle.dumps, copy.deepcopy):
                        with pytest.raises(TypeError) as caught:
                            take(value)
                        seen.append(repr(caught.value))
                asks = [client.status, client.health]
                if hasattr(client, "sessions"):
                    asks += [client.sessions.list, client.requests.list]
                for ask in asks:
                    try:
                        ask()
                    except MuxiError as exc:
                        seen += told(exc)
        except MuxiError as exc:
            seen += told(exc)
    assert seen
    for text in seen + records:
        assert secret not in text
        assert repr(secret)[1:-1] not in text


def told(exc: MuxiError) -> list[str]:
    whole = "".join(traceback.format_exception(exc))
    requests = [cause._request for cause in causes(exc) if cause._request is not None]
    headers = [repr(request.headers.raw) for request in requests]
    return [whole, str(exc), repr(exc), repr(vars(exc)), repr(pickle.dumps(exc)), *headers]


def causes(exc: BaseException | None) -> Iterator[httpx.RequestError]:
    """Yield the errors of httpx behind an error: some libraries pickle them with it."""
    while exc is not None:
        exc = exc.__cause__ or exc.__context__
        if isinstance(exc, httpx.RequestError):
            yield exc


@given(SECRETS)
def test_settings_hide_their_keys(secret: str) -> None:
    assume(secret not in repr(FormationSettings()))
    settings = FormationSettings(client_key=secret, admin_key=secret)  # type: ignore[arg-type]
    assert secret not in repr(settings)
    assert secret not in str(settings)
    assert secret not in settings.model_dump_json()
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(settings)


def test_errors_survive_a_pickle() -> None:
    error = MuxiError("No.", code="X", status_code=404, details={"a": 1}, request_id="r", sent=True)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again)) == (str(error), vars(error))
