"""The audit log (contract B21)."""

from __future__ import annotations

from datetime import datetime

from ..._core.call import Call, KeyKind, path, query
from ..._core.checks import check_int
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...errors import ValidationError
from ...models import formation as m


class Audit(Resource):
    """The audit log: a record of changes to the formation. Needs the admin key.

    This version of the runtime records only that the log was cleared.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            for entry in formation.audit.list(limit=10):
                print(entry.timestamp, entry.action, entry.message)
        ```
    """

    @endpoint
    def list(
        self,
        *,
        limit: int = 100,
        action: str | None = None,
        resource_type: m.AuditedKind | None = None,
        since: datetime | None = None,
    ) -> Call[m.AuditLog]:
        """List entries, newest first.

        Args:
            limit: The most entries to return, from 1 to 1000.
            action: The only action to list, such as `"audit.cleared"`; None for all.
            resource_type: The only type of resource to list; None for all.
            since: The time of the oldest entry to list, with a time zone; None for all.

        Raises:
            AuthenticationError: The admin key is wrong.
            ValidationError: The limit is out of range, or `since` isn't a `datetime` with a time
                zone.
        """
        if since is not None and getattr(since, "tzinfo", None) is None:
            raise ValidationError("since must be a datetime with a time zone.")
        start = None if since is None else since.isoformat()
        count = check_int("limit", limit, 1, 1000)
        asked = query(limit=count, action=action, resource_type=resource_type, since=start)
        return Call("GET", path("audit"), m.AuditLog, KeyKind.ADMIN, query=asked)

    @endpoint
    def clear(self) -> Call[m.AuditCleared]:
        """Delete all entries of the audit log for good.

        Afterwards the log has one entry, which records that it was cleared and by whom.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        confirmed = query(confirm="clear-audit-log")
        return Call("DELETE", path("audit"), m.AuditCleared, KeyKind.ADMIN, query=confirmed)
