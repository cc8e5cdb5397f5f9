"""What the checkers say of `.raw`. Checked, never run."""

from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any

from typing_extensions import assert_type

from muxi import (
    AsyncFormationClient,
    AsyncServerClient,
    FormationClient,
    Response,
    ServerClient,
)
from muxi._async_stream import AsyncStream
from muxi._stream import Stream
from muxi._transport import RawAsyncTransport, RawSyncTransport
from muxi.models import formation as m
from muxi.models import server as s
from muxi.resources.formation import FormationApi
from muxi.resources.server import ServerApi


def formation(client: FormationClient, file: m.Attachment) -> None:
    raw = client.raw
    assert_type(raw, FormationApi[RawSyncTransport])
    assert_type(raw.health(), Response[m.Health])
    assert_type(raw.status(), Response[m.FormationStatus])
    assert_type(raw.chat.send("Hi"), Response[m.ChatReply | m.ChatAccepted])
    assert_type(raw.chat.stream("Hi"), Stream[m.ChatEvent, m.ChatReply])
    assert_type(raw.chat_stream("Hi"), Stream[m.ChatEvent, m.ChatReply])
    assert_type(raw.audio.send([file]), Response[m.ChatReply | m.ChatAccepted])
    assert_type(raw.audio.stream([file]), Stream[m.ChatEvent, m.ChatReply])
    assert_type(raw.sessions.list(limit=10), Response[m.SessionList])
    assert_type(raw.sessions.get("s"), Response[m.Session])
    assert_type(raw.sessions.messages("s"), Response[m.MessageList])
    assert_type(raw.sessions.restore("s", []), Response[m.RestoredSession])
    assert_type(raw.requests.list(), Response[m.RequestList])
    assert_type(raw.requests.get("r"), Response[m.RequestStatus])
    assert_type(raw.requests.cancel("r"), Response[m.Cancellation])
    assert_type(raw.requests.wait("r"), m.RequestStatus)
    assert_type(raw.agents.list(), Response[m.AgentList])
    assert_type(raw.agents.get("a"), Response[m.Agent])
    assert_type(raw.agents.sync_knowledge("a"), Response[m.KnowledgeSync])
    assert_type(raw.agents.skills("a"), Response[m.AgentSkillList])
    assert_type(raw.knowledge.rebuild(), Response[m.KnowledgeRebuild])
    assert_type(raw.mcp.servers(), Response[m.McpServerList])
    assert_type(raw.mcp.server("s"), Response[m.McpServer])
    assert_type(raw.mcp.tools(), Response[m.McpToolList])
    assert_type(raw.skills.list(), Response[m.SkillList])
    assert_type(raw.skills.get("s"), Response[m.Skill])
    assert_type(raw.sops.list(), Response[m.SopList])
    assert_type(raw.sops.get("s"), Response[m.Sop])
    assert_type(raw.triggers.list(), Response[m.TriggerList])
    assert_type(raw.triggers.get("t"), Response[m.Trigger])
    assert_type(raw.triggers.fire("t", {"a": 1}), Response[m.TriggerRun])
    assert_type(client.for_user("alice").raw.health().answer, m.Health)


def response(client: FormationClient) -> None:
    response = client.raw.sessions.list()
    assert_type(response.answer, m.SessionList)
    assert_type([session.session_id for session in response.answer], list[str])
    assert_type(response.status_code, int)
    assert_type(response.headers, Mapping[str, str])
    assert_type(response.request_id, str | None)
    assert_type(response.attempts, int)
    assert_type(response.elapsed, timedelta)


def server(client: ServerClient) -> None:
    raw = client.raw
    assert_type(raw, ServerApi[RawSyncTransport])
    assert_type(raw.ping(), Response[timedelta])
    assert_type(raw.health(), Response[s.Health])
    assert_type(raw.status(), Response[s.ServerStatus])
    assert_type(raw.formations.list(), Response[s.FormationList])
    assert_type(raw.formations.get("support"), Response[s.Formation])


async def async_formation(client: AsyncFormationClient, file: m.Attachment) -> None:
    raw = client.raw
    assert_type(raw, FormationApi[RawAsyncTransport])
    _ = assert_type(raw.health(), Coroutine[Any, Any, Response[m.Health]])
    assert_type(await raw.health(), Response[m.Health])
    assert_type(await raw.status(), Response[m.FormationStatus])
    assert_type(await raw.chat.send("Hi"), Response[m.ChatReply | m.ChatAccepted])
    assert_type(raw.chat.stream("Hi"), AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(raw.chat_stream("Hi"), AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(await raw.audio.send([file]), Response[m.ChatReply | m.ChatAccepted])
    assert_type(raw.audio.stream([file]), AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(await raw.sessions.list(limit=10), Response[m.SessionList])
    assert_type(await raw.sessions.get("s"), Response[m.Session])
    assert_type(await raw.sessions.messages("s"), Response[m.MessageList])
    assert_type(await raw.sessions.restore("s", []), Response[m.RestoredSession])
    assert_type(await raw.requests.list(), Response[m.RequestList])
    assert_type(await raw.requests.get("r"), Response[m.RequestStatus])
    assert_type(await raw.requests.cancel("r"), Response[m.Cancellation])
    _ = assert_type(raw.requests.wait("r"), Coroutine[Any, Any, m.RequestStatus])
    assert_type(await raw.requests.wait("r"), m.RequestStatus)
    assert_type(await raw.agents.list(), Response[m.AgentList])
    assert_type(await raw.agents.get("a"), Response[m.Agent])
    assert_type(await raw.agents.sync_knowledge("a"), Response[m.KnowledgeSync])
    assert_type(await raw.agents.skills("a"), Response[m.AgentSkillList])
    assert_type(await raw.knowledge.rebuild(), Response[m.KnowledgeRebuild])
    assert_type(await raw.mcp.servers(), Response[m.McpServerList])
    assert_type(await raw.mcp.server("s"), Response[m.McpServer])
    assert_type(await raw.mcp.tools(), Response[m.McpToolList])
    assert_type(await raw.skills.list(), Response[m.SkillList])
    assert_type(await raw.skills.get("s"), Response[m.Skill])
    assert_type(await raw.sops.list(), Response[m.SopList])
    assert_type(await raw.sops.get("s"), Response[m.Sop])
    assert_type(await raw.triggers.list(), Response[m.TriggerList])
    assert_type(await raw.triggers.get("t"), Response[m.Trigger])
    assert_type(await raw.triggers.fire("t", {"a": 1}), Response[m.TriggerRun])
    assert_type((await client.for_user("alice").raw.health()).answer, m.Health)


async def async_server(client: AsyncServerClient) -> None:
    raw = client.raw
    assert_type(raw, ServerApi[RawAsyncTransport])
    assert_type(await raw.ping(), Response[timedelta])
    assert_type(await raw.health(), Response[s.Health])
    assert_type(await raw.status(), Response[s.ServerStatus])
    assert_type(await raw.formations.list(), Response[s.FormationList])
    assert_type(await raw.formations.get("support"), Response[s.Formation])
