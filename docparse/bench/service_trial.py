"""A service under load, and the count of what was lost or doubled in it."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import func, select

from docparse.bench.service_rig import Rig, wait_until
from docparse.options import ParseOptions
from docparse.schemas.job import JobState
from docparse.workers.jobs import NewFile
from docparse.workers.stages import DocumentState
from docparse.workers.tables import attempts, documents, events, pages

TENANT = "default"


class Trial:
    """A rig under load: documents of several pages, each with its own words."""

    def __init__(self, rig: Rig, pages_each: int = 5) -> None:
        self.rig, self.store, self.pages_each = rig, rig.service.store, pages_each
        self.jobs: dict[str, list[str]] = {}
        self.figures: dict[str, float] = {}

    def start(self) -> None:
        self.rig.start_redis()
        for queue, concurrency in (("render", 2), ("recognize", None), ("assemble", 1)):
            self.rig.start_worker(queue, concurrency=concurrency)
        self.rig.ready()

    def submit(self, count: int, words: Callable[[int, int], str] | None = None, each: int | None = None) -> list[str]:
        """Put `count` documents in; returns the ids of their jobs."""
        made = []
        for _ in range(count):
            job_id, scope = self.rig.service.new_job(TENANT)
            each_page = [words(len(self.jobs), page) if words else f"{job_id} page {page}." for page in
                         range(1, (each or self.pages_each) + 1)]  # fmt: skip
            blob = self.rig.service.blobs.put(scope, pdf_of(each_page))
            file = NewFile("made.pdf", blob.key, blob.sha256, blob.bytes)
            self.rig.service.submit(TENANT, [file], ParseOptions(), job_id=job_id)
            self.jobs[job_id] = each_page
            made.append(job_id)
        return made

    def done_pages(self) -> int:
        return self._count(select(func.count()).select_from(events).where(events.c.kind == "page.done"))

    def reruns(self) -> int:
        """Attempts that came to nothing because their worker went away."""
        lost = ("lost", "released", "dead")
        return self._count(select(func.count()).select_from(attempts).where(attempts.c.outcome.in_(lost)))

    def wait(self, timeout_s: float) -> bool:
        """Until every document is terminal."""
        ended = (DocumentState.COMPLETED, DocumentState.PARTIAL, DocumentState.FAILED, DocumentState.CANCELED)
        left = select(func.count()).select_from(documents).where(documents.c.state.not_in(ended))
        return wait_until(lambda: self._count(left) == 0, timeout_s, every_s=0.2)

    def recovery_s(self, timeout_s: float = 60.0) -> float:
        """Seconds until the next page is committed."""
        before, started_s = self.done_pages(), time.monotonic()
        wait_until(lambda: self.done_pages() > before, timeout_s)
        return time.monotonic() - started_s

    def lost(self) -> int:
        """Pages that are not in the results, or not with their own words."""
        missing = 0
        for job_id, words in self.jobs.items():
            if self.store.job(TENANT, job_id).state is not JobState.COMPLETED:
                missing += len(words)
                continue
            found = self.rig.service.result(TENANT, job_id).to_text()
            missing += sum(1 for text in words if text not in found)
        return missing

    def doubled(self) -> int:
        """Pages that were committed more than once: events above one a page."""
        ended = self._count(
            select(func.count()).select_from(events).where(events.c.kind.in_(("page.done", "page.failed")))
        )
        known = self._count(select(func.count()).select_from(pages).where(pages.c.state.in_(("done", "failed"))))
        more = select(func.count()).select_from(attempts).where(
            attempts.c.stage == "recognize", attempts.c.outcome == "done"
        )  # fmt: skip
        done = self._count(select(func.count()).select_from(pages).where(pages.c.state == "done"))
        return max(0, ended - known) + max(0, self._count(more) - done)

    def _count(self, query: object) -> int:
        with self.store.read() as connection:
            return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]


def pdf_of(texts: list[str]) -> bytes:
    """A PDF with one line of text on each page."""
    import pymupdf

    with pymupdf.open() as document:
        for text in texts:
            document.new_page().insert_text((72, 72), text, fontsize=9)
        data: bytes = document.tobytes(expand=255)  # streams as they are: numbers in them can be replaced
    return data
