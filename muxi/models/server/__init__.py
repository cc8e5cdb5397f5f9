"""The models of the control plane, one file a noun, each imported on first use."""

from ..._lazy import lazy as _lazy

TYPE_CHECKING = False  # what type checkers take as true; `typing` takes long to import

if TYPE_CHECKING:
    from .formations import Formation as Formation
    from .formations import FormationList as FormationList
    from .formations import FormationState as FormationState
    from .formations import FormationSummary as FormationSummary
    from .formations import FormationVersion as FormationVersion
    from .status import FormationCounts as FormationCounts
    from .status import GoRuntime as GoRuntime
    from .status import Health as Health
    from .status import PortPool as PortPool
    from .status import ServerIdentity as ServerIdentity
    from .status import ServerStatus as ServerStatus

__getattr__, __dir__ = _lazy(
    __name__,
    {
        "formations": ("Formation FormationList FormationState FormationSummary FormationVersion"),
        "status": ("FormationCounts GoRuntime Health PortPool ServerIdentity ServerStatus"),
    },
)
