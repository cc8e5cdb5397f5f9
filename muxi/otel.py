"""OpenTelemetry: a span for each method and stream, and metrics (extra `otel`).

Example:
    ```python
    from muxi import FormationClient, otel

    otel.instrument()
    FormationClient(user_id="alice").chat.send("Hello")  # one span, named chat.send
    ```
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ._core import telemetry
from ._core.error_bodies import request_id_of
from ._version import __version__

try:
    from opentelemetry import context, metrics, trace
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] != "opentelemetry":
        raise
    raise ImportError("muxi.otel needs an extra: pip install 'muxi-client[otel]'") from None

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider
    from opentelemetry.util.types import AttributeValue

    from ._core.messages import HttpRequest, RawResponse
    from .errors import MuxiError

__all__ = ["instrument", "uninstrument"]


def instrument(
    *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
) -> None:
    """Observe all clients of this process from now on.

    Each method and each stream is a span. Each attempt to send a request is an event of it; one
    that belongs to no span, such as of an iteration over pages, is a span of its own. The
    attributes follow the semantic conventions for HTTP clients, with `muxi.request_id`. Keys,
    bodies, query strings and user ids are left out.

    Metrics: `http.client.request.duration` (seconds), `muxi.client.retries` and, for streams of
    text, `muxi.client.tokens_per_second`.

    Args:
        tracer_provider: Where spans go; the global provider by default.
        meter_provider: Where metrics go; the global provider by default.
    """
    telemetry.observer = _Observer(
        trace.get_tracer("muxi", __version__, tracer_provider),
        metrics.get_meter("muxi", __version__, meter_provider),
    )


def uninstrument() -> None:
    """Observe nothing any more."""
    telemetry.observer = None


_SPAN = context.create_key("muxi-span")
"""The span of the method or stream that is running."""


class _Observer:
    def __init__(self, tracer: trace.Tracer, meter: metrics.Meter) -> None:
        self._tracer = tracer
        self._durations = meter.create_histogram(
            "http.client.request.duration", "s", "Duration of requests to MUXI"
        )
        self._retries = meter.create_counter(
            "muxi.client.retries", "{attempt}", "Attempts after the first one"
        )
        self._speeds = meter.create_histogram(
            "muxi.client.tokens_per_second", "{token}/s", "Tokens that a stream brought per second"
        )

    @contextmanager
    def method(self, name: str) -> Generator[None]:
        span = self._start(name)
        try:
            with _active(span):
                yield
        except BaseException as exc:
            _fail(span, exc)
            raise
        finally:
            span.end()

    def stream(self, name: str) -> _Stream:
        return _Stream(lambda: self._start(name), self._speeds)

    def attempt(
        self,
        request: HttpRequest,
        number: int,
        seconds: float,
        reply: RawResponse | None,
        error: MuxiError | None,
        *,
        turn_id: str | None,
    ) -> None:
        facts = _facts(request, reply)
        failure = {} if error is None else {"error.type": _type_of(error, reply)}
        self._durations.record(seconds, {**facts, **failure})
        details = {**facts, "url.full": request.url.partition("?")[0]}
        if number > 1:
            self._retries.add(1, {"http.request.method": request.method})
            details["http.request.resend_count"] = number - 1
        if request_id := turn_id or _request_id(reply, error):
            details["muxi.request_id"] = request_id
        span = context.get_value(_SPAN)
        if isinstance(span, trace.Span):
            span.set_attributes(details)
            span.add_event("attempt", {**facts, **failure, "muxi.attempt": number})
            return
        began = time.time_ns() - int(seconds * 1e9)
        alone = self._start(request.method, began)
        alone.set_attributes(details)
        if error is not None:
            _fail(alone, error)
        alone.end()

    def _start(self, name: str, began: int | None = None) -> Span:
        return self._tracer.start_span(name, kind=trace.SpanKind.CLIENT, start_time=began)


class _Stream:
    """The span of a stream, from its opening to its end."""

    def __init__(self, start: Callable[[], Span], speeds: metrics.Histogram) -> None:
        self._start = start
        self._speeds = speeds
        self._span: Span | None = None
        self._tokens = 0
        self._first = self._last = 0.0

    @contextmanager
    def active(self) -> Generator[None]:
        if self._span is None:
            self._span = self._start()
        with _active(self._span):
            yield

    def event(self, text: str) -> None:
        if text:
            self._tokens += 1
            self._last = time.perf_counter()
            self._first = self._first or self._last

    def end(self, error: MuxiError | None) -> None:
        span = self._span
        if span is None or not span.is_recording():
            return
        if error is not None:
            _fail(span, error)
        if self._last > self._first:
            self._speeds.record((self._tokens - 1) / (self._last - self._first))
        span.end()


@contextmanager
def _active(span: Span) -> Generator[None]:
    ours = context.set_value(_SPAN, span, trace.set_span_in_context(span))
    token = context.attach(ours)
    try:
        yield
    finally:
        # A call that is dropped with its event loop ends in the garbage collector's context.
        if context.get_current() is ours:
            context.detach(token)


def _facts(request: HttpRequest, reply: RawResponse | None) -> dict[str, AttributeValue]:
    url = urlsplit(request.url)
    facts: dict[str, AttributeValue] = {
        "http.request.method": request.method,
        "server.address": url.hostname or "",
        "server.port": url.port or (443 if url.scheme == "https" else 80),
    }
    if reply is not None:
        facts["http.response.status_code"] = reply.status_code
    return facts


def _type_of(error: MuxiError, reply: RawResponse | None) -> str:
    return str(reply.status_code) if reply is not None else type(error).__qualname__


def _request_id(reply: RawResponse | None, error: MuxiError | None) -> str | None:
    if error is not None:
        return error.request_id
    return None if reply is None else request_id_of(reply)


def _fail(span: Span, error: BaseException) -> None:
    """Note that a method failed. Messages stay out: they may hold what users wrote."""
    span.set_attribute("error.type", type(error).__qualname__)
    span.set_status(trace.StatusCode.ERROR)
