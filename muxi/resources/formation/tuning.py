"""Tuning (contract B22)."""

from __future__ import annotations

from ..._core.call import AlreadyDone, Call, KeyKind, path
from ..._core.checks import check_int
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import validate_body

_LARGEST = 32_768


class Tuning(Resource):
    """The guidance that the formation learns over time and adds to each turn. Needs the admin key.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            formation.tuning.replace("Answer in one sentence.")
            print(formation.tuning.get().content)
        ```
    """

    @endpoint
    def get(self) -> Call[m.Tuning]:
        """Return the guidance in use, without leading and trailing white space.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("tuning"), m.Tuning, KeyKind.ADMIN)

    @endpoint
    def replace(self, content: str) -> Call[m.TuningUpdated]:
        """Replace the guidance in use. The old one is lost.

        Args:
            content: The new guidance in Markdown, at most 32,768 bytes in UTF-8.

        Raises:
            AuthenticationError: The admin key is wrong.
            ValidationError: The content is too large.
        """
        body = validate_body(m.TuningUpdate, {"content": content})
        size = len(body.content.encode(errors="surrogatepass"))
        check_int("The size of content in bytes", size, 0, _LARGEST)
        return Call("POST", path("tuning"), m.TuningUpdated, KeyKind.ADMIN, body=body)

    @endpoint
    def get_pending(self) -> Call[m.Tuning]:
        """Return the suggested next version of the guidance; `content` is None if there is none.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("tuning", "pending"), m.Tuning, KeyKind.ADMIN)

    @endpoint
    def apply(self) -> Call[m.TuningApplied]:
        """Accept the suggestion: it replaces the guidance in use.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no suggestion (code `TUNING_NO_PENDING`).
        """
        return Call("PATCH", path("tuning", "pending"), m.TuningApplied, KeyKind.ADMIN)

    @endpoint
    def dismiss(self) -> Call[m.TuningDismissed]:
        """Delete the suggestion. What it contains isn't suggested again.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no suggestion (code `TUNING_NO_PENDING`).
        """
        where, done = path("tuning", "pending"), AlreadyDone(404, m.TuningDismissed())
        return Call("DELETE", where, m.TuningDismissed, KeyKind.ADMIN, already_done=done)

    @endpoint
    def run(self, *, timeout: float | None = 600.0) -> Call[m.TuningRun]:
        """Run the tuning loop once, now. It may take minutes.

        Args:
            timeout: The most seconds that the call may take; None for no limit.

        Raises:
            AuthenticationError: The admin key is wrong.
            UnavailableError: Tuning is off in this formation.
            TimeoutError: The run took longer. The server may finish it.
        """
        return Call("POST", path("tuning", "run"), m.TuningRun, KeyKind.ADMIN).within(timeout)
