"""The configuration (contract B1, B3, B4, B6, B14)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m


class Config(Resource):
    """The formation's configuration, read-only. Needs the admin key.

    To change it, deploy the formation again.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            print(formation.config.get_summary().agents.total)
            print(formation.config.get_overlord().soul)
        ```
    """

    @endpoint
    def get_summary(self) -> Call[m.ConfigSummary]:
        """Return a summary: names, counts and the paths of the details.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("config"), m.ConfigSummary, KeyKind.ADMIN)

    @endpoint
    def get_document(self) -> Call[m.FormationDocument]:
        """Return the whole configuration, as it was deployed.

        Secrets are references. Keys that are written out are masked, but not a password in the
        memory's connection string.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("formation"), m.FormationDocument, KeyKind.ADMIN)

    @endpoint
    def get_overlord(self) -> Call[m.OverlordConfig]:
        """Return the configuration of the overlord: replies, workflows, clarifications.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("overlord"), m.OverlordConfig, KeyKind.ADMIN)

    @endpoint
    def get_soul(self) -> Call[m.Soul]:
        """Return the overlord's soul. It is empty if none is configured.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("overlord", "soul"), m.Soul, KeyKind.ADMIN)

    @endpoint
    def get_llm(self) -> Call[m.LlmSettings]:
        """Return the configuration of the language models, with masked keys.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("llm", "settings"), m.LlmSettings, KeyKind.ADMIN)

    @endpoint
    def get_mcp(self) -> Call[m.McpDefaults]:
        """Return the MCP servers and their defaults. Keys in `env` and `auth` are not masked.

        The defaults are those of the block `mcp.defaults`. Values that are directly under `mcp` are
        ignored here; `get_document` has them.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("mcp"), m.McpDefaults, KeyKind.ADMIN)

    @endpoint
    def get_memory(self) -> Call[m.MemoryConfig]:
        """Return the configuration of the memory. The database's password is not masked.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("memory"), m.MemoryConfig, KeyKind.ADMIN)

    @endpoint
    def get_scheduler(self) -> Call[m.SchedulerSettings]:
        """Return the configuration of the scheduler, the server's defaults included.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("scheduler"), m.SchedulerSettings, KeyKind.ADMIN)

    @endpoint
    def get_background(self) -> Call[m.BackgroundConfig]:
        """Return how turns move to the background. It is empty if that isn't configured.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("async"), m.BackgroundConfig, KeyKind.ADMIN)

    @endpoint
    def get_a2a(self) -> Call[m.A2aConfig]:
        """Return how agents talk to agents of other formations. Empty if that isn't configured.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("a2a"), m.A2aConfig, KeyKind.ADMIN)

    @endpoint
    def get_logging(self) -> Call[m.LoggingConfig]:
        """Return the configuration of logging. Credentials in it are not masked.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("logging"), m.LoggingConfig, KeyKind.ADMIN)

    @endpoint
    def list_log_destinations(self) -> Call[m.LogDestinations]:
        """List where logs are written, the server's defaults included.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("logging", "destinations"), m.LogDestinations, KeyKind.ADMIN)
