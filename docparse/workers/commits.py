"""What workers commit. Each commit counts once: it raises LostClaim when the claim is no longer theirs.

Every function returns the work that has become due by it, to be rung for after the transaction.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update

from docparse.errors import DocparseError
from docparse.schemas.document import EngineInfo, Status
from docparse.workers.claims import Claims, settle
from docparse.workers.endings import emit, end_document
from docparse.workers.stages import Claim, DocumentState, PageState, Stage, Work
from docparse.workers.tables import documents, jobs, pages

_ENDS: dict[Status, DocumentState] = {
    "ok": DocumentState.COMPLETED,
    "partial": DocumentState.PARTIAL,
    "failed": DocumentState.FAILED,
}


@dataclass(frozen=True, slots=True)
class PageRead:
    """What recognising a page told, for whoever looks at the job."""

    draft_key: str
    seconds: float = 0.0
    tokens: int = 0
    flags: list[str] = field(default_factory=list)


def problem(error: DocparseError) -> dict[str, Any]:
    """An error as the store keeps it (`Problem`)."""
    return {"code": error.code, "message": error.message, "user_action": error.user_action, "page": error.page}


class Commits(Claims):
    """The results of the four stages."""

    def opened(
        self, claim: Claim, facts: dict[str, Any], numbers: Sequence[int], media_type: str, rung: int
    ) -> list[Work]:
        """The file is readable and has these pages; each waits to be rendered. The first `rung` are returned."""
        now, document_id = time.time(), claim.work.document_id
        rows = [
            {
                "document_id": document_id, "number": number, "job_id": claim.job_id, "state": PageState.QUEUED.value,
                "due_at": now, "rung_at": now if place < rung else 0.0,
            }
            for place, number in enumerate(numbers)
        ]  # fmt: skip
        with self.write() as connection:
            settle(
                connection, claim, "done", state=DocumentState.RUNNING.value, strikes=0, facts=facts,
                media_type=media_type, pages_total=len(rows), pages_left=len(rows),
            )  # fmt: skip
            connection.execute(insert(pages), rows)
            connection.execute(
                update(jobs).where(jobs.c.id == claim.job_id).values(pages_total=jobs.c.pages_total + len(rows))
            )
            emit(connection, claim.job_id, "document.opened", {"document": claim.number, "pages": len(rows)})
        return [Work(Stage.RENDER, document_id, number) for number in numbers[:rung]]

    def known(self, claim: Claim, result_key: str, engine: dict[str, Any] | None, cache_key: str, count: int) -> None:
        """The result of the same file, options and model was there already."""
        with self.write() as connection:
            settle(
                connection, claim, "cached", state=DocumentState.COMPLETED.value, result_key=result_key, engine=engine,
                cache_key=cache_key, cached=True, pages_total=count, finished_at=time.time(),
            )  # fmt: skip
            connection.execute(
                update(jobs).where(jobs.c.id == claim.job_id)
                .values(pages_total=jobs.c.pages_total + count, pages_done=jobs.c.pages_done + count)
            )  # fmt: skip
            end_document(connection, claim.job_id, claim.number, DocumentState.COMPLETED)

    def rendered(self, claim: Claim, page_key: str, image_key: str | None) -> list[Work]:
        now = time.time()
        with self.write() as connection:
            settle(
                connection, claim, "done", state=PageState.RENDERED.value, strikes=0, page_key=page_key,
                image_key=image_key, due_at=now, rung_at=now,
            )  # fmt: skip
        return [Work(Stage.RECOGNIZE, claim.work.document_id, claim.work.page)]

    def page_done(self, claim: Claim, read: PageRead, engine: EngineInfo) -> list[Work]:
        with self.write() as connection:
            settle(
                connection, claim, "done", state=PageState.DONE.value, draft_key=read.draft_key, seconds=read.seconds,
                tokens=read.tokens, flags=read.flags, finished_at=time.time(),
            )  # fmt: skip
            data = {"document": claim.number, "page": claim.work.page, "seconds": read.seconds, "flags": read.flags}
            return _page_ended(connection, claim, "page.done", data, engine=engine.model_dump())

    def page_failed(self, claim: Claim, error: DocparseError) -> list[Work]:
        """The page is given up; the document goes on without it."""
        with self.write() as connection:
            settle(
                connection, claim, "failed", f"{error.code}: {error.message}"[:500], state=PageState.FAILED.value,
                error=problem(error), finished_at=time.time(),
            )  # fmt: skip
            data = {"document": claim.number, "page": claim.work.page, "error": problem(error)}
            return _page_ended(connection, claim, "page.failed", data)

    def assembled(self, claim: Claim, status: Status, result_key: str, cache_key: str | None) -> None:
        """The document's result is in the blobs."""
        state = _ENDS[status]
        with self.write() as connection:
            settle(
                connection, claim, "done", state=state.value, result_key=result_key, finished_at=time.time(),
                cache_key=cache_key if status == "ok" else None,
            )  # fmt: skip
            end_document(connection, claim.job_id, claim.number, state)

    def document_failed(self, claim: Claim, error: DocparseError) -> None:
        """The document can't be opened or assembled at all."""
        with self.write() as connection:
            settle(
                connection, claim, "failed", f"{error.code}: {error.message}"[:500], state=DocumentState.FAILED.value,
                error=problem(error), finished_at=time.time(),
            )  # fmt: skip
            end_document(connection, claim.job_id, claim.number, DocumentState.FAILED, problem(error))

    def find_result(self, tenant: str, cache_key: str) -> Any:
        """A finished document of the tenant with that key (`result_key`, `engine`, `pages_total`), or None."""
        query = select(documents.c.result_key, documents.c.engine, documents.c.pages_total).where(
            documents.c.tenant_id == tenant, documents.c.cache_key == cache_key,
            documents.c.state == DocumentState.COMPLETED.value,
        )  # fmt: skip
        with self.read() as connection:
            return connection.execute(query.limit(1)).first()

    def finished_pages(self, document_id: str) -> list[Any]:
        """Rows of a document's pages, in order."""
        query = select(pages).where(pages.c.document_id == document_id).order_by(pages.c.number)
        with self.read() as connection:
            return list(connection.execute(query))


def _page_ended(
    connection: Connection, claim: Claim, kind: str, data: dict[str, Any], engine: dict[str, Any] | None = None
) -> list[Work]:
    return end_page(connection, claim.work.document_id, claim.job_id, kind, data, engine)


def end_page(
    connection: Connection, document_id: str, job_id: str, kind: str, data: dict[str, Any],
    engine: dict[str, Any] | None = None,
) -> list[Work]:  # fmt: skip
    """Count a page that is terminal now; with the last one the document is due to be assembled."""
    failed = 1 if kind == "page.failed" else 0
    values: dict[str, Any] = {
        "pages_left": documents.c.pages_left - 1, "pages_failed": documents.c.pages_failed + failed,
    }  # fmt: skip
    if engine is not None:
        values["engine"] = engine
    left = connection.execute(
        update(documents).where(documents.c.id == document_id).values(**values).returning(documents.c.pages_left)
    ).scalar_one()
    connection.execute(
        update(jobs).where(jobs.c.id == job_id)
        .values(pages_done=jobs.c.pages_done + 1 - failed, pages_failed=jobs.c.pages_failed + failed)
    )  # fmt: skip
    emit(connection, job_id, kind, data)
    if left:
        return []
    now = time.time()
    connection.execute(
        update(documents).where(documents.c.id == document_id)
        .values(state=DocumentState.READ.value, strikes=0, due_at=now, rung_at=now)
    )  # fmt: skip
    return [Work(Stage.ASSEMBLE, document_id)]
