"""What the checkers say of the async clients. Checked, never run."""

import io
from collections.abc import AsyncIterator, Coroutine
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import httpx
from pydantic import SecretStr
from typing_extensions import assert_type

from muxi import AsyncFormationClient, AsyncServerClient, Response, Retry
from muxi._core.call import Call
from muxi._core.steps import Flow, StreamCall
from muxi._http.async_stream import AsyncStream
from muxi._http.transport import AsyncTransport
from muxi.models import formation as m
from muxi.models import server as s
from muxi.models._base import Meta


async def construction(http: httpx.AsyncClient) -> None:
    assert_type(AsyncFormationClient(), AsyncFormationClient)
    assert_type(
        AsyncFormationClient(
            server_url="https://muxi.example.com:7890",
            formation_id="support",
            url=None,
            base_url=None,
            client_key="key",
            admin_key=SecretStr("key"),
            user_id="alice",
            mode="live",
            timeout=5,
            max_retries=1,
            debug=True,
            retry=Retry(max_retries=1),
            headers={"X-Team": "blue"},
            http_client=http,
        ),
        AsyncFormationClient,
    )
    assert_type(
        AsyncServerClient(
            url="https://muxi.example.com:7890",
            key_id="MUXI_1",
            secret_key="sk_1",
            timeout=5.5,
            max_retries=1,
            debug=False,
            retry=Retry(),
            headers={},
            http_client=http,
        ),
        AsyncServerClient,
    )


async def views(client: AsyncFormationClient, server: AsyncServerClient) -> None:
    assert_type(client.for_user("alice"), AsyncFormationClient)
    assert_type(client.with_options(timeout=5, retry=Retry(), headers={}), AsyncFormationClient)
    assert_type(client.with_options(user_id="alice").for_user("bob"), AsyncFormationClient)
    assert_type(server.with_options(timeout=float("inf")), AsyncServerClient)
    async with AsyncFormationClient() as entered, server as entered_server:
        assert_type(entered, AsyncFormationClient)
        assert_type(entered_server, AsyncServerClient)
    await client.aclose()
    await server.aclose()


async def root(client: AsyncFormationClient) -> None:
    _ = assert_type(client.health(), Coroutine[Any, Any, m.Health])
    assert_type(await client.health(), m.Health)
    assert_type((await client.health()).uptime_seconds, int)
    assert_type(await client.status(), m.FormationStatus)


async def chat(client: AsyncFormationClient, file: m.Attachment, previous: m.ChatReply) -> None:
    _ = assert_type(client.chat.send("Hi"), Coroutine[Any, Any, m.ChatReply | m.ChatAccepted])
    assert_type(await client.chat.send({"message": "Hi"}), m.ChatReply | m.ChatAccepted)
    assert_type(await client.chat.send(m.ChatRequest(message="Hi")), m.ChatReply | m.ChatAccepted)
    reply = await client.chat.send(
        "Hi",
        session_id="s",
        agent_id="a",
        files=[file, {"filename": "a.txt", "content": "a", "content_type": "text/plain"}],
        user_id="alice",
    )
    assert_type(reply, m.ChatReply | m.ChatAccepted)
    assert_type(reply.text, str)
    assert_type(reply.session_id, str | None)
    assert_type(reply.meta, Meta)
    assert_type(await client.chat.send("Yes", reply_to=previous), m.ChatReply | m.ChatAccepted)


async def chat_streams(client: AsyncFormationClient, previous: m.ChatReply) -> None:
    assert_type(client.chat.stream("Hi"), AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(client.chat_stream({"message": "Hi"}), AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(
        client.chat.stream(
            m.ChatRequest(message="Hi"), agent_id="a", files=[], stall_after=5, user_id="alice"
        ),
        AsyncStream[m.ChatEvent, m.ChatReply],
    )
    assert_type(
        client.chat_stream("Yes", reply_to=previous, stall_after=5),
        AsyncStream[m.ChatEvent, m.ChatReply],
    )
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
        assert_type(aiter(stream), AsyncIterator[m.ChatEvent])
        await stream.aclose()
    opened = await client.chat.stream("Hi")
    assert_type(opened, AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(await opened.open(), AsyncStream[m.ChatEvent, m.ChatReply])
    assert_type(await opened.result(), m.ChatReply)


async def audio(client: AsyncFormationClient, file: m.Attachment) -> None:
    _ = assert_type(client.audio.send([file]), Coroutine[Any, Any, m.ChatReply | m.ChatAccepted])
    assert_type(
        await client.audio.send(
            m.AudioRequest(files=[file]), session_id="s", agent_id="a", user_id="alice"
        ),
        m.ChatReply | m.ChatAccepted,
    )
    assert_type(
        client.audio.stream([file], session_id="s", agent_id="a", stall_after=1, user_id="u"),
        AsyncStream[m.ChatEvent, m.ChatReply],
    )
    async with await client.audio.stream(m.AudioRequest(files=[file])) as stream:
        async for event in stream:
            assert_type(event, m.ChatEvent)
        assert_type(await stream.result(), m.ChatReply)
    mixed: list[m.AttachmentLike] = [Path("a"), ("a", b"x"), io.BytesIO(), file]
    assert_type(await client.audio.send(mixed), m.ChatReply | m.ChatAccepted)
    assert_type(await client.chat.send("Hi", files=mixed), m.ChatReply | m.ChatAccepted)
    assert_type(await client.chat.send("Hi", files=[Path("a")]), m.ChatReply | m.ChatAccepted)


async def sessions(client: AsyncFormationClient, moment: datetime) -> None:
    _ = assert_type(client.sessions.list(), Coroutine[Any, Any, m.SessionList])
    found = await client.sessions.list(active_only=True, limit=10, user_id="alice")
    assert_type(found, m.SessionList)
    assert_type(found[0], m.SessionSummary)
    assert_type(found[:2], list[m.SessionSummary])
    assert_type(list(found), list[m.SessionSummary])
    for session in found:
        assert_type(session, m.SessionSummary)
    assert_type(found.meta.request_id, str | None)

    _ = assert_type(client.sessions.get("s"), Coroutine[Any, Any, m.Session])
    assert_type(await client.sessions.get(session_id="s", user_id="alice"), m.Session)

    _ = assert_type(client.sessions.messages("s"), Coroutine[Any, Any, m.MessageList])
    messages = await client.sessions.messages("s", limit=10, user_id="alice")
    assert_type(messages, m.MessageList)
    assert_type([message.text for message in messages], list[str])

    kept = m.RestoreMessage(role="user", content="Hi", timestamp=moment)
    _ = assert_type(client.sessions.restore("s", [kept]), Coroutine[Any, Any, m.RestoredSession])
    assert_type(
        await client.sessions.restore("s", [kept, {"role": "user"}], user_id="alice"),
        m.RestoredSession,
    )


async def requests(client: AsyncFormationClient) -> None:
    _ = assert_type(client.requests.list(), Coroutine[Any, Any, m.RequestList])
    tracked = await client.requests.list(user_id="alice")
    assert_type(tracked, m.RequestList)
    assert_type(tracked[0], m.RequestSummary)
    assert_type(tracked[1:], list[m.RequestSummary])
    _ = assert_type(client.requests.get("r"), Coroutine[Any, Any, m.RequestStatus])
    assert_type(await client.requests.get("r", user_id="alice"), m.RequestStatus)
    _ = assert_type(client.requests.cancel("r"), Coroutine[Any, Any, m.Cancellation])
    assert_type(await client.requests.cancel("r", user_id="alice"), m.Cancellation)
    _ = assert_type(client.requests.wait("r"), Coroutine[Any, Any, m.RequestStatus])
    assert_type(
        await client.requests.wait("r", timeout=60, poll_interval=0.5, user_id="alice"),
        m.RequestStatus,
    )


async def configuration(client: AsyncFormationClient) -> None:
    _ = assert_type(client.config.get_summary(), Coroutine[Any, Any, m.ConfigSummary])
    assert_type(await client.config.get_summary(), m.ConfigSummary)
    assert_type(await client.config.get_document(), m.FormationDocument)
    assert_type(await client.config.get_overlord(), m.OverlordConfig)
    assert_type(await client.config.get_soul(), m.Soul)
    assert_type(await client.config.get_llm(), m.LlmSettings)
    assert_type(await client.config.get_mcp(), m.McpDefaults)
    assert_type(await client.config.get_memory(), m.MemoryConfig)
    assert_type(await client.config.get_scheduler(), m.SchedulerSettings)
    assert_type(await client.config.get_background(), m.BackgroundConfig)
    assert_type(await client.config.get_a2a(), m.A2aConfig)
    assert_type(await client.config.get_logging(), m.LoggingConfig)
    assert_type(await client.config.list_log_destinations(), m.LogDestinations)


async def secrets_audit_and_tuning(client: AsyncFormationClient) -> None:
    _ = assert_type(client.secrets.set("K", "v"), Coroutine[Any, Any, m.SecretChange])
    assert_type(await client.secrets.list(), m.SecretList)
    assert_type(await client.secrets.create("K", "v"), m.SecretChange)
    assert_type(await client.secrets.update("K", "v"), m.SecretChange)
    assert_type(await client.secrets.set("K", "v"), m.SecretChange)
    assert_type(await client.secrets.delete("K"), m.SecretChange)
    assert_type(await client.secrets.reload(), m.SecretsReloaded)
    assert_type(await client.audit.list(), m.AuditLog)
    assert_type(await client.audit.clear(), m.AuditCleared)
    assert_type(await client.tuning.get(), m.Tuning)
    assert_type(await client.tuning.replace("x"), m.TuningUpdated)
    assert_type(await client.tuning.get_pending(), m.Tuning)
    assert_type(await client.tuning.apply(), m.TuningApplied)
    assert_type(await client.tuning.dismiss(), m.TuningDismissed)
    assert_type(await client.tuning.run(), m.TuningRun)


async def jobs(client: AsyncFormationClient, moment: datetime) -> None:
    assert_type(await client.jobs.list(user_id="alice"), m.JobList)
    assert_type(await client.jobs.list(all_users=True), m.JobList)
    assert_type(await client.jobs.create("Hi", type="recurring", schedule="0 9 * * *"), m.Job)
    assert_type(
        await client.jobs.create("Hi", type="one_time", schedule=moment, user_id="alice"), m.Job
    )
    assert_type(await client.jobs.get("j"), m.Job)
    assert_type(
        await client.jobs.update("j", message="Hi", schedule=moment, title="T", user_id="u"),
        m.JobUpdate,
    )
    assert_type(await client.jobs.delete("j", user_id="alice"), m.DeletedJob)
    assert_type(await client.jobs.pause("j", user_id="alice"), m.JobStateChange)
    assert_type(await client.jobs.resume("j", user_id="alice"), m.JobStateChange)
    _ = assert_type(client.jobs.get("j"), Coroutine[Any, Any, m.Job])
    assert_type((await client.jobs.update("j")).replaced, bool)


async def credentials(client: AsyncFormationClient) -> None:
    assert_type(await client.credentials.list_services(), m.CredentialServiceList)
    assert_type(await client.credentials.list(user_id="alice"), m.CredentialList)
    assert_type(await client.credentials.get("c", user_id="alice"), m.Credential)
    assert_type(
        await client.credentials.create("github", {"token": "t"}, name="work", user_id="u"),
        m.Credential,
    )
    assert_type(await client.credentials.delete("c", user_id="alice"), m.DeletedCredential)


async def users(client: AsyncFormationClient, known: m.Identifier) -> None:
    assert_type(await client.users.resolve("a@b.c", identifier_type="email"), m.UserIdentity)
    assert_type(await client.users.lookup("a@b.c"), m.UserIdentity)
    assert_type(await client.users.list_identifiers("u"), m.UserIdentifierList)
    assert_type(
        await client.users.link("u", ["a@b.c", {"identifier": "U1"}, known]), m.UserIdentifierList
    )
    assert_type(await client.users.unlink("a@b.c"), m.UnlinkedIdentifier)
    assert_type(await client.users.get_channels(user_id="alice"), m.UserChannels)
    assert_type(
        await client.users.update_channels(
            user_id="u", channels={"slack": {"channel": "C1"}}, timezone=""
        ),
        m.UserChannels,
    )


async def notifications(client: AsyncFormationClient) -> None:
    assert_type(
        await client.notifications.send("Hi", user_id="alice", channels=["slack"]), m.Notification
    )


async def history(client: AsyncFormationClient, day: date) -> None:
    assert_type(
        await client.history.list(limit=5, date_from=day, include_sources=True, user_id="u"),
        m.History,
    )


async def agents(client: AsyncFormationClient) -> None:
    assert_type(await client.agents.list(), m.AgentList)
    assert_type(await client.agents.get("a"), m.Agent)
    assert_type(await client.agents.sync_knowledge("a", source_id="s"), m.KnowledgeSync)
    assert_type(await client.agents.list_skills("a"), m.AgentSkillList)
    assert_type(await client.knowledge.rebuild(agent_id="a", source_id="s"), m.KnowledgeRebuild)
    assert_type(await client.mcp.list_servers(), m.McpServerList)
    assert_type(await client.mcp.get_server("s"), m.McpServer)
    assert_type((await client.mcp.list_tools())[0].parameters, dict[str, m.ToolParameter])
    assert_type(await client.skills.list(), m.SkillList)
    assert_type(await client.skills.get("s"), m.Skill)
    assert_type((await client.sops.list())[0], m.SopSummary)
    assert_type(await client.sops.get("s"), m.Sop)
    assert_type((await client.triggers.list())[0], str)
    assert_type(await client.triggers.get("t"), m.Trigger)
    assert_type(
        await client.triggers.fire("t", {"a": 1}, wait=True, session_id="s", user_id="u"),
        m.TriggerRun,
    )
    assert_type((await client.triggers.fire("t", {})).request_id, str)


async def server(client: AsyncServerClient) -> None:
    _ = assert_type(client.ping(), Coroutine[Any, Any, timedelta])
    assert_type(await client.ping(), timedelta)
    _ = assert_type(client.health(), Coroutine[Any, Any, s.Health])
    assert_type(await client.health(), s.Health)
    _ = assert_type(client.status(), Coroutine[Any, Any, s.ServerStatus])
    assert_type(await client.status(), s.ServerStatus)
    _ = assert_type(client.formations.list(), Coroutine[Any, Any, s.FormationList])
    found = await client.formations.list()
    assert_type(found, s.FormationList)
    assert_type(found[0], s.FormationSummary)
    assert_type(found[:2], list[s.FormationSummary])
    assert_type([formation.id for formation in found], list[str])
    _ = assert_type(client.formations.get("support"), Coroutine[Any, Any, s.Formation])
    assert_type(await client.formations.get("support"), s.Formation)


def descriptions() -> None:
    assert_type(AsyncFormationClient.health.build(), Call[m.Health])
    assert_type(AsyncFormationClient.status.build(), Call[m.FormationStatus])
    assert_type(AsyncFormationClient.chat_stream.build("Hi"), StreamCall[m.ChatEvent, m.ChatReply])
    assert_type(AsyncServerClient.ping.build(), Call[timedelta])
    assert_type(AsyncServerClient.health.build(), Call[s.Health])
    assert_type(AsyncServerClient.status.build(), Call[s.ServerStatus])


async def run(steps: Flow[m.RequestStatus], transport: AsyncTransport) -> None:
    assert_type(await transport.run(steps), m.RequestStatus)


async def memory(client: AsyncFormationClient, item: m.IngestItem, batch: m.DistilledBatch) -> None:
    assert_type(await client.memories.list(limit=5, offset=0, scopes=["user"]), m.MemoryList)
    assert_type(await client.memories.create("x", type="t", metadata={}), m.CreatedMemory)
    assert_type(await client.memories.ingest({"content": "x", "source": "s"}), m.Ingestion)
    assert_type(await client.memories.ingest_batch([item]), m.IngestionBatch)
    assert_type(await client.memories.get_ingestion("i"), m.IngestionStatus)
    assert_type(await client.memories.get_entity_provenance("London"), m.EntityProvenance)
    assert_type(await client.memories.get_event_provenance("e"), m.EventProvenance)
    assert_type(await client.memories.delete("x"), m.DeletedMemory)
    assert_type(await client.memory.get_stats(), m.MemoryStats)
    assert_type(
        await client.memory.rebuild(user_id="alice", projection="flat_facts"), m.MemoryRebuild
    )
    assert_type(await client.memory.get_rebuild_status("r"), m.MemoryRebuild)
    assert_type(await client.memory.backfill(user_id="alice"), m.Backfill)
    assert_type(await client.memory.forget(user_id="alice", source="crm"), m.MemoryForget)
    assert_type(await client.memory.get_forget_status("f"), m.MemoryForget)
    assert_type(await client.memory.lint(), m.MemoryLint)
    assert_type(await client.memory.buffer.get_status(), m.BufferStatus)
    assert_type(await client.memory.buffer.clear(), m.BufferCleared)
    assert_type(await client.memory.buffer.clear_session("s"), m.SessionBufferCleared)
    assert_type(await client.memory.distilleries.register("d", public_key="k"), m.Distillery)
    assert_type(await client.memory.distilleries.list(), m.DistilleryList)
    assert_type(await client.memory.distilleries.revoke("d"), m.Distillery)
    submitted = await client.distilled.submit(batch, distillery_id="d", private_key="k")
    assert_type(submitted, m.Distillation)
    assert_type(await client.distilled.get_status("d", distillery_id="d"), m.DistillationStatus)
    assert_type(await client.memories.wait_for_ingestion("i", timeout=5), m.IngestionStatus)
    assert_type(await client.memory.wait_for_rebuild("r"), m.MemoryRebuild)
    assert_type(await client.memory.wait_for_forget("f"), m.MemoryForget)
    assert_type(await client.distilled.wait("d", distillery_id="d"), m.DistillationStatus)
    assert_type(client.memories.iter(page_size=5, max_items=9), AsyncIterator[m.Memory])
    assert_type([memory.content async for memory in client.memories.iter()], list[str])
    _ = assert_type(client.memory.lint(), Coroutine[Any, Any, m.MemoryLint])


async def artifacts(client: AsyncFormationClient, opened: BinaryIO) -> None:
    assert_type(await client.artifacts.list(limit=5, user_id="u"), m.ArtifactList)
    assert_type(await client.artifacts.get("a", user_id="u"), m.ArtifactDetails)
    assert_type(await client.artifacts.versions("a", user_id="u"), m.ArtifactVersions)
    assert_type(await client.artifacts.download("a", "folder"), m.ArtifactFile)
    assert_type(await client.artifacts.download("a", Path("x"), version=2), m.ArtifactFile)
    assert_type(await client.artifacts.download("a", opened, on_progress=print), m.ArtifactFile)
    assert_type(await client.artifacts.download("a", io.BytesIO(), user_id="u"), m.ArtifactFile)
    assert_type((await client.artifacts.list())[0].created_at, datetime | None)
    assert_type((await client.artifacts.download("a", "x")).path, Path | None)


async def control_plane(client: AsyncServerClient) -> None:
    assert_type(await client.formations.stop("f"), s.StoppedFormation)
    assert_type(await client.formations.delete("f"), s.DeletedFormation)
    assert_type(await client.formations.cancel_update("f"), s.CancelledUpdate)
    assert_type(await client.formations.logs("f", lines=5, stream="all"), s.FormationLogs)
    assert_type(await client.drafts.create("f", mode="clone"), s.CreatedDraft)
    assert_type(await client.drafts.list("f"), s.DraftFileList)
    assert_type(await client.drafts.read("f", "a.txt"), s.DraftFile)
    assert_type(await client.drafts.write("f", "a.txt", b""), s.WrittenDraftFile)
    assert_type(await client.drafts.delete("f", "a.txt"), s.DeletedDraftFile)
    assert_type(await client.drafts.discard("f"), s.DiscardedDraft)
    assert_type(await client.dev.run(path="/srv/f"), s.DevRun)
    assert_type(await client.dev.stop("f"), s.DevStop)
    assert_type(await client.logs(lines=5), list[str])
    assert_type(await client.formations.deploy("d"), s.Deployment)
    assert_type(await client.formations.update("d", include_db=True), s.Deployment)
    assert_type(await client.formations.apply(Path("d"), on_progress=print), s.Deployment)
    assert_type(await client.formations.start("f"), s.Deployment)
    assert_type(await client.formations.restart("f"), s.Deployment)
    assert_type(await client.formations.rollback("f"), s.Deployment)
    assert_type(await client.drafts.deploy("f"), s.Deployment)
    assert_type(await client.formations.download("f", "d", extract=True), s.DownloadedFormation)
    assert_type(await client.formations.wait_until_healthy("f"), s.Formation)
    assert_type(client.formations.deploy_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(client.formations.update_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(client.formations.apply_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(client.formations.start_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(client.formations.restart_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(client.formations.rollback_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(client.drafts.deploy_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(client.formations.logs_stream("f", stream="stderr"), AsyncStream[s.LogLine, None])
    assert_type(client.formation("f", client_key="k", mode="draft"), AsyncFormationClient)


async def feeds(client: AsyncFormationClient) -> None:
    happening = client.events.stream("s", stall_after=None, user_id="u")
    assert_type(happening, AsyncStream[m.FormationEvent | m.UnknownEvent, None])
    assert_type(client.events.turn("s", "r", stall_after=5), AsyncStream[m.TokenEvent, None])
    log = client.logs.stream("info", event_type="chat.*", user_id="u")
    assert_type(log, AsyncStream[m.LogRecord | m.UnknownEvent, None])
    async with client.logs.stream(session_id="s", request_id="r", stall_after=5) as records:
        async for record in records:
            assert_type(record, m.LogRecord | m.UnknownEvent)
