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

AsyncAgents = Agents
RawAgents = Agents
AsyncRawAgents = Agents
AsyncArtifacts = Artifacts
RawArtifacts = Artifacts
AsyncRawArtifacts = Artifacts
AsyncAudio = Audio
RawAudio = Audio
AsyncRawAudio = Audio
AsyncAudit = Audit
RawAudit = Audit
AsyncRawAudit = Audit
AsyncBuffer = Buffer
RawBuffer = Buffer
AsyncRawBuffer = Buffer
AsyncChat = Chat
RawChat = Chat
AsyncRawChat = Chat
AsyncConfig = Config
RawConfig = Config
AsyncRawConfig = Config
AsyncCredentials = Credentials
RawCredentials = Credentials
AsyncRawCredentials = Credentials
AsyncDistilled = Distilled
RawDistilled = Distilled
AsyncRawDistilled = Distilled
AsyncDistilleries = Distilleries
RawDistilleries = Distilleries
AsyncRawDistilleries = Distilleries
AsyncEvents = Events
RawEvents = Events
AsyncRawEvents = Events
AsyncFormationApi = FormationApi
RawFormationApi = FormationApi
AsyncRawFormationApi = FormationApi
AsyncHistory = History
RawHistory = History
AsyncRawHistory = History
AsyncJobs = Jobs
RawJobs = Jobs
AsyncRawJobs = Jobs
AsyncKnowledge = Knowledge
RawKnowledge = Knowledge
AsyncRawKnowledge = Knowledge
AsyncLogs = Logs
RawLogs = Logs
AsyncRawLogs = Logs
AsyncMcp = Mcp
RawMcp = Mcp
AsyncRawMcp = Mcp
AsyncMemories = Memories
RawMemories = Memories
AsyncRawMemories = Memories
AsyncMemory = Memory
RawMemory = Memory
AsyncRawMemory = Memory
AsyncNotifications = Notifications
RawNotifications = Notifications
AsyncRawNotifications = Notifications
AsyncRequests = Requests
RawRequests = Requests
AsyncRawRequests = Requests
AsyncSecrets = Secrets
RawSecrets = Secrets
AsyncRawSecrets = Secrets
AsyncSessions = Sessions
RawSessions = Sessions
AsyncRawSessions = Sessions
AsyncSkills = Skills
RawSkills = Skills
AsyncRawSkills = Skills
AsyncSops = Sops
RawSops = Sops
AsyncRawSops = Sops
AsyncTriggers = Triggers
RawTriggers = Triggers
AsyncRawTriggers = Triggers
AsyncTuning = Tuning
RawTuning = Tuning
AsyncRawTuning = Tuning
AsyncUsers = Users
RawUsers = Users
AsyncRawUsers = Users
