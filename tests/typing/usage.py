"""What the checkers say of typical uses. Checked, never run.

That each method gives what its description says is checked in files that are made for it.
"""

import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import httpx
import httpx2
from pydantic import SecretStr
from typing_extensions import assert_type

from muxi import (
    AsyncFormationClient,
    AsyncServerClient,
    FormationClient,
    Response,
    Retry,
    ServerClient,
    bulk,
)
from muxi._core.async_stream import AsyncStream
from muxi._core.stream import Stream
from muxi.models import formation as m
from muxi.models import server as s
from muxi.models._base import Meta
from muxi.resources.formation import Chat


def construction(http: httpx.Client, async_http: httpx.AsyncClient) -> None:
    FormationClient(
        server_url="https://muxi.example.com:7890",
        formation_id="support",
        url=None,
        base_url=None,
        client_key="key",
        admin_key=SecretStr("key"),
        user_id="alice",
        mode="draft",
        timeout=5,
        max_retries=1,
        debug=True,
        retry=Retry(max_retries=1),
        headers={"X-Team": "blue"},
        http_client=http,
    )
    AsyncFormationClient(url="https://muxi.example.com:8000", http_client=async_http)
    AsyncFormationClient(engine="aiohttp")
    AsyncFormationClient(http_client=httpx2.AsyncClient())
    ServerClient(http_client=httpx2.Client())
    ServerClient(
        url="https://muxi.example.com:7890",
        key_id="MUXI_1",
        secret_key=SecretStr("sk_1"),
        timeout=5.5,
        http_client=http,
    )
    AsyncServerClient(key_id="MUXI_1", secret_key="sk_1", http_client=async_http)


def views(client: FormationClient, server: ServerClient) -> None:
    assert_type(client.for_user("alice"), FormationClient)
    assert_type(client.with_options(timeout=5, retry=Retry(), headers={}), FormationClient)
    assert_type(client.with_options(user_id="alice").for_user("bob"), FormationClient)
    assert_type(server.with_options(timeout=float("inf")), ServerClient)
    with FormationClient() as entered, server as entered_server:
        assert_type(entered, FormationClient)
        assert_type(entered_server, ServerClient)
    assert_type(client.raw.health().data, m.Health)
    client.close()
    server.close()


async def async_views(client: AsyncFormationClient, server: AsyncServerClient) -> None:
    assert_type(client.for_user("alice"), AsyncFormationClient)
    assert_type(client.with_options(timeout=5, retry=Retry(), headers={}), AsyncFormationClient)
    assert_type(server.with_options(timeout=float("inf")), AsyncServerClient)
    async with AsyncFormationClient() as entered, server as entered_server:
        assert_type(entered, AsyncFormationClient)
        assert_type(entered_server, AsyncServerClient)
    assert_type((await client.raw.health()).data, m.Health)
    await client.aclose()
    await server.aclose()


def chat(client: FormationClient, file: m.Attachment, opened: BinaryIO) -> None:
    client.chat.send({"message": "Hi"})
    client.chat.send(m.ChatRequest(message="Hi"))
    client.chat.send("Hi", files=[Path("a")])
    client.chat.send("Hi", files=[("a", b"x")])
    client.chat.send("Hi", files=[opened, io.BytesIO()])
    mixed: list[m.AttachmentLike] = [Path("a"), ("a", b"x"), opened, io.BytesIO(), file]
    client.audio.send(mixed, user_id="alice")
    client.audio.send(m.AudioRequest(files=[file]))
    reply = client.chat.send(
        "Hi",
        session_id="s",
        agent_id="a",
        files=[file, {"filename": "a.txt", "content": "a", "content_type": "text/plain"}],
        user_id="alice",
    )
    assert_type(reply.text, str)
    assert_type(reply.awaiting_user, bool)
    assert_type(reply.meta, Meta)
    assert_type(reply.meta.request_id, str | None)
    assert_type(reply.meta.server_time, datetime | None)
    assert_type(m.Attachment.of(Path("a"), content_encoding="base64"), m.Attachment)


def chat_streams(client: FormationClient, previous: m.ChatReply) -> None:
    assert_type(client.chat_stream("Yes", reply_to=previous), Stream[m.ChatEvent, m.ChatReply])
    for event in client.chat.stream("Hi", session_id="s"):
        assert_type(event, m.ChatEvent)
        if isinstance(event, m.TextDelta):
            assert_type(event.content, str)
    with client.chat_stream("Hi") as stream:
        assert_type(stream, Stream[m.ChatEvent, m.ChatReply])
        assert_type(stream.response, Response[None])
        assert_type(stream.open(), Stream[m.ChatEvent, m.ChatReply])
        for piece in stream.text():
            assert_type(piece, str)
        assert_type(stream.result(), m.ChatReply)
        assert_type(next(stream), m.ChatEvent)
        stream.close()


async def async_chat_streams(client: AsyncFormationClient) -> None:
    async for event in client.chat.stream("Hi", session_id="s"):
        assert_type(event, m.ChatEvent)
        if isinstance(event, m.TextDelta):
            assert_type(event.content, str)
    async for event in await client.chat_stream({"message": "Hi"}):
        assert_type(event, m.ChatEvent)
    async with client.chat_stream("Hi") as stream:
        assert_type(stream, AsyncStream[m.ChatEvent, m.ChatReply])
        assert_type(stream.response, Response[None])
        assert_type(stream.text(), AsyncIterator[str])
        async for piece in stream.text():
            assert_type(piece, str)
        assert_type(await stream.result(), m.ChatReply)
        assert_type(await anext(stream), m.ChatEvent)
        await stream.aclose()
    opened = await client.chat.stream("Hi")
    assert_type(opened, AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(await opened.open(), AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(await opened.result(), m.ChatReply)


def lists(client: FormationClient, server: ServerClient) -> None:
    found = client.sessions.list(active_only=True, limit=10)
    assert_type(found[0], m.SessionSummary)
    assert_type(found[:2], list[m.SessionSummary])
    assert_type(found.items, list[m.SessionSummary])
    assert_type(iter(found), Iterator[m.SessionSummary])
    assert_type(list(found), list[m.SessionSummary])
    assert_type(len(found), int)
    assert_type(found[0] in found, bool)
    assert_type([one.is_terminal for one in client.requests.list()], list[bool])
    assert_type(list(client.secrets.list()), list[str])
    assert_type(client.triggers.list()[0], str)
    assert_type(server.formations.list()[0], s.FormationSummary)
    assert_type([memory.content for memory in client.memories.iter()], list[str])


def arguments(client: FormationClient, server: ServerClient, moment: datetime) -> None:
    kept = m.RestoreMessage(role="user", content="Hi", timestamp=moment)
    client.sessions.restore("s", [kept, {"role": "user"}])
    client.secrets.set("K", SecretStr("v"))
    client.jobs.create("Hi", type="one_time", schedule=moment)
    client.memories.ingest({"content": "x", "source": "s"})
    client.users.link("u", ["a@b.c", {"identifier": "U1"}])
    client.artifacts.download("a", Path("x"), version=2)
    client.artifacts.download("a", io.BytesIO(), on_progress=print)
    server.formations.apply(Path("d"), on_progress=print)
    for line in server.formations.logs_stream("f", stream="stderr"):
        assert_type(line, s.LogLine)


def bulk_runs(sync: FormationClient, asynchronous: AsyncFormationClient) -> None:
    jobs = [bulk.Job("a", Chat.send.build("hi"))]
    assert_type(jobs, list[bulk.Job[m.ChatReply]])
    for outcome in bulk.run(sync, jobs, journal="run.db"):
        assert_type(outcome.result(), m.ChatReply)
    assert_type(
        bulk.run(asynchronous, jobs, journal="run.db"),
        AsyncGenerator[bulk.Outcome[m.ChatReply], None],
    )
    for kept in bulk.results("run.db", m.ChatReply):
        assert_type(kept.result(), m.ChatReply)
