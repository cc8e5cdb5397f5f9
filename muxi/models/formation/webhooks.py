"""The events that a formation sends to webhooks (contract A6.4)."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from pydantic import Field

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
    """The turn's id."""
    object: Literal["response"] | str = "response"
    status: Literal["completed", "failed"] | str
    """A cancelled workflow is `completed` without `response`."""
    timestamp: Epoch
    formation_id: str
    user_id: str | None = None
    processing_time: float | None = None
    """Seconds."""
    processing_mode: Literal["async", "sync"] | str | None = None
    webhook_url: str | None = Field(default=None, repr=False)
    error: WebhookError | None = None
    response: list[ContentPart]
    """Empty if the turn failed."""

    @property
    def dedupe_key(self) -> str:
        """A key that is the same for each delivery of this event."""
        return f"{self.id}:{self.status}"

    @property
    def text(self) -> str:
        """The text of all parts. For workflows, this version of the runtime sends a Python dict."""
        return "".join(part.text or "" for part in self.response)


class WebhookClarification(Model):
    """A background turn asks the user a question."""

    request_id: str
    status: Literal["awaiting_clarification"] | str
    clarification_question: str
    clarification_request_id: str | None = None
    original_message: str | None = None
    user_id: str | None = None
    timestamp: Epoch

    @property
    def dedupe_key(self) -> str:
        """A key that is the same for each delivery of this event, and new for each question."""
        return f"{self.request_id}:{self.status}:{self.timestamp.timestamp()}"

    @property
    def text(self) -> str:
        """The question."""
        return self.clarification_question


class WebhookEscalation(Model):
    """The retries of a failed turn have ended."""

    request_id: str
    state: Literal["achieved", "impossible", "stuck", "budget_exhausted"] | str
    attempts: int
    timestamp: Epoch
    result: str | None = None
    """The reply, if a retry succeeded."""
    report: JsonObject | None = None
    """What was tried and what would help, if no retry succeeded."""

    @property
    def dedupe_key(self) -> str:
        """A key that is the same for each delivery of this event."""
        return f"{self.request_id}:{self.state}"

    @property
    def text(self) -> str:
        """The reply. Empty if no retry succeeded."""
        return self.result or ""


class WebhookNotification(Model):
    """An undelivered notification. It isn't signed."""

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
        """A key that is the same for each delivery of this event."""
        return f"{self.request_id}:{self.type}"

    @property
    def text(self) -> str:
        """The text of all parts."""
        return "".join(part.text or "" for part in self.response)


class UnknownWebhook(Model):
    """Any other payload, such as a formation's transformer sends. All keys are in `model_extra`."""

    @property
    def dedupe_key(self) -> str:
        """A key that is the same for each delivery of this event: a digest of its content."""
        return sha256(self.model_dump_json().encode()).hexdigest()


WebhookEvent = (
    WebhookCompletion
    | WebhookClarification
    | WebhookEscalation
    | WebhookNotification
    | UnknownWebhook
)
