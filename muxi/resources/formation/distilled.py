"""Distilled memories (contract B9)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint, flow
from ..._core.options import check_header
from ..._core.steps import Flow
from ...models import formation as m
from .._inputs import validate_body
from .._waits import until_terminal


class Distilled(Resource[TransportT]):
    """What was found out elsewhere, to be remembered.

    The batches of a distillery that `memory.distilleries.register` has made known. A formation
    without `memory.distillery.enabled` answers 503.
    """

    @endpoint
    def submit(
        self,
        batch: m.DistilledBatch | Mapping[str, object],
        *,
        distillery_id: str,
        private_key: m.SecretValue,
    ) -> Call[m.Distillation]:
        """Send a batch, signed. Needs the extra `distillery`.

        The server judges each event: look at the `rejections`. It takes an event once, so that a
        batch is sent again after errors, signed anew. Should the answer to the first attempt be
        lost, the second one counts `duplicates` and has no `processing_id`.

        Args:
            batch: The events. Each batch has an id of your own.
            distillery_id: Whose batch it is.
            private_key: The distillery's Ed25519 key: PEM without a password, or base64 of DER
                or of the 32 raw bytes.

        Raises:
            ConfigurationError: The extra isn't installed.
            ValidationError: The batch or the key is none.
            AuthenticationError: The distillery is unknown, the signature doesn't fit its key, or
                this machine's clock is off by more than five minutes.
            RateLimitError: The distillery may send no more today; nothing was taken.
            MuxiError: The distillery was revoked (410, `GONE`).
        """
        return _submit(validate_body(m.DistilledBatch, batch), distillery_id, private_key)

    @endpoint
    def get_status(
        self, processing_id: str, *, distillery_id: str | None = None
    ) -> Call[m.DistillationStatus]:
        """Fetch the state of a batch.

        Args:
            processing_id: Which batch.
            distillery_id: Whose batch it is; not needed with the admin key alone.

        Raises:
            NotFoundError: There is none of this id, or it ended over five minutes ago.
            AuthorizationError: It is another distillery's.
        """
        return _status(processing_id, distillery_id)

    @flow
    def wait(
        self,
        processing_id: str,
        *,
        distillery_id: str | None = None,
        timeout: float | None = None,
        poll_interval: float = 1.0,
    ) -> Flow[m.DistillationStatus]:
        """Wait until a batch is completed or failed.

        Args:
            processing_id: Which batch.
            distillery_id: Whose batch it is; not needed with the admin key alone.
            timeout: Seconds to wait at most; None for as long as it takes.
            poll_interval: Seconds between two looks.

        Raises:
            TimeoutError: It still goes on.
            NotFoundError: There is none of this id, or no longer.
        """
        look = _status(processing_id, distillery_id)
        return until_terminal(look, processing_id, timeout, poll_interval)


def _submit(body: m.DistilledBatch, distillery_id: str, key: m.SecretValue) -> Call[m.Distillation]:
    from ._batch_signer import Seal, private_key

    text = key if isinstance(key, str) else key.get_secret_value()
    seal = Seal(check_header("distillery_id", distillery_id), private_key(text))
    where = path("memories", "distilled")
    return Call(
        "POST", where, m.Distillation, KeyKind.EITHER, body=body, sign_body=seal, idempotent=True
    )


def _status(processing_id: str, distillery_id: str | None) -> Call[m.DistillationStatus]:
    where = path("memories", "distilled", processing_id)
    whose = {} if distillery_id is None else {"X-Distillery-ID": distillery_id}
    return Call("GET", where, m.DistillationStatus, KeyKind.EITHER, headers=whose)
