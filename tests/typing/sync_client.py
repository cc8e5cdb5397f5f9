"""What the checkers say of the sync clients. Checked, never run."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import httpx
from pydantic import SecretStr
from typing_extensions import assert_type

from muxi import FormationClient, Response, Retry, ServerClient
from muxi._core.call import Call
from muxi._core.endpoint import FlowCall
from muxi._core.steps import StreamCall
from muxi._http.stream import Stream
from muxi.models import formation as m
from muxi.models import server as s
from muxi.models._base import Meta
from muxi.resources.formation import Audio, Chat, Requests, Secrets, Sessions
from muxi.resources.server import Formations


def construction(http: httpx.Client) -> None:
    assert_type(FormationClient(), FormationClient)
    assert_type(
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
        ),
        FormationClient,
    )
    assert_type(
        ServerClient(
            url="https://muxi.example.com:7890",
            key_id="MUXI_1",
            secret_key=SecretStr("sk_1"),
            timeout=5.5,
            max_retries=1,
            debug=False,
            retry=Retry(),
            headers={},
            http_client=http,
        ),
        ServerClient,
    )


def views(client: FormationClient, server: ServerClient) -> None:
    assert_type(client.for_user("alice"), FormationClient)
    assert_type(client.with_options(timeout=5, retry=Retry(), headers={}), FormationClient)
    assert_type(client.with_options(user_id="alice").for_user("bob"), FormationClient)
    assert_type(server.with_options(timeout=float("inf")), ServerClient)
    with FormationClient() as entered, server as entered_server:
        assert_type(entered, FormationClient)
        assert_type(entered_server, ServerClient)
    client.close()
    server.close()


def root(client: FormationClient) -> None:
    assert_type(client.health(), m.Health)
    assert_type(client.health().uptime_seconds, int)
    assert_type(client.status(), m.FormationStatus)
    assert_type(client.status().stats.memory.memory_usage_mb, float | None)


def chat(client: FormationClient, file: m.Attachment, previous: m.ChatReply) -> None:
    assert_type(client.chat.send("Hi"), m.ChatReply | m.ChatAccepted)
    assert_type(client.chat.send({"message": "Hi"}), m.ChatReply | m.ChatAccepted)
    assert_type(client.chat.send(m.ChatRequest(message="Hi")), m.ChatReply | m.ChatAccepted)
    reply = client.chat.send(
        "Hi",
        session_id="s",
        agent_id="a",
        files=[file, {"filename": "a.txt", "content": "a", "content_type": "text/plain"}],
        user_id="alice",
    )
    assert_type(reply, m.ChatReply | m.ChatAccepted)
    assert_type(reply.text, str)
    assert_type(reply.session_id, str | None)
    assert_type(reply.awaiting_user, bool)
    assert_type(reply.meta, Meta)
    assert_type(client.chat.send("Yes", reply_to=previous), m.ChatReply | m.ChatAccepted)
    if isinstance(reply, m.ChatAccepted):
        assert_type(reply.request_id, str)
    else:
        assert_type(reply.artifacts, list[m.ReplyArtifact])
        assert_type(reply.artifacts[0].read(), bytes)


def chat_streams(client: FormationClient, previous: m.ChatReply) -> None:
    assert_type(client.chat.stream("Hi"), Stream[m.ChatEvent, m.ChatReply])
    assert_type(client.chat_stream({"message": "Hi"}), Stream[m.ChatEvent, m.ChatReply])
    assert_type(
        client.chat.stream(
            m.ChatRequest(message="Hi"), agent_id="a", files=[], stall_after=5, user_id="alice"
        ),
        Stream[m.ChatEvent, m.ChatReply],
    )
    assert_type(
        client.chat_stream("Yes", reply_to=previous, stall_after=5),
        Stream[m.ChatEvent, m.ChatReply],
    )
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
        assert_type(iter(stream), Iterator[m.ChatEvent])
        stream.close()


def audio(client: FormationClient, file: m.Attachment) -> None:
    assert_type(client.audio.send([file]), m.ChatReply | m.ChatAccepted)
    with open("a", "rb") as opened:
        mixed: list[m.AttachmentLike] = [Path("a"), ("a", b"x"), opened, io.BytesIO(), file]
        assert_type(client.audio.send(mixed), m.ChatReply | m.ChatAccepted)
        assert_type(client.chat.send("Hi", files=mixed), m.ChatReply | m.ChatAccepted)
        assert_type(client.chat.send("Hi", files=[Path("a")]), m.ChatReply | m.ChatAccepted)
        assert_type(client.chat.send("Hi", files=[("a", b"x")]), m.ChatReply | m.ChatAccepted)
        assert_type(client.chat.send("Hi", files=[opened]), m.ChatReply | m.ChatAccepted)
    assert_type(m.Attachment.of(Path("a"), content_encoding="base64"), m.Attachment)
    assert_type(
        client.audio.send(
            m.AudioRequest(files=[file]), session_id="s", agent_id="a", user_id="alice"
        ),
        m.ChatReply | m.ChatAccepted,
    )
    assert_type(
        client.audio.stream([file], session_id="s", agent_id="a", stall_after=1, user_id="u"),
        Stream[m.ChatEvent, m.ChatReply],
    )
    with client.audio.stream(m.AudioRequest(files=[file])) as stream:
        for event in stream:
            assert_type(event, m.ChatEvent)
        assert_type(stream.result(), m.ChatReply)


def sessions(client: FormationClient, moment: datetime) -> None:
    found = client.sessions.list(active_only=True, limit=10, user_id="alice")
    assert_type(found, m.SessionList)
    assert_type(found[0], m.SessionSummary)
    assert_type(found[:2], list[m.SessionSummary])
    assert_type(found.items, list[m.SessionSummary])
    assert_type(iter(found), Iterator[m.SessionSummary])
    assert_type(list(found), list[m.SessionSummary])
    assert_type(len(found), int)
    assert_type(found[0] in found, bool)
    for session in found:
        assert_type(session, m.SessionSummary)
        assert_type(session.last_activity, datetime | None)
    assert_type(found.meta, Meta)
    assert_type(found.meta.request_id, str | None)
    assert_type(found.meta.server_time, datetime | None)
    assert_type(found.meta.idempotency_key, str | None)

    assert_type(client.sessions.get("s", user_id="alice"), m.Session)
    assert_type(client.sessions.get(session_id="s").message_count, int)

    messages = client.sessions.messages("s", limit=10, user_id="alice")
    assert_type(messages, m.MessageList)
    assert_type(messages.has_more, bool)
    assert_type([message.text for message in messages], list[str])
    assert_type(messages[-1].role, str | None)

    kept = m.RestoreMessage(role="user", content="Hi", timestamp=moment)
    assert_type(
        client.sessions.restore("s", [kept, {"role": "user"}], user_id="alice"), m.RestoredSession
    )


def requests(client: FormationClient) -> None:
    tracked = client.requests.list(user_id="alice")
    assert_type(tracked, m.RequestList)
    assert_type(tracked[0], m.RequestSummary)
    assert_type(tracked[1:], list[m.RequestSummary])
    assert_type([one.is_terminal for one in tracked], list[bool])
    assert_type(client.requests.get("r", user_id="alice"), m.RequestStatus)
    assert_type(client.requests.cancel("r", user_id="alice"), m.Cancellation)
    assert_type(client.requests.wait("r"), m.RequestStatus)
    assert_type(
        client.requests.wait("r", timeout=60, poll_interval=0.5, user_id="alice"), m.RequestStatus
    )


def configuration(client: FormationClient) -> None:
    assert_type(client.config.get_summary(), m.ConfigSummary)
    assert_type(client.config.get_summary().async_.resource, str)
    document = client.config.get_document()
    assert_type(document, m.FormationDocument)
    assert_type(document.llm, m.LlmSettings | None)
    assert_type(client.config.get_overlord(), m.OverlordConfig)
    assert_type(client.config.get_soul(), m.Soul)
    assert_type(client.config.get_llm(), m.LlmSettings)
    assert_type(client.config.get_mcp(), m.McpDefaults)
    assert_type(client.config.get_mcp().servers[0].id, str)
    assert_type(client.config.get_memory(), m.MemoryConfig)
    assert_type(client.config.get_scheduler(), m.SchedulerSettings)
    assert_type(client.config.get_background(), m.BackgroundConfig)
    assert_type(client.config.get_a2a(), m.A2aConfig)
    assert_type(client.config.get_logging(), m.LoggingConfig)
    assert_type(client.config.list_log_destinations(), m.LogDestinations)
    assert_type(client.config.list_log_destinations()[0], m.LogDestination)


def secrets(client: FormationClient) -> None:
    assert_type(client.secrets.list(), m.SecretList)
    assert_type(list(client.secrets.list()), list[str])
    assert_type(client.secrets.create("K", "v"), m.SecretChange)
    assert_type(client.secrets.update("K", SecretStr("v")), m.SecretChange)
    assert_type(client.secrets.set("K", SecretStr("v")), m.SecretChange)
    assert_type(client.secrets.delete("K"), m.SecretChange)
    assert_type(client.secrets.reload(), m.SecretsReloaded)


def audit_and_tuning(client: FormationClient, moment: datetime) -> None:
    found = client.audit.list(limit=1, action="a", resource_type="secret", since=moment)
    assert_type(found, m.AuditLog)
    assert_type([entry.timestamp for entry in found], list[datetime])
    assert_type(client.audit.clear(), m.AuditCleared)
    assert_type(client.tuning.get(), m.Tuning)
    assert_type(client.tuning.get().content, str | None)
    assert_type(client.tuning.replace("# Be brief"), m.TuningUpdated)
    assert_type(client.tuning.get_pending(), m.Tuning)
    assert_type(client.tuning.apply(), m.TuningApplied)
    assert_type(client.tuning.dismiss(), m.TuningDismissed)
    assert_type(client.tuning.run(), m.TuningRun)


def jobs(client: FormationClient, moment: datetime) -> None:
    assert_type(client.jobs.list(user_id="alice"), m.JobList)
    assert_type(client.jobs.list(all_users=True), m.JobList)
    assert_type(client.jobs.create("Hi", type="recurring", schedule="0 9 * * *"), m.Job)
    assert_type(client.jobs.create("Hi", type="one_time", schedule=moment, user_id="alice"), m.Job)
    assert_type(client.jobs.get("j"), m.Job)
    assert_type(
        client.jobs.update("j", message="Hi", schedule=moment, title="T", user_id="u"), m.JobUpdate
    )
    assert_type(client.jobs.delete("j", user_id="alice"), m.DeletedJob)
    assert_type(client.jobs.pause("j", user_id="alice"), m.JobStateChange)
    assert_type(client.jobs.resume("j", user_id="alice"), m.JobStateChange)
    assert_type(client.jobs.list()[0], m.Job)
    assert_type(client.jobs.update("j").replaced, bool)
    assert_type(client.jobs.get("j").scheduled_for, datetime | None)


def credentials(client: FormationClient) -> None:
    assert_type(client.credentials.list_services(), m.CredentialServiceList)
    assert_type(client.credentials.list(user_id="alice"), m.CredentialList)
    assert_type(client.credentials.get("c", user_id="alice"), m.Credential)
    assert_type(
        client.credentials.create("github", {"token": "t"}, name="work", user_id="u"), m.Credential
    )
    assert_type(client.credentials.delete("c", user_id="alice"), m.DeletedCredential)
    assert_type(client.credentials.list_services()[0], m.CredentialService)
    assert_type(client.credentials.list()[0].credential_preview, str)


def users(client: FormationClient, known: m.Identifier) -> None:
    assert_type(client.users.resolve("a@b.c", identifier_type="email"), m.UserIdentity)
    assert_type(client.users.lookup("a@b.c"), m.UserIdentity)
    assert_type(client.users.list_identifiers("u"), m.UserIdentifierList)
    assert_type(
        client.users.link("u", ["a@b.c", {"identifier": "U1"}, known]), m.UserIdentifierList
    )
    assert_type(client.users.unlink("a@b.c"), m.UnlinkedIdentifier)
    assert_type(client.users.get_channels(user_id="alice"), m.UserChannels)
    assert_type(
        client.users.update_channels(
            user_id="u", channels={"slack": {"channel": "C1"}}, timezone=""
        ),
        m.UserChannels,
    )
    assert_type(client.users.list_identifiers("u")[0], m.UserIdentifier)


def notifications(client: FormationClient) -> None:
    assert_type(
        client.notifications.send("Hi", user_id="alice", channels=["slack"]), m.Notification
    )


def history(client: FormationClient, day: date) -> None:
    assert_type(
        client.history.list(limit=5, date_from=day, include_sources=True, user_id="u"), m.History
    )
    assert_type(client.history.list()[0].date, date | None)


def agents(client: FormationClient) -> None:
    assert_type(client.agents.list(), m.AgentList)
    assert_type(client.agents.get("a"), m.Agent)
    assert_type(client.agents.sync_knowledge("a", source_id="s"), m.KnowledgeSync)
    assert_type(client.agents.list_skills("a"), m.AgentSkillList)
    assert_type(client.knowledge.rebuild(agent_id="a", source_id="s"), m.KnowledgeRebuild)
    assert_type(client.mcp.list_servers(), m.McpServerList)
    assert_type(client.mcp.get_server("s"), m.McpServer)
    assert_type(client.mcp.list_tools()[0].parameters, dict[str, m.ToolParameter])
    assert_type(client.skills.list(), m.SkillList)
    assert_type(client.skills.get("s"), m.Skill)
    assert_type(client.sops.list()[0], m.SopSummary)
    assert_type(client.sops.get("s"), m.Sop)
    assert_type(client.triggers.list()[0], str)
    assert_type(client.triggers.get("t"), m.Trigger)
    assert_type(client.triggers.fire("t", {}, wait=True, session_id="s", user_id="u"), m.TriggerRun)
    assert_type(client.triggers.fire("t", {}).request_id, str)


def server(client: ServerClient) -> None:
    assert_type(client.ping(), timedelta)
    assert_type(client.health(), s.Health)
    assert_type(client.status(), s.ServerStatus)
    assert_type(client.status().port_pool.available, int)
    found = client.formations.list()
    assert_type(found, s.FormationList)
    assert_type(found.total, int)
    assert_type(found[0], s.FormationSummary)
    assert_type(found[:2], list[s.FormationSummary])
    for formation in found:
        assert_type(formation.id, str)
        assert_type(formation.version, s.FormationVersion)
    assert_type(client.formations.get("support"), s.Formation)
    assert_type(client.formations.get("support").created_at, datetime)


def descriptions(file: m.Attachment) -> None:
    assert_type(FormationClient.health.build(), Call[m.Health])
    assert_type(FormationClient.status.build(), Call[m.FormationStatus])
    assert_type(Chat.send.build("Hi"), Call[m.ChatReply | m.ChatAccepted])
    assert_type(Chat.stream.build("Hi"), StreamCall[m.ChatEvent, m.ChatReply])
    assert_type(FormationClient.chat_stream.build("Hi"), StreamCall[m.ChatEvent, m.ChatReply])
    assert_type(Audio.send.build([file]), Call[m.ChatReply | m.ChatAccepted])
    assert_type(Audio.stream.build([file]), StreamCall[m.ChatEvent, m.ChatReply])
    assert_type(Sessions.list.build(limit=10), Call[m.SessionList])
    assert_type(Sessions.get.build("s", user_id="alice"), Call[m.Session])
    assert_type(Sessions.get.build("s").body is None, bool)
    assert_type(Sessions.messages.build("s"), Call[m.MessageList])
    assert_type(Sessions.restore.build("s", []), Call[m.RestoredSession])
    assert_type(Requests.list.build(), Call[m.RequestList])
    assert_type(Requests.get.build("r"), Call[m.RequestStatus])
    assert_type(Requests.cancel.build("r"), Call[m.Cancellation])
    assert_type(Requests.wait.build("r", timeout=1), FlowCall[m.RequestStatus])
    assert_type(Secrets.set.build("K", "v"), FlowCall[m.SecretChange])
    assert_type(ServerClient.ping.build(), Call[timedelta])
    assert_type(ServerClient.health.build(), Call[s.Health])
    assert_type(ServerClient.status.build(), Call[s.ServerStatus])
    assert_type(Formations.list.build(), Call[s.FormationList])
    assert_type(Formations.get.build("support"), Call[s.Formation])


def memory(client: FormationClient, item: m.IngestItem, batch: m.DistilledBatch) -> None:
    assert_type(client.memories.list(limit=5, offset=0, scopes=["user"]), m.MemoryList)
    assert_type(client.memories.create("x", type="t", metadata={}), m.CreatedMemory)
    assert_type(client.memories.ingest({"content": "x", "source": "s"}), m.Ingestion)
    assert_type(client.memories.ingest_batch([item]), m.IngestionBatch)
    assert_type(client.memories.get_ingestion("i"), m.IngestionStatus)
    assert_type(client.memories.get_entity_provenance("London"), m.EntityProvenance)
    assert_type(client.memories.get_event_provenance("e"), m.EventProvenance)
    assert_type(client.memories.delete("x"), m.DeletedMemory)
    assert_type(client.memory.get_stats(), m.MemoryStats)
    assert_type(client.memory.rebuild(user_id="alice", projection="flat_facts"), m.MemoryRebuild)
    assert_type(client.memory.get_rebuild_status("r"), m.MemoryRebuild)
    assert_type(client.memory.backfill(user_id="alice"), m.Backfill)
    assert_type(client.memory.forget(user_id="alice", source="crm"), m.MemoryForget)
    assert_type(client.memory.get_forget_status("f"), m.MemoryForget)
    assert_type(client.memory.lint(), m.MemoryLint)
    assert_type(client.memory.buffer.get_status(), m.BufferStatus)
    assert_type(client.memory.buffer.clear(), m.BufferCleared)
    assert_type(client.memory.buffer.clear_session("s"), m.SessionBufferCleared)
    assert_type(client.memory.distilleries.register("d", public_key="k"), m.Distillery)
    assert_type(client.memory.distilleries.list(), m.DistilleryList)
    assert_type(client.memory.distilleries.revoke("d"), m.Distillery)
    submitted = client.distilled.submit(batch, distillery_id="d", private_key="k")
    assert_type(submitted, m.Distillation)
    assert_type(client.distilled.get_status("d", distillery_id="d"), m.DistillationStatus)
    assert_type(client.memories.wait_for_ingestion("i", timeout=5), m.IngestionStatus)
    assert_type(client.memory.wait_for_rebuild("r"), m.MemoryRebuild)
    assert_type(client.memory.wait_for_forget("f"), m.MemoryForget)
    assert_type(client.distilled.wait("d", distillery_id="d"), m.DistillationStatus)
    assert_type(client.memories.iter(page_size=5, max_items=9), Iterator[m.Memory])
    assert_type([memory.content for memory in client.memories.iter()], list[str])
    assert_type(client.memories.ingest_batch([])[0], m.BatchItem)


def artifacts(client: FormationClient, opened: BinaryIO) -> None:
    assert_type(client.artifacts.list(limit=5, user_id="u"), m.ArtifactList)
    assert_type(client.artifacts.get("a", user_id="u"), m.ArtifactDetails)
    assert_type(client.artifacts.versions("a", user_id="u"), m.ArtifactVersions)
    assert_type(client.artifacts.download("a", "folder"), m.ArtifactFile)
    assert_type(client.artifacts.download("a", Path("x"), version=2), m.ArtifactFile)
    assert_type(client.artifacts.download("a", opened, on_progress=print), m.ArtifactFile)
    assert_type(client.artifacts.download("a", io.BytesIO(), user_id="u"), m.ArtifactFile)
    assert_type((client.artifacts.list())[0].created_at, datetime | None)
    assert_type((client.artifacts.download("a", "x")).path, Path | None)


def control_plane(client: ServerClient) -> None:
    assert_type(client.formations.stop("f"), s.StoppedFormation)
    assert_type(client.formations.delete("f"), s.DeletedFormation)
    assert_type(client.formations.cancel_update("f"), s.CancelledUpdate)
    assert_type(client.formations.logs("f", lines=5, stream="all"), s.FormationLogs)
    assert_type(client.drafts.create("f", mode="clone"), s.CreatedDraft)
    assert_type(client.drafts.list("f"), s.DraftFileList)
    assert_type(client.drafts.read("f", "a.txt"), s.DraftFile)
    assert_type(client.drafts.write("f", "a.txt", b""), s.WrittenDraftFile)
    assert_type(client.drafts.delete("f", "a.txt"), s.DeletedDraftFile)
    assert_type(client.drafts.discard("f"), s.DiscardedDraft)
    assert_type(client.dev.run(path="/srv/f"), s.DevRun)
    assert_type(client.dev.stop("f"), s.DevStop)
    assert_type(client.logs(lines=5), list[str])
    assert_type(client.formations.deploy("d"), s.Deployment)
    assert_type(client.formations.update("d", include_db=True), s.Deployment)
    assert_type(client.formations.apply(Path("d"), on_progress=print), s.Deployment)
    assert_type(client.formations.start("f"), s.Deployment)
    assert_type(client.formations.restart("f"), s.Deployment)
    assert_type(client.formations.rollback("f"), s.Deployment)
    assert_type(client.drafts.deploy("f"), s.Deployment)
    assert_type(client.formations.download("f", "d", extract=True), s.DownloadedFormation)
    assert_type(client.formations.wait_until_healthy("f"), s.Formation)
    assert_type(client.formations.deploy_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(client.formations.update_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(client.formations.apply_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(client.formations.start_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(client.formations.restart_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(client.formations.rollback_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(client.drafts.deploy_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(client.formations.logs_stream("f", stream="stderr"), Stream[s.LogLine, None])
    assert_type(client.formation("f", client_key="k", mode="draft"), FormationClient)


def feeds(client: FormationClient) -> None:
    happening = client.events.stream("s", stall_after=None, user_id="u")
    assert_type(happening, Stream[m.FormationEvent | m.UnknownEvent, None])
    assert_type(client.events.turn("s", "r", stall_after=5), Stream[m.TokenEvent, None])
    log = client.logs.stream("info", event_type="chat.*", user_id="u")
    assert_type(log, Stream[m.LogRecord | m.UnknownEvent, None])
    with client.logs.stream(session_id="s", request_id="r", stall_after=5) as records:
        for record in records:
            assert_type(record, m.LogRecord | m.UnknownEvent)
