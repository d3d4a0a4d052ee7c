"""`Service`: store, blobs and doorbell of one installation, for the API, the workers and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.errors import Conflict, NotFound, StoreFull
from docparse.options import ParseOptions
from docparse.schemas.document import Document
from docparse.schemas.job import Job, JobOptions
from docparse.settings import Settings
from docparse.workers.bells import Bell, DeafBell
from docparse.workers.blobs import Blobs
from docparse.workers.database import new_id
from docparse.workers.jobs import NewFile
from docparse.workers.stages import Stage, Work, blob_scope
from docparse.workers.store import Store


class Service:
    """Make one per process, after a fork. Thread-safe."""

    def __init__(self, settings: Settings, bell: Bell | None = None) -> None:
        self.settings = settings
        folder = settings.data_dir.absolute()
        self.store = Store(settings.database_url or f"sqlite:///{folder / 'docparse.db'}")
        self.blobs = Blobs(settings.blobs or str(folder / "blobs"))
        self.bell = bell if bell is not None else _bell(settings)

    def new_job(self, tenant: str) -> tuple[str, str]:
        """(job id, blob scope) for an upload: write the files into the scope, then `submit` with that id."""
        job_id = new_id("job")
        return job_id, blob_scope(tenant, job_id)

    def submit(
        self, tenant: str, files: Sequence[NewFile], options: ParseOptions, *, job_id: str | None = None,
        service: JobOptions | None = None, idempotency_key: str | None = None,
    ) -> Job:  # fmt: skip
        """`Store.create_job`, and workers hear of it. Another id than `job_id` means a repeated request: its new
        blobs are removed here."""
        service = service or JobOptions()
        if service.ttl_s is None:
            service = service.model_copy(update={"ttl_s": self.settings.result_ttl_s})
        job = self.store.create_job(
            tenant, files, options, job_id=job_id, service=service, idempotency_key=idempotency_key,
            max_active_jobs=self.settings.max_active_jobs,
        )  # fmt: skip
        if job_id is not None and job.id != job_id:
            self.blobs.remove_scope(blob_scope(tenant, job_id))
        else:
            self.ring([Work(Stage.OPEN, f"{job.id}-{document.number:05d}") for document in job.documents])
        return job

    def ring(self, works: Sequence[Work]) -> None:
        """Tell workers at once. What is not heard, the reconciler finds."""
        if works:
            self.bell.ring(works)

    def cancel(self, tenant: str, job_id: str) -> Job:
        """Raises NotFound, Conflict when the job is terminal."""
        return self.store.cancel(tenant, job_id)

    def delete(self, tenant: str, job_id: str) -> None:
        """Rows and blobs are gone when it returns; what a worker writes after that goes too. Raises NotFound."""
        try:
            scope = self.store.delete(tenant, job_id)
        except StoreFull:  # deleting rows takes room as well: the job's files make some
            scope = self.store.scope(tenant, job_id)
            self.blobs.remove_scope(scope)
            scope = self.store.delete(tenant, job_id)
        self.blobs.remove_scope(scope)
        self.store.unbury(scope)
        self.store.scrub()

    def result(self, tenant: str, job_id: str, document: int = 1) -> Document:
        """The parsed document. Raises NotFound; Conflict when it isn't finished or has failed."""
        key = self.store.blob_keys(tenant, job_id, document).get("result")
        if key is None:
            found = self.store.job(tenant, job_id).documents[document - 1]
            raise Conflict(f"document {document} is {found.state.value}: it has no result")
        return Document.model_validate_json(self.blobs.get(key))

    def page_image(self, tenant: str, job_id: str, page: int, document: int = 1) -> bytes:
        """The page image as PNG, to which `data-bbox` refers. Raises NotFound if the engine needed none."""
        key = self.store.blob_keys(tenant, job_id, document, page).get("image")
        if key is None:
            raise NotFound(f"page {page} has no image", user_action="The engine read the page's text layer only.")
        return self.blobs.get(key)

    def close(self) -> None:
        self.bell.close()
        self.store.close()


def _bell(settings: Settings) -> Bell:
    if settings.broker_url is None:
        return DeafBell()
    from docparse.workers.celery_app import CeleryBell

    return CeleryBell(settings)
