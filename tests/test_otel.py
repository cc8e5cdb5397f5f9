"""Spans and metrics of OpenTelemetry, of calls over a socket."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextvars import copy_context
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import INVALID_SPAN, SpanKind, get_current_span

import muxi
from muxi import otel

from .support.clients import ClientKind
from .support.fake_server import FAST, REPLY, SESSIONS, FakeServer, envelope, failure
from .support.plain_http import port_of
from .support.sse import DONE, GOOD, stream_of, token


class Observed:
    """What was exported."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meters = MeterProvider([self._reader])

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        """The only span."""
        [span] = self.spans
        return span

    def points(self, metric: str) -> list[Any]:
        data = self._reader.get_metrics_data()
        assert data is not None
        return [
            point
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for found in scope.metrics
            if found.name == metric
            for point in found.data.data_points
        ]


@pytest.fixture
def observed() -> Iterator[Observed]:
    observed = Observed()
    otel.instrument(tracer_provider=observed.tracers, meter_provider=observed.meters)
    yield observed
    otel.uninstrument()
    observed.meters.shutdown()


def attributes(span: ReadableSpan) -> Mapping[str, object]:
    assert span.attributes is not None
    return span.attributes


def test_a_call_is_a_span(client_kind: ClientKind, observed: Observed) -> None:
    with FakeServer(SESSIONS) as server:
        client_kind.formation(server.url, lambda f: f.sessions.list(limit=7))
        port, url = port_of(server.url), f"{server.url}/v1/sessions"
    assert (observed.span.name, observed.span.kind) == ("sessions.list", SpanKind.CLIENT)
    assert observed.span.status.is_ok
    assert attributes(observed.span) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": port,
        "url.full": url,
        "muxi.request_id": "req_server",
    }
    [point] = observed.points("http.client.request.duration")
    assert (point.count, point.attributes["http.response.status_code"]) == (1, 200)
    assert observed.points("muxi.client.retries") == []


def test_attempts_are_events_of_the_span(client_kind: ClientKind, observed: Observed) -> None:
    with FakeServer(failure(503, "BUSY"), failure(429, "SLOW"), SESSIONS) as server:
        client_kind.formation(server.url, lambda f: f.sessions.list(), retry=FAST)
    events = [dict(event.attributes or {}) for event in observed.span.events]
    assert [event["muxi.attempt"] for event in events] == [1, 2, 3]
    assert [event.get("error.type") for event in events] == ["503", "429", None]
    assert attributes(observed.span)["http.request.resend_count"] == 2
    assert "error.type" not in attributes(observed.span)
    assert [point.value for point in observed.points("muxi.client.retries")] == [2]


def test_a_failure_marks_the_span(client_kind: ClientKind, observed: Observed) -> None:
    secret = "what a user wrote"
    with (
        FakeServer(failure(404, "SESSION_NOT_FOUND", secret)) as server,
        pytest.raises(muxi.NotFoundError),
    ):
        client_kind.formation(server.url, lambda f: f.sessions.get("s"))
    assert not observed.span.status.is_ok
    assert attributes(observed.span)["error.type"] == "NotFoundError"
    assert secret not in observed.span.to_json()


def test_what_fails_before_it_is_sent_is_a_span(
    client_kind: ClientKind, observed: Observed
) -> None:
    with pytest.raises(muxi.ValidationError):
        client_kind.formation("http://127.0.0.1:9", lambda f: f.sessions.get(""))
    assert observed.span.name == "sessions.get"
    assert attributes(observed.span) == {"error.type": "ValidationError"}


def test_a_method_of_several_calls_is_one_span(client_kind: ClientKind, observed: Observed) -> None:
    states = [
        envelope({"request_id": "r", "status": status, "created_at": 1.0, "result": "ok"})
        for status in ("processing", "completed")
    ]
    with FakeServer(*states) as server:
        client_kind.formation(server.url, lambda f: f.requests.wait("r", poll_interval=0.01))
    assert observed.span.name == "requests.wait"
    assert [event.name for event in observed.span.events] == ["attempt", "attempt"]


def test_a_stream_is_one_span(client_kind: ClientKind, observed: Observed) -> None:
    with FakeServer(GOOD) as server:
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert observed.span.name == "chat.stream"
    assert observed.span.status.is_ok
    assert attributes(observed.span)["http.response.status_code"] == 200
    assert str(attributes(observed.span)["muxi.request_id"]).startswith("req_")
    [point] = observed.points("muxi.client.tokens_per_second")
    assert point.count == 1
    assert point.sum > 0


def test_a_broken_stream_marks_its_span(client_kind: ClientKind, observed: Observed) -> None:
    with (
        FakeServer(stream_of(token("content", "Hel"), ends=False)) as server,
        pytest.raises(muxi.StreamInterruptedError),
    ):
        client_kind.stream(server.url, lambda f: f.chat.stream("hi"))
    assert attributes(observed.span)["error.type"] == "StreamInterruptedError"


def test_the_span_of_a_stream_that_is_dropped_ends(observed: Observed) -> None:
    events = stream_of(*[token("content", "Hel")] * 3, token("completed", "", status="ok"), DONE)
    with (
        FakeServer(events) as server,
        muxi.FormationClient(url=server.url, client_key="fmc_x", user_id="alice") as formation,
    ):
        stream = formation.chat.stream("hi")
        assert next(stream) is not None
        assert observed.spans == []
        del stream
        assert observed.span.name == "chat.stream"


def test_a_call_that_ends_in_another_context(
    observed: Observed, caplog: pytest.LogCaptureFixture
) -> None:
    """As one does that is dropped with its event loop, and one that another task closes."""

    class Endless(httpx.AsyncBaseTransport):
        """Httpcore can't end a coroutine that is closed while it waits."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    async def main(url: str) -> None:
        async with httpx.AsyncClient(transport=Endless()) as endless:
            f = muxi.AsyncFormationClient(url=url, client_key="fmc_x", http_client=endless)
            for call in (f.sessions.list(user_id="alice"), anext(f.chat.stream("hi"))):
                copy_context().run(call.send, None)
                call.close()
        async with muxi.AsyncFormationClient(url=url, client_key="fmc_x") as f:
            stream = await asyncio.create_task(f.chat.stream("hi").open())
            reading = asyncio.create_task(anext(stream, None))
            await asyncio.sleep(0)
            await stream.aclose()
            assert await reading is None
            assert get_current_span() is INVALID_SPAN

    with FakeServer(stream_of(ends=False)) as server:
        asyncio.run(main(server.url))
    assert [span.name for span in observed.spans] == ["sessions.list", *["chat.stream"] * 2]
    assert caplog.records == []


def test_the_caller_s_span_is_the_parent(client_kind: ClientKind, observed: Observed) -> None:
    tracer = observed.tracers.get_tracer("app")
    with FakeServer(REPLY) as server, tracer.start_as_current_span("app"):
        client_kind.formation(server.url, lambda f: f.chat.send("hi"))
    call, app = observed.spans
    assert (call.name, app.name) == ("chat.send", "app")
    assert call.parent is not None
    assert call.parent.span_id == app.context.span_id
    assert app.events == ()


def test_a_request_of_an_iteration_is_a_span_of_its_own(observed: Observed) -> None:
    page = envelope({"memories": [], "count": 0, "has_more": False})
    with (
        FakeServer(page) as server,
        muxi.FormationClient(url=server.url, client_key="fmc_x", user_id="alice") as formation,
    ):
        assert list(formation.memories.iter()) == []
    assert observed.span.name == "GET"
    assert attributes(observed.span)["url.full"] == f"{server.url}/v1/memories"
    assert (observed.span.end_time or 0) > (observed.span.start_time or 0)


def test_the_missing_extra_is_named() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None\nimport muxi.otel"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        "ImportError: muxi.otel needs an extra: pip install 'muxi-client[otel]'"
    )
    assert "During handling" not in done.stderr
