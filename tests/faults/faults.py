"""All faults, and what is true of each on the wire.

Nothing here says what a client makes of a fault: that is in `expected.py`.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum, auto
from importlib.metadata import version

from . import acts as a
from .proxy import Act

_HTTPX2 = tuple(int(number) for number in version("httpx2").split(".")[:2])


class Seen(Enum):
    """What the client gets to see."""

    REFUSED = auto()
    """No connection."""
    NO_RESPONSE = auto()
    """The connection ends before the head of a response is complete, or it isn't HTTP."""
    SILENCE = auto()
    """The connection stays open, but the head of a response never becomes complete."""
    STATUS = auto()
    """A whole response that isn't a success."""
    ALIEN = auto()
    """A whole response that looks like a success, and isn't what was asked for."""
    UNDECODABLE = auto()
    """A response whose parts can't be decoded."""
    ALTERED = auto()
    """A success with another body. Its form is correct."""
    BROKEN = auto()
    """The connection ends in the middle of the body."""
    BROKEN_AFTER_EVENT = auto()
    """The same, when an event of a stream has arrived."""
    BROKEN_AT_END = auto()
    """The connection ends when all that the server has to say has arrived, but not its end."""
    SILENT = auto()
    """The connection stays open, but nothing arrives any more in the middle of the body."""
    SILENT_AT_END = auto()
    """The same, when all that the server has to say has arrived, but not its end."""
    WHOLE = auto()
    """The server's response, in an unusual form that is correct."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    name: str
    seen: Seen
    at_request: Act | None = None
    _: KW_ONLY
    at_accept: Act | None = None
    at_idle: Act | None = None
    acts: bool = False
    """Whether the server gets the request and acts on it."""
    status: int | None = None
    """The status of the response, if it is complete."""
    retry_after: float | None = None
    """The seconds that the response asks to wait."""
    needs_body: bool = False
    """Whether it happens within the body of the request."""
    seen_with: Mapping[str, Seen] = field(default_factory=dict[str, Seen])
    """What a client on another library than httpx gets to see, if that is something else."""


_CONNECTIONS = (
    Fault("connection refused", Seen.REFUSED),
    Fault("connection closed at once", Seen.NO_RESPONSE, at_accept=a.close),
    Fault("request reset at its first byte", Seen.NO_RESPONSE, at_accept=a.reset_at_first_byte),
    Fault("idle connection closed", Seen.WHOLE, at_idle=a.finish, acts=True),
    Fault("idle connection reset", Seen.WHOLE, at_idle=a.reset, acts=True),
    Fault("408 on an idle connection", Seen.WHOLE, at_idle=a.time_out_the_idle, acts=True),
)

_REQUESTS = (
    Fault("request cut after its head", Seen.NO_RESPONSE, a.before(0, a.close), needs_body=True),
    Fault("request reset after its head", Seen.NO_RESPONSE, a.before(0, a.reset), needs_body=True),
    Fault("request cut in its body", Seen.NO_RESPONSE, a.before(0.5, a.close), needs_body=True),
    Fault("request reset in its body", Seen.NO_RESPONSE, a.before(0.5, a.reset), needs_body=True),
    Fault("request cut at its end", Seen.NO_RESPONSE, a.before(1, a.close)),
    Fault("request reset at its end", Seen.NO_RESPONSE, a.before(1, a.reset)),
    Fault("request never answered", Seen.SILENCE, a.before(1, a.hold)),
    Fault("413 before the body has arrived", Seen.STATUS, a.refuse_the_body, status=413),
)

_RESPONSES = (
    ("lost, closed", Seen.NO_RESPONSE, a.after(a.close)),
    ("lost, reset", Seen.NO_RESPONSE, a.after(a.reset)),
    ("lost, silence", Seen.SILENCE, a.after(a.hold)),
    ("cut in the status line", Seen.NO_RESPONSE, a.cut("in the status line", a.close)),
    ("cut in the head", Seen.NO_RESPONSE, a.cut("in the head", a.close)),
    ("reset in the head", Seen.NO_RESPONSE, a.cut("in the head", a.reset)),
    ("silent in the head", Seen.SILENCE, a.cut("in the head", a.hold)),
    ("cut after the head", Seen.BROKEN, a.cut("after the head", a.close)),
    ("cut in the body", Seen.BROKEN, a.cut("in the body", a.close)),
    ("reset in the body", Seen.BROKEN, a.cut("in the body", a.reset)),
    ("silent in the body", Seen.SILENT, a.cut("in the body", a.hold)),
    ("cut after an event", Seen.BROKEN_AFTER_EVENT, a.cut("after an event", a.close)),
    ("cut before the last byte", Seen.BROKEN_AT_END, a.cut("before the last byte", a.close)),
    ("silent before the last byte", Seen.SILENT_AT_END, a.cut("before the last byte", a.hold)),
    ("a little late", Seen.WHOLE, a.delay),
    ("dribbled byte by byte", Seen.WHOLE, a.dribble),
)

_FORMS: tuple[tuple[str, Seen, a.Change], ...] = (
    ("noise instead of HTTP", Seen.NO_RESPONSE, lambda *_: bytes(range(256)) * 4),
    ("a status line of no HTTP", Seen.NO_RESPONSE, lambda h, b: a.plain(["HTPT/9 yes", *h[1:]], b)),
    ("no status", Seen.NO_RESPONSE, lambda h, b: a.with_length(["HTTP/1.1 OK", *h[1:]], b)),
    ("two lengths", Seen.NO_RESPONSE, lambda h, b: a.with_length([*h, "Content-Length: 3"], b)),
    ("a length that is a word", Seen.NO_RESPONSE, lambda h, b: a.with_length(h, b, "many")),
    ("a negative length", Seen.NO_RESPONSE, lambda h, b: a.with_length(h, b, -1)),
    ("a length of 5000 digits", Seen.NO_RESPONSE, lambda h, b: a.with_length(h, b, "9" * 5000)),
    ("a header of 300 kB", Seen.NO_RESPONSE, lambda h, b: a.plain(h, b, "X: " + "x" * 300_000)),
    ("a header without a colon", Seen.NO_RESPONSE, lambda h, b: a.with_length([*h, "banana"], b)),
    ("an unknown framing", Seen.NO_RESPONSE, lambda h, b: a.plain(h, b, "Transfer-Encoding: x")),
    ("a length 10 too large", Seen.BROKEN_AT_END, lambda h, b: a.with_length(h, b, len(b) + 10)),
    ("chunks without an end", Seen.BROKEN_AT_END, lambda h, b: a.in_chunks(h, b, end=b"")),
    ("a chunk of no size", Seen.BROKEN, lambda h, b: a.in_chunks(h, end=b"ZZ\r\n" + b)),
    ("a chunk of 10**30 bytes", Seen.BROKEN, lambda h, b: a.in_chunks(h, end=b"F" * 25 + b"\r\n")),
    ("half of the chunks", Seen.ALTERED, lambda h, b: a.in_chunks(h, a.half(b))),
    ("half of the length", Seen.ALTERED, lambda h, b: a.with_length(h, a.half(b))),
    ("a length 10 too small", Seen.ALTERED, lambda h, b: a.with_length(h, b, len(b) - 10)),
    ("no body", Seen.ALTERED, lambda h, b: a.with_length(h, b"")),
    ("a garbled body", Seen.ALTERED, lambda h, b: a.with_length(h, a.scrambled(b))),
    ("half a gzip", Seen.UNDECODABLE, lambda h, b: a.encoded(h, a.half_zipped(b))),
    ("no gzip, but called so", Seen.UNDECODABLE, lambda h, b: a.encoded(h, a.scrambled(b))),
    ("an unknown encoding", Seen.UNDECODABLE, lambda h, b: a.encoded(h, b, "banana")),
    ("gzip", Seen.WHOLE, lambda h, b: a.encoded(h, gzip.compress(b))),
    ("chunks of 7 bytes", Seen.WHOLE, lambda h, b: a.in_chunks(h, *a.sevens(b))),
    ("HTTP/1.0 without a length", Seen.WHOLE, lambda h, b: a.plain(["HTTP/1.0 200 OK", *h[1:]], b)),
    ("HTTP/1.1 without a length", Seen.WHOLE, lambda h, b: a.plain(h, b)),
    ("no reason", Seen.WHOLE, lambda h, b: a.with_length(["HTTP/1.1 200 ", *h[1:]], b)),
    ("103 before", Seen.WHOLE, lambda h, b: b"HTTP/1.1 103 Hints\r\n\r\n" + a.with_length(h, b)),
    ("90 more headers", Seen.WHOLE, lambda h, b: a.with_length([*h, *["X-More: y"] * 90], b)),
)

_WITH_AIOHTTP = {
    "an unknown framing": {"aiohttp": Seen.WHOLE},
    "a chunk of no size": {"aiohttp": Seen.NO_RESPONSE},
    "a chunk of 10**30 bytes": {"aiohttp": Seen.NO_RESPONSE},
    "a length 10 too small": {"aiohttp": Seen.NO_RESPONSE},
}
"""aiohttp reads a head together with the bytes behind it. If these are wrong, it reports neither.

It takes a body with an unknown framing to end with the connection.
"""

_WAITS = (
    (503, "Retry-After: 0", 0.0),
    (429, "Retry-After-Ms: 2", 0.002),
    (503, "Retry-After: Fri, 15 Jan 2027 08:00:00 GMT", 0.0),
    (429, "Retry-After: 3600", 3600.0),
    (503, "Retry-After: 3600", 3600.0),
    (429, "Retry-After: soon", None),
    (503, "Retry-After: -1", None),
)
"""Headers and the seconds in them. The date is also that of the response."""


def _statuses() -> Iterator[Fault]:
    """Responses of something before the server."""
    for code in (401, 404, 408, 418, 429, 500, 502, 503, 504):
        yield Fault(f"{code}", Seen.STATUS, a.say(code), status=code)
    for code, header, wait in _WAITS:
        told = a.say(code, header)
        yield Fault(f"{code}, {header}", Seen.STATUS, told, status=code, retry_after=wait)
    for code in (404, 502):
        page = a.say(code, body=a.HTML, kind="text/html")
        yield Fault(f"{code} with HTML", Seen.STATUS, page, status=code)
    encoded = a.say(502, "Content-Encoding: br")
    yield Fault("502 that can't be decoded", Seen.STATUS, encoded, status=502)
    for code in (500, 502, 504):
        late = a.after(a.say(code))
        yield Fault(f"{code} after the work", Seen.STATUS, late, acts=True, status=code)
    there = a.say(307, f"Location: {a.ELSEWHERE}")
    yield Fault("307 to elsewhere", Seen.STATUS, there, status=307)
    nowhere = a.say(302, "Location: mailto:nobody")
    # httpx2 looks at the address before 2.16, the last version for Python 3.10.
    unlike = {"httpx2": Seen.UNDECODABLE} if _HTTPX2 < (2, 16) else {}
    yield Fault("302 to no web address", Seen.STATUS, nowhere, status=302, seen_with=unlike)
    page = a.say(200, body=a.HTML, kind="text/html")
    yield Fault("200 with HTML", Seen.ALIEN, page, status=200)
    other = a.say(200, body='{"hello": "world"}', kind="application/json")
    yield Fault("200 with other JSON", Seen.ALIEN, other, status=200)
    yield Fault("204", Seen.ALIEN, a.say(204, body=""), status=204)


FAULTS = (
    *_CONNECTIONS,
    *_REQUESTS,
    *_statuses(),
    *(Fault(f"response {name}", seen, act, acts=True) for name, seen, act in _RESPONSES),
    *(
        Fault(name, seen, a.rewrite(form), acts=True, seen_with=_WITH_AIOHTTP.get(name, {}))
        for name, seen, form in _FORMS
    ),
)
