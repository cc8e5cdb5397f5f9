"""Written by `make generate`: the namespaces as each kind of client has them."""

from .server.dev import Dev as Dev
from .server.drafts import Drafts as Drafts
from .server.formations import Formations as Formations
from .server.root import ServerApi as ServerApi

AsyncDev = Dev
RawDev = Dev
AsyncRawDev = Dev
AsyncDrafts = Drafts
RawDrafts = Drafts
AsyncRawDrafts = Drafts
AsyncFormations = Formations
RawFormations = Formations
AsyncRawFormations = Formations
AsyncServerApi = ServerApi
RawServerApi = ServerApi
AsyncRawServerApi = ServerApi
