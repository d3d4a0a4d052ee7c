"""`Job` and what belongs to it: the public shape of what the service was asked to do, and how far it is."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from docparse.schemas.document import EngineInfo, Problem


class JobState(enum.StrEnum):
    """`partial`: some pages or documents failed, the others are there."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def terminal(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


class JobOptions(BaseModel):
    """What the service shall do with a job, apart from how the documents are parsed (`ParseOptions`).

    `ttl_s` is how long results are kept once the job is terminal (None: the installation's default). `cache` false
    recognises again what is known already. `callback` names a webhook that is told in addition to the tenant's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ttl_s: float | None = Field(default=None, gt=0)
    cache: bool = True
    callback: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)


class Progress(BaseModel):
    """Pages of all documents of a job. `pages_total` grows as documents are opened."""

    pages_total: int = 0
    pages_done: int = 0
    pages_failed: int = 0
    stage: str = Field(default="queued", description="queued, open, render, recognize, assemble or finished")
    eta_s: float | None = None


class JobDocument(BaseModel):
    """One document of a job. Documents of a job count from 1."""

    number: int
    name: str
    sha256: str
    bytes: int
    media_type: str = ""
    state: JobState
    pages_total: int = 0
    pages_done: int = 0
    pages_failed: int = 0
    cached: bool = Field(default=False, description="the result was known and not recognised again")
    engine: EngineInfo | None = None
    error: Problem | None = None


class Job(BaseModel):
    """One request: documents, their state, and how long the results are kept. `options` never holds a password."""

    id: str
    state: JobState
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    metadata: dict[str, str] = Field(default_factory=dict)
    progress: Progress = Field(default_factory=Progress)
    queued_ahead: int | None = Field(default=None, description="documents that were accepted before, while queued")
    documents: list[JobDocument] = Field(default_factory=list)
    last_event: int = 0


class JobPage(BaseModel):
    """State of one page. `number` is its number in the file."""

    document: int
    number: int
    state: str = Field(description="queued, rendering, rendered, recognizing, done, failed or canceled")
    attempts: int = 0
    seconds: float | None = None
    tokens: int = 0
    flags: list[str] = Field(default_factory=list)
    error: Problem | None = None
    has_image: bool = False


class JobEvent(BaseModel):
    """Something happened to a job. `id` counts from 1 within the job, without gaps."""

    id: int
    kind: str = Field(
        description="job.queued, job.running, document.opened, page.done, page.failed, document.finished or job.STATE"
    )
    at: datetime
    data: dict[str, Any] = Field(default_factory=dict)
