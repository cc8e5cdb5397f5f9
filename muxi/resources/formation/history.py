"""The log of notable events, which the runtime calls the captain's log (contract B8)."""

from __future__ import annotations

from datetime import date

from ..._core.call import Call, KeyKind, UserRule, path, query
from ..._core.checks import check_int
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...errors import ValidationError
from ...models import formation as m

_USER = UserRule.REQUIRED


class History(Resource):
    """The log of notable events that the formation keeps for each user, by day.

    Example:
        ```python
        from datetime import date

        from muxi import FormationClient

        with FormationClient() as formation:
            for entry in formation.for_user("alice").history.list(date_from=date(2026, 1, 1)):
                print(entry.date, entry.summary)
        ```
    """

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
        """List the user's entries, newest first. The list is empty if the formation keeps no log.

        Args:
            limit: The most entries to return, from 1 to 100.
            date_from: The first day to include; None for no limit.
            date_to: The last day to include; None for no limit.
            include_sources: Also return the sources of each entry.
            user_id: The user to act as; overrides the client's user.

        Raises:
            ValidationError: There is no user id, the limit is out of range, or a date is not a
                `datetime.date`.
        """
        days = {"date_from": _day(date_from), "date_to": _day(date_to)}
        found = query(
            limit=check_int("limit", limit, 1, 100), include_sources=include_sources, **days
        )
        where, kind = path("history"), m.History
        return Call("GET", where, kind, KeyKind.EITHER, user=_USER, user_id=user_id, query=found)


def _day(day: date | None) -> str | None:
    if day is None:
        return None
    if not isinstance(day, date):  # pyright: ignore[reportUnnecessaryIsInstance]
        # The server ignores values that are not dates.
        raise ValidationError(
            f"date_from and date_to must be datetime.date, not {type(day).__name__}."
        )
    return date(day.year, day.month, day.day).isoformat()  # a datetime is a date too
