"""What a call of a formation client sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import muxi

from .clients import ClientKind
from .fake_server import FakeServer, Received, failure

NONE = failure(404, "RESOURCE_NOT_FOUND")


def sent(client_kind: ClientKind, use: Callable[[Any], Any], **settings: Any) -> Received:
    """Make a call that is answered with 404, and return its only request."""
    with FakeServer(NONE) as server:
        with pytest.raises(muxi.NotFoundError):
            client_kind.formation(server.url, use, **settings)
        [received] = server.received
    return received
