"""The four kinds of work, the queues they ring on, and what a worker holds while it does one."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from docparse.options import ParseOptions
from docparse.schemas.job import JobOptions
from docparse.workers.tables import documents, pages

QUEUES = ("render", "recognize", "assemble")
MAX_STRIKES = 3


class DocumentState(enum.StrEnum):
    """`running`: its pages are at work. `read`: all are finished, so it can be assembled."""

    QUEUED = "queued"
    OPENING = "opening"
    RUNNING = "running"
    READ = "read"
    ASSEMBLING = "assembling"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELED = "canceled"


class PageState(enum.StrEnum):
    QUEUED = "queued"
    RENDERING = "rendering"
    RENDERED = "rendered"
    RECOGNIZING = "recognizing"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


ENDED_DOCUMENT = (DocumentState.COMPLETED, DocumentState.PARTIAL, DocumentState.FAILED, DocumentState.CANCELED)
ENDED_PAGE = (PageState.DONE, PageState.FAILED, PageState.CANCELED)


class Stage(enum.StrEnum):
    OPEN = "open"
    RENDER = "render"
    RECOGNIZE = "recognize"
    ASSEMBLE = "assemble"

    @property
    def queue(self) -> str:
        return "render" if self is Stage.OPEN else self.value

    @property
    def table(self) -> Table:
        return documents if self in (Stage.OPEN, Stage.ASSEMBLE) else pages

    @property
    def due(self) -> str:
        """State of a row that waits for this stage."""
        return _STATES[self][0]

    @property
    def leased(self) -> str:
        """State of a row that a worker has taken."""
        return _STATES[self][1]


_STATES: dict[Stage, tuple[str, str]] = {
    Stage.OPEN: (DocumentState.QUEUED, DocumentState.OPENING),
    Stage.RENDER: (PageState.QUEUED, PageState.RENDERING),
    Stage.RECOGNIZE: (PageState.RENDERED, PageState.RECOGNIZING),
    Stage.ASSEMBLE: (DocumentState.READ, DocumentState.ASSEMBLING),
}


@dataclass(frozen=True, slots=True)
class Work:
    """What a doorbell says: ids only. `page` is 0 for work on a whole document."""

    stage: Stage
    document_id: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Work that is ours until the lease ends; what we commit counts only as attempt number `attempt`."""

    work: Work
    attempt: int
    strikes: int
    owner: str
    job_id: str
    tenant_id: str
    number: int
    name: str
    sha256: str
    media_type: str
    source_key: str
    options: ParseOptions
    service: JobOptions
    facts: dict[str, Any] = field(default_factory=dict)
    engine: dict[str, Any] | None = None
    page_key: str | None = None
    image_key: str | None = None
    pages_failed: int = 0
    pages_ended: int = 0
    age_s: float = 0.0

    @property
    def scope(self) -> str:
        """Where the blobs of the job are."""
        return blob_scope(self.tenant_id, self.job_id)


def blob_scope(tenant_id: str, job_id: str) -> str:
    return f"{tenant_id}/{job_id}"
