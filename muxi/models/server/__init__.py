"""The models of the control plane, one file a noun, each imported on first use."""

from ..._lazy import lazy as _lazy

TYPE_CHECKING = False  # what type checkers take as true; `typing` takes long to import

if TYPE_CHECKING:
    from .actions import CancelledUpdate as CancelledUpdate
    from .actions import DeletedFormation as DeletedFormation
    from .actions import StoppedFormation as StoppedFormation
    from .deployments import Deployment as Deployment
    from .deployments import DownloadedFormation as DownloadedFormation
    from .deployments import Progress as Progress
    from .deployments import Stage as Stage
    from .dev import DevRun as DevRun
    from .dev import DevRunRequest as DevRunRequest
    from .dev import DevStop as DevStop
    from .dev import DevStopRequest as DevStopRequest
    from .drafts import CreatedDraft as CreatedDraft
    from .drafts import DeletedDraftFile as DeletedDraftFile
    from .drafts import DiscardedDraft as DiscardedDraft
    from .drafts import DraftAnswer as DraftAnswer
    from .drafts import DraftEntry as DraftEntry
    from .drafts import DraftFile as DraftFile
    from .drafts import DraftFileList as DraftFileList
    from .drafts import DraftRequest as DraftRequest
    from .drafts import DraftState as DraftState
    from .drafts import LiveState as LiveState
    from .drafts import WrittenDraftFile as WrittenDraftFile
    from .formations import Formation as Formation
    from .formations import FormationList as FormationList
    from .formations import FormationState as FormationState
    from .formations import FormationSummary as FormationSummary
    from .formations import FormationVersion as FormationVersion
    from .logs import FormationLogs as FormationLogs
    from .logs import LogCounts as LogCounts
    from .logs import LogLine as LogLine
    from .logs import LogLines as LogLines
    from .status import FormationCounts as FormationCounts
    from .status import GoRuntime as GoRuntime
    from .status import Health as Health
    from .status import PortPool as PortPool
    from .status import ServerIdentity as ServerIdentity
    from .status import ServerStatus as ServerStatus

__getattr__, __dir__ = _lazy(
    __name__,
    {
        "actions": "CancelledUpdate DeletedFormation StoppedFormation",
        "deployments": "Deployment DownloadedFormation Progress Stage",
        "dev": "DevRun DevRunRequest DevStop DevStopRequest",
        "drafts": (
            "CreatedDraft DeletedDraftFile DiscardedDraft DraftAnswer DraftEntry "
            "DraftFile DraftFileList DraftRequest DraftState LiveState "
            "WrittenDraftFile"
        ),
        "formations": ("Formation FormationList FormationState FormationSummary FormationVersion"),
        "logs": "FormationLogs LogCounts LogLine LogLines",
        "status": "FormationCounts GoRuntime Health PortPool ServerIdentity ServerStatus",
    },
)
