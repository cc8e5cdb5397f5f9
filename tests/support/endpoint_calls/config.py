"""The SDK method for each path: configuration, secrets, audit log, tuning."""

from __future__ import annotations

from collections.abc import Callable

from muxi import FormationClient

ASK: list[tuple[str, str, Callable[[FormationClient], object]]] = [
    ("GET", r"/v1/config", lambda f: f.config.get_summary()),
    ("GET", r"/v1/formation", lambda f: f.config.get_document()),
    ("GET", r"/v1/overlord", lambda f: f.config.get_overlord()),
    ("GET", r"/v1/overlord/soul", lambda f: f.config.get_soul()),
    ("GET", r"/v1/llm/settings", lambda f: f.config.get_llm()),
    ("GET", r"/v1/mcp", lambda f: f.config.get_mcp()),
    ("GET", r"/v1/memory", lambda f: f.config.get_memory()),
    ("GET", r"/v1/scheduler", lambda f: f.config.get_scheduler()),
    ("GET", r"/v1/async", lambda f: f.config.get_background()),
    ("GET", r"/v1/a2a", lambda f: f.config.get_a2a()),
    ("GET", r"/v1/logging", lambda f: f.config.get_logging()),
    ("GET", r"/v1/logging/destinations", lambda f: f.config.list_log_destinations()),
    ("GET", r"/v1/secrets", lambda f: f.secrets.list()),
    ("POST", r"/v1/secrets", lambda f: f.secrets.create("K", "v")),
    ("POST", r"/v1/secrets/reload", lambda f: f.secrets.reload()),
    ("PUT", r"/v1/secrets/[^/]+", lambda f: f.secrets.update("K", "v")),
    ("DELETE", r"/v1/secrets/[^/]+", lambda f: f.secrets.delete("K")),
    ("GET", r"/v1/audit", lambda f: f.audit.list()),
    ("DELETE", r"/v1/audit", lambda f: f.audit.clear()),
    ("GET", r"/v1/tuning", lambda f: f.tuning.get()),
    ("POST", r"/v1/tuning", lambda f: f.tuning.replace("x")),
    ("GET", r"/v1/tuning/pending", lambda f: f.tuning.get_pending()),
    ("PATCH", r"/v1/tuning/pending", lambda f: f.tuning.apply()),
    ("DELETE", r"/v1/tuning/pending", lambda f: f.tuning.dismiss()),
    ("POST", r"/v1/tuning/run", lambda f: f.tuning.run()),
]
