"""A turn of a conversation: one message to the formation and the reply to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..._core.call import Call, FollowUp, KeyKind, Response, UserRule, new_id, path
from ..._core.checks import id_text
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
    """None for a voice turn until its first event arrives."""


@dataclass(frozen=True)
class Turn:
    """A validated chat request and the ids of its turn."""

    request: m.ChatRequest | m.AudioRequest
    path: str
    ids: TurnIds

    @classmethod
    def of(
        cls,
        message: str | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None,
        agent_id: str | None,
        files: Sequence[m.AttachmentLike] | None,
        reply_to: m.ChatReply | None,
        user_id: str | None,
    ) -> Turn:
        """Create a text turn. The answer to a question keeps the id of that turn (A6.3)."""
        fields = _fields(message)
        if reply_to is not None:
            if not isinstance(reply_to, m.ChatReply):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise ValidationError(
                    f"reply_to must be a ChatReply, not {type(reply_to).__name__}."
                )
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
        fields["request_id"] = fields.get("request_id") or f"req_{new_id()}"
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
        """Create a voice turn. The runtime chooses its id, and only its events carry it (A4.1)."""
        given = files if isinstance(files, m.AudioRequest) else {"files": spoken(files)}
        fields = _fields(given)
        user_id = _complete(fields, session_id, agent_id, user_id)
        request = validate_body(m.AudioRequest, fields)
        return cls(request, path("audiochat"), TurnIds(user_id, str(request.session_id), None))

    @property
    def is_command(self) -> bool:
        """Whether it is a slash command, which can't be streamed and must not run twice."""
        return _COMMAND.fullmatch(self._message.strip()) is not None

    @property
    def was_refused(self) -> bool:
        """Whether a turn that couldn't be streamed was refused before it had any effect.

        The runtime can't stream replies that bypass its pipeline. Some of them follow an action: a
        command, an answer in the set-up dialogue (spoken or typed) or a choice on a tuning widget.
        Only a message or a file above the size limit is known to be refused.
        """
        sizes = [file.size or 0 for file in self.request.files or ()]
        return len(self._message) > _LONGEST_MESSAGE or max(sizes, default=0) > LARGEST_FILE

    @property
    def _message(self) -> str:
        return self.request.message if isinstance(self.request, m.ChatRequest) else ""

    def call(
        self,
        *,
        stream: bool,
        timeout: float | None = None,
        read_timeout: float | None = None,
        follow_up: FollowUp | None = None,
    ) -> Call[m.ChatReply]:
        """Return the call that runs the turn."""
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
            timeout=timeout,
            read_timeout=read_timeout,
            follow_up=follow_up,
        ).map_response(self._reply)

    def _reply(self, response: Response[m.ChatTurn]) -> m.ChatReply:
        request_id = self.ids.request_id or response.request_id or ""
        return response.data.reply(session_id=self.ids.session_id, request_id=request_id)


def _fields(
    given: str | m.ChatMessage | m.AudioRequest | Mapping[str, object],
) -> dict[str, object]:
    if isinstance(given, str):
        return {"message": given}
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, (m.ChatMessage, m.AudioRequest)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValidationError(
            f"message must be a string, a ChatRequest or a mapping, not {type(given).__name__}."
        )
    return {name: getattr(given, name) for name in given.model_fields_set}


def _complete(
    fields: dict[str, object], session_id: str | None, agent_id: str | None, user_id: str | None
) -> str | None:
    """Add the ids to the fields. Remove the user id and return it: it is sent as a header.

    A session id is always sent: for greetings and commands the runtime doesn't return the id of a
    session that it creates itself.
    """
    fields.update(drop_none(session_id=session_id, agent_id=agent_id))
    fields["session_id"] = fields.get("session_id") or f"sess_{new_id()}"
    names = ("session_id", "agent_id", "request_id", "user_id")
    ids = {name: id_text(name, fields[name]) for name in names if fields.get(name) is not None}
    fields.update(ids)
    fields.pop("user_id", None)
    return ids.get("user_id") if user_id is None else user_id
