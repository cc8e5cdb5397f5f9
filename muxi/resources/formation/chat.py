"""Chat, by text and by voice (contract A4.1, A6, B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..._core.call import Call
from ..._core.endpoint import Resource, TransportT, endpoint, streaming
from ..._core.steps import StreamCall
from ...models import formation as m
from ._turn import Turn


class Chat(Resource[TransportT]):
    """Conversation with the formation."""

    @endpoint
    def send(
        self,
        message: str | m.ChatRequest | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        user_id: str | None = None,
    ) -> Call[m.ChatReply | m.ChatAccepted]:
        """Say something and wait for the whole reply. A turn can take minutes.

        After a timeout it is sent again, and the formation joins it to the turn that runs. Use
        `stream` for turns that make files: this runtime can't send them in a plain reply.

        Args:
            message: What to say; a request model or a mapping for all that can be sent.
            session_id: The conversation it belongs to; a new one if None.
            agent_id: Which agent shall answer.
            files: What goes with it: `Path("a.txt")`, `open("a.png", "rb")`, `("a.csv", b"...")`
                or attachments. Text in UTF-8, images, audio and video, up to 50 MiB each.
            reply_to: What this answers: its session goes on, and its turn if it asked something.
            user_id: Who speaks; beats the client's own user. Nobody named is user "0".

        Raises:
            TimeoutError: No reply in time; `requests.wait(error.request_id)` finishes the turn.
            ValidationError: The request is wrong, or a file can't be sent.
            OSError: A file can't be read.
            AuthorizationError: The formation's rules forbid it.
        """
        return Turn.of(message, session_id, agent_id, files, reply_to, user_id).call(stream=False)

    @streaming
    def stream(
        self,
        message: str | m.ChatRequest | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> StreamCall[m.ChatEvent, m.ChatReply]:
        """Say something and read the reply as it is made.

        Args:
            message: What to say; a request model or a mapping for all that can be sent.
            session_id: The conversation it belongs to; a new one if None.
            agent_id: Which agent shall answer.
            files: What goes with it, in the forms that `send` takes.
            reply_to: What this answers: its session goes on, and its turn if it asked something.
            stall_after: Seconds without an event after which the turn itself is looked at: the
                runtime leaves some streams open that have nothing more to say.
            user_id: Who speaks; beats the client's own user. Nobody named is user "0".

        Raises:
            StreamError: The turn failed.
            StreamInterruptedError: The stream ended before the turn did.
        """
        return Turn.of(message, session_id, agent_id, files, reply_to, user_id).stream(stall_after)


class Audio(Resource[TransportT]):
    """Conversation by voice notes, which are transcribed first."""

    @endpoint
    def send(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        user_id: str | None = None,
    ) -> Call[m.ChatReply | m.ChatAccepted]:
        """Send voice notes and wait for the whole reply.

        Args:
            files: The notes: `Path("note.ogg")`, `open("note.ogg", "rb")`, `("note.ogg", b"...")`
                or attachments, all of them `audio/*`.
            session_id: The conversation they belong to; a new one if None.
            agent_id: Which agent shall answer.
            user_id: Who speaks; beats the client's own user. Nobody named is user "0".

        Raises:
            ValidationError: There is none, or one is no audio.
            OSError: One can't be read.
        """
        return Turn.of_audio(files, session_id, agent_id, user_id).call(stream=False)

    @streaming
    def stream(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> StreamCall[m.ChatEvent, m.ChatReply]:
        """Send voice notes and read the reply as it is made.

        Args:
            files: The notes, in the forms that `send` takes.
            session_id: The conversation they belong to; a new one if None.
            agent_id: Which agent shall answer.
            stall_after: Seconds without an event after which the turn itself is looked at.
            user_id: Who speaks; beats the client's own user. Nobody named is user "0".

        Raises:
            StreamError: The turn failed.
            StreamInterruptedError: The stream ended before the turn did.
        """
        return Turn.of_audio(files, session_id, agent_id, user_id).stream(stall_after)
