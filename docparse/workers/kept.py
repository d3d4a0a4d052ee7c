"""What is kept beside a result and goes with its job: a person's corrections, and extracted invoices."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from docparse.errors import CorrectionsChanged, NotFound
from docparse.schemas.corrections import Corrections
from docparse.schemas.job import JobState
from docparse.workers.database import Database
from docparse.workers.endings import emit
from docparse.workers.jobs import NewFile
from docparse.workers.tables import corrections, documents, extracts, jobs, pages


@dataclass(frozen=True, slots=True)
class Adopted:
    """A result that was made elsewhere, with the file that was parsed if it is there; both are in the blobs already.

    `file.key` is "" without the file.
    """

    file: NewFile
    result_key: str
    status: str
    pages: int
    pages_failed: int
    engine: dict[str, Any]


class Kept(Database):
    """The client's side of both. Another tenant's document is none: NotFound."""

    def corrections(self, tenant: str, job_id: str, document: int = 1) -> Corrections:
        """Those saved last; version 0 before the first. Raises NotFound."""
        with self.read() as connection:
            row = connection.execute(
                select(corrections).where(corrections.c.document_id == _document(connection, tenant, job_id, document))
            ).first()
        if row is None:
            return Corrections()
        updated_at = datetime.fromtimestamp(row.updated_at, UTC)
        return Corrections.model_validate({**row.body, "version": row.version, "updated_at": updated_at})

    def save_corrections(
        self, tenant: str, job_id: str, document: int, expected: int, wanted: Corrections
    ) -> Corrections:
        """Save them as version `expected` + 1. Raises NotFound, CorrectionsChanged when another version is there."""
        body = {
            "base": wanted.base,
            "edits": [edit.model_dump(mode="json", exclude_unset=True) for edit in wanted.edits],
        }
        values = {"version": expected + 1, "body": body, "updated_at": time.time()}
        try:
            with self.write(durable=True) as connection:
                found = _document(connection, tenant, job_id, document)
                same = update(corrections).where(
                    corrections.c.document_id == found, corrections.c.version == expected
                )  # fmt: skip
                if connection.execute(same.values(**values)).rowcount == 0:
                    if expected:
                        raise CorrectionsChanged(f"version {expected} is not the newest")
                    connection.execute(insert(corrections).values(document_id=found, **values))
        except IntegrityError:  # there is a first version already, or the document was deleted meanwhile
            raise CorrectionsChanged(f"version {expected} is not the newest") from None
        return self.corrections(tenant, job_id, document)

    def extracts(self, tenant: str, job_id: str) -> dict[int, str]:
        """Blobs of the invoices that were extracted, by number of the document."""
        query = select(documents.c.number, extracts.c.key).join(extracts, extracts.c.document_id == documents.c.id)
        with self.read() as connection:
            found = connection.execute(query.where(documents.c.job_id == job_id, documents.c.tenant_id == tenant))
            return {row.number: row.key for row in found}

    def keep_extract(self, tenant: str, job_id: str, document: int, key: str) -> None:
        """Another one of the same document takes its place. Raises NotFound."""
        values = {"key": key, "made_at": time.time()}
        with self.write(durable=True) as connection:
            found = _document(connection, tenant, job_id, document)
            changed = connection.execute(update(extracts).where(extracts.c.document_id == found).values(**values))
            if changed.rowcount == 0:
                connection.execute(insert(extracts).values(document_id=found, **values))

    def adopt(self, tenant: str, job_id: str, found: Sequence[Adopted], options: dict[str, Any]) -> None:
        """A finished job of results that were made elsewhere. It never expires."""
        now = time.time()
        state = JobState.COMPLETED if all(one.status == "ok" for one in found) else JobState.PARTIAL
        total, failed = sum(one.pages for one in found), sum(one.pages_failed for one in found)
        with self.write(durable=True) as connection:
            connection.execute(insert(jobs).values(
                id=job_id, tenant_id=tenant, state=state.value, options=options, service={}, fingerprint=job_id[:64],
                created_at=now, started_at=now, finished_at=now, documents_total=len(found), documents_left=0,
                pages_total=total, pages_done=total - failed, pages_failed=failed,
            ))  # fmt: skip
            for number, one in enumerate(found, 1):
                connection.execute(insert(documents).values(
                    id=f"{job_id}-{number:05d}", job_id=job_id, tenant_id=tenant, number=number, name=one.file.name,
                    sha256=one.file.sha256, bytes=one.file.bytes, media_type=one.file.media_type,
                    source_key=one.file.key, state="completed" if one.status == "ok" else "partial",
                    pages_total=one.pages, pages_left=0, pages_failed=one.pages_failed, engine=one.engine,
                    result_key=one.result_key, cached=True, started_at=now, finished_at=now,
                ))  # fmt: skip
            emit(connection, job_id, f"job.{state.value}", {"state": state.value})

    def draft_keys(self, tenant: str, job_id: str, document: int = 1) -> dict[int, str]:
        """Blobs of the pages that are done, by number, as long as they are kept. Raises NotFound."""
        with self.read() as connection:
            found = _document(connection, tenant, job_id, document)
            rows: Sequence[Any] = connection.execute(
                select(pages.c.number, pages.c.draft_key).where(
                    pages.c.document_id == found, pages.c.draft_key.is_not(None)
                )
            ).all()
        return {row.number: row.draft_key for row in rows}


def _document(connection: Connection, tenant: str, job_id: str, number: int) -> str:
    found = connection.execute(
        select(documents.c.id).where(
            documents.c.job_id == job_id, documents.c.tenant_id == tenant, documents.c.number == number
        )
    ).first()
    if found is None:
        raise NotFound(f"there is no document {number} of a job {job_id[:80]!r}")
    return str(found.id)
