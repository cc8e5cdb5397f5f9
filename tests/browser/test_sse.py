"""The page's own reader of server-sent events."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

READ = """async pieces => {
    const { serverSentEvents } = await import("/sse.js");
    const body = new ReadableStream({
        start(controller) {
            for (const piece of pieces) controller.enqueue(new Uint8Array(piece));
            controller.close();
        },
    });
    const found = [];
    for await (const { event, data } of serverSentEvents(body)) found.push([event, data]);
    return found;
}"""

STREAM = (
    ": ping\n\nevent: text\ndata: one\n\ndata:two\ndata\ndata:  three\n\n"
    "id: 7\nretry: 1\n\nevent: only a name\n\nevent: text\ndata: é €\n\ndata: cut off"
)
EVENTS = [["text", "one"], ["message", "two\n\n three"], ["text", "é €"]]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_events_are_read_however_they_are_cut(page: Page, newline: str) -> None:
    body = STREAM.replace("\n", newline).encode()
    for size in (*range(1, 12), len(body)):
        pieces = [list(body[at : at + size]) for at in range(0, len(body), size)]
        assert page.evaluate(READ, pieces) == EVENTS, size


def test_leaving_the_loop_closes_the_stream(page: Page) -> None:
    script = """async () => {
        const { serverSentEvents } = await import("/sse.js");
        let cancelled = false;
        const body = new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\\n\\n")),
            cancel: () => { cancelled = true; },
        });
        for await (const each of serverSentEvents(body)) break;
        return cancelled;
    }"""
    assert page.evaluate(script) is True
