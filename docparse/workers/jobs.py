"""The client's side of the store: make, look at, cancel and delete jobs. Another tenant's job is no job: NotFound."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from docparse.errors import Conflict, NotFound, TooManyRequests, UsageError
from docparse.options import ParseOptions
from docparse.schemas.job import Job, JobEvent, JobOptions, JobPage, JobState
from docparse.workers.database import Database, new_id
from docparse.workers.endings import emit, end_job
from docparse.workers.stages import ENDED_DOCUMENT, ENDED_PAGE, DocumentState, PageState, blob_scope
from docparse.workers.tables import documents, events, jobs, pages, tenants, trash
from docparse.workers.views import eta_s, event_of, job_of, page_of

_ACTIVE = (JobState.QUEUED.value, JobState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class NewFile:
    """An uploaded file whose bytes are in the blobs already."""

    name: str
    key: str
    sha256: str
    bytes: int
    media_type: str = ""


class Jobs(Database):
    """What the API asks of the store."""

    def create_job(
        self, tenant: str, files: Sequence[NewFile], options: ParseOptions, *, job_id: str | None = None,
        service: JobOptions | None = None, idempotency_key: str | None = None, max_active_jobs: int | None = None,
    ) -> Job:  # fmt: skip
        """A job that will be done, whatever dies from now on; or the one that this key made before.

        `job_id` is the one under whose scope the blobs were written: if another id comes back, the request is a
        repetition and those blobs are the caller's to remove. Raises Conflict when the key was used for another
        request, TooManyRequests at the tenant's limit (its own before `max_active_jobs`), StoreUnavailable, StoreFull.
        """
        if not files:
            raise UsageError("a job needs at least one file")
        service = service or JobOptions()
        job_id = job_id or new_id("job")
        asked = options.model_dump(mode="json", exclude={"password"}, exclude_defaults=True)
        values = {
            "id": job_id, "tenant_id": tenant, "state": JobState.QUEUED.value, "options": asked,
            "service": service.model_dump(mode="json", exclude_defaults=True), "idempotency_key": idempotency_key,
            "fingerprint": _fingerprint(files, asked, options.password), "created_at": time.time(),
            "documents_total": len(files), "documents_left": len(files),
        }  # fmt: skip
        try:
            with self.write(durable=True) as connection:
                known = _by_key(connection, tenant, idempotency_key)
                if known is None:
                    _check_limit(connection, tenant, max_active_jobs)
                    connection.execute(insert(jobs).values(**values))
                    connection.execute(insert(documents), _document_rows(values, files, options))
                    emit(connection, job_id, "job.queued", {"state": JobState.QUEUED.value, "documents": len(files)})
        except IntegrityError:  # PostgreSQL lets two through to the unique key
            with self.read() as connection:
                known = _by_key(connection, tenant, idempotency_key)
            if known is None:
                raise NotFound(f"there is no tenant {tenant!r}") from None
        if known is None:
            return self.job(tenant, job_id)
        if known.fingerprint != values["fingerprint"]:
            raise Conflict(
                "this Idempotency-Key was used for another request", user_action="Use a new key for a new request."
            )
        return self.job(tenant, known.id)

    def job(self, tenant: str, job_id: str) -> Job:
        """Raises NotFound."""
        with self.read() as connection:
            row = _job_row(connection, tenant, job_id)
            found = connection.execute(
                select(documents).where(documents.c.job_id == job_id).order_by(documents.c.number)
            ).all()
            ahead = _queued_ahead(connection, found[0].id) if row.state == JobState.QUEUED else None
        return job_of(row, found, ahead, eta_s(row, time.time()))

    def jobs(
        self, tenant: str, *, cursor: str | None = None, limit: int = 50, state: JobState | None = None
    ) -> tuple[list[Job], str | None]:
        """Newest first; the second value is the cursor of the next page, None after the last one."""
        query = select(jobs).where(jobs.c.tenant_id == tenant).order_by(jobs.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            query = query.where(jobs.c.id < cursor)
        if state is not None:
            query = query.where(jobs.c.state == state.value)
        with self.read() as connection:
            rows = connection.execute(query).all()
            shown = rows[:limit]
            found = connection.execute(
                select(documents).where(documents.c.job_id.in_([row.id for row in shown])).order_by(documents.c.id)
            ).all()
        by_job: dict[str, list[Any]] = {row.id: [] for row in shown}
        for document in found:
            by_job[document.job_id].append(document)
        listed = [job_of(row, by_job[row.id], None, None) for row in shown]
        return listed, shown[-1].id if len(rows) > limit else None

    def cancel(self, tenant: str, job_id: str) -> Job:
        """Nothing more is begun, and what runs is told to stop. Raises NotFound, Conflict when it is terminal."""
        with self.write(durable=True) as connection:
            row = _job_row(connection, tenant, job_id)
            _stop(connection, job_id)
            alive = connection.execute(
                update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(_ACTIVE)).values(state=JobState.CANCELED.value)
            )
            if alive.rowcount == 0:
                raise Conflict(f"job {job_id} is {row.state} already")
            end_job(connection, job_id, JobState.CANCELED)
        return self.job(tenant, job_id)

    def delete(self, tenant: str, job_id: str) -> str:
        """Every row of the job goes now, at work or not. Returns the scope of its blobs, whose removal is noted.

        Raises NotFound. `Service.delete` removes the blobs too.
        """
        with self.write(durable=True) as connection:
            _job_row(connection, tenant, job_id)
            return _bury(connection, tenant, job_id)

    def scope(self, tenant: str, job_id: str) -> str:
        """Where the job's blobs are. Raises NotFound."""
        with self.read() as connection:
            _job_row(connection, tenant, job_id)
        return blob_scope(tenant, job_id)

    def page(self, tenant: str, job_id: str, number: int, document: int = 1) -> JobPage:
        """State of one page. Raises NotFound."""
        with self.read() as connection:
            row = connection.execute(_pages_of(tenant, job_id, document).where(pages.c.number == number)).first()
        if row is None:
            raise NotFound(f"job {job_id} has no page {number} in document {document} (yet)")
        return page_of(row, document)

    def pages(self, tenant: str, job_id: str, document: int = 1) -> list[JobPage]:
        """State of all pages of a document that has been opened. Raises NotFound for the job."""
        with self.read() as connection:
            _job_row(connection, tenant, job_id)
            rows = connection.execute(_pages_of(tenant, job_id, document).order_by(pages.c.number)).all()
        return [page_of(row, document) for row in rows]

    def blob_keys(self, tenant: str, job_id: str, document: int = 1, page: int | None = None) -> dict[str, str]:
        """Blobs that exist: "source" and "result" of the document, "image" and "page" of the page. Raises NotFound."""
        query = select(documents).where(documents.c.job_id == job_id, documents.c.number == document)
        with self.read() as connection:
            _job_row(connection, tenant, job_id)
            row = connection.execute(query).first()
            if row is None:
                raise NotFound(f"job {job_id} has no document {document}")
            keys = {"source": row.source_key, "result": row.result_key}
            if page is not None:
                found = connection.execute(_pages_of(tenant, job_id, document).where(pages.c.number == page)).first()
                if found is None:
                    raise NotFound(f"job {job_id} has no page {page} in document {document} (yet)")
                keys |= {"image": found.image_key, "page": found.page_key, "draft": found.draft_key}
        return {name: key for name, key in keys.items() if key}

    def events(self, tenant: str, job_id: str, after_id: int = 0, limit: int = 1000) -> list[JobEvent]:
        """What happened to the job after event `after_id`. Raises NotFound."""
        query = select(events).where(events.c.job_id == job_id, events.c.id > after_id)
        with self.read() as connection:
            _job_row(connection, tenant, job_id)
            return [event_of(row) for row in connection.execute(query.order_by(events.c.id).limit(limit))]

    def last_events(self, job_ids: Sequence[str]) -> dict[str, int]:
        """Number of the last event of each job that exists: whoever watches many jobs asks once for all of them."""
        query = select(jobs.c.id, jobs.c.last_event).where(jobs.c.id.in_(job_ids))
        with self.read() as connection:
            return {row.id: row.last_event for row in connection.execute(query)}

    def expired(self, now: float, limit: int = 100) -> list[tuple[str, str]]:
        """(tenant, job id) of jobs whose time to live is over."""
        query = select(jobs.c.tenant_id, jobs.c.id).where(jobs.c.expires_at < now).limit(limit)
        with self.read() as connection:
            return [(row.tenant_id, row.id) for row in connection.execute(query)]


def _document_rows(job: dict[str, Any], files: Sequence[NewFile], options: ParseOptions) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{job['id']}-{number:05d}", "job_id": job["id"], "tenant_id": job["tenant_id"], "number": number,
            "name": file.name, "sha256": file.sha256, "bytes": file.bytes, "media_type": file.media_type,
            "source_key": file.key, "password": options.password, "state": DocumentState.QUEUED.value,
            "due_at": job["created_at"], "rung_at": job["created_at"],
        }
        for number, file in enumerate(files, 1)
    ]  # fmt: skip


def _fingerprint(files: Sequence[NewFile], asked: dict[str, Any], password: str | None) -> str:
    """What makes two requests the same. The password only as part of a digest."""
    parts = [[(file.name, file.sha256) for file in files], asked, password]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _by_key(connection: Connection, tenant: str, key: str | None) -> Any:
    if key is None:
        return None
    return connection.execute(select(jobs).where(jobs.c.tenant_id == tenant, jobs.c.idempotency_key == key)).first()


def _check_limit(connection: Connection, tenant: str, default: int | None) -> None:
    row = connection.execute(select(tenants).where(tenants.c.id == tenant)).first()
    _check_pages(connection, tenant, row.queued_pages if row is not None else None)
    most = row.active_jobs if row is not None and row.active_jobs is not None else default
    if most is None:
        return
    mine = select(func.count()).select_from(jobs).where(jobs.c.tenant_id == tenant, jobs.c.state.in_(_ACTIVE))
    if connection.execute(mine).scalar_one() >= most:
        raise TooManyRequests(f"{most} jobs are queued or running already, which is the limit")


def _check_pages(connection: Connection, tenant: str, most: int | None) -> None:
    """By the pages that are known: a document counts once it has been opened."""
    if most is None:
        return
    left = func.sum(jobs.c.pages_total - jobs.c.pages_done - jobs.c.pages_failed)
    mine = select(left).where(jobs.c.tenant_id == tenant, jobs.c.state.in_(_ACTIVE))
    if (connection.execute(mine).scalar_one() or 0) >= most:
        raise TooManyRequests(f"{most} pages wait already, which is the limit")


def _job_row(connection: Connection, tenant: str, job_id: str) -> Any:
    row = connection.execute(select(jobs).where(jobs.c.id == job_id, jobs.c.tenant_id == tenant)).first()
    if row is None:
        raise NotFound(f"there is no job {job_id[:80]!r}")
    return row


def _queued_ahead(connection: Connection, document_id: str) -> int:
    waiting = select(func.count()).select_from(documents).where(
        documents.c.state == DocumentState.QUEUED.value, documents.c.id < document_id
    )  # fmt: skip
    return int(connection.execute(waiting).scalar_one())


def _pages_of(tenant: str, job_id: str, document: int) -> Any:
    return select(pages).join(documents, documents.c.id == pages.c.document_id).where(
        documents.c.job_id == job_id, documents.c.tenant_id == tenant, documents.c.number == document
    )  # fmt: skip


def _stop(connection: Connection, job_id: str) -> None:
    now = time.time()
    connection.execute(
        update(pages).where(pages.c.job_id == job_id, pages.c.state.not_in(ENDED_PAGE))
        .values(state=PageState.CANCELED.value, finished_at=now)
    )  # fmt: skip
    connection.execute(
        update(documents).where(documents.c.job_id == job_id, documents.c.state.not_in(ENDED_DOCUMENT))
        .values(state=DocumentState.CANCELED.value, finished_at=now)
    )  # fmt: skip


def _bury(connection: Connection, tenant: str, job_id: str) -> str:
    scope = blob_scope(tenant, job_id)
    connection.execute(delete(jobs).where(jobs.c.id == job_id))
    bury(connection, scope)
    return scope


def bury(connection: Connection, scope: str) -> None:
    """Note that the blobs of a scope have to go."""
    if connection.execute(select(trash.c.scope).where(trash.c.scope == scope)).first() is None:
        connection.execute(insert(trash).values(scope=scope, at=time.time()))
