"""The Python SDK for MUXI, infrastructure for AI agents.

`FormationClient` talks to a formation, `ServerClient` to the server that runs formations; their
async twins are `AsyncFormationClient` and `AsyncServerClient`. The models are in
`muxi.models.formation` and `muxi.models.server`.
"""

from ._lazy import attach as _attach

__getattr__, __dir__, __all__ = _attach(__name__)
