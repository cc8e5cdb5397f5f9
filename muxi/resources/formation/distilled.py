"""Distilled memories (contract B9)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.call import Call, KeyKind, path
from ..._core.checks import check_header
from ..._core.endpoint import endpoint, flow
from ..._core.resource import Resource
from ..._core.steps import Flow
from ...models import formation as m
from .._inputs import validate_body
from .._waits import until_terminal


class Distilled(Resource):
    """Memories that were extracted outside of the formation, on your own infrastructure.

    The program that extracts them is a distillery; `memory.distilleries.register` allows it to send
    them. All methods raise `UnavailableError` in a formation without `memory.distillery.enabled`.

    Example:
        ```python
        import muxi

        with muxi.FormationClient() as formation:
            try:
                print(formation.distilled.get_status("a processing_id of submit").status)
            except (muxi.NotFoundError, muxi.UnavailableError) as error:
                print(error)
        ```
    """

    @endpoint
    def submit(
        self,
        batch: m.DistilledBatch | Mapping[str, object],
        *,
        distillery_id: str,
        private_key: m.SecretValue,
    ) -> Call[m.Distillation]:
        """Sign a batch of events and send it. Needs the extra `distillery`.

        The server accepts or rejects each event: see `rejections` in the result. It accepts an
        event only once, so the call is retried after errors. If the first attempt succeeded but its
        response was lost, the events count as `duplicates` and there is no `processing_id`.

        Args:
            batch: The events, and a `batch_id` of your choice.
            distillery_id: The `distillery_id` that `memory.distilleries.register` returned.
            private_key: The distillery's Ed25519 private key: PEM without a password, or base64 of
                DER or of the 32 raw bytes.

        Raises:
            ConfigurationError: The extra isn't installed.
            ValidationError: The batch or the key is invalid.
            AuthenticationError: The distillery is unknown, the signature doesn't fit its public
                key, or this machine's clock is off by more than 5 minutes.
            RateLimitError: The distillery may send no more events today; nothing was accepted.
            MuxiError: The distillery was revoked (status 410, code `GONE`).
        """
        from ._batch_signer import BatchSigner, load_private_key  # needs the extra

        key = load_private_key(private_key)
        return Call(
            "POST",
            path("memories", "distilled"),
            m.Distillation,
            KeyKind.EITHER,
            body=validate_body(m.DistilledBatch, batch),
            sign_body=BatchSigner(check_header("distillery_id", distillery_id), key),
            idempotent=True,
        )

    @endpoint
    def get_status(
        self, processing_id: str, *, distillery_id: str | None = None
    ) -> Call[m.DistillationStatus]:
        """Return the state of a batch.

        Args:
            processing_id: The `processing_id` of a `Distillation`.
            distillery_id: The distillery that sent it. Not needed if the client has only the admin
                key.

        Raises:
            AuthenticationError: The key is wrong.
            AuthorizationError: Another distillery sent it.
            NotFoundError: There is no such batch, or it ended more than 5 minutes ago.
        """
        where = path("memories", "distilled", processing_id)
        sender = {} if distillery_id is None else {"X-Distillery-ID": distillery_id}
        return Call("GET", where, m.DistillationStatus, KeyKind.EITHER, headers=sender)

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
            processing_id: The `processing_id` of a `Distillation`.
            distillery_id: The distillery that sent it. Not needed if the client has only the admin
                key.
            timeout: The most seconds to wait; None for no limit.
            poll_interval: Seconds between two status requests.

        Raises:
            AuthenticationError: The key is wrong.
            NotFoundError: There is no such batch, or the server has forgotten it.
            TimeoutError: The batch is still being processed. That continues.
        """
        look = Distilled.get_status.build(processing_id, distillery_id=distillery_id)
        return until_terminal(look, processing_id, timeout, poll_interval)
