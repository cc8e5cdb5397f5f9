"""Tuning (contract B22)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, check_range, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import validate_body

_LARGEST = 32_768


class Tuning(Resource[TransportT]):
    """The guidance that the formation learns, and puts into each turn. Needs the admin key."""

    @endpoint
    def get(self) -> Call[m.Tuning]:
        """Fetch the guidance in use, without white space around it."""
        return Call("GET", path("tuning"), m.Tuning, KeyKind.ADMIN)

    @endpoint
    def replace(self, content: str) -> Call[m.TuningUpdated]:
        """Replace the guidance in use.

        Args:
            content: Markdown, at most 32 768 bytes in UTF-8.

        Raises:
            ValidationError: It is too large.
        """
        body = validate_body(m.TuningUpdate, {"content": content})
        size = len(body.content.encode(errors="surrogatepass"))
        check_range("The size of content in bytes", size, 0, _LARGEST)
        return Call("POST", path("tuning"), m.TuningUpdated, KeyKind.ADMIN, body=body)

    @endpoint
    def get_pending(self) -> Call[m.Tuning]:
        """Fetch the suggested next version; without content where there is none."""
        return Call("GET", path("tuning", "pending"), m.Tuning, KeyKind.ADMIN)

    @endpoint
    def apply(self) -> Call[m.TuningApplied]:
        """Accept the suggestion: it becomes the guidance in use.

        Raises:
            NotFoundError: There is none (`TUNING_NO_PENDING`).
        """
        return Call("PATCH", path("tuning", "pending"), m.TuningApplied, KeyKind.ADMIN)

    @endpoint
    def dismiss(self) -> Call[m.TuningDismissed]:
        """Dismiss the suggestion. What it learned isn't suggested again.

        Raises:
            NotFoundError: There is none (`TUNING_NO_PENDING`).
        """
        return Call("DELETE", path("tuning", "pending"), m.TuningDismissed, KeyKind.ADMIN)

    @endpoint
    def run(self) -> Call[m.TuningRun]:
        """Run the tuning loop once, now. It can take minutes: mind the timeout.

        Raises:
            UnavailableError: The formation doesn't tune itself.
        """
        return Call("POST", path("tuning", "run"), m.TuningRun, KeyKind.ADMIN)
