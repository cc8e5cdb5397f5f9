"""Written by `make generate`: the namespaces as each kind of client has them."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date, datetime
from os import PathLike
from typing import Literal

from .._core.async_stream import AsyncStream
from .._core.call import Response
from .._core.resource import Resource
from .._core.stream import Stream
from .._files.download import OnProgress, Writable
from ..errors import MuxiError
from ..models import formation as m

class Agents(Resource):
    def list(self) -> m.AgentList: ...
    def get(self, agent_id: str) -> m.Agent: ...
    def sync_knowledge(
        self, agent_id: str, *, source_id: str | None = None, timeout: float | None = 600.0
    ) -> m.KnowledgeSync: ...
    def list_skills(self, agent_id: str) -> m.AgentSkillList: ...

class AsyncAgents(Resource):
    async def list(self) -> m.AgentList: ...
    async def get(self, agent_id: str) -> m.Agent: ...
    async def sync_knowledge(
        self, agent_id: str, *, source_id: str | None = None, timeout: float | None = 600.0
    ) -> m.KnowledgeSync: ...
    async def list_skills(self, agent_id: str) -> m.AgentSkillList: ...

class RawAgents(Resource):
    def list(self) -> Response[m.AgentList]: ...
    def get(self, agent_id: str) -> Response[m.Agent]: ...
    def sync_knowledge(
        self, agent_id: str, *, source_id: str | None = None, timeout: float | None = 600.0
    ) -> Response[m.KnowledgeSync]: ...
    def list_skills(self, agent_id: str) -> Response[m.AgentSkillList]: ...

class AsyncRawAgents(Resource):
    async def list(self) -> Response[m.AgentList]: ...
    async def get(self, agent_id: str) -> Response[m.Agent]: ...
    async def sync_knowledge(
        self, agent_id: str, *, source_id: str | None = None, timeout: float | None = 600.0
    ) -> Response[m.KnowledgeSync]: ...
    async def list_skills(self, agent_id: str) -> Response[m.AgentSkillList]: ...

class Artifacts(Resource):
    def list(self, *, limit: int = 20, user_id: str | None = None) -> m.ArtifactList: ...
    def get(self, artifact_id: str, *, user_id: str | None = None) -> m.ArtifactDetails: ...
    def list_versions(
        self, artifact_id: str, *, user_id: str | None = None
    ) -> m.ArtifactVersions: ...
    def download(
        self,
        artifact_id: str,
        to: str | PathLike[str] | Writable,
        *,
        version: int | None = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
        user_id: str | None = None,
    ) -> m.ArtifactFile: ...

class AsyncArtifacts(Resource):
    async def list(self, *, limit: int = 20, user_id: str | None = None) -> m.ArtifactList: ...
    async def get(self, artifact_id: str, *, user_id: str | None = None) -> m.ArtifactDetails: ...
    async def list_versions(
        self, artifact_id: str, *, user_id: str | None = None
    ) -> m.ArtifactVersions: ...
    async def download(
        self,
        artifact_id: str,
        to: str | PathLike[str] | Writable,
        *,
        version: int | None = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
        user_id: str | None = None,
    ) -> m.ArtifactFile: ...

class RawArtifacts(Resource):
    def list(self, *, limit: int = 20, user_id: str | None = None) -> Response[m.ArtifactList]: ...
    def get(
        self, artifact_id: str, *, user_id: str | None = None
    ) -> Response[m.ArtifactDetails]: ...
    def list_versions(
        self, artifact_id: str, *, user_id: str | None = None
    ) -> Response[m.ArtifactVersions]: ...
    def download(
        self,
        artifact_id: str,
        to: str | PathLike[str] | Writable,
        *,
        version: int | None = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
        user_id: str | None = None,
    ) -> Response[m.ArtifactFile]: ...

class AsyncRawArtifacts(Resource):
    async def list(
        self, *, limit: int = 20, user_id: str | None = None
    ) -> Response[m.ArtifactList]: ...
    async def get(
        self, artifact_id: str, *, user_id: str | None = None
    ) -> Response[m.ArtifactDetails]: ...
    async def list_versions(
        self, artifact_id: str, *, user_id: str | None = None
    ) -> Response[m.ArtifactVersions]: ...
    async def download(
        self,
        artifact_id: str,
        to: str | PathLike[str] | Writable,
        *,
        version: int | None = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
        user_id: str | None = None,
    ) -> Response[m.ArtifactFile]: ...

class Audio(Resource):
    def send(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> m.ChatReply: ...
    def stream(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> Stream[m.ChatEvent, m.ChatReply]: ...

class AsyncAudio(Resource):
    async def send(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> m.ChatReply: ...
    def stream(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.ChatEvent, m.ChatReply]: ...

class RawAudio(Resource):
    def send(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Response[m.ChatReply]: ...
    def stream(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> Stream[m.ChatEvent, m.ChatReply]: ...

class AsyncRawAudio(Resource):
    async def send(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Response[m.ChatReply]: ...
    def stream(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.ChatEvent, m.ChatReply]: ...

class Audit(Resource):
    def list(
        self,
        *,
        limit: int = 100,
        action: str | None = None,
        resource_type: m.AuditedKind | None = None,
        since: datetime | None = None,
    ) -> m.AuditLog: ...
    def clear(self) -> m.AuditCleared: ...

class AsyncAudit(Resource):
    async def list(
        self,
        *,
        limit: int = 100,
        action: str | None = None,
        resource_type: m.AuditedKind | None = None,
        since: datetime | None = None,
    ) -> m.AuditLog: ...
    async def clear(self) -> m.AuditCleared: ...

class RawAudit(Resource):
    def list(
        self,
        *,
        limit: int = 100,
        action: str | None = None,
        resource_type: m.AuditedKind | None = None,
        since: datetime | None = None,
    ) -> Response[m.AuditLog]: ...
    def clear(self) -> Response[m.AuditCleared]: ...

class AsyncRawAudit(Resource):
    async def list(
        self,
        *,
        limit: int = 100,
        action: str | None = None,
        resource_type: m.AuditedKind | None = None,
        since: datetime | None = None,
    ) -> Response[m.AuditLog]: ...
    async def clear(self) -> Response[m.AuditCleared]: ...

class Buffer(Resource):
    def get_status(self, *, user_id: str | None = None) -> m.BufferStatus: ...
    def clear(self, *, user_id: str | None = None) -> m.BufferCleared: ...
    def clear_session(
        self, session_id: str, *, user_id: str | None = None
    ) -> m.SessionBufferCleared: ...

class AsyncBuffer(Resource):
    async def get_status(self, *, user_id: str | None = None) -> m.BufferStatus: ...
    async def clear(self, *, user_id: str | None = None) -> m.BufferCleared: ...
    async def clear_session(
        self, session_id: str, *, user_id: str | None = None
    ) -> m.SessionBufferCleared: ...

class RawBuffer(Resource):
    def get_status(self, *, user_id: str | None = None) -> Response[m.BufferStatus]: ...
    def clear(self, *, user_id: str | None = None) -> Response[m.BufferCleared]: ...
    def clear_session(
        self, session_id: str, *, user_id: str | None = None
    ) -> Response[m.SessionBufferCleared]: ...

class AsyncRawBuffer(Resource):
    async def get_status(self, *, user_id: str | None = None) -> Response[m.BufferStatus]: ...
    async def clear(self, *, user_id: str | None = None) -> Response[m.BufferCleared]: ...
    async def clear_session(
        self, session_id: str, *, user_id: str | None = None
    ) -> Response[m.SessionBufferCleared]: ...

class Chat(Resource):
    def send(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> m.ChatReply: ...
    def stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> Stream[m.ChatEvent, m.ChatReply]: ...

class AsyncChat(Resource):
    async def send(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> m.ChatReply: ...
    def stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.ChatEvent, m.ChatReply]: ...

class RawChat(Resource):
    def send(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Response[m.ChatReply]: ...
    def stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> Stream[m.ChatEvent, m.ChatReply]: ...

class AsyncRawChat(Resource):
    async def send(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Response[m.ChatReply]: ...
    def stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.ChatEvent, m.ChatReply]: ...

class Config(Resource):
    def get_summary(self) -> m.ConfigSummary: ...
    def get_document(self) -> m.FormationDocument: ...
    def get_overlord(self) -> m.OverlordConfig: ...
    def get_soul(self) -> m.Soul: ...
    def get_llm(self) -> m.LlmSettings: ...
    def get_mcp(self) -> m.McpDefaults: ...
    def get_memory(self) -> m.MemoryConfig: ...
    def get_scheduler(self) -> m.SchedulerSettings: ...
    def get_background(self) -> m.BackgroundConfig: ...
    def get_a2a(self) -> m.A2aConfig: ...
    def get_logging(self) -> m.LoggingConfig: ...
    def list_log_destinations(self) -> m.LogDestinations: ...

class AsyncConfig(Resource):
    async def get_summary(self) -> m.ConfigSummary: ...
    async def get_document(self) -> m.FormationDocument: ...
    async def get_overlord(self) -> m.OverlordConfig: ...
    async def get_soul(self) -> m.Soul: ...
    async def get_llm(self) -> m.LlmSettings: ...
    async def get_mcp(self) -> m.McpDefaults: ...
    async def get_memory(self) -> m.MemoryConfig: ...
    async def get_scheduler(self) -> m.SchedulerSettings: ...
    async def get_background(self) -> m.BackgroundConfig: ...
    async def get_a2a(self) -> m.A2aConfig: ...
    async def get_logging(self) -> m.LoggingConfig: ...
    async def list_log_destinations(self) -> m.LogDestinations: ...

class RawConfig(Resource):
    def get_summary(self) -> Response[m.ConfigSummary]: ...
    def get_document(self) -> Response[m.FormationDocument]: ...
    def get_overlord(self) -> Response[m.OverlordConfig]: ...
    def get_soul(self) -> Response[m.Soul]: ...
    def get_llm(self) -> Response[m.LlmSettings]: ...
    def get_mcp(self) -> Response[m.McpDefaults]: ...
    def get_memory(self) -> Response[m.MemoryConfig]: ...
    def get_scheduler(self) -> Response[m.SchedulerSettings]: ...
    def get_background(self) -> Response[m.BackgroundConfig]: ...
    def get_a2a(self) -> Response[m.A2aConfig]: ...
    def get_logging(self) -> Response[m.LoggingConfig]: ...
    def list_log_destinations(self) -> Response[m.LogDestinations]: ...

class AsyncRawConfig(Resource):
    async def get_summary(self) -> Response[m.ConfigSummary]: ...
    async def get_document(self) -> Response[m.FormationDocument]: ...
    async def get_overlord(self) -> Response[m.OverlordConfig]: ...
    async def get_soul(self) -> Response[m.Soul]: ...
    async def get_llm(self) -> Response[m.LlmSettings]: ...
    async def get_mcp(self) -> Response[m.McpDefaults]: ...
    async def get_memory(self) -> Response[m.MemoryConfig]: ...
    async def get_scheduler(self) -> Response[m.SchedulerSettings]: ...
    async def get_background(self) -> Response[m.BackgroundConfig]: ...
    async def get_a2a(self) -> Response[m.A2aConfig]: ...
    async def get_logging(self) -> Response[m.LoggingConfig]: ...
    async def list_log_destinations(self) -> Response[m.LogDestinations]: ...

class Credentials(Resource):
    def list_services(self) -> m.CredentialServiceList: ...
    def list(self, *, user_id: str | None = None) -> m.CredentialList: ...
    def get(self, credential_id: str, *, user_id: str | None = None) -> m.Credential: ...
    def create(
        self,
        service: str,
        credential: Mapping[str, object],
        *,
        name: str | None = None,
        user_id: str | None = None,
    ) -> m.Credential: ...
    def delete(self, credential_id: str, *, user_id: str | None = None) -> m.DeletedCredential: ...

class AsyncCredentials(Resource):
    async def list_services(self) -> m.CredentialServiceList: ...
    async def list(self, *, user_id: str | None = None) -> m.CredentialList: ...
    async def get(self, credential_id: str, *, user_id: str | None = None) -> m.Credential: ...
    async def create(
        self,
        service: str,
        credential: Mapping[str, object],
        *,
        name: str | None = None,
        user_id: str | None = None,
    ) -> m.Credential: ...
    async def delete(
        self, credential_id: str, *, user_id: str | None = None
    ) -> m.DeletedCredential: ...

class RawCredentials(Resource):
    def list_services(self) -> Response[m.CredentialServiceList]: ...
    def list(self, *, user_id: str | None = None) -> Response[m.CredentialList]: ...
    def get(self, credential_id: str, *, user_id: str | None = None) -> Response[m.Credential]: ...
    def create(
        self,
        service: str,
        credential: Mapping[str, object],
        *,
        name: str | None = None,
        user_id: str | None = None,
    ) -> Response[m.Credential]: ...
    def delete(
        self, credential_id: str, *, user_id: str | None = None
    ) -> Response[m.DeletedCredential]: ...

class AsyncRawCredentials(Resource):
    async def list_services(self) -> Response[m.CredentialServiceList]: ...
    async def list(self, *, user_id: str | None = None) -> Response[m.CredentialList]: ...
    async def get(
        self, credential_id: str, *, user_id: str | None = None
    ) -> Response[m.Credential]: ...
    async def create(
        self,
        service: str,
        credential: Mapping[str, object],
        *,
        name: str | None = None,
        user_id: str | None = None,
    ) -> Response[m.Credential]: ...
    async def delete(
        self, credential_id: str, *, user_id: str | None = None
    ) -> Response[m.DeletedCredential]: ...

class Distilled(Resource):
    def submit(
        self,
        batch: m.DistilledBatch | Mapping[str, object],
        *,
        distillery_id: str,
        private_key: m.SecretValue,
    ) -> m.Distillation: ...
    def get_status(
        self, processing_id: str, *, distillery_id: str | None = None
    ) -> m.DistillationStatus: ...
    def wait(
        self,
        processing_id: str,
        *,
        distillery_id: str | None = None,
        timeout: float | None = None,
        poll_interval: float = 1.0,
    ) -> m.DistillationStatus: ...

class AsyncDistilled(Resource):
    async def submit(
        self,
        batch: m.DistilledBatch | Mapping[str, object],
        *,
        distillery_id: str,
        private_key: m.SecretValue,
    ) -> m.Distillation: ...
    async def get_status(
        self, processing_id: str, *, distillery_id: str | None = None
    ) -> m.DistillationStatus: ...
    async def wait(
        self,
        processing_id: str,
        *,
        distillery_id: str | None = None,
        timeout: float | None = None,
        poll_interval: float = 1.0,
    ) -> m.DistillationStatus: ...

class RawDistilled(Resource):
    def submit(
        self,
        batch: m.DistilledBatch | Mapping[str, object],
        *,
        distillery_id: str,
        private_key: m.SecretValue,
    ) -> Response[m.Distillation]: ...
    def get_status(
        self, processing_id: str, *, distillery_id: str | None = None
    ) -> Response[m.DistillationStatus]: ...
    def wait(
        self,
        processing_id: str,
        *,
        distillery_id: str | None = None,
        timeout: float | None = None,
        poll_interval: float = 1.0,
    ) -> m.DistillationStatus: ...

class AsyncRawDistilled(Resource):
    async def submit(
        self,
        batch: m.DistilledBatch | Mapping[str, object],
        *,
        distillery_id: str,
        private_key: m.SecretValue,
    ) -> Response[m.Distillation]: ...
    async def get_status(
        self, processing_id: str, *, distillery_id: str | None = None
    ) -> Response[m.DistillationStatus]: ...
    async def wait(
        self,
        processing_id: str,
        *,
        distillery_id: str | None = None,
        timeout: float | None = None,
        poll_interval: float = 1.0,
    ) -> m.DistillationStatus: ...

class Distilleries(Resource):
    def register(
        self,
        name: str,
        *,
        public_key: str,
        description: str | None = None,
        scope: m.DistilleryScope | Mapping[str, object] | None = None,
        trust_level: Literal["provisional", "verified"] | None = None,
    ) -> m.Distillery: ...
    def list(self) -> m.DistilleryList: ...
    def revoke(self, distillery_id: str) -> m.Distillery: ...

class AsyncDistilleries(Resource):
    async def register(
        self,
        name: str,
        *,
        public_key: str,
        description: str | None = None,
        scope: m.DistilleryScope | Mapping[str, object] | None = None,
        trust_level: Literal["provisional", "verified"] | None = None,
    ) -> m.Distillery: ...
    async def list(self) -> m.DistilleryList: ...
    async def revoke(self, distillery_id: str) -> m.Distillery: ...

class RawDistilleries(Resource):
    def register(
        self,
        name: str,
        *,
        public_key: str,
        description: str | None = None,
        scope: m.DistilleryScope | Mapping[str, object] | None = None,
        trust_level: Literal["provisional", "verified"] | None = None,
    ) -> Response[m.Distillery]: ...
    def list(self) -> Response[m.DistilleryList]: ...
    def revoke(self, distillery_id: str) -> Response[m.Distillery]: ...

class AsyncRawDistilleries(Resource):
    async def register(
        self,
        name: str,
        *,
        public_key: str,
        description: str | None = None,
        scope: m.DistilleryScope | Mapping[str, object] | None = None,
        trust_level: Literal["provisional", "verified"] | None = None,
    ) -> Response[m.Distillery]: ...
    async def list(self) -> Response[m.DistilleryList]: ...
    async def revoke(self, distillery_id: str) -> Response[m.Distillery]: ...

class Events(Resource):
    def stream(
        self,
        session_id: str | None = None,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> Stream[m.FormationEvent | m.UnknownEvent, None]: ...
    def stream_turn(
        self,
        session_id: str,
        request_id: str,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> Stream[m.TokenEvent, None]: ...

class AsyncEvents(Resource):
    def stream(
        self,
        session_id: str | None = None,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.FormationEvent | m.UnknownEvent, None]: ...
    def stream_turn(
        self,
        session_id: str,
        request_id: str,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.TokenEvent, None]: ...

class RawEvents(Resource):
    def stream(
        self,
        session_id: str | None = None,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> Stream[m.FormationEvent | m.UnknownEvent, None]: ...
    def stream_turn(
        self,
        session_id: str,
        request_id: str,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> Stream[m.TokenEvent, None]: ...

class AsyncRawEvents(Resource):
    def stream(
        self,
        session_id: str | None = None,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.FormationEvent | m.UnknownEvent, None]: ...
    def stream_turn(
        self,
        session_id: str,
        request_id: str,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.TokenEvent, None]: ...

class FormationApi(Resource):
    @property
    def chat(self) -> Chat:
        """Chat with the formation."""
    @property
    def audio(self) -> Audio:
        """Chat by voice notes."""
    @property
    def sessions(self) -> Sessions:
        """Conversations and their messages."""
    @property
    def requests(self) -> Requests:
        """The status of chat turns and background jobs."""
    @property
    def agents(self) -> Agents:
        """The formation's agents."""
    @property
    def artifacts(self) -> Artifacts:
        """The files that agents made."""
    @property
    def audit(self) -> Audit:
        """The log of administrative actions."""
    @property
    def config(self) -> Config:
        """The configuration, read-only."""
    @property
    def credentials(self) -> Credentials:
        """Users' credentials for other services."""
    @property
    def distilled(self) -> Distilled:
        """Memories that other programs extracted, submitted in signed batches."""
    @property
    def events(self) -> Events:
        """Streams of live events."""
    @property
    def history(self) -> History:
        """The log of notable events."""
    @property
    def jobs(self) -> Jobs:
        """Scheduled jobs."""
    @property
    def knowledge(self) -> Knowledge:
        """The agents' knowledge sources."""
    @property
    def logs(self) -> Logs:
        """The stream of log records."""
    @property
    def mcp(self) -> Mcp:
        """MCP servers and tools."""
    @property
    def memories(self) -> Memories:
        """What the formation remembers about users."""
    @property
    def memory(self) -> Memory:
        """Maintenance of the memory."""
    @property
    def notifications(self) -> Notifications:
        """Notifications to users."""
    @property
    def secrets(self) -> Secrets:
        """Secret values that the configuration refers to."""
    @property
    def skills(self) -> Skills:
        """Skills that agents may use."""
    @property
    def sops(self) -> Sops:
        """Standard operating procedures."""
    @property
    def triggers(self) -> Triggers:
        """Events that start a chat turn."""
    @property
    def tuning(self) -> Tuning:
        """Guidance that the formation learned, reviewed and applied."""
    @property
    def users(self) -> Users:
        """Users' identifiers and notification channels."""
    def chat_stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> Stream[m.ChatEvent, m.ChatReply]:
        """Send a message and stream the reply."""
    def health(self) -> m.Health: ...
    def status(self) -> m.FormationStatus: ...

class AsyncFormationApi(Resource):
    @property
    def chat(self) -> AsyncChat:
        """Chat with the formation."""
    @property
    def audio(self) -> AsyncAudio:
        """Chat by voice notes."""
    @property
    def sessions(self) -> AsyncSessions:
        """Conversations and their messages."""
    @property
    def requests(self) -> AsyncRequests:
        """The status of chat turns and background jobs."""
    @property
    def agents(self) -> AsyncAgents:
        """The formation's agents."""
    @property
    def artifacts(self) -> AsyncArtifacts:
        """The files that agents made."""
    @property
    def audit(self) -> AsyncAudit:
        """The log of administrative actions."""
    @property
    def config(self) -> AsyncConfig:
        """The configuration, read-only."""
    @property
    def credentials(self) -> AsyncCredentials:
        """Users' credentials for other services."""
    @property
    def distilled(self) -> AsyncDistilled:
        """Memories that other programs extracted, submitted in signed batches."""
    @property
    def events(self) -> AsyncEvents:
        """Streams of live events."""
    @property
    def history(self) -> AsyncHistory:
        """The log of notable events."""
    @property
    def jobs(self) -> AsyncJobs:
        """Scheduled jobs."""
    @property
    def knowledge(self) -> AsyncKnowledge:
        """The agents' knowledge sources."""
    @property
    def logs(self) -> AsyncLogs:
        """The stream of log records."""
    @property
    def mcp(self) -> AsyncMcp:
        """MCP servers and tools."""
    @property
    def memories(self) -> AsyncMemories:
        """What the formation remembers about users."""
    @property
    def memory(self) -> AsyncMemory:
        """Maintenance of the memory."""
    @property
    def notifications(self) -> AsyncNotifications:
        """Notifications to users."""
    @property
    def secrets(self) -> AsyncSecrets:
        """Secret values that the configuration refers to."""
    @property
    def skills(self) -> AsyncSkills:
        """Skills that agents may use."""
    @property
    def sops(self) -> AsyncSops:
        """Standard operating procedures."""
    @property
    def triggers(self) -> AsyncTriggers:
        """Events that start a chat turn."""
    @property
    def tuning(self) -> AsyncTuning:
        """Guidance that the formation learned, reviewed and applied."""
    @property
    def users(self) -> AsyncUsers:
        """Users' identifiers and notification channels."""
    def chat_stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.ChatEvent, m.ChatReply]:
        """Send a message and stream the reply."""
    async def health(self) -> m.Health: ...
    async def status(self) -> m.FormationStatus: ...

class RawFormationApi(Resource):
    @property
    def chat(self) -> RawChat:
        """Chat with the formation."""
    @property
    def audio(self) -> RawAudio:
        """Chat by voice notes."""
    @property
    def sessions(self) -> RawSessions:
        """Conversations and their messages."""
    @property
    def requests(self) -> RawRequests:
        """The status of chat turns and background jobs."""
    @property
    def agents(self) -> RawAgents:
        """The formation's agents."""
    @property
    def artifacts(self) -> RawArtifacts:
        """The files that agents made."""
    @property
    def audit(self) -> RawAudit:
        """The log of administrative actions."""
    @property
    def config(self) -> RawConfig:
        """The configuration, read-only."""
    @property
    def credentials(self) -> RawCredentials:
        """Users' credentials for other services."""
    @property
    def distilled(self) -> RawDistilled:
        """Memories that other programs extracted, submitted in signed batches."""
    @property
    def events(self) -> RawEvents:
        """Streams of live events."""
    @property
    def history(self) -> RawHistory:
        """The log of notable events."""
    @property
    def jobs(self) -> RawJobs:
        """Scheduled jobs."""
    @property
    def knowledge(self) -> RawKnowledge:
        """The agents' knowledge sources."""
    @property
    def logs(self) -> RawLogs:
        """The stream of log records."""
    @property
    def mcp(self) -> RawMcp:
        """MCP servers and tools."""
    @property
    def memories(self) -> RawMemories:
        """What the formation remembers about users."""
    @property
    def memory(self) -> RawMemory:
        """Maintenance of the memory."""
    @property
    def notifications(self) -> RawNotifications:
        """Notifications to users."""
    @property
    def secrets(self) -> RawSecrets:
        """Secret values that the configuration refers to."""
    @property
    def skills(self) -> RawSkills:
        """Skills that agents may use."""
    @property
    def sops(self) -> RawSops:
        """Standard operating procedures."""
    @property
    def triggers(self) -> RawTriggers:
        """Events that start a chat turn."""
    @property
    def tuning(self) -> RawTuning:
        """Guidance that the formation learned, reviewed and applied."""
    @property
    def users(self) -> RawUsers:
        """Users' identifiers and notification channels."""
    def chat_stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> Stream[m.ChatEvent, m.ChatReply]:
        """Send a message and stream the reply."""
    def health(self) -> Response[m.Health]: ...
    def status(self) -> Response[m.FormationStatus]: ...

class AsyncRawFormationApi(Resource):
    @property
    def chat(self) -> AsyncRawChat:
        """Chat with the formation."""
    @property
    def audio(self) -> AsyncRawAudio:
        """Chat by voice notes."""
    @property
    def sessions(self) -> AsyncRawSessions:
        """Conversations and their messages."""
    @property
    def requests(self) -> AsyncRawRequests:
        """The status of chat turns and background jobs."""
    @property
    def agents(self) -> AsyncRawAgents:
        """The formation's agents."""
    @property
    def artifacts(self) -> AsyncRawArtifacts:
        """The files that agents made."""
    @property
    def audit(self) -> AsyncRawAudit:
        """The log of administrative actions."""
    @property
    def config(self) -> AsyncRawConfig:
        """The configuration, read-only."""
    @property
    def credentials(self) -> AsyncRawCredentials:
        """Users' credentials for other services."""
    @property
    def distilled(self) -> AsyncRawDistilled:
        """Memories that other programs extracted, submitted in signed batches."""
    @property
    def events(self) -> AsyncRawEvents:
        """Streams of live events."""
    @property
    def history(self) -> AsyncRawHistory:
        """The log of notable events."""
    @property
    def jobs(self) -> AsyncRawJobs:
        """Scheduled jobs."""
    @property
    def knowledge(self) -> AsyncRawKnowledge:
        """The agents' knowledge sources."""
    @property
    def logs(self) -> AsyncRawLogs:
        """The stream of log records."""
    @property
    def mcp(self) -> AsyncRawMcp:
        """MCP servers and tools."""
    @property
    def memories(self) -> AsyncRawMemories:
        """What the formation remembers about users."""
    @property
    def memory(self) -> AsyncRawMemory:
        """Maintenance of the memory."""
    @property
    def notifications(self) -> AsyncRawNotifications:
        """Notifications to users."""
    @property
    def secrets(self) -> AsyncRawSecrets:
        """Secret values that the configuration refers to."""
    @property
    def skills(self) -> AsyncRawSkills:
        """Skills that agents may use."""
    @property
    def sops(self) -> AsyncRawSops:
        """Standard operating procedures."""
    @property
    def triggers(self) -> AsyncRawTriggers:
        """Events that start a chat turn."""
    @property
    def tuning(self) -> AsyncRawTuning:
        """Guidance that the formation learned, reviewed and applied."""
    @property
    def users(self) -> AsyncRawUsers:
        """Users' identifiers and notification channels."""
    def chat_stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.ChatEvent, m.ChatReply]:
        """Send a message and stream the reply."""
    async def health(self) -> Response[m.Health]: ...
    async def status(self) -> Response[m.FormationStatus]: ...

class History(Resource):
    def list(
        self,
        *,
        limit: int = 10,
        date_from: date | None = None,
        date_to: date | None = None,
        include_sources: bool | None = None,
        user_id: str | None = None,
    ) -> m.History: ...

class AsyncHistory(Resource):
    async def list(
        self,
        *,
        limit: int = 10,
        date_from: date | None = None,
        date_to: date | None = None,
        include_sources: bool | None = None,
        user_id: str | None = None,
    ) -> m.History: ...

class RawHistory(Resource):
    def list(
        self,
        *,
        limit: int = 10,
        date_from: date | None = None,
        date_to: date | None = None,
        include_sources: bool | None = None,
        user_id: str | None = None,
    ) -> Response[m.History]: ...

class AsyncRawHistory(Resource):
    async def list(
        self,
        *,
        limit: int = 10,
        date_from: date | None = None,
        date_to: date | None = None,
        include_sources: bool | None = None,
        user_id: str | None = None,
    ) -> Response[m.History]: ...

class Jobs(Resource):
    def list(self, *, all_users: bool = False, user_id: str | None = None) -> m.JobList: ...
    def create(
        self,
        message: str,
        *,
        type: Literal["one_time", "recurring"],
        schedule: str | datetime,
        user_id: str | None = None,
    ) -> m.Job: ...
    def get(self, job_id: str) -> m.Job: ...
    def update(
        self,
        job_id: str,
        *,
        message: str | None = None,
        schedule: str | datetime | None = None,
        title: str | None = None,
        user_id: str | None = None,
    ) -> m.JobUpdate: ...
    def delete(self, job_id: str, *, user_id: str | None = None) -> m.DeletedJob: ...
    def pause(self, job_id: str, *, user_id: str | None = None) -> m.JobStateChange: ...
    def resume(self, job_id: str, *, user_id: str | None = None) -> m.JobStateChange: ...

class AsyncJobs(Resource):
    async def list(self, *, all_users: bool = False, user_id: str | None = None) -> m.JobList: ...
    async def create(
        self,
        message: str,
        *,
        type: Literal["one_time", "recurring"],
        schedule: str | datetime,
        user_id: str | None = None,
    ) -> m.Job: ...
    async def get(self, job_id: str) -> m.Job: ...
    async def update(
        self,
        job_id: str,
        *,
        message: str | None = None,
        schedule: str | datetime | None = None,
        title: str | None = None,
        user_id: str | None = None,
    ) -> m.JobUpdate: ...
    async def delete(self, job_id: str, *, user_id: str | None = None) -> m.DeletedJob: ...
    async def pause(self, job_id: str, *, user_id: str | None = None) -> m.JobStateChange: ...
    async def resume(self, job_id: str, *, user_id: str | None = None) -> m.JobStateChange: ...

class RawJobs(Resource):
    def list(
        self, *, all_users: bool = False, user_id: str | None = None
    ) -> Response[m.JobList]: ...
    def create(
        self,
        message: str,
        *,
        type: Literal["one_time", "recurring"],
        schedule: str | datetime,
        user_id: str | None = None,
    ) -> Response[m.Job]: ...
    def get(self, job_id: str) -> Response[m.Job]: ...
    def update(
        self,
        job_id: str,
        *,
        message: str | None = None,
        schedule: str | datetime | None = None,
        title: str | None = None,
        user_id: str | None = None,
    ) -> Response[m.JobUpdate]: ...
    def delete(self, job_id: str, *, user_id: str | None = None) -> Response[m.DeletedJob]: ...
    def pause(self, job_id: str, *, user_id: str | None = None) -> Response[m.JobStateChange]: ...
    def resume(self, job_id: str, *, user_id: str | None = None) -> Response[m.JobStateChange]: ...

class AsyncRawJobs(Resource):
    async def list(
        self, *, all_users: bool = False, user_id: str | None = None
    ) -> Response[m.JobList]: ...
    async def create(
        self,
        message: str,
        *,
        type: Literal["one_time", "recurring"],
        schedule: str | datetime,
        user_id: str | None = None,
    ) -> Response[m.Job]: ...
    async def get(self, job_id: str) -> Response[m.Job]: ...
    async def update(
        self,
        job_id: str,
        *,
        message: str | None = None,
        schedule: str | datetime | None = None,
        title: str | None = None,
        user_id: str | None = None,
    ) -> Response[m.JobUpdate]: ...
    async def delete(
        self, job_id: str, *, user_id: str | None = None
    ) -> Response[m.DeletedJob]: ...
    async def pause(
        self, job_id: str, *, user_id: str | None = None
    ) -> Response[m.JobStateChange]: ...
    async def resume(
        self, job_id: str, *, user_id: str | None = None
    ) -> Response[m.JobStateChange]: ...

class Knowledge(Resource):
    def rebuild(
        self,
        *,
        agent_id: str | None = None,
        source_id: str | None = None,
        timeout: float | None = 600.0,
    ) -> m.KnowledgeRebuild: ...

class AsyncKnowledge(Resource):
    async def rebuild(
        self,
        *,
        agent_id: str | None = None,
        source_id: str | None = None,
        timeout: float | None = 600.0,
    ) -> m.KnowledgeRebuild: ...

class RawKnowledge(Resource):
    def rebuild(
        self,
        *,
        agent_id: str | None = None,
        source_id: str | None = None,
        timeout: float | None = 600.0,
    ) -> Response[m.KnowledgeRebuild]: ...

class AsyncRawKnowledge(Resource):
    async def rebuild(
        self,
        *,
        agent_id: str | None = None,
        source_id: str | None = None,
        timeout: float | None = 600.0,
    ) -> Response[m.KnowledgeRebuild]: ...

class Logs(Resource):
    def stream(
        self,
        *,
        level: m.LogLevel = "debug",
        event_type: str | None = None,
        session_id: str | None = None,
        request_id: str | None = None,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> Stream[m.LogRecord | m.UnknownEvent, None]: ...

class AsyncLogs(Resource):
    def stream(
        self,
        *,
        level: m.LogLevel = "debug",
        event_type: str | None = None,
        session_id: str | None = None,
        request_id: str | None = None,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.LogRecord | m.UnknownEvent, None]: ...

class RawLogs(Resource):
    def stream(
        self,
        *,
        level: m.LogLevel = "debug",
        event_type: str | None = None,
        session_id: str | None = None,
        request_id: str | None = None,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> Stream[m.LogRecord | m.UnknownEvent, None]: ...

class AsyncRawLogs(Resource):
    def stream(
        self,
        *,
        level: m.LogLevel = "debug",
        event_type: str | None = None,
        session_id: str | None = None,
        request_id: str | None = None,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> AsyncStream[m.LogRecord | m.UnknownEvent, None]: ...

class Mcp(Resource):
    def list_servers(self) -> m.McpServerList: ...
    def get_server(self, server_id: str) -> m.McpServer: ...
    def list_tools(self) -> m.McpToolList: ...

class AsyncMcp(Resource):
    async def list_servers(self) -> m.McpServerList: ...
    async def get_server(self, server_id: str) -> m.McpServer: ...
    async def list_tools(self) -> m.McpToolList: ...

class RawMcp(Resource):
    def list_servers(self) -> Response[m.McpServerList]: ...
    def get_server(self, server_id: str) -> Response[m.McpServer]: ...
    def list_tools(self) -> Response[m.McpToolList]: ...

class AsyncRawMcp(Resource):
    async def list_servers(self) -> Response[m.McpServerList]: ...
    async def get_server(self, server_id: str) -> Response[m.McpServer]: ...
    async def list_tools(self) -> Response[m.McpToolList]: ...

class Memories(Resource):
    def list(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> m.MemoryList: ...
    def iter(
        self,
        *,
        page_size: int = 100,
        max_items: int | None = None,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> Iterator[m.Memory]: ...
    def create(
        self,
        content: str,
        *,
        type: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> m.CreatedMemory: ...
    def ingest(
        self,
        content: str | m.IngestItem | Mapping[str, object],
        *,
        source: str | None = None,
        source_id: str | None = None,
        timestamp: datetime | None = None,
        subject: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> m.Ingestion: ...
    def ingest_batch(
        self, items: Sequence[m.IngestItem | Mapping[str, object]], *, user_id: str | None = None
    ) -> m.IngestionBatch: ...
    def get_ingestion(
        self, processing_id: str, *, user_id: str | None = None
    ) -> m.IngestionStatus: ...
    def wait_for_ingestion(
        self,
        processing_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> m.IngestionStatus: ...
    def get_entity_provenance(
        self, entity: str, *, user_id: str | None = None
    ) -> m.EntityProvenance: ...
    def get_event_provenance(
        self, event_id: str, *, user_id: str | None = None
    ) -> m.EventProvenance: ...
    def delete(self, memory_id: str, *, user_id: str | None = None) -> m.DeletedMemory: ...

class AsyncMemories(Resource):
    async def list(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> m.MemoryList: ...
    def iter(
        self,
        *,
        page_size: int = 100,
        max_items: int | None = None,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> AsyncIterator[m.Memory]: ...
    async def create(
        self,
        content: str,
        *,
        type: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> m.CreatedMemory: ...
    async def ingest(
        self,
        content: str | m.IngestItem | Mapping[str, object],
        *,
        source: str | None = None,
        source_id: str | None = None,
        timestamp: datetime | None = None,
        subject: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> m.Ingestion: ...
    async def ingest_batch(
        self, items: Sequence[m.IngestItem | Mapping[str, object]], *, user_id: str | None = None
    ) -> m.IngestionBatch: ...
    async def get_ingestion(
        self, processing_id: str, *, user_id: str | None = None
    ) -> m.IngestionStatus: ...
    async def wait_for_ingestion(
        self,
        processing_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> m.IngestionStatus: ...
    async def get_entity_provenance(
        self, entity: str, *, user_id: str | None = None
    ) -> m.EntityProvenance: ...
    async def get_event_provenance(
        self, event_id: str, *, user_id: str | None = None
    ) -> m.EventProvenance: ...
    async def delete(self, memory_id: str, *, user_id: str | None = None) -> m.DeletedMemory: ...

class RawMemories(Resource):
    def list(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> Response[m.MemoryList]: ...
    def iter(
        self,
        *,
        page_size: int = 100,
        max_items: int | None = None,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> Iterator[m.Memory]: ...
    def create(
        self,
        content: str,
        *,
        type: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> Response[m.CreatedMemory]: ...
    def ingest(
        self,
        content: str | m.IngestItem | Mapping[str, object],
        *,
        source: str | None = None,
        source_id: str | None = None,
        timestamp: datetime | None = None,
        subject: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> Response[m.Ingestion]: ...
    def ingest_batch(
        self, items: Sequence[m.IngestItem | Mapping[str, object]], *, user_id: str | None = None
    ) -> Response[m.IngestionBatch]: ...
    def get_ingestion(
        self, processing_id: str, *, user_id: str | None = None
    ) -> Response[m.IngestionStatus]: ...
    def wait_for_ingestion(
        self,
        processing_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> m.IngestionStatus: ...
    def get_entity_provenance(
        self, entity: str, *, user_id: str | None = None
    ) -> Response[m.EntityProvenance]: ...
    def get_event_provenance(
        self, event_id: str, *, user_id: str | None = None
    ) -> Response[m.EventProvenance]: ...
    def delete(
        self, memory_id: str, *, user_id: str | None = None
    ) -> Response[m.DeletedMemory]: ...

class AsyncRawMemories(Resource):
    async def list(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> Response[m.MemoryList]: ...
    def iter(
        self,
        *,
        page_size: int = 100,
        max_items: int | None = None,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> AsyncIterator[m.Memory]: ...
    async def create(
        self,
        content: str,
        *,
        type: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> Response[m.CreatedMemory]: ...
    async def ingest(
        self,
        content: str | m.IngestItem | Mapping[str, object],
        *,
        source: str | None = None,
        source_id: str | None = None,
        timestamp: datetime | None = None,
        subject: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> Response[m.Ingestion]: ...
    async def ingest_batch(
        self, items: Sequence[m.IngestItem | Mapping[str, object]], *, user_id: str | None = None
    ) -> Response[m.IngestionBatch]: ...
    async def get_ingestion(
        self, processing_id: str, *, user_id: str | None = None
    ) -> Response[m.IngestionStatus]: ...
    async def wait_for_ingestion(
        self,
        processing_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> m.IngestionStatus: ...
    async def get_entity_provenance(
        self, entity: str, *, user_id: str | None = None
    ) -> Response[m.EntityProvenance]: ...
    async def get_event_provenance(
        self, event_id: str, *, user_id: str | None = None
    ) -> Response[m.EventProvenance]: ...
    async def delete(
        self, memory_id: str, *, user_id: str | None = None
    ) -> Response[m.DeletedMemory]: ...

class Memory(Resource):
    @property
    def buffer(self) -> Buffer:
        """A user's recent messages, which the formation keeps in memory."""
    @property
    def distilleries(self) -> Distilleries:
        """The programs that may send distilled memories."""
    def get_stats(self) -> m.MemoryStats: ...
    def rebuild(
        self,
        *,
        user_id: str,
        projection: m.Projection | None = None,
        dry_run: bool = False,
        background: bool = True,
        backfill: bool = False,
        timeout: float | None = 600.0,
    ) -> m.MemoryRebuild: ...
    def get_rebuild_status(self, job_id: str) -> m.MemoryRebuild: ...
    def wait_for_rebuild(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> m.MemoryRebuild: ...
    def backfill(self, *, user_id: str, timeout: float | None = 600.0) -> m.Backfill: ...
    def forget(
        self,
        *,
        user_id: str,
        source: str,
        reason: str | None = None,
        rebuild: bool = True,
        background: bool = True,
        timeout: float | None = 600.0,
    ) -> m.MemoryForget: ...
    def get_forget_status(self, job_id: str) -> m.MemoryForget: ...
    def wait_for_forget(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> m.MemoryForget: ...
    def lint(
        self, *, user_id: str | None = None, timeout: float | None = 600.0
    ) -> m.MemoryLint: ...

class AsyncMemory(Resource):
    @property
    def buffer(self) -> AsyncBuffer:
        """A user's recent messages, which the formation keeps in memory."""
    @property
    def distilleries(self) -> AsyncDistilleries:
        """The programs that may send distilled memories."""
    async def get_stats(self) -> m.MemoryStats: ...
    async def rebuild(
        self,
        *,
        user_id: str,
        projection: m.Projection | None = None,
        dry_run: bool = False,
        background: bool = True,
        backfill: bool = False,
        timeout: float | None = 600.0,
    ) -> m.MemoryRebuild: ...
    async def get_rebuild_status(self, job_id: str) -> m.MemoryRebuild: ...
    async def wait_for_rebuild(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> m.MemoryRebuild: ...
    async def backfill(self, *, user_id: str, timeout: float | None = 600.0) -> m.Backfill: ...
    async def forget(
        self,
        *,
        user_id: str,
        source: str,
        reason: str | None = None,
        rebuild: bool = True,
        background: bool = True,
        timeout: float | None = 600.0,
    ) -> m.MemoryForget: ...
    async def get_forget_status(self, job_id: str) -> m.MemoryForget: ...
    async def wait_for_forget(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> m.MemoryForget: ...
    async def lint(
        self, *, user_id: str | None = None, timeout: float | None = 600.0
    ) -> m.MemoryLint: ...

class RawMemory(Resource):
    @property
    def buffer(self) -> RawBuffer:
        """A user's recent messages, which the formation keeps in memory."""
    @property
    def distilleries(self) -> RawDistilleries:
        """The programs that may send distilled memories."""
    def get_stats(self) -> Response[m.MemoryStats]: ...
    def rebuild(
        self,
        *,
        user_id: str,
        projection: m.Projection | None = None,
        dry_run: bool = False,
        background: bool = True,
        backfill: bool = False,
        timeout: float | None = 600.0,
    ) -> Response[m.MemoryRebuild]: ...
    def get_rebuild_status(self, job_id: str) -> Response[m.MemoryRebuild]: ...
    def wait_for_rebuild(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> m.MemoryRebuild: ...
    def backfill(self, *, user_id: str, timeout: float | None = 600.0) -> Response[m.Backfill]: ...
    def forget(
        self,
        *,
        user_id: str,
        source: str,
        reason: str | None = None,
        rebuild: bool = True,
        background: bool = True,
        timeout: float | None = 600.0,
    ) -> Response[m.MemoryForget]: ...
    def get_forget_status(self, job_id: str) -> Response[m.MemoryForget]: ...
    def wait_for_forget(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> m.MemoryForget: ...
    def lint(
        self, *, user_id: str | None = None, timeout: float | None = 600.0
    ) -> Response[m.MemoryLint]: ...

class AsyncRawMemory(Resource):
    @property
    def buffer(self) -> AsyncRawBuffer:
        """A user's recent messages, which the formation keeps in memory."""
    @property
    def distilleries(self) -> AsyncRawDistilleries:
        """The programs that may send distilled memories."""
    async def get_stats(self) -> Response[m.MemoryStats]: ...
    async def rebuild(
        self,
        *,
        user_id: str,
        projection: m.Projection | None = None,
        dry_run: bool = False,
        background: bool = True,
        backfill: bool = False,
        timeout: float | None = 600.0,
    ) -> Response[m.MemoryRebuild]: ...
    async def get_rebuild_status(self, job_id: str) -> Response[m.MemoryRebuild]: ...
    async def wait_for_rebuild(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> m.MemoryRebuild: ...
    async def backfill(
        self, *, user_id: str, timeout: float | None = 600.0
    ) -> Response[m.Backfill]: ...
    async def forget(
        self,
        *,
        user_id: str,
        source: str,
        reason: str | None = None,
        rebuild: bool = True,
        background: bool = True,
        timeout: float | None = 600.0,
    ) -> Response[m.MemoryForget]: ...
    async def get_forget_status(self, job_id: str) -> Response[m.MemoryForget]: ...
    async def wait_for_forget(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> m.MemoryForget: ...
    async def lint(
        self, *, user_id: str | None = None, timeout: float | None = 600.0
    ) -> Response[m.MemoryLint]: ...

class Notifications(Resource):
    def send(
        self, message: str, *, user_id: str, channels: Sequence[str] | None = None
    ) -> m.Notification: ...

class AsyncNotifications(Resource):
    async def send(
        self, message: str, *, user_id: str, channels: Sequence[str] | None = None
    ) -> m.Notification: ...

class RawNotifications(Resource):
    def send(
        self, message: str, *, user_id: str, channels: Sequence[str] | None = None
    ) -> Response[m.Notification]: ...

class AsyncRawNotifications(Resource):
    async def send(
        self, message: str, *, user_id: str, channels: Sequence[str] | None = None
    ) -> Response[m.Notification]: ...

class Requests(Resource):
    def list(self, *, all_users: bool = False, user_id: str | None = None) -> m.RequestList: ...
    def get(
        self, request: str | m.ChatReply | m.TriggerRun | MuxiError, *, user_id: str | None = None
    ) -> m.RequestStatus: ...
    def cancel(
        self, request: str | m.ChatReply | m.TriggerRun | MuxiError, *, user_id: str | None = None
    ) -> m.Cancellation: ...
    def wait(
        self,
        request: str | m.ChatReply | m.TriggerRun | MuxiError,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> m.RequestStatus: ...

class AsyncRequests(Resource):
    async def list(
        self, *, all_users: bool = False, user_id: str | None = None
    ) -> m.RequestList: ...
    async def get(
        self, request: str | m.ChatReply | m.TriggerRun | MuxiError, *, user_id: str | None = None
    ) -> m.RequestStatus: ...
    async def cancel(
        self, request: str | m.ChatReply | m.TriggerRun | MuxiError, *, user_id: str | None = None
    ) -> m.Cancellation: ...
    async def wait(
        self,
        request: str | m.ChatReply | m.TriggerRun | MuxiError,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> m.RequestStatus: ...

class RawRequests(Resource):
    def list(
        self, *, all_users: bool = False, user_id: str | None = None
    ) -> Response[m.RequestList]: ...
    def get(
        self, request: str | m.ChatReply | m.TriggerRun | MuxiError, *, user_id: str | None = None
    ) -> Response[m.RequestStatus]: ...
    def cancel(
        self, request: str | m.ChatReply | m.TriggerRun | MuxiError, *, user_id: str | None = None
    ) -> Response[m.Cancellation]: ...
    def wait(
        self,
        request: str | m.ChatReply | m.TriggerRun | MuxiError,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> m.RequestStatus: ...

class AsyncRawRequests(Resource):
    async def list(
        self, *, all_users: bool = False, user_id: str | None = None
    ) -> Response[m.RequestList]: ...
    async def get(
        self, request: str | m.ChatReply | m.TriggerRun | MuxiError, *, user_id: str | None = None
    ) -> Response[m.RequestStatus]: ...
    async def cancel(
        self, request: str | m.ChatReply | m.TriggerRun | MuxiError, *, user_id: str | None = None
    ) -> Response[m.Cancellation]: ...
    async def wait(
        self,
        request: str | m.ChatReply | m.TriggerRun | MuxiError,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> m.RequestStatus: ...

class Secrets(Resource):
    def list(self) -> m.SecretList: ...
    def create(self, name: str, value: m.SecretValue) -> m.SecretChange: ...
    def update(self, name: str, value: m.SecretValue) -> m.SecretChange: ...
    def set(self, name: str, value: m.SecretValue) -> m.SecretChange: ...
    def delete(self, name: str) -> m.DeletedSecret: ...
    def reload(self) -> m.SecretsReloaded: ...

class AsyncSecrets(Resource):
    async def list(self) -> m.SecretList: ...
    async def create(self, name: str, value: m.SecretValue) -> m.SecretChange: ...
    async def update(self, name: str, value: m.SecretValue) -> m.SecretChange: ...
    async def set(self, name: str, value: m.SecretValue) -> m.SecretChange: ...
    async def delete(self, name: str) -> m.DeletedSecret: ...
    async def reload(self) -> m.SecretsReloaded: ...

class RawSecrets(Resource):
    def list(self) -> Response[m.SecretList]: ...
    def create(self, name: str, value: m.SecretValue) -> Response[m.SecretChange]: ...
    def update(self, name: str, value: m.SecretValue) -> Response[m.SecretChange]: ...
    def set(self, name: str, value: m.SecretValue) -> m.SecretChange: ...
    def delete(self, name: str) -> Response[m.DeletedSecret]: ...
    def reload(self) -> Response[m.SecretsReloaded]: ...

class AsyncRawSecrets(Resource):
    async def list(self) -> Response[m.SecretList]: ...
    async def create(self, name: str, value: m.SecretValue) -> Response[m.SecretChange]: ...
    async def update(self, name: str, value: m.SecretValue) -> Response[m.SecretChange]: ...
    async def set(self, name: str, value: m.SecretValue) -> m.SecretChange: ...
    async def delete(self, name: str) -> Response[m.DeletedSecret]: ...
    async def reload(self) -> Response[m.SecretsReloaded]: ...

class Sessions(Resource):
    def list(
        self, *, active_only: bool | None = None, limit: int = 50, user_id: str | None = None
    ) -> m.SessionList: ...
    def get(self, session_id: str, *, user_id: str | None = None) -> m.Session: ...
    def list_messages(
        self, session_id: str, *, limit: int = 50, user_id: str | None = None
    ) -> m.MessageList: ...
    def restore(
        self,
        session_id: str,
        messages: Sequence[m.RestoreMessage | Mapping[str, object]],
        *,
        user_id: str | None = None,
    ) -> m.RestoredSession: ...

class AsyncSessions(Resource):
    async def list(
        self, *, active_only: bool | None = None, limit: int = 50, user_id: str | None = None
    ) -> m.SessionList: ...
    async def get(self, session_id: str, *, user_id: str | None = None) -> m.Session: ...
    async def list_messages(
        self, session_id: str, *, limit: int = 50, user_id: str | None = None
    ) -> m.MessageList: ...
    async def restore(
        self,
        session_id: str,
        messages: Sequence[m.RestoreMessage | Mapping[str, object]],
        *,
        user_id: str | None = None,
    ) -> m.RestoredSession: ...

class RawSessions(Resource):
    def list(
        self, *, active_only: bool | None = None, limit: int = 50, user_id: str | None = None
    ) -> Response[m.SessionList]: ...
    def get(self, session_id: str, *, user_id: str | None = None) -> Response[m.Session]: ...
    def list_messages(
        self, session_id: str, *, limit: int = 50, user_id: str | None = None
    ) -> Response[m.MessageList]: ...
    def restore(
        self,
        session_id: str,
        messages: Sequence[m.RestoreMessage | Mapping[str, object]],
        *,
        user_id: str | None = None,
    ) -> Response[m.RestoredSession]: ...

class AsyncRawSessions(Resource):
    async def list(
        self, *, active_only: bool | None = None, limit: int = 50, user_id: str | None = None
    ) -> Response[m.SessionList]: ...
    async def get(self, session_id: str, *, user_id: str | None = None) -> Response[m.Session]: ...
    async def list_messages(
        self, session_id: str, *, limit: int = 50, user_id: str | None = None
    ) -> Response[m.MessageList]: ...
    async def restore(
        self,
        session_id: str,
        messages: Sequence[m.RestoreMessage | Mapping[str, object]],
        *,
        user_id: str | None = None,
    ) -> Response[m.RestoredSession]: ...

class Skills(Resource):
    def list(self) -> m.SkillList: ...
    def get(self, name: str) -> m.Skill: ...

class AsyncSkills(Resource):
    async def list(self) -> m.SkillList: ...
    async def get(self, name: str) -> m.Skill: ...

class RawSkills(Resource):
    def list(self) -> Response[m.SkillList]: ...
    def get(self, name: str) -> Response[m.Skill]: ...

class AsyncRawSkills(Resource):
    async def list(self) -> Response[m.SkillList]: ...
    async def get(self, name: str) -> Response[m.Skill]: ...

class Sops(Resource):
    def list(self) -> m.SopList: ...
    def get(self, name: str) -> m.Sop: ...

class AsyncSops(Resource):
    async def list(self) -> m.SopList: ...
    async def get(self, name: str) -> m.Sop: ...

class RawSops(Resource):
    def list(self) -> Response[m.SopList]: ...
    def get(self, name: str) -> Response[m.Sop]: ...

class AsyncRawSops(Resource):
    async def list(self) -> Response[m.SopList]: ...
    async def get(self, name: str) -> Response[m.Sop]: ...

class Triggers(Resource):
    def list(self) -> m.TriggerList: ...
    def get(self, name: str) -> m.Trigger: ...
    def fire(
        self,
        name: str,
        data: Mapping[str, object],
        *,
        wait: bool = False,
        session_id: str | None = None,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> m.TriggerRun: ...

class AsyncTriggers(Resource):
    async def list(self) -> m.TriggerList: ...
    async def get(self, name: str) -> m.Trigger: ...
    async def fire(
        self,
        name: str,
        data: Mapping[str, object],
        *,
        wait: bool = False,
        session_id: str | None = None,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> m.TriggerRun: ...

class RawTriggers(Resource):
    def list(self) -> Response[m.TriggerList]: ...
    def get(self, name: str) -> Response[m.Trigger]: ...
    def fire(
        self,
        name: str,
        data: Mapping[str, object],
        *,
        wait: bool = False,
        session_id: str | None = None,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Response[m.TriggerRun]: ...

class AsyncRawTriggers(Resource):
    async def list(self) -> Response[m.TriggerList]: ...
    async def get(self, name: str) -> Response[m.Trigger]: ...
    async def fire(
        self,
        name: str,
        data: Mapping[str, object],
        *,
        wait: bool = False,
        session_id: str | None = None,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Response[m.TriggerRun]: ...

class Tuning(Resource):
    def get(self) -> m.Tuning: ...
    def replace(self, content: str) -> m.TuningUpdated: ...
    def get_pending(self) -> m.Tuning: ...
    def apply(self) -> m.TuningApplied: ...
    def dismiss(self) -> m.TuningDismissed: ...
    def run(self, *, timeout: float | None = 600.0) -> m.TuningRun: ...

class AsyncTuning(Resource):
    async def get(self) -> m.Tuning: ...
    async def replace(self, content: str) -> m.TuningUpdated: ...
    async def get_pending(self) -> m.Tuning: ...
    async def apply(self) -> m.TuningApplied: ...
    async def dismiss(self) -> m.TuningDismissed: ...
    async def run(self, *, timeout: float | None = 600.0) -> m.TuningRun: ...

class RawTuning(Resource):
    def get(self) -> Response[m.Tuning]: ...
    def replace(self, content: str) -> Response[m.TuningUpdated]: ...
    def get_pending(self) -> Response[m.Tuning]: ...
    def apply(self) -> Response[m.TuningApplied]: ...
    def dismiss(self) -> Response[m.TuningDismissed]: ...
    def run(self, *, timeout: float | None = 600.0) -> Response[m.TuningRun]: ...

class AsyncRawTuning(Resource):
    async def get(self) -> Response[m.Tuning]: ...
    async def replace(self, content: str) -> Response[m.TuningUpdated]: ...
    async def get_pending(self) -> Response[m.Tuning]: ...
    async def apply(self) -> Response[m.TuningApplied]: ...
    async def dismiss(self) -> Response[m.TuningDismissed]: ...
    async def run(self, *, timeout: float | None = 600.0) -> Response[m.TuningRun]: ...

class Users(Resource):
    def resolve(self, identifier: str, *, identifier_type: str | None = None) -> m.UserIdentity: ...
    def lookup(self, identifier: str) -> m.UserIdentity: ...
    def list_identifiers(self, muxi_user_id: str) -> m.UserIdentifierList: ...
    def link(
        self, muxi_user_id: str, identifiers: Sequence[str | m.Identifier | Mapping[str, object]]
    ) -> m.UserIdentifierList: ...
    def unlink(self, identifier: str) -> m.UnlinkedIdentifier: ...
    def get_channels(self, *, user_id: str) -> m.UserChannels: ...
    def update_channels(
        self,
        *,
        user_id: str,
        preferred_channel: str | None = None,
        channels: Mapping[str, Mapping[str, object]] | None = None,
        timezone: str | None = None,
    ) -> m.UserChannels: ...

class AsyncUsers(Resource):
    async def resolve(
        self, identifier: str, *, identifier_type: str | None = None
    ) -> m.UserIdentity: ...
    async def lookup(self, identifier: str) -> m.UserIdentity: ...
    async def list_identifiers(self, muxi_user_id: str) -> m.UserIdentifierList: ...
    async def link(
        self, muxi_user_id: str, identifiers: Sequence[str | m.Identifier | Mapping[str, object]]
    ) -> m.UserIdentifierList: ...
    async def unlink(self, identifier: str) -> m.UnlinkedIdentifier: ...
    async def get_channels(self, *, user_id: str) -> m.UserChannels: ...
    async def update_channels(
        self,
        *,
        user_id: str,
        preferred_channel: str | None = None,
        channels: Mapping[str, Mapping[str, object]] | None = None,
        timezone: str | None = None,
    ) -> m.UserChannels: ...

class RawUsers(Resource):
    def resolve(
        self, identifier: str, *, identifier_type: str | None = None
    ) -> Response[m.UserIdentity]: ...
    def lookup(self, identifier: str) -> Response[m.UserIdentity]: ...
    def list_identifiers(self, muxi_user_id: str) -> Response[m.UserIdentifierList]: ...
    def link(
        self, muxi_user_id: str, identifiers: Sequence[str | m.Identifier | Mapping[str, object]]
    ) -> Response[m.UserIdentifierList]: ...
    def unlink(self, identifier: str) -> Response[m.UnlinkedIdentifier]: ...
    def get_channels(self, *, user_id: str) -> Response[m.UserChannels]: ...
    def update_channels(
        self,
        *,
        user_id: str,
        preferred_channel: str | None = None,
        channels: Mapping[str, Mapping[str, object]] | None = None,
        timezone: str | None = None,
    ) -> Response[m.UserChannels]: ...

class AsyncRawUsers(Resource):
    async def resolve(
        self, identifier: str, *, identifier_type: str | None = None
    ) -> Response[m.UserIdentity]: ...
    async def lookup(self, identifier: str) -> Response[m.UserIdentity]: ...
    async def list_identifiers(self, muxi_user_id: str) -> Response[m.UserIdentifierList]: ...
    async def link(
        self, muxi_user_id: str, identifiers: Sequence[str | m.Identifier | Mapping[str, object]]
    ) -> Response[m.UserIdentifierList]: ...
    async def unlink(self, identifier: str) -> Response[m.UnlinkedIdentifier]: ...
    async def get_channels(self, *, user_id: str) -> Response[m.UserChannels]: ...
    async def update_channels(
        self,
        *,
        user_id: str,
        preferred_channel: str | None = None,
        channels: Mapping[str, Mapping[str, object]] | None = None,
        timezone: str | None = None,
    ) -> Response[m.UserChannels]: ...
