"""The methods of the SDK and the requests that they send, to recognise a request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from pydantic import BaseModel

from ..models import formation, server
from .formation.manifest import as_map
from .hosting import Service

_FORMATION = """
chat.send POST /chat ChatRequest
chat.stream POST /chat ChatRequest
audio.send POST /audiochat AudioRequest
audio.stream POST /audiochat AudioRequest
sessions.list GET /sessions
sessions.get GET /sessions/{session_id}
sessions.list_messages GET /sessions/{session_id}/messages
sessions.restore POST /sessions/{session_id}/restore RestoreRequest
requests.list GET /requests
requests.get GET /requests/{request_id}
requests.cancel DELETE /requests/{request_id}
agents.list GET /agents
agents.get GET /agents/{agent_id}
agents.sync_knowledge POST /agents/{agent_id}/knowledge/sync SyncRequest
agents.list_skills GET /agents/{agent_id}/skills
artifacts.list GET /artifacts
artifacts.get GET /artifacts/{artifact_id}
artifacts.list_versions GET /artifacts/{artifact_id}/versions
artifacts.download GET /artifacts/{artifact_id}/content
audit.list GET /audit
audit.clear DELETE /audit
config.get_summary GET /config
config.get_document GET /formation
config.get_overlord GET /overlord
config.get_soul GET /overlord/soul
config.get_llm GET /llm/settings
config.get_mcp GET /mcp
config.get_memory GET /memory
config.get_scheduler GET /scheduler
config.get_background GET /async
config.get_a2a GET /a2a
config.get_logging GET /logging
config.list_log_destinations GET /logging/destinations
credentials.list_services GET /credentials/services
credentials.list GET /credentials
credentials.get GET /credentials/{credential_id}
credentials.create POST /credentials CredentialRequest
credentials.delete DELETE /credentials/{credential_id}
distilled.submit POST /memories/distilled DistilledBatch
distilled.get_status GET /memories/distilled/{processing_id}
events.stream GET /events
events.stream GET /events/{session_id}
events.stream_turn GET /events/{session_id}/{request_id}
history.list GET /history
jobs.list GET /scheduler/jobs
jobs.create POST /scheduler/jobs JobRequest
jobs.get GET /scheduler/jobs/{job_id}
jobs.update PUT /scheduler/jobs/{job_id} JobUpdateRequest
jobs.delete DELETE /scheduler/jobs/{job_id}
jobs.pause POST /scheduler/jobs/{job_id}/pause
jobs.resume POST /scheduler/jobs/{job_id}/resume
knowledge.rebuild POST /knowledge/rebuild RebuildRequest
logs.stream GET /logs
mcp.list_servers GET /mcp/servers
mcp.get_server GET /mcp/servers/{server_id}
mcp.list_tools GET /mcp/tools
memories.list GET /memories
memories.create POST /memories MemoryRequest
memories.ingest POST /memories IngestItem
memories.ingest_batch POST /memories/batch MemoryBatchRequest
memories.get_ingestion GET /memories/ingestion/{processing_id}
memories.get_entity_provenance GET /memories/provenance
memories.get_event_provenance GET /memories/provenance
memories.delete DELETE /memories/{memory_id}
memory.buffer.get_status GET /memory/buffer
memory.buffer.clear DELETE /memory/buffer
memory.buffer.clear_session DELETE /memory/buffer/{session_id}
memory.distilleries.register POST /memory/distilleries DistilleryRequest
memory.distilleries.list GET /memory/distilleries
memory.distilleries.revoke DELETE /memory/distilleries/{distillery_id}
memory.get_stats GET /memory/stats
memory.rebuild POST /memory/rebuild MemoryRebuildRequest
memory.get_rebuild_status GET /memory/rebuild/{job_id}
memory.backfill POST /memory/backfill BackfillRequest
memory.forget POST /memory/forget MemoryForgetRequest
memory.get_forget_status GET /memory/forget/{job_id}
memory.lint POST /memory/lint MemoryLintRequest
notifications.send POST /notifications NotificationRequest
secrets.list GET /secrets
secrets.create POST /secrets SecretCreate
secrets.update PUT /secrets/{name} SecretUpdate
secrets.delete DELETE /secrets/{name}
secrets.reload POST /secrets/reload
skills.list GET /skills
skills.get GET /skills/{name}
sops.list GET /sops
sops.get GET /sops/{name}
triggers.list GET /triggers
triggers.get GET /triggers/{name}
triggers.fire POST /triggers/{name} TriggerRequest
tuning.get GET /tuning
tuning.replace POST /tuning TuningUpdate
tuning.get_pending GET /tuning/pending
tuning.apply PATCH /tuning/pending
tuning.dismiss DELETE /tuning/pending
tuning.run POST /tuning/run
users.resolve POST /users/resolve ResolveRequest
users.lookup GET /users/{identifier}
users.list_identifiers GET /users/identifiers/{muxi_user_id}
users.link POST /users/identifiers LinkRequest
users.unlink DELETE /users/identifiers/{identifier}
users.get_channels GET /users/{user_id}/channels
users.update_channels PUT /users/{user_id}/channels ChannelsRequest
health GET /health
status GET /status
"""
_SERVER = """
server.ping GET /ping
server.health GET /health
server.status GET /rpc/server/status
server.logs GET /rpc/server/logs
server.formations.list GET /rpc/formations
server.formations.deploy POST /rpc/formations
server.formations.get GET /rpc/formations/{formation_id}
server.formations.update PUT /rpc/formations/{formation_id}
server.formations.delete DELETE /rpc/formations/{formation_id}
server.formations.start POST /rpc/formations/{formation_id}/start
server.formations.stop POST /rpc/formations/{formation_id}/stop
server.formations.restart POST /rpc/formations/{formation_id}/restart
server.formations.rollback POST /rpc/formations/{formation_id}/rollback
server.formations.cancel_update POST /rpc/formations/{formation_id}/cancel-update
server.formations.logs GET /rpc/formations/{formation_id}/logs
server.formations.download GET /rpc/formations/{formation_id}/download
server.drafts.create POST /rpc/formations/{formation_id}/draft/files DraftRequest
server.drafts.list POST /rpc/formations/{formation_id}/draft/files DraftRequest
server.drafts.read POST /rpc/formations/{formation_id}/draft/files DraftRequest
server.drafts.write POST /rpc/formations/{formation_id}/draft/files DraftRequest
server.drafts.delete POST /rpc/formations/{formation_id}/draft/files DraftRequest
server.drafts.deploy POST /rpc/formations/{formation_id}/draft/files DraftRequest
server.drafts.discard POST /rpc/formations/{formation_id}/draft/files DraftRequest
server.dev.run POST /rpc/dev/run DevRunRequest
server.dev.stop POST /rpc/dev/stop DevStopRequest
"""


@dataclass(frozen=True)
class Method:
    """A method, named as after a client, such as `memories.delete`."""

    name: str
    verb: str
    path: re.Pattern[str]
    body: type[BaseModel] | None
    """The model of its request body."""

    def sends(self, query: Mapping[str, str], body: Mapping[str, object]) -> bool:
        """Return whether it sends a request, rather than another method of the same route."""
        space, _, name = self.name.rpartition(".")
        if space in ("chat", "audio"):
            return (name == "stream") == (body.get("stream") is not False)
        if space == "server.drafts":
            return body.get("action") == ("init" if name == "create" else name)
        if name in ("create", "ingest") and space == "memories":
            return (name == "ingest") == (body.get("source") is not None)
        if name.endswith("_provenance"):
            return (name == "get_entity_provenance") == ("entity" in query)
        return True


def recognise(
    service: Service, verb: str, path: str, query: Mapping[str, str], content: bytes
) -> tuple[Method, dict[str, str]] | None:
    """Return the method that sends a request, and the parameters in its path.

    Args:
        service: Who is called.
        verb: The HTTP method.
        path: The path, decoded, without `/v1`.
        query: The parameters of the query.
        content: The request body, if it is JSON.
    """
    found = [
        (method, match.groupdict())
        for method in _methods(service)
        if method.verb == verb and (match := method.path.fullmatch(path))
    ]
    if len(found) < 2:
        return found[0] if found else None
    body = _object(content)
    return next((pair for pair in found if pair[0].sends(query, body)), None)


def check_name(name: str) -> str:
    """Return the name of a method.

    Raises:
        ValueError: No method has this name.
    """
    known = [method.name for method in (*_methods("formation"), *_methods("server"))]
    if name in known:
        return name
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise ValueError(
        f"{name!r} is no method that sends a request of its own. Write it as after a client, "
        f"such as 'chat.send' or 'server.formations.deploy'.{hint}"
    )


@cache
def _methods(service: Service) -> tuple[Method, ...]:
    table, models = (_FORMATION, formation) if service == "formation" else (_SERVER, server)
    return tuple(_method(models, *row.split()) for row in table.split("\n") if row)


def _method(models: object, name: str, verb: str, path: str, body: str = "") -> Method:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
    return Method(name, verb, pattern, getattr(models, body) if body else None)


def _object(content: bytes) -> dict[str, object]:
    try:
        parsed: object = json.loads(content)
    except ValueError:
        return {}
    return as_map(parsed)
