"""Intended differences between the emulator's responses and the recorded ones, and why."""

from __future__ import annotations

_PAGE = "The server's page is its own; a browser sees as well from a plain one that it is up."

_FRESH = "It was asked of a server that had just started; turns come before it here."

DIFFERENCES = {
    "root": _PAGE,
    "v1_root": _PAGE,
    "v1_root_slash": _PAGE,
    "v1_v1": _PAGE,
    "single_user/memory_stats": _FRESH,
    "single_user/memory_buffers": _FRESH,
    "ingestion_status": "The lab's embeddings were broken, so its items carry `classify_error`; "
    "and its usage names the model that it asked.",
    "multi_user/provenance_real_entity": "It builds no knowledge graph: no entity is ever known.",
    "odd_job_no_instant": "The words are those of a version of Python.",
    "distillery_bad": "The words are those of a version of `cryptography`.",
}
