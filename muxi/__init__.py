"""The Python SDK for MUXI, infrastructure for AI agents.

`FormationClient` talks to a formation, `ServerClient` to the server that runs formations; their
async twins are `AsyncFormationClient` and `AsyncServerClient`. The models are in
`muxi.models.formation` and `muxi.models.server`.
"""

from ._lazy import lazy as _lazy
from ._version import __version__ as __version__

TYPE_CHECKING = False  # what type checkers take as true; `typing` takes long to import

if TYPE_CHECKING:
    from ._core.call import Response as Response
    from .clients import AsyncFormationClient as AsyncFormationClient
    from .clients import AsyncServerClient as AsyncServerClient
    from .clients import FormationClient as FormationClient
    from .clients import ServerClient as ServerClient
    from .errors import AuthenticationError as AuthenticationError
    from .errors import AuthorizationError as AuthorizationError
    from .errors import ConfigurationError as ConfigurationError
    from .errors import ConflictError as ConflictError
    from .errors import ConnectionError as ConnectionError
    from .errors import InvalidResponseError as InvalidResponseError
    from .errors import MuxiError as MuxiError
    from .errors import NotFoundError as NotFoundError
    from .errors import RateLimitError as RateLimitError
    from .errors import ServerError as ServerError
    from .errors import StreamError as StreamError
    from .errors import StreamInterruptedError as StreamInterruptedError
    from .errors import TimeoutError as TimeoutError
    from .errors import UnavailableError as UnavailableError
    from .errors import ValidationError as ValidationError
    from .retry import Retry as Retry
    from .settings import FormationSettings as FormationSettings
    from .settings import ServerSettings as ServerSettings

__getattr__, __dir__ = _lazy(
    __name__,
    {
        "_core.call": "Response",
        "clients": "AsyncFormationClient AsyncServerClient FormationClient ServerClient",
        "errors": (
            "AuthenticationError AuthorizationError ConfigurationError ConflictError "
            "ConnectionError InvalidResponseError MuxiError NotFoundError RateLimitError "
            "ServerError StreamError StreamInterruptedError TimeoutError UnavailableError "
            "ValidationError"
        ),
        "retry": "Retry",
        "settings": "FormationSettings ServerSettings",
    },
)
