"""The configuration: the whole document and its blocks (contract B1, B4, B6, B14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from .envelopes import ok
from .guards import Handler, Route, admin, either_admin
from .manifest import BESIDE, agents_of, block_of, list_of, maps_of, secrets_of, servers_of
from .masks import written
from .state import Call, Config

Block = Mapping[str, object]

_RESPONSE = {"format": "markdown", "widgets": False, "streaming": True}
_WORKFLOW = {
    "auto_decomposition": True,
    "plan_approval_threshold": 7,
    "complexity_method": "heuristic",
    "complexity_threshold": 7.0,
    "routing_strategy": "capability_based",
    "enable_agent_affinity": True,
    "error_recovery": "retry_with_backoff",
    "parallel_execution": True,
    "max_parallel_tasks": 5,
    "partial_results": True,
}
_CLARIFICATION = {"max_questions": 5, "style": "conversational", "persist_learned_info": False}
_SCHEDULER = {
    "enabled": True,
    "timezone": "UTC",
    "check_interval_minutes": 1,
    "max_concurrent_jobs": 10,
    "max_failures_before_pause": 3,
    "default_time": "09:00",
}
_RESOURCES = {
    "overlord": "/v1/overlord",
    "llm": "/v1/llm/settings",
    "memory": "/v1/memory",
    "async": "/v1/async",
    "scheduler": "/v1/scheduler",
    "a2a": "/v1/a2a",
    "logging": "/v1/logging",
}


def _summary(config: Config) -> Block:
    manifest = config.manifest
    mcp = block_of(manifest, "mcp")
    servers = {"total": len(servers_of(manifest)), "resource": "/v1/mcp/servers"}
    return {
        "formation_id": config.formation_id,
        "version": manifest.get("version", "1.0.0"),
        "description": manifest.get("description", ""),
        "schema_version": manifest.get("schema", "1.0.0"),
        "agents": {"total": len(list_of(manifest, "agents")), "resource": "/v1/agents"},
        "secrets": {"total": len(secrets_of(manifest)), "resource": "/v1/secrets"},
        "mcp": {
            "default_retry_attempts": mcp.get("default_retry_attempts", 3),
            "default_timeout_seconds": mcp.get("default_timeout_seconds", 30),
            "servers": servers,
        },
        **{name: {"resource": path} for name, path in _RESOURCES.items()},
    }


def _document(config: Config) -> Block:
    manifest = {key: value for key, value in config.manifest.items() if key not in BESIDE}
    keys = {"admin_key": config.admin_key, "client_key": config.client_key}
    document: dict[str, object] = {
        "schema": "1.0.0",
        "id": config.formation_id,
        **manifest,
        "server": {**block_of(manifest, "server"), "api_keys": keys},
        "agents": agents_of(manifest),
    }
    if "mcp" in manifest:
        document["mcp"] = {**block_of(manifest, "mcp"), "servers": servers_of(manifest)}
    return document | {"id": config.formation_id, "formation_id": config.formation_id}


def _overlord(config: Config) -> Block:
    overlord = block_of(config.manifest, "overlord")
    settings = block_of(block_of(config.manifest, "llm"), "settings")
    return {
        "soul": overlord.get("soul", ""),
        "llm": block_of(overlord, "llm"),
        "caching": settings.get("caching", {"enabled": True, "ttl": 3600}),
        "response": overlord.get("response", _RESPONSE),
        "workflow": overlord.get("workflow", _WORKFLOW),
        "clarification": overlord.get("clarification", _CLARIFICATION),
    }


def _soul(config: Config) -> Block:
    return {"soul": block_of(config.manifest, "overlord").get("soul", "")}


def _scheduler(config: Config) -> Block:
    return _SCHEDULER | block_of(config.manifest, "scheduler")


def _destinations(config: Config) -> Block:
    logging = block_of(config.manifest, "logging")
    system = block_of(logging, "system")
    streams = maps_of(block_of(logging, "conversation"), "streams")
    found = [_destination(number, each) for number, each in enumerate(streams)]
    return {
        "system": {
            "level": system.get("level", "debug"),
            "destination": system.get("destination", "stdout"),
        },
        "conversation": {"destinations": found, "count": len(found)},
    }


def _destination(number: int, stream: Block) -> Block:
    known: dict[str, object] = {
        "id": f"dest-{number}",
        "transport": "stdout",
        "level": "INFO",
        "format": "jsonl",
        "enabled": True,
    }
    shown = ("destination", *known)
    return known | {key: value for key, value in stream.items() if key in shown}


def _block(key: str) -> Callable[[Config], Block]:
    return lambda config: block_of(config.manifest, key)


def _view(
    kind: str, event: str, make: Callable[[Config], Block], *, masked: bool = True
) -> Handler:
    async def view(call: Call) -> Response:
        data = make(call.state.config)
        shown = written(data) if masked else data
        return ok(kind, event, shown)

    return view


_CONFIG = ("formation_config", "formation.config.retrieved")
_LOGS = ("logging_destination_list", "logging.destinations.list")

_VIEWS: tuple[tuple[str, Handler], ...] = (
    ("/config", _view(*_CONFIG, _summary)),
    ("/formation", _view(*_CONFIG, _document)),
    ("/overlord", _view("overlord_config", "overlord.config.retrieved", _overlord)),
    ("/overlord/soul", _view("soul", "soul.retrieved", _soul)),
    ("/llm/settings", _view("llm_settings", "llm.settings.retrieved", _block("llm"))),
    ("/async", _view("async", "async.retrieved", _block("async"))),
    ("/a2a", _view("a2a", "a2a.retrieved", _block("a2a"))),
    ("/logging", _view("logging", "logging.retrieved", _block("logging"), masked=False)),
    ("/logging/destinations", _view(*_LOGS, _destinations)),
    ("/memory", _view("memory_config", "memory.config.retrieved", _block("memory"), masked=False)),
)

ROUTES: tuple[Route, ...] = (
    *(Route("GET", path, admin, view) for path, view in _VIEWS),
    Route("GET", "/scheduler", either_admin, _view("scheduler", "scheduler.retrieved", _scheduler)),
)
