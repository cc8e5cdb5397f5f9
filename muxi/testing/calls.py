"""The calls that an emulator has received."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel
from typing_extensions import overload  # keeps the overloads at run time, on Python 3.10 too

from ..models import formation as m
from ..models import server as s
from .methods import check_name

BodyT = TypeVar("BodyT", bound=BaseModel | None, covariant=True)

_SHOWN = 200
"""The most characters of a body that the repr of a call shows."""


class ReceivedCall(Generic[BodyT]):
    """A request that the emulator received. A call that is retried is there once per attempt.

    Attributes:
        method: The method of the SDK that sends such requests, such as `"memories.delete"`. Those
            of a `ServerClient` start with `server.`.
        user_id: The user that the caller acts as.
        params: The arguments that are sent in the path and in the query.
        headers: The headers. Their names are in lower case.
        status: The status of the response. None as long as there is none.
    """

    def __init__(
        self,
        method: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        read: Callable[[], BodyT],
        content: bytes,
    ) -> None:
        self.method = method
        self.user_id = headers.get("x-muxi-user-id")
        self.params = params
        self.headers = headers
        self.status: int | None = None
        self._read = read
        self._content = content

    @cached_property
    def body(self) -> BodyT:
        """The request body as the SDK's model. None if there is none, or if it is a file.

        Raises:
            pydantic.ValidationError: The SDK sends no such body.
        """
        return self._read()

    def __repr__(self) -> str:
        user = f" by {self.user_id!r}" if self.user_id is not None else ""
        params = "".join(f" {name}={value!r}" for name, value in self.params.items())
        content = f" {self._content.decode(errors='replace')[:_SHOWN]}" if self._content else ""
        return f"<{self.method}{params}{content}{user}: {self.status or 'no response'}>"


class Calls(Sequence[ReceivedCall[BodyT]], Generic[BodyT]):
    """Calls in the order of their arrival."""

    def __init__(self, calls: Sequence[ReceivedCall[BodyT]]) -> None:
        self._calls = tuple(calls)

    def __len__(self) -> int:
        return len(self._calls)

    @overload
    def __getitem__(self, index: int) -> ReceivedCall[BodyT]: ...
    @overload
    def __getitem__(self, index: slice) -> Calls[BodyT]: ...
    def __getitem__(self, index: int | slice) -> ReceivedCall[BodyT] | Calls[BodyT]:
        found = self._calls[index]
        return Calls(found) if isinstance(found, tuple) else found

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self._calls))}]"

    @property
    def last(self) -> ReceivedCall[BodyT]:
        """The last call.

        Raises:
            AssertionError: There was no call.
        """
        if not self._calls:
            raise AssertionError("the emulator received no such call")
        return self._calls[-1]

    @overload
    def to(self, method: Literal["chat.send", "chat.stream"]) -> Calls[m.ChatRequest]: ...
    @overload
    def to(self, method: Literal["audio.send", "audio.stream"]) -> Calls[m.AudioRequest]: ...
    @overload
    def to(self, method: Literal["sessions.restore"]) -> Calls[m.RestoreRequest]: ...
    @overload
    def to(self, method: Literal["agents.sync_knowledge"]) -> Calls[m.SyncRequest]: ...
    @overload
    def to(self, method: Literal["credentials.create"]) -> Calls[m.CredentialRequest]: ...
    @overload
    def to(self, method: Literal["distilled.submit"]) -> Calls[m.DistilledBatch]: ...
    @overload
    def to(self, method: Literal["jobs.create"]) -> Calls[m.JobRequest]: ...
    @overload
    def to(self, method: Literal["jobs.update"]) -> Calls[m.JobUpdateRequest]: ...
    @overload
    def to(self, method: Literal["knowledge.rebuild"]) -> Calls[m.RebuildRequest]: ...
    @overload
    def to(self, method: Literal["memories.create"]) -> Calls[m.MemoryRequest]: ...
    @overload
    def to(self, method: Literal["memories.ingest"]) -> Calls[m.IngestItem]: ...
    @overload
    def to(self, method: Literal["memories.ingest_batch"]) -> Calls[m.MemoryBatchRequest]: ...
    @overload
    def to(self, method: Literal["memory.distilleries.register"]) -> Calls[m.DistilleryRequest]: ...
    @overload
    def to(self, method: Literal["memory.rebuild"]) -> Calls[m.MemoryRebuildRequest]: ...
    @overload
    def to(self, method: Literal["memory.backfill"]) -> Calls[m.BackfillRequest]: ...
    @overload
    def to(self, method: Literal["memory.forget"]) -> Calls[m.MemoryForgetRequest]: ...
    @overload
    def to(self, method: Literal["memory.lint"]) -> Calls[m.MemoryLintRequest]: ...
    @overload
    def to(self, method: Literal["notifications.send"]) -> Calls[m.NotificationRequest]: ...
    @overload
    def to(self, method: Literal["secrets.create"]) -> Calls[m.SecretCreate]: ...
    @overload
    def to(self, method: Literal["secrets.update"]) -> Calls[m.SecretUpdate]: ...
    @overload
    def to(self, method: Literal["triggers.fire"]) -> Calls[m.TriggerRequest]: ...
    @overload
    def to(self, method: Literal["tuning.replace"]) -> Calls[m.TuningUpdate]: ...
    @overload
    def to(self, method: Literal["users.resolve"]) -> Calls[m.ResolveRequest]: ...
    @overload
    def to(self, method: Literal["users.link"]) -> Calls[m.LinkRequest]: ...
    @overload
    def to(self, method: Literal["users.update_channels"]) -> Calls[m.ChannelsRequest]: ...
    @overload
    def to(
        self,
        method: Literal[
            "server.drafts.create",
            "server.drafts.list",
            "server.drafts.read",
            "server.drafts.write",
            "server.drafts.delete",
            "server.drafts.deploy",
            "server.drafts.discard",
        ],
    ) -> Calls[s.DraftRequest]: ...
    @overload
    def to(self, method: Literal["server.dev.run"]) -> Calls[s.DevRunRequest]: ...
    @overload
    def to(self, method: Literal["server.dev.stop"]) -> Calls[s.DevStopRequest]: ...
    @overload
    def to(self, method: str) -> Calls[BaseModel | None]: ...
    def to(self, method: str) -> Calls[BaseModel | None]:
        """Return the calls of one method.

        Example:
            ```python
            import os

            from muxi import FormationClient
            from muxi.testing import Emulator

            with Emulator() as emulator:
                os.environ.update(emulator.environ)
                FormationClient().chat.send("Good morning", user_id="alice")
                [call] = emulator.calls.to("chat.send")
                assert (call.user_id, call.body.message) == ("alice", "Good morning")
            ```

        Args:
            method: The method, as it is called on a client: `"chat.send"`. Methods of a
                `ServerClient` start with `server.`. Calls of `deploy_stream` and the like are under
                `deploy`.

        Raises:
            ValueError: The SDK has no such method, or it makes calls of other methods only.
        """
        name = check_name(method)
        return Calls([call for call in self._calls if call.method == name])
