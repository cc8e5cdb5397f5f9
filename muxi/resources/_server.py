"""Written by `make generate`: the namespaces as each kind of client has them."""

from .server.dev import Dev as Dev
from .server.drafts import Drafts as Drafts
from .server.formations import Formations as Formations
from .server.root import ServerApi as ServerApi

AsyncDev = RawDev = AsyncRawDev = Dev
AsyncDrafts = RawDrafts = AsyncRawDrafts = Drafts
AsyncFormations = RawFormations = AsyncRawFormations = Formations
AsyncServerApi = RawServerApi = AsyncRawServerApi = ServerApi
