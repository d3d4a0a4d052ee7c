"""A document without its blocks, for a viewer's first look."""

from __future__ import annotations

from pydantic import BaseModel, Field

from docparse.api.context import Context
from docparse.api.reading import document_of
from docparse.schemas.document import Block, EngineInfo, Heading, Page, Problem, Status
from docparse.schemas.job import Job, JobDocument, JobPage, JobState

_NOTES = frozenset(
    {
        "joined", "corrected", "latex_repaired", "reordered", "rotated", "box_from_text", "boxes_from_text",
        "box_of_parent", "box_clipped", "box_inverted", "prose_around", "loose_text",
    }
)  # fmt: skip
"""Flags that say what was done and ask nobody to look."""


class PageOverview(BaseModel):
    """One page. Before it is done only `number` and `state` are set."""

    number: int
    state: str = Field(description="queued, rendering, rendered, recognizing, done, failed or canceled")
    status: Status | None = None
    width: float | None = None
    height: float | None = None
    unit: str = "pt"
    image_width: int | None = None
    image_height: int | None = None
    rotation: int = 0
    engine: str = ""
    text_layer: str = ""
    confidence: float | None = None
    flags: list[str] = Field(default_factory=list)
    attempts: int = Field(default=0, description="Tries of the retry ladder; they stand on the page.")
    seconds: float = 0.0
    blocks: int = 0
    kinds: dict[str, int] = Field(default_factory=dict)
    flagged: list[str] = Field(default_factory=list, description="Blocks with doubtful flags or failed checks.")
    corrected: list[str] = Field(default_factory=list, description="Blocks that a person changed.")
    error: Problem | None = None


class HeadingOverview(BaseModel):
    id: str
    page: int
    level: int
    text: str


class Overview(BaseModel):
    """What a document holds."""

    document: int
    name: str
    media_type: str
    bytes: int
    state: JobState
    status: Status | None = Field(description="Of the result; null while there is none.")
    engine: EngineInfo | None = None
    flags: list[str] = Field(default_factory=list)
    errors: list[Problem] = Field(default_factory=list)
    version: int = Field(default=0, description="Of the corrections that it holds.")
    edits: int = 0
    pages_total: int = 0
    pages: list[PageOverview] = Field(default_factory=list)
    headings: list[HeadingOverview] = Field(default_factory=list)


def overview_of(context: Context, tenant: str, job_id: str, number: int, original: bool) -> Overview:
    """Of a document that has a result, is at work, or has failed. Raises NotFound."""
    job = context.service.store.job(tenant, job_id)
    found = document_of(job, number)
    base = Overview(
        document=number, name=found.name, media_type=found.media_type, bytes=found.bytes, state=found.state,
        status=None, engine=found.engine, errors=[found.error] if found.error else [], pages_total=found.pages_total,
    )  # fmt: skip
    if found.state in (JobState.COMPLETED, JobState.PARTIAL):
        return _of_result(context, tenant, job, found, base, original)
    return _of_work(context, tenant, job, found, base)


def _of_result(
    context: Context, tenant: str, job: Job, found: JobDocument, base: Overview, original: bool
) -> Overview:  # fmt: skip
    parsed, version = context.reader.seen(tenant, job, found.number, original=original)
    edits = 0 if original else len(context.reader.keeper.corrections(tenant, job.id, found.number).edits)
    pages = [page_overview(page, "failed" if page.status == "failed" else "done") for page in parsed.pages]
    return base.model_copy(
        update={
            "status": parsed.status, "engine": parsed.engine, "flags": parsed.flags, "errors": parsed.errors,
            "version": version, "edits": edits, "pages": pages, "headings": _headings(parsed.pages),
            "pages_total": max(found.pages_total, len(pages)),
            "media_type": found.media_type or parsed.source.media_type,
        }
    )  # fmt: skip


def _of_work(context: Context, tenant: str, job: Job, found: JobDocument, base: Overview) -> Overview:
    states = context.service.store.pages(tenant, job.id, found.number)
    done = context.reader.done_pages(tenant, job, found.number)
    pages = [
        page_overview(done[state.number], state.state) if state.number in done else _waiting(state) for state in states
    ]
    return base.model_copy(update={"pages": pages, "headings": _headings(list(done.values()))})


def _waiting(state: JobPage) -> PageOverview:
    return PageOverview(number=state.number, state=state.state, flags=state.flags, error=state.error)


def page_overview(page: Page, state: str) -> PageOverview:
    kinds: dict[str, int] = {}
    for block in page.blocks:
        kinds[block.kind] = kinds.get(block.kind, 0) + 1
    return PageOverview(
        number=page.number, state=state, status=page.status, width=page.width, height=page.height, unit=page.unit,
        image_width=page.image_width, image_height=page.image_height, rotation=page.rotation, engine=page.engine,
        text_layer=page.text_layer, confidence=page.confidence, flags=page.flags, attempts=len(page.attempts),
        seconds=page.seconds, blocks=len(page.blocks), kinds=kinds,
        flagged=[block.id for block in page.blocks if _is_flagged(block)],
        corrected=[block.id for block in page.blocks if block.source == "user"], error=page.error,
    )  # fmt: skip


def _is_flagged(block: Block) -> bool:
    doubts = [flag for flag in block.flags if flag not in _NOTES and not flag.startswith("turned:")]
    return bool(doubts) or any(check.outcome == "failed" for check in block.checks)


def _headings(pages: list[Page]) -> list[HeadingOverview]:
    return [
        HeadingOverview(id=block.id, page=page.number, level=block.level, text=block.text[:300])
        for page in pages
        for block in page.blocks
        if isinstance(block, Heading)
    ]
