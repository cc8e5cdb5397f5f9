"""The SDK method for each path: memories, memory administration, buffer, distilleries."""

from __future__ import annotations

from collections.abc import Callable

from muxi import FormationClient

_BUFFER = r"/v1/memory/buffer"
_ITEM = {"content": "Meeting at nine", "source": "calendar"}
PRIVATE_KEY = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
"""The key of RFC 8032, section 7.1, test 1."""


def _submit(f: FormationClient) -> object:
    event = {"event_type": "fact.extracted", "source_id": "s", "payload": {"memory": "m"}}
    batch = {"batch_id": "b", "events": [event]}
    return f.distilled.submit(batch, distillery_id="d", private_key=PRIVATE_KEY)


ASK: list[tuple[str, str, Callable[[FormationClient], object]]] = [
    ("GET", r"/v1/memories", lambda f: f.memories.list()),
    ("POST", r"/v1/memories", lambda f: f.memories.create("Alice likes tea")),
    ("POST", r"/v1/memories#source", lambda f: f.memories.ingest(_ITEM)),
    ("POST", r"/v1/memories/batch", lambda f: f.memories.ingest_batch([_ITEM])),
    ("GET", r"/v1/memories/ingestion/[^/]+", lambda f: f.memories.get_ingestion("i")),
    ("GET", r"/v1/memories/provenance", lambda f: f.memories.get_entity_provenance("Ada")),
    ("GET", r"/v1/memories/provenance#event", lambda f: f.memories.get_event_provenance("e")),
    ("DELETE", r"/v1/memories/[^/]+", lambda f: f.memories.delete("x")),
    ("POST", r"/v1/memories/distilled", _submit),
    ("GET", r"/v1/memories/distilled/[^/]+", lambda f: f.distilled.get_status("d")),
    ("GET", r"/v1/memory/stats", lambda f: f.memory.get_stats()),
    ("POST", r"/v1/memory/rebuild", lambda f: f.memory.rebuild(user_id="alice")),
    ("GET", r"/v1/memory/rebuild/[^/]+", lambda f: f.memory.get_rebuild_status("r")),
    ("POST", r"/v1/memory/backfill", lambda f: f.memory.backfill(user_id="alice")),
    ("POST", r"/v1/memory/forget", lambda f: f.memory.forget(user_id="alice", source="crm")),
    ("GET", r"/v1/memory/forget/[^/]+", lambda f: f.memory.get_forget_status("f")),
    ("POST", r"/v1/memory/lint", lambda f: f.memory.lint()),
    ("GET", _BUFFER, lambda f: f.memory.buffer.get_status()),
    ("DELETE", _BUFFER, lambda f: f.memory.buffer.clear()),
    ("DELETE", rf"{_BUFFER}/[^/]+", lambda f: f.memory.buffer.clear_session("s")),
    ("GET", r"/v1/memory/distilleries", lambda f: f.memory.distilleries.list()),
    (
        "POST",
        r"/v1/memory/distilleries",
        lambda f: f.memory.distilleries.register("d", public_key="k"),
    ),
    ("DELETE", r"/v1/memory/distilleries/[^/]+", lambda f: f.memory.distilleries.revoke("d")),
]
