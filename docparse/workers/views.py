"""Rows of the store as the public models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docparse.schemas.document import EngineInfo, Problem
from docparse.schemas.job import Job, JobDocument, JobEvent, JobPage, JobState, Progress
from docparse.workers.stages import DocumentState

_PUBLIC = {
    DocumentState.OPENING: JobState.RUNNING,
    DocumentState.READ: JobState.RUNNING,
    DocumentState.ASSEMBLING: JobState.RUNNING,
}
_STAGE = {
    DocumentState.QUEUED: "open",
    DocumentState.OPENING: "open",
    DocumentState.RUNNING: "recognize",
    DocumentState.READ: "assemble",
    DocumentState.ASSEMBLING: "assemble",
}


def job_of(row: Any, found: Sequence[Any], ahead: int | None, eta: float | None) -> Job:
    return Job(
        id=row.id, state=JobState(row.state), created_at=_time(row.created_at), started_at=_maybe(row.started_at),
        finished_at=_maybe(row.finished_at), expires_at=_maybe(row.expires_at), options=row.options,
        metadata=row.service.get("metadata", {}), queued_ahead=ahead, last_event=row.last_event,
        progress=Progress(
            pages_total=row.pages_total, pages_done=row.pages_done, pages_failed=row.pages_failed,
            stage=_stage(row, found), eta_s=eta,
        ),
        documents=[_document_of(document) for document in found],
    )  # fmt: skip


def _stage(row: Any, found: Sequence[Any]) -> str:
    if row.state == JobState.QUEUED:
        return "queued"
    if JobState(row.state).terminal:
        return "finished"
    return next((_STAGE[document.state] for document in found if document.state in _STAGE), "assemble")


def eta_s(row: Any, now: float) -> float | None:
    """Seconds left, as the pages went so far; None before the first one."""
    ended = row.pages_done + row.pages_failed
    if row.state != JobState.RUNNING or not ended or row.started_at is None:
        return None
    return float(round((now - row.started_at) / ended * max(0, row.pages_total - ended), 1))


def _document_of(row: Any) -> JobDocument:
    state = DocumentState(row.state)
    ended = row.pages_total - row.pages_left
    return JobDocument(
        number=row.number, name=row.name, sha256=row.sha256, bytes=row.bytes, media_type=row.media_type,
        state=_PUBLIC[state] if state in _PUBLIC else JobState(state.value), pages_total=row.pages_total,
        pages_done=ended - row.pages_failed, pages_failed=row.pages_failed, cached=row.cached,
        engine=EngineInfo(**row.engine) if row.engine else None, error=_problem(row.error),
    )  # fmt: skip


def page_of(row: Any, document: int) -> JobPage:
    return JobPage(
        document=document, number=row.number, state=row.state, attempts=row.attempt, seconds=row.seconds,
        tokens=row.tokens, flags=row.flags or [], error=_problem(row.error), has_image=row.image_key is not None,
    )  # fmt: skip


def event_of(row: Any) -> JobEvent:
    return JobEvent(id=row.id, kind=row.kind, at=_time(row.at), data=row.data)


def _problem(value: dict[str, Any] | None) -> Problem | None:
    return Problem(**value) if value else None


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe(seconds: float | None) -> datetime | None:
    return None if seconds is None else _time(seconds)
