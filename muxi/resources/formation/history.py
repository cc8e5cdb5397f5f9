"""The captain's log (contract B8)."""

from __future__ import annotations

from datetime import date

from ..._core.call import Call, KeyKind, UserRule, check_range, path, query
from ..._core.endpoint import Resource, TransportT, endpoint
from ...errors import ValidationError
from ...models import formation as m


class History(Resource[TransportT]):
    """What the formation wrote down about a user, day by day."""

    @endpoint
    def list(
        self,
        *,
        limit: int = 10,
        date_from: date | None = None,
        date_to: date | None = None,
        include_sources: bool | None = None,
        user_id: str | None = None,
    ) -> Call[m.History]:
        """List entries of the log, the newest first; none where the formation keeps no log.

        Args:
            limit: How many, from 1 to 100.
            date_from: The first day.
            date_to: The last day.
            include_sources: Tell what each entry was made of.
            user_id: Whose log; beats the client's own user.

        Raises:
            ValidationError: There is no user id, the limit is out of bounds, or a date is none.
        """
        days = {"date_from": _day(date_from), "date_to": _day(date_to)}
        found = query(
            limit=check_range("limit", limit, 1, 100), include_sources=include_sources, **days
        )
        return Call(
            "GET",
            path("history"),
            m.History,
            KeyKind.EITHER,
            user=UserRule.REQUIRED,
            user_id=user_id,
            query=found,
        )


def _day(day: date | None) -> str | None:
    # The server would ignore what is no date.
    try:
        return None if day is None else date(day.year, day.month, day.day).isoformat()
    except AttributeError:
        raise ValidationError(f"{day!r} is no date.") from None
