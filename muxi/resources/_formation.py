"""Written by `make generate`: the namespaces as each kind of client has them."""

from .formation.agents import Agents as Agents
from .formation.artifacts import Artifacts as Artifacts
from .formation.audit import Audit as Audit
from .formation.buffer import Buffer as Buffer
from .formation.chat import Audio as Audio
from .formation.chat import Chat as Chat
from .formation.config import Config as Config
from .formation.credentials import Credentials as Credentials
from .formation.distilled import Distilled as Distilled
from .formation.distilleries import Distilleries as Distilleries
from .formation.feeds import Events as Events
from .formation.feeds import Logs as Logs
from .formation.history import History as History
from .formation.jobs import Jobs as Jobs
from .formation.knowledge import Knowledge as Knowledge
from .formation.mcp import Mcp as Mcp
from .formation.memories import Memories as Memories
from .formation.memory import Memory as Memory
from .formation.notifications import Notifications as Notifications
from .formation.requests import Requests as Requests
from .formation.root import FormationApi as FormationApi
from .formation.secrets import Secrets as Secrets
from .formation.sessions import Sessions as Sessions
from .formation.skills import Skills as Skills
from .formation.sops import Sops as Sops
from .formation.triggers import Triggers as Triggers
from .formation.tuning import Tuning as Tuning
from .formation.users import Users as Users

AsyncAgents = RawAgents = AsyncRawAgents = Agents
AsyncArtifacts = RawArtifacts = AsyncRawArtifacts = Artifacts
AsyncAudio = RawAudio = AsyncRawAudio = Audio
AsyncAudit = RawAudit = AsyncRawAudit = Audit
AsyncBuffer = RawBuffer = AsyncRawBuffer = Buffer
AsyncChat = RawChat = AsyncRawChat = Chat
AsyncConfig = RawConfig = AsyncRawConfig = Config
AsyncCredentials = RawCredentials = AsyncRawCredentials = Credentials
AsyncDistilled = RawDistilled = AsyncRawDistilled = Distilled
AsyncDistilleries = RawDistilleries = AsyncRawDistilleries = Distilleries
AsyncEvents = RawEvents = AsyncRawEvents = Events
AsyncFormationApi = RawFormationApi = AsyncRawFormationApi = FormationApi
AsyncHistory = RawHistory = AsyncRawHistory = History
AsyncJobs = RawJobs = AsyncRawJobs = Jobs
AsyncKnowledge = RawKnowledge = AsyncRawKnowledge = Knowledge
AsyncLogs = RawLogs = AsyncRawLogs = Logs
AsyncMcp = RawMcp = AsyncRawMcp = Mcp
AsyncMemories = RawMemories = AsyncRawMemories = Memories
AsyncMemory = RawMemory = AsyncRawMemory = Memory
AsyncNotifications = RawNotifications = AsyncRawNotifications = Notifications
AsyncRequests = RawRequests = AsyncRawRequests = Requests
AsyncSecrets = RawSecrets = AsyncRawSecrets = Secrets
AsyncSessions = RawSessions = AsyncRawSessions = Sessions
AsyncSkills = RawSkills = AsyncRawSkills = Skills
AsyncSops = RawSops = AsyncRawSops = Sops
AsyncTriggers = RawTriggers = AsyncRawTriggers = Triggers
AsyncTuning = RawTuning = AsyncRawTuning = Tuning
AsyncUsers = RawUsers = AsyncRawUsers = Users
