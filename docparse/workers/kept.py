"""What is kept beside a result and goes with its job: a person's corrections, and extracted invoices."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from docparse.errors import CorrectionsChanged, NotFound
from docparse.schemas.corrections import Corrections
from docparse.workers.database import Database
from docparse.workers.tables import corrections, documents, extracts, pages


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
