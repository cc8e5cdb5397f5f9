"""The control plane: one module for each namespace."""

from .dev import Dev as Dev
from .drafts import Drafts as Drafts
from .formations import Formations as Formations
from .root import ServerApi as ServerApi
