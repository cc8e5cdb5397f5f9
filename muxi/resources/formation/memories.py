"""Memories, ingestion and provenance (contract B8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ..._core.call import AlreadyDone, Call, KeyKind, UserRule, path, query
from ..._core.checks import check_int
from ..._core.endpoint import endpoint, flow, paging
from ..._core.resource import Resource
from ..._core.steps import Flow, Pages
from ...models import formation as m
from .._inputs import drop_none, join_names, validate_body
from .._pages import by_offset
from .._waits import until_terminal

_USER = UserRule.REQUIRED
_OWNER = UserRule.REQUIRED_WITH_CLIENT_KEY


class Memories(Resource):
    """What the formation remembers about users.

    Memories are created in three ways: `create` stores a text as it is, `ingest` extracts memories
    from an item, and the formation extracts them from conversations.

    A formation without persistent memory raises `UnavailableError` in methods that write. With
    SQLite, `list`, `create` and `delete` raise `ServerError` in this version of the
    runtime.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient().for_user("alice") as alice:
            alice.memories.create("Alice drinks her coffee black", type="preference")
            for memory in alice.memories.list(limit=5):
                print(memory.id, memory.content)
        ```
    """

    @endpoint
    def list(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> Call[m.MemoryList]:
        """List a page of memories, newest first. Use `iter` for all pages.

        The list holds the memories that `create` stored, and the facts that distilleries sent for
        the collection `"default"`. Memories that the formation extracted from conversations and
        ingested items are not in it.

        Args:
            limit: The most memories to return, from 1 to 100.
            offset: How many memories to skip.
            scopes: The scopes to list; None for all that the user may read.
            user_id: The user whose memories to list; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            ValidationError: There is no user id, a number is out of range or a scope is unknown.
        """
        asked = query(
            limit=check_int("limit", limit, 1, 100),
            offset=check_int("offset", offset, 0, 2**63),
            scopes=join_names("scopes", scopes),
        )
        where, kind = path("memories"), m.MemoryList
        return Call("GET", where, kind, KeyKind.EITHER, user=_USER, user_id=user_id, query=asked)

    @paging
    def iter(
        self,
        *,
        page_size: int = 100,
        max_items: int | None = None,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> Pages[m.Memory]:
        """Iterate over all memories that `list` shows, newest first.

        Pages are fetched when they are needed, and no memory is returned twice. If you delete
        memories while you iterate, others are skipped: convert the iterator to a list first.

        Args:
            page_size: How many memories to fetch with one request, from 1 to 100.
            max_items: The most memories to return; None for all.
            scopes: The scopes to list; None for all that the user may read.
            user_id: The user whose memories to list; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            ValidationError: There is no user id, or a number is out of range.
            InvalidResponseError: The server returned the same page again.
        """

        def page(offset: int, limit: int) -> Call[list[m.Memory]]:
            call = Memories.list.build(limit=limit, offset=offset, scopes=scopes, user_id=user_id)
            return call.map(lambda found: found.memories)

        return by_offset(page, page_size, max_items)

    @endpoint
    def create(
        self,
        content: str,
        *,
        type: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> Call[m.CreatedMemory]:
        """Store a memory as it is. Each call stores one, even if a similar memory exists.

        Args:
            content: The text to remember.
            type: Its category, such as `"preference"`; the server's default is `"general"`.
            metadata: JSON data to store with the memory.
            scope: Who can read the memory: `"user"` (the default), `"group"` or `"formation"`, for
                which the user needs permission.
            scope_id: The id of the group.
            user_id: The user to store it for; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            AuthorizationError: The user may not write to the scope.
        """
        fields = drop_none(
            content=content, type=type, metadata=metadata, scope=scope, scope_id=scope_id
        )
        body, kind = validate_body(m.MemoryRequest, fields), m.CreatedMemory
        where = path("memories")
        return Call("POST", where, kind, KeyKind.EITHER, user=_USER, user_id=user_id, body=body)

    @endpoint
    def ingest(
        self,
        content: str | m.IngestItem | Mapping[str, object],
        *,
        source: str | None = None,
        source_id: str | None = None,
        timestamp: datetime | None = None,
        subject: str | None = None,
        metadata: Mapping[str, object] | None = None,
        scope: m.MemoryScope | None = None,
        scope_id: str | None = None,
        user_id: str | None = None,
    ) -> Call[m.Ingestion]:
        """Extract memories from an item, in the background.

        An item with a `source_id` is ingested only once, so the call is retried after errors. If
        the first attempt succeeded but its response was lost, the result's status is `duplicate`.

        Example:
            ```python
            alice.memories.ingest("Dinner with Bob on Friday", source="calendar", source_id="42")
            ```

        Args:
            content: The text, or an `IngestItem` or a mapping with its fields.
            source: The system that the item comes from, such as `"calendar"`. Required unless the
                item has it.
            source_id: The item's id in that system.
            timestamp: When it happened, with a time zone.
            subject: Who or what the item is about, if not the user.
            metadata: JSON data to store with the item.
            scope: Who can read the memories: `"user"` (the default), `"group"` or `"formation"`.
            scope_id: The id of the group.
            user_id: The user to remember it for; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            ValidationError: The item is incomplete or has a wrong field.
            RateLimitError: Too many ingestions of the user are running; nothing was accepted.
        """
        fields = drop_none(
            source=source,
            source_id=source_id,
            timestamp=timestamp,
            subject=subject,
            metadata=metadata,
            scope=scope,
            scope_id=scope_id,
        )
        body = validate_body(m.IngestItem, {**_fields_of(content), **fields})
        return Call(
            "POST",
            path("memories"),
            m.Ingestion,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            body=body,
            idempotent=body.source_id is not None,
        )

    @endpoint
    def ingest_batch(
        self, items: Sequence[m.IngestItem | Mapping[str, object]], *, user_id: str | None = None
    ) -> Call[m.IngestionBatch]:
        """Extract memories from many items, in one background job.

        The server accepts or refuses each item: see its `status` in the result. If all items have a
        `source_id`, the call is retried after errors.

        Args:
            items: The items, at most 100 unless the formation is configured otherwise.
            user_id: The user to remember them for; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            ValidationError: There are no items or too many, or one is incomplete.
            RateLimitError: Too many ingestions of the user are running; nothing was accepted.
        """
        body = validate_body(m.MemoryBatchRequest, {"items": items})
        return Call(
            "POST",
            path("memories", "batch"),
            m.IngestionBatch,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            body=body,
            idempotent=all(item.source_id is not None for item in body.items),
        )

    @endpoint
    def get_ingestion(
        self, processing_id: str, *, user_id: str | None = None
    ) -> Call[m.IngestionStatus]:
        """Return the state of an ingestion.

        Args:
            processing_id: The `processing_id` of an `Ingestion` or `IngestionBatch`.
            user_id: The user who ingested it; overrides the client's user. Not needed if the client
                has only the admin key.

        Raises:
            AuthenticationError: The key is wrong.
            AuthorizationError: It is another user's ingestion.
            NotFoundError: There is no such ingestion, or it ended more than 5 minutes ago.
        """
        where, kind = path("memories", "ingestion", processing_id), m.IngestionStatus
        return Call("GET", where, kind, KeyKind.EITHER, user=_OWNER, user_id=user_id)

    @flow
    def wait_for_ingestion(
        self,
        processing_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> Flow[m.IngestionStatus]:
        """Wait until an ingestion is completed or failed.

        Args:
            processing_id: The `processing_id` of an `Ingestion` or `IngestionBatch`.
            timeout: The most seconds to wait; None for no limit.
            poll_interval: Seconds between two status requests.
            user_id: The user who ingested it; overrides the client's user. Not needed if the client
                has only the admin key.

        Raises:
            AuthenticationError: The key is wrong.
            NotFoundError: There is no such ingestion, or the server has forgotten it.
            TimeoutError: The ingestion is still running. It continues.
        """
        look = Memories.get_ingestion.build(processing_id, user_id=user_id)
        return until_terminal(look, processing_id, timeout, poll_interval)

    @endpoint
    def get_entity_provenance(
        self, entity: str, *, user_id: str | None = None
    ) -> Call[m.EntityProvenance]:
        """Return what the formation believes about an entity, and the events behind it.

        Args:
            entity: The entity's name in the knowledge graph, such as `"London"`.
            user_id: The user whose memories to search; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            NotFoundError: The user's knowledge graph has no such entity.
            UnavailableError: The formation has no knowledge graph.
        """
        where, kind = path("memories", "provenance"), m.EntityProvenance
        asked = query(entity=entity)
        return Call("GET", where, kind, KeyKind.EITHER, user=_USER, user_id=user_id, query=asked)

    @endpoint
    def get_event_provenance(
        self, event_id: str, *, user_id: str | None = None
    ) -> Call[m.EventProvenance]:
        """Return an event and the events that led to it.

        Args:
            event_id: The event's id, such as the `event_id` of an `Ingestion`.
            user_id: The user whose event it is; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            NotFoundError: The user has no such event.
            UnavailableError: The formation records no events.
        """
        where, kind = path("memories", "provenance"), m.EventProvenance
        asked = query(event_id=event_id)
        return Call("GET", where, kind, KeyKind.EITHER, user=_USER, user_id=user_id, query=asked)

    @endpoint
    def delete(self, memory_id: str, *, user_id: str | None = None) -> Call[m.DeletedMemory]:
        """Delete a memory for good. This version of the runtime doesn't check who owns it.

        Args:
            memory_id: The memory's id, as `list` shows it.
            user_id: The user whose memory it is; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
            NotFoundError: There is no memory with this id.
        """
        gone = str(memory_id)
        return Call(
            "DELETE",
            path("memories", memory_id),
            m.DeletedMemory,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            already_done=AlreadyDone(404, m.DeletedMemory(deleted=gone), says=gone),
        )


def _fields_of(content: str | m.IngestItem | Mapping[str, object]) -> Mapping[str, object]:
    if isinstance(content, Mapping):
        return content
    if isinstance(content, m.IngestItem):
        return {name: getattr(content, name) for name in content.model_fields_set}
    return {"content": content}
