"""How events are numbered, and what happens when a document or a job is finished."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from docparse.schemas.job import JobState
from docparse.workers.database import new_id
from docparse.workers.stages import DocumentState
from docparse.workers.tables import deliveries, documents, events, jobs, webhooks

DEFAULT_TTL_S = 24 * 3600.0


def emit(connection: Connection, job_id: str, kind: str, data: dict[str, Any]) -> int:
    """Append an event. The row of the job is locked until commit, so ids become visible in order."""
    number = connection.execute(
        update(jobs).where(jobs.c.id == job_id).values(last_event=jobs.c.last_event + 1).returning(jobs.c.last_event)
    ).scalar_one()
    connection.execute(insert(events).values(job_id=job_id, id=number, kind=kind, at=time.time(), data=data))
    return int(number)


def end_document(
    connection: Connection, job_id: str, number: int, state: DocumentState, error: dict[str, Any] | None = None
) -> None:
    """The document's row is terminal already: tell, count, and finish the job with its last document."""
    emit(connection, job_id, "document.finished", {"document": number, "state": state.value, "error": error})
    left = connection.execute(
        update(jobs).where(jobs.c.id == job_id).values(documents_left=jobs.c.documents_left - 1)
        .returning(jobs.c.documents_left)
    ).scalar_one()  # fmt: skip
    if left == 0:
        found = connection.execute(select(documents.c.state).where(documents.c.job_id == job_id).distinct())
        end_job(connection, job_id, _job_state({row.state for row in found}))


def _job_state(states: set[str]) -> JobState:
    if states == {DocumentState.COMPLETED}:
        return JobState.COMPLETED
    return JobState.FAILED if states == {DocumentState.FAILED} else JobState.PARTIAL


def end_job(connection: Connection, job_id: str, state: JobState) -> None:
    """Terminal from now on: passwords go, the time to live runs, webhooks are due."""
    now = time.time()
    job = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
    ttl_s = job.service.get("ttl_s") or DEFAULT_TTL_S
    connection.execute(
        update(jobs).where(jobs.c.id == job_id).values(state=state.value, finished_at=now, expires_at=now + ttl_s)
    )
    connection.execute(update(documents).where(documents.c.job_id == job_id).values(password=None))
    progress = {
        "pages_total": job.pages_total, "pages_done": job.pages_done, "pages_failed": job.pages_failed,
    }  # fmt: skip
    kind = f"job.{state.value}"
    emit(connection, job_id, kind, {"state": state.value, "progress": progress})
    body = {"job_id": job_id, "state": state.value, "progress": progress, "metadata": job.service.get("metadata", {})}
    enqueue_deliveries(connection, job.tenant_id, kind, body, job_id=job_id, also=job.service.get("callback"))


def enqueue_deliveries(
    connection: Connection, tenant: str, kind: str, data: dict[str, Any], *, job_id: str | None, also: str | None = None
) -> None:
    """One delivery for each of the tenant's webhooks that listens, in the transaction that made it happen."""
    now = time.time()
    body = json.dumps({"type": kind, "timestamp": datetime.fromtimestamp(now, UTC).isoformat(), "data": data})
    found = connection.execute(
        select(webhooks).where(webhooks.c.tenant_id == tenant, webhooks.c.disabled_at.is_(None))
    ).all()
    for hook in found:
        if hook.id == also or kind in hook.kinds or "*" in hook.kinds:
            connection.execute(insert(deliveries).values(
                id=new_id("msg"), webhook_id=hook.id, tenant_id=tenant, job_id=job_id, kind=kind, body=body,
                state="pending", attempts=0, due_at=now, created_at=now,
            ))  # fmt: skip
