"""Memories, ingestion and provenance (contract B8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from ..._core.call import Call, KeyKind, UserRule, check_range, path, query
from ..._core.endpoint import Resource, TransportT, endpoint, flow, paging
from ..._core.steps import Flow, Pages
from ...models import formation as m
from .._inputs import drop_none, validate_body
from .._pages import by_offset
from .._waits import until_terminal

AnswerT = TypeVar("AnswerT")
_USER = UserRule.REQUIRED


class Memories(Resource[TransportT]):
    """What the formation remembers about users.

    What writes them raises `UnavailableError` in a formation without persistent memory. `list`,
    `create` and `delete` end in a `ServerError` on this runtime with SQLite.
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
        """List one page of memories, the newest first. `iter` walks all pages.

        Those that `create` has written, and what distilleries tell for the collection
        `"default"`. What the formation made of turns and ingestions is not among them.

        Args:
            limit: How many, from 1 to 100.
            offset: How many to leave out before.
            scopes: Only these; else all that the user may read.
            user_id: Whose memories; beats the client's own user.

        Raises:
            ValidationError: There is no user id, a number is out of bounds or a scope unknown.
        """
        size, start = check_range("limit", limit, 1, 100), check_range("offset", offset, 0, 2**63)
        asked = query(limit=size, offset=start, scopes=",".join(scopes) if scopes else None)
        where = path("memories")
        return Call(
            "GET", where, m.MemoryList, KeyKind.EITHER, user=_USER, user_id=user_id, query=asked
        )

    @paging
    def iter(
        self,
        *,
        page_size: int = 100,
        max_items: int | None = None,
        scopes: Sequence[m.MemoryScope] | None = None,
        user_id: str | None = None,
    ) -> Pages[m.Memory]:
        """Walk all that `list` shows, the newest first, fetching pages as they are needed.

        Nothing comes twice. What is deleted meanwhile hides others: take a `list` of the walk
        before you delete.

        Args:
            page_size: How many to fetch at once, from 1 to 100.
            max_items: Where to stop; None for all.
            scopes: Only these; else all that the user may read.
            user_id: Whose memories; beats the client's own user.

        Raises:
            ValidationError: There is no user id, or a number is out of bounds.
            InvalidResponseError: The server repeats itself instead of going on.
        """
        return by_offset(partial(_page, scopes, user_id), page_size, max_items)

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
        """Write a memory, word for word. Each call writes one, even if there is its like.

        Args:
            content: What to remember.
            type: Its kind, such as `"preference"`.
            metadata: Kept beside it.
            scope: Whose it is; all but `"user"` needs a grant.
            scope_id: Which group.
            user_id: Who writes it; beats the client's own user.

        Raises:
            AuthorizationError: The user may not write to the scope.
        """
        new = drop_none(
            content=content, type=type, metadata=metadata, scope=scope, scope_id=scope_id
        )
        return _post(validate_body(m.MemoryRequest, new), m.CreatedMemory, user_id)

    @endpoint
    def ingest(
        self, item: m.IngestItem | Mapping[str, object], *, user_id: str | None = None
    ) -> Call[m.Ingestion]:
        """Give the formation something to make memories of, in the background.

        An item with a `source_id` is ingested once, so it is sent again after errors. Should the
        first answer be lost, the second one says `duplicate`.

        Args:
            item: The content, its `source` and more.
            user_id: Whose memories; beats the client's own user.

        Raises:
            ValidationError: The item lacks something.
            RateLimitError: Too many ingestions of the user are going on; nothing was taken.
        """
        body = validate_body(m.IngestItem, item)
        return replace(_post(body, m.Ingestion, user_id), idempotent=body.source_id is not None)

    @endpoint
    def ingest_batch(
        self, items: Sequence[m.IngestItem | Mapping[str, object]], *, user_id: str | None = None
    ) -> Call[m.IngestionBatch]:
        """Give the formation many things to make memories of, in one background job.

        The server judges each item: look at their `status`. Where all have a `source_id`, the
        batch is sent again after errors.

        Args:
            items: The items, at most 100 unless the formation says otherwise.
            user_id: Whose memories; beats the client's own user.

        Raises:
            ValidationError: There is no item, or too many, or one lacks something.
            RateLimitError: Too many ingestions of the user are going on; nothing was taken.
        """
        body = validate_body(m.MemoryBatchRequest, {"items": items})
        call = _post(body, m.IngestionBatch, user_id, "batch")
        return replace(call, idempotent=all(item.source_id is not None for item in body.items))

    @endpoint
    def get_ingestion(
        self, processing_id: str, *, user_id: str | None = None
    ) -> Call[m.IngestionStatus]:
        """Fetch the state of an ingestion.

        Args:
            processing_id: Which ingestion.
            user_id: Whose; beats the client's own user. Not needed with the admin key alone.

        Raises:
            NotFoundError: There is none of this id, or it ended over five minutes ago.
            AuthorizationError: It is another user's.
        """
        where, whose = (
            path("memories", "ingestion", processing_id),
            UserRule.REQUIRED_WITH_CLIENT_KEY,
        )
        return Call("GET", where, m.IngestionStatus, KeyKind.EITHER, user=whose, user_id=user_id)

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
            processing_id: Which ingestion.
            timeout: Seconds to wait at most; None for as long as it takes.
            poll_interval: Seconds between two looks.
            user_id: Whose; beats the client's own user. Not needed with the admin key alone.

        Raises:
            TimeoutError: It still goes on.
            NotFoundError: There is none of this id, or no longer.
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
            user_id: The user whose memories to search; beats the client's own user.

        Raises:
            NotFoundError: The user's knowledge graph has no such entity.
            UnavailableError: The formation has no knowledge graph.
        """
        where, asked = path("memories", "provenance"), query(entity=entity)
        return Call(
            "GET",
            where,
            m.EntityProvenance,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            query=asked,
        )

    @endpoint
    def get_event_provenance(
        self, event_id: str, *, user_id: str | None = None
    ) -> Call[m.EventProvenance]:
        """Return an event and the events that led to it.

        Args:
            event_id: The event to trace back, such as `Ingestion.event_id`.
            user_id: The user whose event it is; beats the client's own user.

        Raises:
            NotFoundError: The user has no such event.
            UnavailableError: The formation records no events.
        """
        where, asked = path("memories", "provenance"), query(event_id=event_id)
        return Call(
            "GET",
            where,
            m.EventProvenance,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            query=asked,
        )

    @endpoint
    def delete(self, memory_id: str, *, user_id: str | None = None) -> Call[m.DeletedMemory]:
        """Delete a memory. This runtime doesn't look whose it is.

        Args:
            memory_id: Which memory.
            user_id: Whose; beats the client's own user.

        Raises:
            NotFoundError: There is no such memory.
        """
        where = path("memories", memory_id)
        return Call("DELETE", where, m.DeletedMemory, KeyKind.EITHER, user=_USER, user_id=user_id)


def _page(
    scopes: Sequence[m.MemoryScope] | None, user_id: str | None, offset: int, limit: int
) -> Call[list[m.Memory]]:
    page = Memories.list.build(limit=limit, offset=offset, scopes=scopes, user_id=user_id)
    return page.map(lambda found: found.memories)


def _post(
    body: m.MemoryRequest | m.IngestItem | m.MemoryBatchRequest,
    answer: type[AnswerT],
    user_id: str | None,
    *parts: str,
) -> Call[AnswerT]:
    where = path("memories", *parts)
    return Call("POST", where, answer, KeyKind.EITHER, user=_USER, user_id=user_id, body=body)
