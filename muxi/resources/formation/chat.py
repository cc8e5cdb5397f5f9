"""Chat, by text and by voice (contract A4.1, A6, B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from ..._core.call import Call
from ..._core.checks import check_seconds
from ..._core.endpoint import Resource, TransportT, endpoint, streaming
from ..._core.steps import StreamCall
from ...models import formation as m
from ._turn import Turn

_DEAD_AFTER = 60.0
"""Seconds without a byte after which a connection is given up: the runtime sends a comment in each
second of silence."""


class Chat(Resource[TransportT]):
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
        message: str | m.ChatRequest | Mapping[str, object],
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

        If the answer is lost on the way, the message is sent again under the same idempotency key,
        and the formation returns the turn already in progress. If that fails too, or the formation
        moves the turn to the background, its reply is waited for as `requests.wait` does; such a
        reply has its text, and no files or widgets. Use `stream` for turns that make files: this
        runtime can't send them in a plain reply.

        Args:
            message: The text; or a request model or a mapping, with all that can be sent.
            session_id: The conversation it belongs to; a new one by default.
            agent_id: The agent to answer; the formation chooses by default.
            files: What goes with it: `"a.txt"`, `Path("a.txt")`, `open("a.png", "rb")`,
                `("a.csv", b"...")` or attachments. Text in UTF-8, images, audio and video, up to
                50 MiB each.
            reply_to: The reply that this answers: its session goes on, and its turn if it asked
                something.
            wait: Wait for the end of a turn whose answer is lost or that goes to the background.
                If False, the first raises its error, and the second returns a reply that
                `is_background`. A turn with a `webhook_url` isn't waited for either.
            timeout: The most seconds that the whole turn may take; None for no limit.
            user_id: The user to act as; beats the client's own. Without either it is user "0".

        Raises:
            TimeoutError: There is no reply in time. The turn goes on:
                `requests.wait(error.request_id)` waits for it.
            ConnectionError: There is no connection, or it broke and the turn is not found.
            ValidationError: The request is wrong, or a file can't be sent.
            AuthenticationError: The client key is missing or wrong.
            AuthorizationError: The formation's rules forbid it.
            ServerError: The formation failed, or the turn did while it was waited for.
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
        message: str | m.ChatRequest | Mapping[str, object],
        *,
        session_id: str | None = None,
        agent_id: str | None = None,
        files: Sequence[m.AttachmentLike] | None = None,
        reply_to: m.ChatReply | None = None,
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> StreamCall[m.ChatEvent, m.ChatReply]:
        """Send a message and read the reply as it is made.

        Example:
            ```python
            with alice.chat.stream("Tell me a story") as stream:
                for text in stream.text():
                    print(text, end="", flush=True)
                reply = stream.result()
            ```

        Args:
            message: The text; or a request model or a mapping, with all that can be sent.
            session_id: The conversation it belongs to; a new one by default.
            agent_id: The agent to answer; the formation chooses by default.
            files: What goes with it, in the forms that `send` takes.
            reply_to: The reply that this answers: its session goes on, and its turn if it asked
                something.
            stall_after: Seconds without an event after which the stream looks whether the turn has
                ended: the runtime leaves some streams open that have nothing more to say.
            user_id: The user to act as; beats the client's own. Without either it is user "0".

        Raises:
            StreamError: The turn failed.
            StreamInterruptedError: The stream ended before the turn did.
            TimeoutError: The connection is dead, and the turn goes on.
            ValidationError: The request is wrong, or a file can't be sent.
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
        return _stream(turn, stall_after)


class Audio(Resource[TransportT]):
    """Conversation by voice notes, which the formation transcribes first.

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

        An answer that is lost on the way can't be picked up: this runtime doesn't tell the id of
        the turn before it has ended.

        Args:
            files: The notes: `"note.ogg"`, `Path("note.ogg")`, `open("note.ogg", "rb")`,
                `("note.ogg", b"...")` or attachments, all of them `audio/*`.
            session_id: The conversation they belong to; a new one by default.
            agent_id: The agent to answer; the formation chooses by default.
            wait: Wait for the end of a turn that the formation moves to the background; if False,
                return a reply that `is_background`.
            timeout: The most seconds that the whole turn may take; None for no limit.
            user_id: The user to act as; beats the client's own. Without either it is user "0".

        Raises:
            TimeoutError: There is no reply in time.
            ConnectionError: There is no connection, or it broke.
            ValidationError: There is no note, or one is no audio.
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
        stall_after: float = 15.0,
        user_id: str | None = None,
    ) -> StreamCall[m.ChatEvent, m.ChatReply]:
        """Send voice notes and read the reply as it is made.

        Args:
            files: The notes, in the forms that `send` takes.
            session_id: The conversation they belong to; a new one by default.
            agent_id: The agent to answer; the formation chooses by default.
            stall_after: Seconds without an event after which the stream looks whether the turn has
                ended.
            user_id: The user to act as; beats the client's own. Without either it is user "0".

        Raises:
            StreamError: The turn failed.
            StreamInterruptedError: The stream ended before the turn did.
            ValidationError: There is no note, or one is no audio.
            OSError: A file can't be read.
        """
        turn = Turn.of_audio(files, session_id=session_id, agent_id=agent_id, user_id=user_id)
        return _stream(turn, stall_after)


def _send(turn: Turn, timeout: float | None, *, wait: bool) -> Call[m.ChatReply]:
    from ._turn_end import pick_up  # not above: to import a client stays cheap

    call = replace(turn.call(stream=False), timeout=timeout)
    if not wait:
        return call
    in_background = isinstance(turn.request, m.ChatRequest) and bool(turn.request.webhook_url)
    return replace(call, follow_up=partial(pick_up, turn.ids, in_background))


def _stream(turn: Turn, stall_after: float) -> StreamCall[m.ChatEvent, m.ChatReply]:
    from ._chat_reader import ChatReader  # not above: to import a client stays cheap

    check_seconds("stall_after", stall_after)
    call = turn.call(stream=not turn.is_command)
    if not turn.is_command:
        call = replace(call, read_timeout=max(stall_after, _DEAD_AFTER))
    return StreamCall(call, lambda _: ChatReader(turn, stall_after))
