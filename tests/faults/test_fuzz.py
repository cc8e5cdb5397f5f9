"""Whatever a server answers, a call gives its result or raises a `MuxiError`.

Most run without sockets, for breadth: every method, on responses that are right but for one place,
of another shape, no JSON at all, or cut off. The rest send whole HTTP responses over a socket.
"""

from __future__ import annotations

import gzip
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

import muxi
from muxi import MuxiError, Retry
from muxi._core.call import BodyFormat, Call, KeyKind
from muxi._core.messages import ApiKey, HmacKey, HttpRequest
from muxi._core.options import Options
from muxi._core.stream import Stream
from muxi.models import formation as m
from muxi.models import server as s
from muxi.resources.formation import FormationApi
from muxi.resources.server import ServerApi

from ..support.clients import Connect
from ..support.each import check_each
from ..support.played import Played, Player
from ..support.strategies import JSON, wire_of
from ..surface.methods import METHODS, Method
from .world import WHOLE

SOME = settings(
    max_examples=150 if WHOLE else 2,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    database=None,
    derandomize=False,  # the first examples are alike: errors only
)
_MOST = 200
"""The requests of one call, after which it would never end."""

HUGE = "<5000 digits>"
ODD: st.SearchStrategy[Any] = JSON | st.sampled_from(
    [float("nan"), float("inf"), "\ud800", HUGE, -1, 1e300, "x" * 3000, [[[[]]]], {"": {}}]
)
TEXTS = st.sampled_from(
    ["", "x", "1e400", "-1", "Sun, 99 Nov 2026 05:47:41 GMT", "\t,;=", "http://["]
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "content-disposition",
                "content-length",
                "date",
                "location",
                "retry-after",
                "retry-after-ms",
                "x-muxi-artifact-version",
                "x-muxi-sdk-latest",
            ]
        ),
        TEXTS,
    ),
    max_size=2,
)
KINDS = st.sampled_from(["application/json", "text/html", "text/plain; charset=x", "image/png", ""])
STATUS = st.sampled_from(
    [200] * 20 + [201, 202, 204, 206, 301, 304, 400, 404, 409, 422, 429, 500, 502, 503, 599]
)
FAILURES = st.sampled_from([muxi.ConnectionError, muxi.TimeoutError]).map(
    lambda kind: kind("It broke.", sent=True)
)
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "error": ODD
        | st.fixed_dictionaries({}, optional={"code": ODD, "message": ODD, "data": ODD}),
        "message": ODD,
        "detail": ODD,
        "title": ODD,
        "data": ODD,
        "request": ODD,
        "success": ODD,
    },
)
NAMES = st.sampled_from(
    ["message", "done", "error", "ui", "progress", "complete", "connected", "log", "", "x y"]
)
PAYLOADS = st.one_of(
    *[
        st.deferred(lambda kind=kind: wire_of(kind))
        for kind in (m.ChatEvent, m.Widgets, m.LogRecord, m.FormationEvent)
    ],
    *[
        st.deferred(lambda kind=kind: wire_of(kind))
        for kind in (s.Progress, s.Deployment, s.LogLine)
    ],
    ODD,
    ERRORS,
)


def wire(value: object) -> bytes:
    """JSON, with what no JSON should hold."""
    return json.dumps(value).replace(f'"{HUGE}"', "9" * 5_000).encode()


@st.composite
def spoilt(draw: st.DrawFn, value: Any) -> Any:
    """The value with something else in one place."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: draw(spoilt(value[key]))}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        return [draw(spoilt(value[0])), *value[1:]]
    return draw(ODD)


@st.composite
def bodies(draw: st.DrawFn, call: Call[Any]) -> bytes:
    """The right body, one with a wrong leaf, an error, any JSON, a page, or bytes."""
    kind = draw(st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6]))
    if kind <= 3:
        data = draw(right(call.returns))
        if kind == 1:
            data = draw(spoilt(data))
        elif kind == 2:
            data = draw(ODD)
        if call.shape is BodyFormat.BARE:
            return wire(data)
        envelope = {"success": True, "error": None, "data": data, "request": {"id": "r"}}
        return wire(draw(spoilt(envelope)) if kind == 3 else envelope)
    if kind == 4:
        return wire(draw(ERRORS))
    if kind == 5:
        return draw(st.sampled_from([b"", b"<html><title>Bad", b"{", b"\xff", b"[" * 5000]))
    return draw(st.binary(max_size=20))


def right(returns: Any) -> st.SearchStrategy[Any]:
    try:
        return wire_of(returns)
    except AssertionError:
        return ODD


@st.composite
def chunks(draw: st.DrawFn) -> list[bytes]:
    """Events, cut anywhere."""
    frames = draw(
        st.lists(
            st.builds(
                lambda name, data: b"event: %s\ndata: %s\n\n" % (name.encode(), wire(data)),
                NAMES,
                PAYLOADS | PAYLOADS.map(lambda token: {"token": token}),
            )
            | st.sampled_from(
                [b": x\n\n", b"event: error\ndata: no\n\n", b'{"error": "x"}\n', b"\xff"]
            ),
            max_size=5,
        )
    )
    body = b"".join(frames)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=2)))
    return [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]


@st.composite
def answers(draw: st.DrawFn, call: Call[Any], events: bool) -> Played | MuxiError:
    """A whole response to a call, or a broken connection."""
    if draw(st.integers(0, 9)) == 0:
        return draw(FAILURES)
    status, more = draw(STATUS), draw(HEADERS)
    breaks = draw(st.sampled_from([None] * 9 + [muxi.ConnectionError("It broke.", sent=True)]))
    if events and draw(st.integers(0, 3)):
        body, kind = draw(chunks()), "text/event-stream"
    else:
        body, kind = [draw(bodies(call))], draw(KINDS)
    return Played(status, [("content-type", kind), *more], body, breaks)


def api_of(method: Method, player: Player) -> object:
    api = FormationApi if method.service == "formation" else ServerApi
    return api(player)


KEYS = {
    "formation": {
        kind: ApiKey(f"X-{kind.name}", SecretStr("k")) for kind in (KeyKind.CLIENT, KeyKind.ADMIN)
    },
    "server": {KeyKind.HMAC: HmacKey("MUXI_k", SecretStr("sk_k"))},
}


def options_of(method: Method) -> Options:
    retry = Retry(max_retries=1, base_delay=0)
    return Options("http://h/v1", KEYS[method.service], retry, user_id="u")


def used(made: object) -> None:
    """Read what a method returned to its end."""
    if isinstance(made, Stream):
        for event in made:
            repr(event)
        made.result()
    elif isinstance(made, Iterator):
        for one in islice(made, 50):
            repr(one)
    else:
        assert not isinstance(made, (bytes, bytearray))
        repr(made)


def check_error(error: MuxiError) -> None:
    """An error can be shown and logged."""
    assert error.message
    assert str(error).encode()
    assert error.sent in (True, False)
    assert error.retryable in (True, False)
    repr(error.details)


def test_every_method_gives_its_result_or_a_muxi_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muxi._core.steps.monotonic", lambda: now[0])
    now = [0.0]
    ends = {"result": 0, "error": 0}

    def check(method: Method) -> None:
        @SOME
        @given(st.data())
        def fuzz(data: st.DataObject) -> None:
            asked: list[Call[Any]] = []

            def answer(call: Call[Any], request: HttpRequest) -> Played | MuxiError:
                asked.append(call)
                assert len(asked) < _MOST, "it never ends"
                if len(asked) > 6:
                    return muxi.AuthenticationError("Enough.", status_code=401, sent=True)
                return data.draw(answers(call, request.events))

            arguments = data.draw(st.sampled_from(method.variants()))
            if "to" in arguments:
                arguments = {**arguments, "to": tmp_path / uuid4().hex}
            player = Player(options_of(method), answer, now)
            try:
                used(method.of(api_of(method, player))(**arguments))
            except MuxiError as error:
                ends["error"] += 1
                check_error(error)
            else:
                ends["result"] += 1

        fuzz()

    check_each(check, METHODS)
    assert min(ends.values()) > len(METHODS) // 16, ends


LINES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.0 200",
        b"HTTP/1.1 204 No Content",
        b"HTTP/1.1 304 Not Modified",
        b"HTTP/1.1 302 Found",
        b"HTTP/1.1 503 Busy",
        b"HTTP/1.1 099 Odd",
        b"HTTP/1.1 abc",
        b"HTTP/2 200",
        b"",
        b"\xff\x00",
    ]
)
HEADER_LINES = st.lists(
    st.sampled_from(
        [
            b"Content-Type: application/json",
            b"Content-Type: text/event-stream",
            b"Content-Type: image/png",
            b"Content-Encoding: gzip",
            b"Content-Encoding: br",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: gzip, chunked",
            b"Content-Length: 5",
            b"Content-Length: 5, 6",
            b"Content-Length: -1",
            b"Location: http://[::1",
            b"Retry-After: 1e999",
            b"Connection: keep-alive",
            b"no colon",
            b": no name",
            b"X: " + b"x" * 70_000,
            b"X-\xff: \xff",
        ]
    ),
    max_size=4,
)
RAW_BODIES = st.sampled_from(
    [
        b"",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"zz\r\n",
        b"ffffffffffffffffff\r\nx",
        b"event: done\ndata: {}\n\n",
        wire({"success": True, "data": {"sessions": [], "count": 0}}),
        gzip.compress(b"{}"),
        gzip.compress(b"x" * 1000)[:-9],
        b"\x1f\x8b\x08",
    ]
)


class _Saying(socketserver.StreamRequestHandler):
    """Sends given bytes, whatever it is asked, and hangs up."""

    server: _Raw

    def handle(self) -> None:
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        self.rfile.read(length)
        self.wfile.write(self.server.says)


class _Raw(socketserver.ThreadingTCPServer):
    daemon_threads = True
    says = b""


@pytest.fixture
def raw() -> Iterator[_Raw]:
    with _Raw(("127.0.0.1", 0), _Saying) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_any_http_response_gives_a_result_or_a_muxi_error(raw: _Raw, connect: Connect) -> None:
    url = f"http://127.0.0.1:{raw.server_address[1]}"
    formation = connect.formation(url, max_retries=0, timeout=5)
    calls: list[Callable[[], object]] = [
        formation.sessions.list,
        lambda: formation.artifacts.download("a", BytesIO()),
        lambda: formation.events.stream(silence_timeout=5).result(),
    ]

    @settings(SOME, max_examples=300 if WHOLE else 25)
    @given(LINES, HEADER_LINES, RAW_BODIES, st.sampled_from(calls))
    def fuzz(line: bytes, headers: list[bytes], body: bytes, call: Callable[[], object]) -> None:
        raw.says = b"\r\n".join([line, *headers, b"", body])
        try:
            call()
        except MuxiError as error:
            check_error(error)

    fuzz()
