"""A turn of a conversation: one message to the formation and the reply to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from ..._core.call import Call, KeyKind, Response, UserRule, path
from ...errors import ValidationError
from ...models import formation as m
from .._inputs import drop_none, validate_body
from ._attachments import LARGEST_FILE, attached, spoken

# The runtime's own pattern: a path such as /usr/bin is no command.
_COMMAND = re.compile(r"/[a-zA-Z0-9_-]+(\s.*)?", re.DOTALL)

_LONGEST_MESSAGE = 100_000


@dataclass(frozen=True)
class TurnIds:
    """The ids that identify a turn."""

    user_id: str | None
    session_id: str
    request_id: str | None
    """None for a turn by voice of which no event has come."""


@dataclass(frozen=True)
class Turn:
    """A checked request, with the ids that follow it through its life."""

    request: m.ChatRequest | m.AudioRequest
    path: str
    ids: TurnIds

    @classmethod
    def of(
        cls,
        message: str | m.ChatRequest | Mapping[str, object],
        *,
        session_id: str | None,
        agent_id: str | None,
        files: Sequence[m.AttachmentLike] | None,
        reply_to: m.ChatReply | None,
        user_id: str | None,
    ) -> Turn:
        """Describe a turn by text. A follow-up keeps the id of the turn that asked (A6.3)."""
        fields = _fields(message)
        if reply_to is not None:
            if session_id is not None or fields.keys() & {"session_id", "request_id"}:
                raise ValidationError(
                    "reply_to= continues the session and the turn of that reply: leave out "
                    "session_id and request_id."
                )
            session_id = reply_to.session_id
            if reply_to.awaiting_user:
                fields["request_id"] = reply_to.request_id
        if files is not None:
            fields["files"] = attached(files)
        fields["request_id"] = fields.get("request_id") or f"req_{uuid4().hex}"
        user_id = _complete(fields, session_id, agent_id, user_id)
        request = validate_body(m.ChatRequest, fields)
        ids = TurnIds(user_id, str(request.session_id), request.request_id)
        return cls(request, path("chat"), ids)

    @classmethod
    def of_audio(
        cls,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None,
        agent_id: str | None,
        user_id: str | None,
    ) -> Turn:
        """Describe a turn by voice. The runtime gives it an id that only its events tell (A4.1)."""
        given = files if isinstance(files, m.AudioRequest) else {"files": spoken(files)}
        fields = _fields(given)
        user_id = _complete(fields, session_id, agent_id, user_id)
        request = validate_body(m.AudioRequest, fields)
        return cls(request, path("audiochat"), TurnIds(user_id, str(request.session_id), None))

    @property
    def is_command(self) -> bool:
        """A slash command. Its reply can't be streamed, and it must not run twice."""
        return _COMMAND.fullmatch(self._message.strip()) is not None

    @property
    def was_refused(self) -> bool:
        """If its reply could not be streamed, it was refused before it did anything.

        The runtime can't stream a reply that it makes without its pipeline. Some of those come of
        an action: a command, an answer to the set-up dialogue, spoken or typed, a choice on a
        tuning widget. Only an over-long message and an over-large file are known to be refused.
        """
        sizes = [file.size or 0 for file in self.request.files or ()]
        return len(self._message) > _LONGEST_MESSAGE or max(sizes, default=0) > LARGEST_FILE

    @property
    def _message(self) -> str:
        return self.request.message if isinstance(self.request, m.ChatRequest) else ""

    def call(self, *, stream: bool) -> Call[m.ChatReply]:
        """Describe the call that runs the turn."""
        return Call(
            "POST",
            self.path,
            m.ChatTurn,
            KeyKind.CLIENT,
            user=UserRule.OPTIONAL,
            user_id=self.ids.user_id,
            body=self.request.model_copy(update={"stream": stream}),
            idempotent=not stream and isinstance(self.request, m.ChatRequest),
            turn_id=self.ids.request_id,
        ).map_response(self._reply)

    def _reply(self, response: Response[m.ChatTurn]) -> m.ChatReply:
        request_id = self.ids.request_id or response.request_id or ""
        return response.data.reply(session_id=self.ids.session_id, request_id=request_id)


def _fields(
    given: str | m.ChatRequest | m.AudioRequest | Mapping[str, object],
) -> dict[str, object]:
    if isinstance(given, str):
        return {"message": given}
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, (m.ChatRequest, m.AudioRequest)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValidationError(
            f"A message is a text, a ChatRequest or a mapping, not {type(given).__name__}."
        )
    return {name: getattr(given, name) for name in given.model_fields_set}


def _complete(
    fields: dict[str, object], session_id: str | None, agent_id: str | None, user_id: str | None
) -> str | None:
    """Add the ids to the fields, and take out of them the user, whom a header names.

    A session is always named: for greetings and commands the runtime doesn't return the id of a
    session that it makes itself.
    """
    fields.update(drop_none(session_id=session_id, agent_id=agent_id))
    fields["session_id"] = fields.get("session_id") or f"sess_{uuid4().hex}"
    for name in ("session_id", "agent_id", "request_id"):
        if isinstance(value := fields.get(name), (int, UUID)):
            fields[name] = str(value)
    in_body = fields.pop("user_id", None)
    if in_body is not None and not isinstance(in_body, str):
        raise ValidationError("user_id must be a text.")
    return in_body if user_id is None else user_id
