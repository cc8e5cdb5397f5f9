"""The audit log (contract B21)."""

from __future__ import annotations

from datetime import datetime

from ..._core.call import Call, KeyKind, check_range, path, query
from ..._core.endpoint import Resource, TransportT, endpoint
from ...errors import ValidationError
from ...models import formation as m


class Audit(Resource[TransportT]):
    """What was done to the formation. Needs the admin key.

    This runtime logs nothing but the clearing of the log itself.
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
        """List entries, the newest first.

        Args:
            limit: How many, from 1 to 1000.
            action: Only those of this action, such as `audit.cleared`.
            resource_type: Only those about this kind of thing.
            since: Only those from then on; with an offset.

        Raises:
            ValidationError: The limit is out of bounds, or `since` has no offset.
        """
        count, start = check_range("limit", limit, 1, 1000), _instant("since", since)
        found = query(limit=count, action=action, resource_type=resource_type, since=start)
        return Call("GET", path("audit"), m.AuditLog, KeyKind.ADMIN, query=found)

    @endpoint
    def clear(self) -> Call[m.AuditCleared]:
        """Delete all entries of the audit log for good.

        Afterwards the log holds one entry, which records that it was cleared, and by whom.
        """
        found = query(confirm="clear-audit-log")
        return Call("DELETE", path("audit"), m.AuditCleared, KeyKind.ADMIN, query=found)


def _instant(name: str, moment: datetime | None) -> str | None:
    if moment is not None and moment.utcoffset() is None:
        raise ValidationError(f"{name} needs an offset: the server takes times without one as UTC.")
    return None if moment is None else moment.isoformat()
