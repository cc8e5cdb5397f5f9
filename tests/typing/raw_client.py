"""What the checkers say of `.raw`. Checked, never run."""

from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from typing_extensions import assert_type

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, Response, ServerClient
from muxi._http.async_stream import AsyncStream
from muxi._http.stream import Stream
from muxi._http.transport import RawAsyncTransport, RawSyncTransport
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
    assert_type(raw.agents.list_skills("a"), Response[m.AgentSkillList])
    assert_type(raw.knowledge.rebuild(), Response[m.KnowledgeRebuild])
    assert_type(raw.mcp.list_servers(), Response[m.McpServerList])
    assert_type(raw.mcp.get_server("s"), Response[m.McpServer])
    assert_type(raw.mcp.list_tools(), Response[m.McpToolList])
    assert_type(raw.skills.list(), Response[m.SkillList])
    assert_type(raw.skills.get("s"), Response[m.Skill])
    assert_type(raw.sops.list(), Response[m.SopList])
    assert_type(raw.sops.get("s"), Response[m.Sop])
    assert_type(raw.triggers.list(), Response[m.TriggerList])
    assert_type(raw.triggers.get("t"), Response[m.Trigger])
    assert_type(raw.triggers.fire("t", {"a": 1}), Response[m.TriggerRun])
    assert_type(client.for_user("alice").raw.health().data, m.Health)


def administration(client: FormationClient) -> None:
    raw = client.raw
    assert_type(raw.config.get_summary(), Response[m.ConfigSummary])
    assert_type(raw.config.get_document(), Response[m.FormationDocument])
    assert_type(raw.config.get_overlord(), Response[m.OverlordConfig])
    assert_type(raw.config.get_soul(), Response[m.Soul])
    assert_type(raw.config.get_llm(), Response[m.LlmSettings])
    assert_type(raw.config.get_mcp(), Response[m.McpDefaults])
    assert_type(raw.config.get_memory(), Response[m.MemoryConfig])
    assert_type(raw.config.get_scheduler(), Response[m.SchedulerSettings])
    assert_type(raw.config.get_background(), Response[m.BackgroundConfig])
    assert_type(raw.config.get_a2a(), Response[m.A2aConfig])
    assert_type(raw.config.get_logging(), Response[m.LoggingConfig])
    assert_type(raw.config.list_log_destinations(), Response[m.LogDestinations])
    assert_type(raw.secrets.list(), Response[m.SecretList])
    assert_type(raw.secrets.create("K", "v"), Response[m.SecretChange])
    assert_type(raw.secrets.update("K", "v"), Response[m.SecretChange])
    assert_type(raw.secrets.set("K", "v"), m.SecretChange)
    assert_type(raw.secrets.delete("K"), Response[m.SecretChange])
    assert_type(raw.secrets.reload(), Response[m.SecretsReloaded])
    assert_type(raw.audit.list(), Response[m.AuditLog])
    assert_type(raw.audit.clear(), Response[m.AuditCleared])
    assert_type(raw.tuning.get(), Response[m.Tuning])
    assert_type(raw.tuning.replace("x"), Response[m.TuningUpdated])
    assert_type(raw.tuning.get_pending(), Response[m.Tuning])
    assert_type(raw.tuning.apply(), Response[m.TuningApplied])
    assert_type(raw.tuning.dismiss(), Response[m.TuningDismissed])
    assert_type(raw.tuning.run(), Response[m.TuningRun])


def people(client: FormationClient, moment: datetime, day: date, known: m.Identifier) -> None:
    raw = client.raw
    assert_type(raw.jobs.list(user_id="alice"), Response[m.JobList])
    assert_type(raw.jobs.create("Hi", type="recurring", schedule="0 9 * * *"), Response[m.Job])
    assert_type(
        raw.jobs.create("Hi", type="one_time", schedule=moment, user_id="alice"), Response[m.Job]
    )
    assert_type(raw.jobs.get("j"), Response[m.Job])
    assert_type(
        raw.jobs.update("j", message="Hi", schedule=moment, title="T", user_id="u"),
        Response[m.JobUpdate],
    )
    assert_type(raw.jobs.delete("j", user_id="alice"), Response[m.DeletedJob])
    assert_type(raw.jobs.pause("j", user_id="alice"), Response[m.JobStateChange])
    assert_type(raw.jobs.resume("j", user_id="alice"), Response[m.JobStateChange])
    assert_type(raw.credentials.list_services(), Response[m.CredentialServiceList])
    assert_type(raw.credentials.list(user_id="alice"), Response[m.CredentialList])
    assert_type(raw.credentials.get("c", user_id="alice"), Response[m.Credential])
    assert_type(
        raw.credentials.create("github", {"token": "t"}, name="work", user_id="u"),
        Response[m.Credential],
    )
    assert_type(raw.credentials.delete("c", user_id="alice"), Response[m.DeletedCredential])
    assert_type(raw.users.resolve("a@b.c", identifier_type="email"), Response[m.UserIdentity])
    assert_type(raw.users.lookup("a@b.c"), Response[m.UserIdentity])
    assert_type(raw.users.list_identifiers("u"), Response[m.UserIdentifierList])
    assert_type(
        raw.users.link("u", ["a@b.c", {"identifier": "U1"}, known]), Response[m.UserIdentifierList]
    )
    assert_type(raw.users.unlink("a@b.c"), Response[m.UnlinkedIdentifier])
    assert_type(raw.users.get_channels(user_id="alice"), Response[m.UserChannels])
    assert_type(
        raw.users.update_channels(user_id="u", channels={"slack": {"channel": "C1"}}, timezone=""),
        Response[m.UserChannels],
    )
    assert_type(
        raw.notifications.send("Hi", user_id="alice", channels=["slack"]), Response[m.Notification]
    )
    assert_type(
        raw.history.list(limit=5, date_from=day, include_sources=True, user_id="u"),
        Response[m.History],
    )


def response(client: FormationClient) -> None:
    response = client.raw.sessions.list()
    assert_type(response.data, m.SessionList)
    assert_type([session.session_id for session in response.data], list[str])
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
    assert_type(await raw.agents.list_skills("a"), Response[m.AgentSkillList])
    assert_type(await raw.knowledge.rebuild(), Response[m.KnowledgeRebuild])
    assert_type(await raw.mcp.list_servers(), Response[m.McpServerList])
    assert_type(await raw.mcp.get_server("s"), Response[m.McpServer])
    assert_type(await raw.mcp.list_tools(), Response[m.McpToolList])
    assert_type(await raw.skills.list(), Response[m.SkillList])
    assert_type(await raw.skills.get("s"), Response[m.Skill])
    assert_type(await raw.sops.list(), Response[m.SopList])
    assert_type(await raw.sops.get("s"), Response[m.Sop])
    assert_type(await raw.triggers.list(), Response[m.TriggerList])
    assert_type(await raw.triggers.get("t"), Response[m.Trigger])
    assert_type(await raw.triggers.fire("t", {"a": 1}), Response[m.TriggerRun])
    assert_type((await client.for_user("alice").raw.health()).data, m.Health)


async def async_administration(client: AsyncFormationClient) -> None:
    raw = client.raw
    assert_type(await raw.config.get_summary(), Response[m.ConfigSummary])
    assert_type(await raw.config.get_document(), Response[m.FormationDocument])
    assert_type(await raw.config.get_overlord(), Response[m.OverlordConfig])
    assert_type(await raw.config.get_soul(), Response[m.Soul])
    assert_type(await raw.config.get_llm(), Response[m.LlmSettings])
    assert_type(await raw.config.get_mcp(), Response[m.McpDefaults])
    assert_type(await raw.config.get_memory(), Response[m.MemoryConfig])
    assert_type(await raw.config.get_scheduler(), Response[m.SchedulerSettings])
    assert_type(await raw.config.get_background(), Response[m.BackgroundConfig])
    assert_type(await raw.config.get_a2a(), Response[m.A2aConfig])
    assert_type(await raw.config.get_logging(), Response[m.LoggingConfig])
    assert_type(await raw.config.list_log_destinations(), Response[m.LogDestinations])
    assert_type(await raw.secrets.list(), Response[m.SecretList])
    assert_type(await raw.secrets.create("K", "v"), Response[m.SecretChange])
    assert_type(await raw.secrets.update("K", "v"), Response[m.SecretChange])
    assert_type(await raw.secrets.set("K", "v"), m.SecretChange)
    assert_type(await raw.secrets.delete("K"), Response[m.SecretChange])
    assert_type(await raw.secrets.reload(), Response[m.SecretsReloaded])
    assert_type(await raw.audit.list(), Response[m.AuditLog])
    assert_type(await raw.audit.clear(), Response[m.AuditCleared])
    assert_type(await raw.tuning.get(), Response[m.Tuning])
    assert_type(await raw.tuning.replace("x"), Response[m.TuningUpdated])
    assert_type(await raw.tuning.get_pending(), Response[m.Tuning])
    assert_type(await raw.tuning.apply(), Response[m.TuningApplied])
    assert_type(await raw.tuning.dismiss(), Response[m.TuningDismissed])
    assert_type(await raw.tuning.run(), Response[m.TuningRun])


async def async_people(
    client: AsyncFormationClient, moment: datetime, day: date, known: m.Identifier
) -> None:
    raw = client.raw
    assert_type(await raw.jobs.list(user_id="alice"), Response[m.JobList])
    assert_type(
        await raw.jobs.create("Hi", type="recurring", schedule="0 9 * * *"), Response[m.Job]
    )
    assert_type(
        await raw.jobs.create("Hi", type="one_time", schedule=moment, user_id="alice"),
        Response[m.Job],
    )
    assert_type(await raw.jobs.get("j"), Response[m.Job])
    assert_type(
        await raw.jobs.update("j", message="Hi", schedule=moment, title="T", user_id="u"),
        Response[m.JobUpdate],
    )
    assert_type(await raw.jobs.delete("j", user_id="alice"), Response[m.DeletedJob])
    assert_type(await raw.jobs.pause("j", user_id="alice"), Response[m.JobStateChange])
    assert_type(await raw.jobs.resume("j", user_id="alice"), Response[m.JobStateChange])
    assert_type(await raw.credentials.list_services(), Response[m.CredentialServiceList])
    assert_type(await raw.credentials.list(user_id="alice"), Response[m.CredentialList])
    assert_type(await raw.credentials.get("c", user_id="alice"), Response[m.Credential])
    assert_type(
        await raw.credentials.create("github", {"token": "t"}, name="work", user_id="u"),
        Response[m.Credential],
    )
    assert_type(await raw.credentials.delete("c", user_id="alice"), Response[m.DeletedCredential])
    assert_type(await raw.users.resolve("a@b.c", identifier_type="email"), Response[m.UserIdentity])
    assert_type(await raw.users.lookup("a@b.c"), Response[m.UserIdentity])
    assert_type(await raw.users.list_identifiers("u"), Response[m.UserIdentifierList])
    assert_type(
        await raw.users.link("u", ["a@b.c", {"identifier": "U1"}, known]),
        Response[m.UserIdentifierList],
    )
    assert_type(await raw.users.unlink("a@b.c"), Response[m.UnlinkedIdentifier])
    assert_type(await raw.users.get_channels(user_id="alice"), Response[m.UserChannels])
    assert_type(
        await raw.users.update_channels(
            user_id="u", channels={"slack": {"channel": "C1"}}, timezone=""
        ),
        Response[m.UserChannels],
    )
    assert_type(
        await raw.notifications.send("Hi", user_id="alice", channels=["slack"]),
        Response[m.Notification],
    )
    assert_type(
        await raw.history.list(limit=5, date_from=day, include_sources=True, user_id="u"),
        Response[m.History],
    )


async def async_server(client: AsyncServerClient) -> None:
    raw = client.raw
    assert_type(raw, ServerApi[RawAsyncTransport])
    assert_type(await raw.ping(), Response[timedelta])
    assert_type(await raw.health(), Response[s.Health])
    assert_type(await raw.status(), Response[s.ServerStatus])
    assert_type(await raw.formations.list(), Response[s.FormationList])
    assert_type(await raw.formations.get("support"), Response[s.Formation])


def memory(client: FormationClient, item: m.IngestItem, batch: m.DistilledBatch) -> None:
    raw = client.raw
    assert_type(raw.memories.list(limit=5, offset=0, scopes=["user"]), Response[m.MemoryList])
    assert_type(raw.memories.create("x", type="t", metadata={}), Response[m.CreatedMemory])
    assert_type(raw.memories.ingest({"content": "x", "source": "s"}), Response[m.Ingestion])
    assert_type(raw.memories.ingest_batch([item]), Response[m.IngestionBatch])
    assert_type(raw.memories.get_ingestion("i"), Response[m.IngestionStatus])
    assert_type(raw.memories.get_entity_provenance("London"), Response[m.EntityProvenance])
    assert_type(raw.memories.get_event_provenance("e"), Response[m.EventProvenance])
    assert_type(raw.memories.delete("x"), Response[m.DeletedMemory])
    assert_type(raw.memory.get_stats(), Response[m.MemoryStats])
    assert_type(
        raw.memory.rebuild(user_id="alice", projection="flat_facts"), Response[m.MemoryRebuild]
    )
    assert_type(raw.memory.get_rebuild_status("r"), Response[m.MemoryRebuild])
    assert_type(raw.memory.backfill(user_id="alice"), Response[m.Backfill])
    assert_type(raw.memory.forget(user_id="alice", source="crm"), Response[m.MemoryForget])
    assert_type(raw.memory.get_forget_status("f"), Response[m.MemoryForget])
    assert_type(raw.memory.lint(), Response[m.MemoryLint])
    assert_type(raw.memory.buffer.get_status(), Response[m.BufferStatus])
    assert_type(raw.memory.buffer.clear(), Response[m.BufferCleared])
    assert_type(raw.memory.buffer.clear_session("s"), Response[m.SessionBufferCleared])
    assert_type(raw.memory.distilleries.register("d", public_key="k"), Response[m.Distillery])
    assert_type(raw.memory.distilleries.list(), Response[m.DistilleryList])
    assert_type(raw.memory.distilleries.revoke("d"), Response[m.Distillery])
    submitted = raw.distilled.submit(batch, distillery_id="d", private_key="k")
    assert_type(submitted, Response[m.Distillation])
    assert_type(raw.distilled.get_status("d", distillery_id="d"), Response[m.DistillationStatus])
    assert_type(raw.memories.wait_for_ingestion("i", timeout=5), m.IngestionStatus)
    assert_type(raw.memory.wait_for_rebuild("r"), m.MemoryRebuild)
    assert_type(raw.memory.wait_for_forget("f"), m.MemoryForget)
    assert_type(raw.distilled.wait("d", distillery_id="d"), m.DistillationStatus)
    assert_type(raw.memories.iter(), Iterator[m.Memory])


async def async_memory(
    client: AsyncFormationClient, item: m.IngestItem, batch: m.DistilledBatch
) -> None:
    raw = client.raw
    assert_type(await raw.memories.list(limit=5, offset=0, scopes=["user"]), Response[m.MemoryList])
    assert_type(await raw.memories.create("x", type="t", metadata={}), Response[m.CreatedMemory])
    assert_type(await raw.memories.ingest({"content": "x", "source": "s"}), Response[m.Ingestion])
    assert_type(await raw.memories.ingest_batch([item]), Response[m.IngestionBatch])
    assert_type(await raw.memories.get_ingestion("i"), Response[m.IngestionStatus])
    assert_type(await raw.memories.get_entity_provenance("London"), Response[m.EntityProvenance])
    assert_type(await raw.memories.get_event_provenance("e"), Response[m.EventProvenance])
    assert_type(await raw.memories.delete("x"), Response[m.DeletedMemory])
    assert_type(await raw.memory.get_stats(), Response[m.MemoryStats])
    assert_type(
        await raw.memory.rebuild(user_id="alice", projection="flat_facts"),
        Response[m.MemoryRebuild],
    )
    assert_type(await raw.memory.get_rebuild_status("r"), Response[m.MemoryRebuild])
    assert_type(await raw.memory.backfill(user_id="alice"), Response[m.Backfill])
    assert_type(await raw.memory.forget(user_id="alice", source="crm"), Response[m.MemoryForget])
    assert_type(await raw.memory.get_forget_status("f"), Response[m.MemoryForget])
    assert_type(await raw.memory.lint(), Response[m.MemoryLint])
    assert_type(await raw.memory.buffer.get_status(), Response[m.BufferStatus])
    assert_type(await raw.memory.buffer.clear(), Response[m.BufferCleared])
    assert_type(await raw.memory.buffer.clear_session("s"), Response[m.SessionBufferCleared])
    assert_type(await raw.memory.distilleries.register("d", public_key="k"), Response[m.Distillery])
    assert_type(await raw.memory.distilleries.list(), Response[m.DistilleryList])
    assert_type(await raw.memory.distilleries.revoke("d"), Response[m.Distillery])
    submitted = await raw.distilled.submit(batch, distillery_id="d", private_key="k")
    assert_type(submitted, Response[m.Distillation])
    assert_type(
        await raw.distilled.get_status("d", distillery_id="d"), Response[m.DistillationStatus]
    )
    assert_type(await raw.memories.wait_for_ingestion("i", timeout=5), m.IngestionStatus)
    assert_type(await raw.memory.wait_for_rebuild("r"), m.MemoryRebuild)
    assert_type(await raw.memory.wait_for_forget("f"), m.MemoryForget)
    assert_type(await raw.distilled.wait("d", distillery_id="d"), m.DistillationStatus)
    assert_type(raw.memories.iter(), AsyncIterator[m.Memory])


def artifacts(client: FormationClient) -> None:
    raw = client.raw
    assert_type(raw.artifacts.list(), Response[m.ArtifactList])
    assert_type(raw.artifacts.get("a"), Response[m.ArtifactDetails])
    assert_type(raw.artifacts.versions("a"), Response[m.ArtifactVersions])
    assert_type(raw.artifacts.download("a", "x"), Response[m.ArtifactFile])


async def async_artifacts(client: AsyncFormationClient) -> None:
    raw = client.raw
    assert_type(await raw.artifacts.list(), Response[m.ArtifactList])
    assert_type(await raw.artifacts.get("a"), Response[m.ArtifactDetails])
    assert_type(await raw.artifacts.versions("a"), Response[m.ArtifactVersions])
    assert_type(await raw.artifacts.download("a", "x"), Response[m.ArtifactFile])


def control_plane(client: ServerClient) -> None:
    raw = client.raw
    assert_type(raw.formations.stop("f"), Response[s.StoppedFormation])
    assert_type(raw.formations.delete("f"), Response[s.DeletedFormation])
    assert_type(raw.formations.cancel_update("f"), Response[s.CancelledUpdate])
    assert_type(raw.formations.logs("f", lines=5, stream="all"), Response[s.FormationLogs])
    assert_type(raw.drafts.create("f", mode="clone"), Response[s.CreatedDraft])
    assert_type(raw.drafts.list("f"), Response[s.DraftFileList])
    assert_type(raw.drafts.read("f", "a.txt"), Response[s.DraftFile])
    assert_type(raw.drafts.write("f", "a.txt", b""), Response[s.WrittenDraftFile])
    assert_type(raw.drafts.delete("f", "a.txt"), Response[s.DeletedDraftFile])
    assert_type(raw.drafts.discard("f"), Response[s.DiscardedDraft])
    assert_type(raw.dev.run(path="/srv/f"), Response[s.DevRun])
    assert_type(raw.dev.stop("f"), Response[s.DevStop])
    assert_type(raw.logs(lines=5), Response[list[str]])
    assert_type(raw.formations.deploy("d"), s.Deployment)
    assert_type(raw.formations.update("d", include_db=True), s.Deployment)
    assert_type(raw.formations.apply(Path("d"), on_progress=print), s.Deployment)
    assert_type(raw.formations.start("f"), s.Deployment)
    assert_type(raw.formations.restart("f"), s.Deployment)
    assert_type(raw.formations.rollback("f"), s.Deployment)
    assert_type(raw.drafts.deploy("f"), s.Deployment)
    assert_type(raw.formations.download("f", "d", extract=True), s.DownloadedFormation)
    assert_type(raw.formations.wait_until_healthy("f"), s.Formation)
    assert_type(raw.formations.deploy_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(raw.formations.update_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(raw.formations.apply_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(raw.formations.start_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(raw.formations.restart_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(raw.formations.rollback_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(raw.drafts.deploy_stream("f"), Stream[s.Progress, s.Deployment])
    assert_type(raw.formations.logs_stream("f", stream="stderr"), Stream[s.LogLine, None])


async def async_control_plane(client: AsyncServerClient) -> None:
    raw = client.raw
    assert_type(await raw.formations.stop("f"), Response[s.StoppedFormation])
    assert_type(await raw.formations.delete("f"), Response[s.DeletedFormation])
    assert_type(await raw.formations.cancel_update("f"), Response[s.CancelledUpdate])
    assert_type(await raw.formations.logs("f", lines=5, stream="all"), Response[s.FormationLogs])
    assert_type(await raw.drafts.create("f", mode="clone"), Response[s.CreatedDraft])
    assert_type(await raw.drafts.list("f"), Response[s.DraftFileList])
    assert_type(await raw.drafts.read("f", "a.txt"), Response[s.DraftFile])
    assert_type(await raw.drafts.write("f", "a.txt", b""), Response[s.WrittenDraftFile])
    assert_type(await raw.drafts.delete("f", "a.txt"), Response[s.DeletedDraftFile])
    assert_type(await raw.drafts.discard("f"), Response[s.DiscardedDraft])
    assert_type(await raw.dev.run(path="/srv/f"), Response[s.DevRun])
    assert_type(await raw.dev.stop("f"), Response[s.DevStop])
    assert_type(await raw.logs(lines=5), Response[list[str]])
    assert_type(await raw.formations.deploy("d"), s.Deployment)
    assert_type(await raw.formations.update("d", include_db=True), s.Deployment)
    assert_type(await raw.formations.apply(Path("d"), on_progress=print), s.Deployment)
    assert_type(await raw.formations.start("f"), s.Deployment)
    assert_type(await raw.formations.restart("f"), s.Deployment)
    assert_type(await raw.formations.rollback("f"), s.Deployment)
    assert_type(await raw.drafts.deploy("f"), s.Deployment)
    assert_type(await raw.formations.download("f", "d", extract=True), s.DownloadedFormation)
    assert_type(await raw.formations.wait_until_healthy("f"), s.Formation)
    assert_type(raw.formations.deploy_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(raw.formations.update_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(raw.formations.apply_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(raw.formations.start_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(raw.formations.restart_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(raw.formations.rollback_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(raw.drafts.deploy_stream("f"), AsyncStream[s.Progress, s.Deployment])
    assert_type(raw.formations.logs_stream("f", stream="stderr"), AsyncStream[s.LogLine, None])


def feeds(client: FormationClient) -> None:
    raw = client.raw
    happening = raw.events.stream("s")
    assert_type(happening, Stream[m.FormationEvent | m.UnknownEvent, None])
    assert_type(raw.events.turn("s", "r"), Stream[m.TokenEvent, None])
    assert_type(raw.logs.stream("info"), Stream[m.LogRecord | m.UnknownEvent, None])


def async_feeds(client: AsyncFormationClient) -> None:
    raw = client.raw
    happening = raw.events.stream("s")
    assert_type(happening, AsyncStream[m.FormationEvent | m.UnknownEvent, None])
    assert_type(raw.events.turn("s", "r"), AsyncStream[m.TokenEvent, None])
    assert_type(raw.logs.stream("info"), AsyncStream[m.LogRecord | m.UnknownEvent, None])
