"""Checks the arguments of methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from .._core.call import KeyKind, UserRule
from ..errors import ValidationError

if TYPE_CHECKING:
    from ..models._base import Request

RequestT = TypeVar("RequestT", bound="Request")


def validate_body(kind: type[RequestT], given: RequestT | Mapping[str, object]) -> RequestT:
    """Return a request model, made from a mapping if one is given.

    Raises:
        ValidationError: The mapping doesn't fit the model. The message names the fields, not their
            values.
    """
    import pydantic  # imported late: clients import fast

    if isinstance(given, kind):
        return given
    try:
        return kind.model_validate(given)
    except pydantic.ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False, include_context=False)
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or kind.__name__}: "
            f"{error['msg'].removeprefix('Value error, ')}"
            for error in errors
        )
        raise ValidationError(f"{problems}.") from None


def drop_none(**arguments: object) -> dict[str, object]:
    """Return the arguments that aren't None."""
    return {name: value for name, value in arguments.items() if value is not None}


def join_names(argument: str, names: Sequence[str] | None) -> str | None:
    """Return names as a query parameter; None for none.

    Raises:
        ValidationError: The value isn't a list of strings. A single string is refused too: it would
            be taken as a list of its letters.
    """
    if names is None:
        return None
    if isinstance(names, str):
        raise ValidationError(f"{argument} must be a list of strings: pass [{names!r}].")
    try:
        return ",".join(names) or None
    except TypeError:
        raise ValidationError(f"{argument} must be a list of strings.") from None


def list_scope(user_id: str | None, all_users: bool) -> tuple[KeyKind, UserRule, str | None]:
    """Return the key, the user rule and the user id for a list of one user's or all users' items.

    Raises:
        ValidationError: Both `user_id` and `all_users` were passed.
    """
    if not all_users:
        return KeyKind.EITHER, UserRule.REQUIRED_WITH_CLIENT_KEY, user_id
    if user_id is not None:
        raise ValidationError("all_users=True lists the items of all users: leave out user_id=.")
    return KeyKind.ADMIN, UserRule.UNUSED, None
