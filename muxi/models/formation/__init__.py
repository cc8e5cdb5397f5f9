"""The models of the Formation API, one file a noun, each imported on first use."""

from ..._lazy import lazy as _lazy

TYPE_CHECKING = False  # what type checkers take as true; `typing` takes long to import

if TYPE_CHECKING:
    from ._config import ConfigBlock as ConfigBlock
    from .agents import Agent as Agent
    from .agents import AgentKnowledge as AgentKnowledge
    from .agents import AgentList as AgentList
    from .agents import KnowledgeRebuild as KnowledgeRebuild
    from .agents import KnowledgeSource as KnowledgeSource
    from .agents import KnowledgeSync as KnowledgeSync
    from .agents import RebuildReport as RebuildReport
    from .agents import RebuildRequest as RebuildRequest
    from .agents import RebuiltTree as RebuiltTree
    from .agents import SyncRequest as SyncRequest
    from .agents import SyncResult as SyncResult
    from .audit import AuditCleared as AuditCleared
    from .audit import AuditedKind as AuditedKind
    from .audit import AuditEntry as AuditEntry
    from .audit import AuditLog as AuditLog
    from .blocks import A2aConfig as A2aConfig
    from .blocks import BackgroundConfig as BackgroundConfig
    from .blocks import BufferConfig as BufferConfig
    from .blocks import ConversationDestinations as ConversationDestinations
    from .blocks import ConversationLog as ConversationLog
    from .blocks import DistilleryConfig as DistilleryConfig
    from .blocks import LintConfig as LintConfig
    from .blocks import LlmSettings as LlmSettings
    from .blocks import LogDestination as LogDestination
    from .blocks import LogDestinations as LogDestinations
    from .blocks import LoggingConfig as LoggingConfig
    from .blocks import LogLevel as LogLevel
    from .blocks import LogStream as LogStream
    from .blocks import McpDefaults as McpDefaults
    from .blocks import MemoryConfig as MemoryConfig
    from .blocks import PersistentMemoryConfig as PersistentMemoryConfig
    from .blocks import SchedulerSettings as SchedulerSettings
    from .blocks import SystemLog as SystemLog
    from .blocks import WorkingMemoryConfig as WorkingMemoryConfig
    from .chat import Attachment as Attachment
    from .chat import AudioRequest as AudioRequest
    from .chat import ChatRequest as ChatRequest
    from .chat import UiResponse as UiResponse
    from .config import CommandsBlock as CommandsBlock
    from .config import ConfigCount as ConfigCount
    from .config import ConfigResource as ConfigResource
    from .config import ConfigSummary as ConfigSummary
    from .config import FormationDocument as FormationDocument
    from .config import McpBlock as McpBlock
    from .config import McpSummary as McpSummary
    from .config import ProactiveBlock as ProactiveBlock
    from .config import SchedulerBlock as SchedulerBlock
    from .config import ServerBlock as ServerBlock
    from .config import UserCredentialsBlock as UserCredentialsBlock
    from .credentials import Credential as Credential
    from .credentials import CredentialList as CredentialList
    from .credentials import CredentialRequest as CredentialRequest
    from .credentials import CredentialService as CredentialService
    from .credentials import CredentialServiceList as CredentialServiceList
    from .credentials import DeletedCredential as DeletedCredential
    from .events import Cancelled as Cancelled
    from .events import ChatEvent as ChatEvent
    from .events import Completed as Completed
    from .events import ErrorNotice as ErrorNotice
    from .events import Failed as Failed
    from .events import Planning as Planning
    from .events import Progress as Progress
    from .events import Replanning as Replanning
    from .events import TextDelta as TextDelta
    from .events import Thinking as Thinking
    from .events import TokenEvent as TokenEvent
    from .events import ToolCall as ToolCall
    from .events import TurnEvent as TurnEvent
    from .events import UnknownEvent as UnknownEvent
    from .events import Widgets as Widgets
    from .events import WorkflowProgress as WorkflowProgress
    from .history import History as History
    from .history import HistoryEntry as HistoryEntry
    from .history import HistorySource as HistorySource
    from .jobs import DeletedJob as DeletedJob
    from .jobs import Job as Job
    from .jobs import JobList as JobList
    from .jobs import JobRequest as JobRequest
    from .jobs import JobState as JobState
    from .jobs import JobSwitch as JobSwitch
    from .jobs import JobUpdate as JobUpdate
    from .jobs import JobUpdateRequest as JobUpdateRequest
    from .mcp import McpServer as McpServer
    from .mcp import McpServerList as McpServerList
    from .mcp import McpTool as McpTool
    from .mcp import McpToolList as McpToolList
    from .mcp import ToolParameter as ToolParameter
    from .notifications import Notification as Notification
    from .notifications import NotificationRequest as NotificationRequest
    from .overlord import CachingConfig as CachingConfig
    from .overlord import ClarificationConfig as ClarificationConfig
    from .overlord import OverlordBlock as OverlordBlock
    from .overlord import OverlordConfig as OverlordConfig
    from .overlord import ResponseConfig as ResponseConfig
    from .overlord import Soul as Soul
    from .overlord import WorkflowConfig as WorkflowConfig
    from .replies import Acknowledgement as Acknowledgement
    from .replies import ArtifactMetadata as ArtifactMetadata
    from .replies import ArtifactPreview as ArtifactPreview
    from .replies import AssistantMessage as AssistantMessage
    from .replies import ChatAccepted as ChatAccepted
    from .replies import ChatReply as ChatReply
    from .replies import ChatTurn as ChatTurn
    from .replies import ContentPart as ContentPart
    from .replies import ReplyArtifact as ReplyArtifact
    from .replies import ReplyMetadata as ReplyMetadata
    from .requests import Cancellation as Cancellation
    from .requests import RequestList as RequestList
    from .requests import RequestState as RequestState
    from .requests import RequestStatus as RequestStatus
    from .requests import RequestSummary as RequestSummary
    from .secrets import SecretChange as SecretChange
    from .secrets import SecretCreate as SecretCreate
    from .secrets import SecretList as SecretList
    from .secrets import SecretsReloaded as SecretsReloaded
    from .secrets import SecretUpdate as SecretUpdate
    from .secrets import SecretValue as SecretValue
    from .sessions import MessageList as MessageList
    from .sessions import MessageMetadata as MessageMetadata
    from .sessions import RestoredSession as RestoredSession
    from .sessions import RestoreMessage as RestoreMessage
    from .sessions import RestoreRequest as RestoreRequest
    from .sessions import Session as Session
    from .sessions import SessionList as SessionList
    from .sessions import SessionMessage as SessionMessage
    from .sessions import SessionSummary as SessionSummary
    from .skills import AgentSkill as AgentSkill
    from .skills import AgentSkillList as AgentSkillList
    from .skills import Skill as Skill
    from .skills import SkillList as SkillList
    from .skills import SkillScope as SkillScope
    from .skills import SkillSummary as SkillSummary
    from .sops import Sop as Sop
    from .sops import SopList as SopList
    from .sops import SopSummary as SopSummary
    from .status import Counts as Counts
    from .status import FormationIdentity as FormationIdentity
    from .status import FormationStatus as FormationStatus
    from .status import Health as Health
    from .status import MemoryUse as MemoryUse
    from .status import RequestCounts as RequestCounts
    from .status import Running as Running
    from .status import Stats as Stats
    from .triggers import Trigger as Trigger
    from .triggers import TriggerList as TriggerList
    from .triggers import TriggerOutcome as TriggerOutcome
    from .triggers import TriggerRequest as TriggerRequest
    from .triggers import TriggerRun as TriggerRun
    from .tuning import Tuning as Tuning
    from .tuning import TuningApplied as TuningApplied
    from .tuning import TuningDismissed as TuningDismissed
    from .tuning import TuningRun as TuningRun
    from .tuning import TuningUpdate as TuningUpdate
    from .tuning import TuningUpdated as TuningUpdated
    from .users import ChannelsRequest as ChannelsRequest
    from .users import Identifier as Identifier
    from .users import LinkRequest as LinkRequest
    from .users import ResolveRequest as ResolveRequest
    from .users import UnlinkedIdentifier as UnlinkedIdentifier
    from .users import UserChannels as UserChannels
    from .users import UserIdentifier as UserIdentifier
    from .users import UserIdentifierList as UserIdentifierList
    from .users import UserIdentity as UserIdentity
    from .widgets import ActionLink as ActionLink
    from .widgets import McpResource as McpResource
    from .widgets import Option as Option
    from .widgets import OptionsWidget as OptionsWidget
    from .widgets import UnknownWidget as UnknownWidget
    from .widgets import Widget as Widget

__getattr__, __dir__ = _lazy(
    __name__,
    {
        "_config": "ConfigBlock",
        "agents": (
            "Agent AgentKnowledge AgentList KnowledgeRebuild KnowledgeSource "
            "KnowledgeSync RebuildReport RebuildRequest RebuiltTree SyncRequest "
            "SyncResult"
        ),
        "audit": "AuditCleared AuditEntry AuditLog AuditedKind",
        "blocks": (
            "A2aConfig BackgroundConfig BufferConfig ConversationDestinations "
            "ConversationLog DistilleryConfig LintConfig LlmSettings LogDestination "
            "LogDestinations LogLevel LogStream LoggingConfig McpDefaults "
            "MemoryConfig PersistentMemoryConfig SchedulerSettings SystemLog "
            "WorkingMemoryConfig"
        ),
        "chat": "Attachment AudioRequest ChatRequest UiResponse",
        "config": (
            "CommandsBlock ConfigCount ConfigResource ConfigSummary FormationDocument "
            "McpBlock McpSummary ProactiveBlock SchedulerBlock ServerBlock "
            "UserCredentialsBlock"
        ),
        "credentials": (
            "Credential CredentialList CredentialRequest CredentialService "
            "CredentialServiceList DeletedCredential"
        ),
        "events": (
            "Cancelled ChatEvent Completed ErrorNotice Failed Planning Progress "
            "Replanning TextDelta Thinking TokenEvent ToolCall TurnEvent UnknownEvent "
            "Widgets WorkflowProgress"
        ),
        "history": "History HistoryEntry HistorySource",
        "jobs": ("DeletedJob Job JobList JobRequest JobState JobSwitch JobUpdate JobUpdateRequest"),
        "mcp": "McpServer McpServerList McpTool McpToolList ToolParameter",
        "notifications": "Notification NotificationRequest",
        "overlord": (
            "CachingConfig ClarificationConfig OverlordBlock OverlordConfig "
            "ResponseConfig Soul WorkflowConfig"
        ),
        "replies": (
            "Acknowledgement ArtifactMetadata ArtifactPreview AssistantMessage "
            "ChatAccepted ChatReply ChatTurn ContentPart ReplyArtifact ReplyMetadata"
        ),
        "requests": "Cancellation RequestList RequestState RequestStatus RequestSummary",
        "secrets": (
            "SecretChange SecretCreate SecretList SecretUpdate SecretValue SecretsReloaded"
        ),
        "sessions": (
            "MessageList MessageMetadata RestoreMessage RestoreRequest "
            "RestoredSession Session SessionList SessionMessage SessionSummary"
        ),
        "skills": "AgentSkill AgentSkillList Skill SkillList SkillScope SkillSummary",
        "sops": "Sop SopList SopSummary",
        "status": (
            "Counts FormationIdentity FormationStatus Health MemoryUse RequestCounts Running Stats"
        ),
        "triggers": "Trigger TriggerList TriggerOutcome TriggerRequest TriggerRun",
        "tuning": ("Tuning TuningApplied TuningDismissed TuningRun TuningUpdate TuningUpdated"),
        "users": (
            "ChannelsRequest Identifier LinkRequest ResolveRequest UnlinkedIdentifier "
            "UserChannels UserIdentifier UserIdentifierList UserIdentity"
        ),
        "widgets": "ActionLink McpResource Option OptionsWidget UnknownWidget Widget",
    },
)
