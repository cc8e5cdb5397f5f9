"""What a formation posts to webhooks (contract A6.4)."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from .._base import Epoch, JsonObject, Model
from .replies import ContentPart
from .widgets import Widget


class WebhookError(Model):
    """Why a turn failed."""

    code: str
    message: str
    trace: str | None = None


class WebhookCompletion(Model):
    """A turn that ran in the background has ended."""

    id: str
    """The turn's."""
    object: Literal["response"] | str = "response"
    status: Literal["completed", "failed"] | str
    """A cancelled workflow is `completed` without `response`."""
    timestamp: Epoch
    formation_id: str
    user_id: str | None = None
    processing_time: float | None = None
    """Seconds."""
    processing_mode: Literal["async", "sync"] | str | None = None
    webhook_url: str | None = None
    error: WebhookError | None = None
    response: list[ContentPart]
    """Empty where the turn failed."""

    @property
    def dedupe_key(self) -> str:
        """The same for each delivery of this event."""
        return f"{self.id}:{self.status}"

    @property
    def text(self) -> str:
        """The text of all parts. Of a workflow this runtime sends a Python dict as text."""
        return "".join(part.text or "" for part in self.response)


class WebhookClarification(Model):
    """A turn in the background asks the user something."""

    request_id: str
    status: Literal["awaiting_clarification"] | str
    clarification_question: str
    clarification_request_id: str | None = None
    original_message: str | None = None
    user_id: str | None = None
    timestamp: Epoch

    @property
    def dedupe_key(self) -> str:
        """The same for each delivery of this event, another one for the turn's next question."""
        return f"{self.request_id}:{self.status}:{self.timestamp.timestamp()}"


class WebhookEscalation(Model):
    """A failed turn that was tried again has come to its end."""

    request_id: str
    state: Literal["achieved", "impossible", "stuck", "budget_exhausted"] | str
    attempts: int
    timestamp: Epoch
    result: str | None = None
    """The reply, where it was achieved."""
    report: JsonObject | None = None
    """What was tried and what would help, where it was not."""

    @property
    def dedupe_key(self) -> str:
        """The same for each delivery of this event."""
        return f"{self.request_id}:{self.state}"


class WebhookNotification(Model):
    """A notification that no channel took. These aren't signed."""

    request_id: str
    formation_id: str
    user_id: str | None = None
    type: Literal["notification"] | str
    source: Literal["api", "heartbeat", "retry_escalation"] | str
    response: list[ContentPart]
    timestamp: Epoch
    ui: list[Widget] | None = None
    failed_channels: list[str] | None = None

    @property
    def dedupe_key(self) -> str:
        """The same for each delivery of this event."""
        return f"{self.request_id}:{self.type}"

    @property
    def text(self) -> str:
        """The text of all parts."""
        return "".join(part.text or "" for part in self.response)


class UnknownWebhook(Model):
    """Something else, such as the payload of a formation's transformer; all of it is extra."""

    @property
    def dedupe_key(self) -> str:
        """The same for each delivery of this event: a digest of what it says."""
        return sha256(self.model_dump_json().encode()).hexdigest()


WebhookEvent = (
    WebhookCompletion
    | WebhookClarification
    | WebhookEscalation
    | WebhookNotification
    | UnknownWebhook
)
