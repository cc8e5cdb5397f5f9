"""Chat, by text and by voice (contract A4.1, A6, B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ..._core.call import Call
from ..._core.checks import check_seconds
from ..._core.endpoint import endpoint, streaming
from ..._core.resource import Resource
from ..._core.steps import Flow, StreamCall
from ...models import formation as m
from .._waits import deadline_in
from ._turn import Turn

_DEAD_AFTER = 60.0
"""Seconds without a byte after which a connection counts as dead. The runtime sends a comment every
second when it has nothing else to send."""


class Chat(Resource):
    """Conversation with the formation.

    A turn is one message of a user and the reply to it.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            alice = formation.for_user("alice")
            reply = alice.chat.send("What is the capital of France?")
            print(reply.text)
            if reply.awaiting_user:
                reply = alice.chat.send("Yes, go ahead", reply_to=reply)
        ```
    """

    @endpoint
    def send(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Call[m.ChatReply]:
        """Send a message and return the reply. A turn can take minutes.

        If the response is lost, the message is sent again with the same idempotency key, and the
        formation returns the turn already in progress. If that fails too, or if the formation moves
        the turn to the background, the method waits for the reply as `requests.wait` does. Such a
        reply has a text but no files or widgets. Use `stream` for turns that create files: this
        version of the runtime can't send them in a plain reply.

        Args:
            message: The text, a `ChatMessage` or `ChatRequest`, or a mapping with any fields of a
                `ChatRequest`.
            session_id: The conversation that it belongs to; None for a new one.
            agent_id: The agent that answers; None to let the formation choose.
            files: The files to attach: `"a.txt"`, `Path("a.txt")`, `open("a.png", "rb")`,
                `("a.csv", b"...")` or attachments. UTF-8 text, images, audio and video, up to
                50 MiB each.
            reply_to: The reply to answer. Its session continues; if it asked a question, its turn
                continues too.
            wait: Wait for a turn whose response was lost or that runs in the background. If False,
                a lost response raises its error, and a background turn returns a reply whose
                `is_background` is True. Turns with a `webhook_url` are never waited for.
            timeout: The most seconds that the whole turn may take; None for no limit.
            user_id: The user to act as; overrides the client's user. Without either, user `"0"`.

        Raises:
            TimeoutError: The reply did not come in time. The turn continues:
                `requests.wait(error)` waits for it.
            ConnectionError: The connection failed, or it broke and the turn can't be found.
            ValidationError: The request is invalid, or a file has the wrong type or size.
            AuthenticationError: The client key is missing or wrong.
            AuthorizationError: The formation's rules forbid the message.
            ServerError: The formation or the turn failed.
            OSError: A file can't be read.
        """
        turn = Turn.of(
            message,
            session_id=session_id,
            agent_id=agent_id,
            files=files,
            reply_to=reply_to,
            user_id=user_id,
        )
        return _send(turn, timeout, wait=wait)

    @streaming
    def stream(
        self,
        message: str | m.ChatRequest | m.ChatMessage | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> StreamCall[m.ChatEvent, m.ChatReply]:
        """Send a message and stream the reply.

        Example:
            ```python
            with alice.chat.stream("Tell me a story") as stream:
                for text in stream.text():
                    print(text, end="", flush=True)
                reply = stream.result()
            ```

        Args:
            message: The text, a `ChatMessage` or `ChatRequest`, or a mapping with any fields of a
                `ChatRequest`.
            session_id: The conversation that it belongs to; None for a new one.
            agent_id: The agent that answers; None to let the formation choose.
            files: The files to attach, in the forms that `send` accepts.
            reply_to: The reply to answer. Its session continues; if it asked a question, its turn
                continues too.
            timeout: The most seconds that the whole turn may take; None for no limit.
            stall_after: Seconds without an event after which to check whether the turn has ended.
                The runtime doesn't close some streams whose turn has ended.
            user_id: The user to act as; overrides the client's user. Without either, user `"0"`.

        Raises:
            StreamError: The turn failed.
            StreamInterruptedError: The stream ended before the turn did.
            TimeoutError: The reply did not end in time: the stream closes, so the formation cancels
                the turn. Or the server sent nothing for 60 seconds, or for `stall_after` if that is
                longer; then the turn may continue.
            ValidationError: The request is invalid, or a file has the wrong type or size.
            AuthenticationError: The client key is missing or wrong.
            OSError: A file can't be read.
        """
        turn = Turn.of(
            message,
            session_id=session_id,
            agent_id=agent_id,
            files=files,
            reply_to=reply_to,
            user_id=user_id,
        )
        return _stream(turn, timeout, stall_after)


class Audio(Resource):
    """Conversation with voice notes, which the formation transcribes.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            print(formation.for_user("alice").audio.send(["note.ogg"]).text)
        ```
    """

    @endpoint
    def send(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        wait: bool = True,
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Call[m.ChatReply]:
        """Send voice notes and return the reply.

        If the response is lost, the reply can't be recovered: this version of the runtime sends
        the id of the turn only with the reply.

        Args:
            files: The notes: `"note.ogg"`, `Path("note.ogg")`, `open("note.ogg", "rb")`,
                `("note.ogg", b"...")` or attachments, all of type `audio/*`.
            session_id: The conversation that they belong to; None for a new one.
            agent_id: The agent that answers; None to let the formation choose.
            wait: Wait for a turn that the formation moves to the background. If False, return a
                reply whose `is_background` is True.
            timeout: The most seconds that the whole turn may take; None for no limit.
            user_id: The user to act as; overrides the client's user. Without either, user `"0"`.

        Raises:
            TimeoutError: The reply did not come in time.
            ConnectionError: The connection failed or broke.
            ValidationError: There is no note, or a file isn't audio.
            AuthenticationError: The client key is missing or wrong.
            OSError: A file can't be read.
        """
        turn = Turn.of_audio(files, session_id=session_id, agent_id=agent_id, user_id=user_id)
        return _send(turn, timeout, wait=wait)

    @streaming
    def stream(
        self,
        files: Sequence[m.AttachmentLike] | m.AudioRequest,
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        timeout: float | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> StreamCall[m.ChatEvent, m.ChatReply]:
        """Send voice notes and stream the reply.

        Args:
            files: The notes, in the forms that `send` accepts.
            session_id: The conversation that they belong to; None for a new one.
            agent_id: The agent that answers; None to let the formation choose.
            timeout: The most seconds that the whole turn may take; None for no limit.
            stall_after: Seconds without an event after which to check whether the turn has ended.
            user_id: The user to act as; overrides the client's user. Without either, user `"0"`.

        Raises:
            StreamError: The turn failed.
            StreamInterruptedError: The stream ended before the turn did.
            TimeoutError: As for `Chat.stream`.
            ValidationError: There is no note, or a file isn't audio.
            OSError: A file can't be read.
        """
        turn = Turn.of_audio(files, session_id=session_id, agent_id=agent_id, user_id=user_id)
        return _stream(turn, timeout, stall_after)


def _send(turn: Turn, timeout: float | None, *, wait: bool) -> Call[m.ChatReply]:
    from ._turn_end import pick_up  # imported late: clients import fast

    in_background = isinstance(turn.request, m.ChatRequest) and bool(turn.request.webhook_url)
    follow_up = partial(pick_up, turn.ids, in_background) if wait else None
    return turn.call(stream=False, timeout=timeout, follow_up=follow_up)


def _stream(
    turn: Turn, timeout: float | None, stall_after: float
) -> StreamCall[m.ChatEvent, m.ChatReply]:
    from ._chat_reader import ChatReader  # imported late: clients import fast

    check_seconds("stall_after", stall_after)
    call = turn.call(
        stream=not turn.is_command,
        timeout=timeout,
        read_timeout=None if turn.is_command else max(stall_after, _DEAD_AFTER),
    )

    def prepare(reader: ChatReader) -> Flow[Call[m.ChatReply]]:
        yield from ()
        reader.deadline = deadline_in(timeout).at
        return call

    return StreamCall(call if timeout is None else prepare, lambda _: ChatReader(turn, stall_after))
