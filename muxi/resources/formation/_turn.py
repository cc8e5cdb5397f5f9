"""A turn of a conversation: what the chat calls have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from ..._core.call import Call, KeyKind, UserRule, path
from ..._core.steps import StreamCall
from ...errors import ValidationError
from ...models import formation as m
from .._inputs import drop_none, validate_body
from ._attachments import attached, spoken

# The runtime's own pattern: a path such as /usr/bin is no command.
_COMMAND = re.compile(r"/[a-zA-Z0-9_-]+(\s.*)?", re.DOTALL)

_LONGEST_MESSAGE = 100_000
_LARGEST_FILE = 50 * 1024 * 1024
_DEAD_AFTER = 60.0
"""Seconds without a byte after which a connection is given up: the runtime sends a comment in each
second of silence."""


@dataclass(frozen=True)
class Turn:
    """A checked request, with the ids that follow it through its life."""

    request: m.ChatRequest | m.AudioRequest
    where: str
    user_id: str | None
    request_id: str | None
    """Ours for chat. Audio turns take no id (contract A4.1): only their events tell it."""

    @classmethod
    def of(
        cls,
        message: str | m.ChatRequest | Mapping[str, object],
        session_id: str | None,
        agent_id: str | None,
        files: Sequence[m.AttachmentLike] | None,
        reply_to: m.ChatReply | None,
        user_id: str | None,
    ) -> Turn:
        """A chat turn. A follow-up keeps the id of the turn that asked (contract A6.3)."""
        fields = _fields({"message": message} if isinstance(message, str) else message)
        if reply_to is not None:
            if session_id is not None or fields.keys() & {"session_id", "request_id"}:
                raise ValidationError("reply_to= brings its own session and turn: give only it.")
            session_id = reply_to.session_id
            if reply_to.awaiting_user:
                fields["request_id"] = reply_to.request_id or reply_to.metadata.request_id
        fields.update(drop_none(session_id=session_id, agent_id=agent_id))
        if files is not None:
            fields["files"] = attached(files)
        user_id = _user(user_id, fields)
        fields["request_id"] = fields.get("request_id") or f"req_{uuid4().hex}"
        request = validate_body(m.ChatRequest, fields)
        return cls(request, path("chat"), user_id, request.request_id)

    @classmethod
    def of_audio(
        cls,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        session_id: str | None,
        agent_id: str | None,
        user_id: str | None,
    ) -> Turn:
        """A turn that is spoken."""
        fields = _fields(files if isinstance(files, m.AudioRequest) else {"files": spoken(files)})
        fields.update(drop_none(session_id=session_id, agent_id=agent_id))
        user_id = _user(user_id, fields)
        return cls(validate_body(m.AudioRequest, fields), path("audiochat"), user_id, None)

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
        return len(self._message) > _LONGEST_MESSAGE or max(sizes, default=0) > _LARGEST_FILE

    @property
    def _message(self) -> str:
        return self.request.message if isinstance(self.request, m.ChatRequest) else ""

    def stream(self, stall_after: float) -> StreamCall[m.ChatEvent, m.ChatReply]:
        """The call that runs the turn and is answered by events."""
        from ._chat_reader import ChatReader  # not above: to import a client stays cheap

        call = self.call(stream=not self.is_command)
        if not self.is_command:
            call = replace(call, read_timeout=max(stall_after, _DEAD_AFTER))
        return StreamCall(call, lambda: ChatReader(self, stall_after))

    def call(self, *, stream: bool) -> Call[m.ChatReply | m.ChatAccepted]:
        """The call that runs the turn."""
        return Call(
            "POST",
            self.where,
            m.ChatTurn,
            KeyKind.CLIENT,
            user=UserRule.OPTIONAL,
            user_id=self.user_id,
            body=self.request.model_copy(update={"stream": stream}),
            idempotent=not stream and isinstance(self.request, m.ChatRequest),
            turn_id=self.request_id,
        ).map(m.ChatTurn.reply)


def _fields(given: m.ChatRequest | m.AudioRequest | Mapping[str, object]) -> dict[str, object]:
    if isinstance(given, Mapping):
        return dict(given)
    return {name: getattr(given, name) for name in given.model_fields_set}


def _user(user_id: str | None, fields: dict[str, object]) -> str | None:
    """Who speaks. A user in the body moves to the header, where the server looks first."""
    in_body = fields.pop("user_id", None)
    if in_body is not None and not isinstance(in_body, str):
        raise ValidationError("user_id must be a text.")
    return in_body if user_id is None else user_id
