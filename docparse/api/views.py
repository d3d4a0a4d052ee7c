"""Answers of the API: the store's models with the addresses of what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from docparse.schemas.document import Page
from docparse.schemas.job import Job, JobPage

if TYPE_CHECKING:
    from docparse.workers.hooks import Delivery, Webhook

RETRY_AFTER_S = 1


class Links(BaseModel):
    self: str
    result: str
    events: str
    cancel: str = Field(description="DELETE it.")


class JobWebhook(BaseModel):
    """The webhook of `webhook_url`, with the secret that its messages are signed with."""

    id: str
    secret: str


class JobView(Job):
    """A job and where to go from here."""

    links: Links
    pages: list[JobPage] | None = Field(default=None, description="With expand=pages.")
    webhook: JobWebhook | None = None


class JobList(BaseModel):
    jobs: list[JobView]
    next: str | None = Field(description="`cursor` of the next page; null on the last one.")


class PageView(BaseModel):
    """State of a page, and what was read on it once it is done."""

    state: JobPage
    page: Page | None = None
    version: int = Field(default=0, description="Of the corrections that it holds.")


class WebhookView(BaseModel):
    id: str
    url: str
    events: list[str]
    created_at: float
    disabled_at: float | None = None
    secret: str | None = Field(default=None, description="Only in the answer that made it.")


class DeliveryView(BaseModel):
    """One message to a webhook and what came of it."""

    id: str
    webhook_id: str
    job_id: str | None
    event: str
    state: str = Field(description="pending, delivered or failed")
    attempts: int
    status_code: int | None
    error: str | None
    created_at: float
    finished_at: float | None


def links_of(job_id: str) -> Links:
    base = f"/v1/jobs/{job_id}"
    return Links(self=base, result=f"{base}/result", events=f"{base}/events", cancel=base)


def view_of(job: Job, hook: Webhook | None = None, pages: list[JobPage] | None = None) -> JobView:
    """A job as clients see it."""
    secret = JobWebhook(id=hook.id, secret=hook.secret) if hook is not None and not hook.kinds else None
    return JobView(**dict(job), links=links_of(job.id), webhook=secret, pages=pages)


def accepted(job: Job, hook: Webhook | None = None) -> JSONResponse:
    """202: the job will be done; look again after Retry-After."""
    view = view_of(job, hook)
    headers = {"Location": view.links.self, "Retry-After": str(RETRY_AFTER_S)}
    return JSONResponse(view.model_dump(mode="json", exclude_none=True), 202, headers)


def webhook_view(hook: Webhook, *, secret: bool = False) -> WebhookView:
    return WebhookView(
        id=hook.id, url=hook.url, events=hook.kinds, created_at=hook.created_at, disabled_at=hook.disabled_at,
        secret=hook.secret if secret else None,
    )  # fmt: skip


def delivery_view(delivery: Delivery) -> DeliveryView:
    return DeliveryView(
        id=delivery.id, webhook_id=delivery.webhook_id, job_id=delivery.job_id, event=delivery.kind,
        state=delivery.state, attempts=delivery.attempts, status_code=delivery.status_code, error=delivery.error,
        created_at=delivery.created_at, finished_at=delivery.finished_at,
    )  # fmt: skip
