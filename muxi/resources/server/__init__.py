"""The control plane, one file a namespace."""

from __future__ import annotations

from .formations import Formations as Formations
from .root import ServerApi as ServerApi
