"""Views of the configuration, read-only (contract B1, B3, B4, B6, B14)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m


class Config(Resource[TransportT]):
    """The configuration, to look at: to change it, deploy anew. Needs the admin key."""

    @endpoint
    def get_summary(self) -> Call[m.ConfigSummary]:
        """The configuration in short: names, counts and where the rest is."""
        return Call("GET", path("config"), m.ConfigSummary, KeyKind.ADMIN)

    @endpoint
    def get_document(self) -> Call[m.FormationDocument]:
        """The whole document.

        Secrets are references. Those that were written out are masked where the server expects
        keys, but not in the memory's connection string.
        """
        return Call("GET", path("formation"), m.FormationDocument, KeyKind.ADMIN)

    @endpoint
    def get_overlord(self) -> Call[m.OverlordConfig]:
        """The overlord: replies, workflows, clarifications."""
        return Call("GET", path("overlord"), m.OverlordConfig, KeyKind.ADMIN)

    @endpoint
    def get_soul(self) -> Call[m.Soul]:
        """The overlord's soul; empty where none is configured."""
        return Call("GET", path("overlord", "soul"), m.Soul, KeyKind.ADMIN)

    @endpoint
    def get_llm(self) -> Call[m.LlmSettings]:
        """The language models, with masked keys."""
        return Call("GET", path("llm", "settings"), m.LlmSettings, KeyKind.ADMIN)

    @endpoint
    def get_mcp(self) -> Call[m.McpDefaults]:
        """The MCP servers, unmasked: keys in `env` and `auth` are as they are.

        This server reads a block `mcp.defaults`: for values that stand directly under `mcp` it
        says its own defaults. `get_document` has what is configured.
        """
        return Call("GET", path("mcp"), m.McpDefaults, KeyKind.ADMIN)

    @endpoint
    def get_memory(self) -> Call[m.MemoryConfig]:
        """The memory. The server doesn't mask it: the database's password may be in it."""
        return Call("GET", path("memory"), m.MemoryConfig, KeyKind.ADMIN)

    @endpoint
    def get_scheduler(self) -> Call[m.SchedulerSettings]:
        """The scheduler, with the server's defaults filled in."""
        return Call("GET", path("scheduler"), m.SchedulerSettings, KeyKind.ADMIN)

    @endpoint
    def get_background(self) -> Call[m.BackgroundConfig]:
        """How turns go to the background; empty where that isn't configured."""
        return Call("GET", path("async"), m.BackgroundConfig, KeyKind.ADMIN)

    @endpoint
    def get_a2a(self) -> Call[m.A2aConfig]:
        """How agents talk to agents of other formations; empty where that isn't configured."""
        return Call("GET", path("a2a"), m.A2aConfig, KeyKind.ADMIN)

    @endpoint
    def get_logging(self) -> Call[m.LoggingConfig]:
        """Logging; empty where it isn't configured. The server doesn't mask credentials in it."""
        return Call("GET", path("logging"), m.LoggingConfig, KeyKind.ADMIN)

    @endpoint
    def list_log_destinations(self) -> Call[m.LogDestinations]:
        """Where logs go, with the server's defaults filled in."""
        return Call("GET", path("logging", "destinations"), m.LogDestinations, KeyKind.ADMIN)
