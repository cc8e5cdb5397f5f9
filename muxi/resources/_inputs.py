"""What users pass in, as request models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from .._core.call import KeyKind, UserRule
from ..errors import ValidationError

if TYPE_CHECKING:
    from ..models._base import Request

RequestT = TypeVar("RequestT", bound="Request")


def validate_body(kind: type[RequestT], given: RequestT | Mapping[str, object]) -> RequestT:
    """A request model, validated from a mapping if it is one.

    Raises:
        ValidationError: The mapping doesn't fit; the message names each field, not its value.
    """
    import pydantic  # not above: to import a client stays cheap

    if isinstance(given, kind):
        return given
    try:
        return kind.model_validate(given)
    except pydantic.ValidationError as exc:
        faults = exc.errors(include_url=False, include_input=False, include_context=False)
        told = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or kind.__name__}: {fault['msg']}"
            for fault in faults
        )
        raise ValidationError(f"{kind.__name__} is wrong: {told}.") from None


def drop_none(**arguments: object) -> dict[str, object]:
    """The arguments that were given: None stands for absent."""
    return {name: value for name, value in arguments.items() if value is not None}


def list_scope(user_id: str | None, all_users: bool) -> tuple[KeyKind, UserRule, str | None]:
    """Whose things a list tells of: a user's, or everybody's, which takes the admin key.

    Raises:
        ValidationError: Both were asked for.
    """
    if not all_users:
        return KeyKind.EITHER, UserRule.REQUIRED_WITH_CLIENT_KEY, user_id
    if user_id is not None:
        raise ValidationError("all_users=True is about everybody: leave out user_id=.")
    return KeyKind.ADMIN, UserRule.UNUSED, None
