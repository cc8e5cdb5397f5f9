"""The models of the Formation API, one file a noun, each imported on first use."""

from ..._lazy import lazy as _lazy

TYPE_CHECKING = False  # what type checkers take as true; `typing` takes long to import

if TYPE_CHECKING:
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
    from .chat import Attachment as Attachment
    from .chat import AudioRequest as AudioRequest
    from .chat import ChatRequest as ChatRequest
    from .chat import UiResponse as UiResponse
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
    from .mcp import McpServer as McpServer
    from .mcp import McpServerList as McpServerList
    from .mcp import McpTool as McpTool
    from .mcp import McpToolList as McpToolList
    from .mcp import ToolParameter as ToolParameter
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
    from .widgets import ActionLink as ActionLink
    from .widgets import McpResource as McpResource
    from .widgets import Option as Option
    from .widgets import OptionsWidget as OptionsWidget
    from .widgets import UnknownWidget as UnknownWidget
    from .widgets import Widget as Widget

__getattr__, __dir__ = _lazy(
    __name__,
    {
        "agents": (
            "Agent AgentKnowledge AgentList KnowledgeRebuild KnowledgeSource KnowledgeSync "
            "RebuildReport RebuildRequest RebuiltTree SyncRequest SyncResult"
        ),
        "chat": "Attachment AudioRequest ChatRequest UiResponse",
        "events": (
            "Cancelled ChatEvent Completed ErrorNotice Failed Planning Progress "
            "Replanning TextDelta Thinking TokenEvent ToolCall TurnEvent "
            "UnknownEvent Widgets WorkflowProgress"
        ),
        "mcp": "McpServer McpServerList McpTool McpToolList ToolParameter",
        "replies": (
            "Acknowledgement ArtifactMetadata ArtifactPreview AssistantMessage "
            "ChatAccepted ChatReply ChatTurn ContentPart ReplyArtifact "
            "ReplyMetadata"
        ),
        "requests": "Cancellation RequestList RequestState RequestStatus RequestSummary",
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
        "widgets": "ActionLink McpResource Option OptionsWidget UnknownWidget Widget",
    },
)
