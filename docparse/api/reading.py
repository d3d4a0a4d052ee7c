"""Documents as the viewer reads them: page by page, with their corrections, parsed once for many questions."""

from __future__ import annotations

from typing import Protocol

from docparse.api.errors import JobCanceled, NotReady, error_of
from docparse.api.images import PageImages
from docparse.api.memory import Recent
from docparse.corrections import apply, fingerprint
from docparse.errors import DocparseError, NotFound
from docparse.schemas.corrections import Corrections
from docparse.schemas.document import Document, Page
from docparse.schemas.job import Job, JobDocument, JobState
from docparse.workers.codec import draft_from_json
from docparse.workers.service import Service

_LIMIT_BYTES = 24 << 20  # of JSON; as objects it is several times as much
_LIMIT_PAGES_BYTES = 8 << 20
_WEIGHT_BYTES = 1 << 20  # of a corrected document: it shares most pages with the one that was read


class CorrectionKeeper(Protocol):
    """Where corrections are: the store, or files beside results (`docparse view`)."""

    def corrections(self, tenant: str, job_id: str, document: int) -> Corrections: ...

    def save_corrections(
        self, tenant: str, job_id: str, document: int, expected: int, wanted: Corrections
    ) -> Corrections: ...


class Reader:
    """Thread-safe. Every question asks the store first: what is deleted or another tenant's is not found."""

    def __init__(self, service: Service, keeper: CorrectionKeeper, images: PageImages) -> None:
        self._service, self.keeper, self._images = service, keeper, images
        self._documents: Recent[Document] = Recent(_LIMIT_BYTES)
        self._pages: Recent[Page] = Recent(_LIMIT_PAGES_BYTES)

    def forget(self, job_id: str) -> None:
        """Nothing of a deleted job stays in memory."""
        self._documents.forget(job_id)
        self._pages.forget(job_id)
        self._images.forget(job_id)

    def original(self, tenant: str, job: Job, number: int) -> Document:
        """What was read. Raises the document's error, JobCanceled, NotReady, NotFound."""
        key = self._result_key(tenant, job, number)

        def make() -> tuple[Document, int]:
            data = self._service.blobs.get(key)
            return Document.model_validate_json(data), len(data)

        return self._documents.get((job.id, number, key), make)

    def corrected(self, tenant: str, job: Job, number: int) -> tuple[Document, int]:
        """The document with its corrections, and their version. Raises the same."""
        corrections = self.keeper.corrections(tenant, job.id, number)
        document = self.original(tenant, job, number)
        if not corrections.edits:
            return document, corrections.version

        def make() -> tuple[Document, int]:
            return self._applied(tenant, job, number, document, corrections), _WEIGHT_BYTES

        if not corrections.version:  # a file that was written by hand and may change under its version
            return make()[0], 0
        return self._documents.get((job.id, number, "corrected", corrections.version), make), corrections.version

    def load(self, tenant: str, job: Job, number: int, *, original: bool = False) -> Document:
        """The document for one answer alone, with its corrections or as it was read. Raises the same."""
        key = self._result_key(tenant, job, number)
        document = self._documents.held((job.id, number, key))
        document = document or Document.model_validate_json(self._service.blobs.get(key))
        if original:
            return document
        return self._applied(tenant, job, number, document, self.keeper.corrections(tenant, job.id, number))

    def seen(self, tenant: str, job: Job, number: int, *, original: bool) -> tuple[Document, int]:
        if original:
            return self.original(tenant, job, number), 0
        return self.corrected(tenant, job, number)

    def save(self, tenant: str, job: Job, number: int, expected: int, wanted: Corrections) -> Corrections:
        """Corrections that fit, saved. Raises CorrectionInvalid, CorrectionsChanged, and why there is no document."""
        document = self.original(tenant, job, number)
        wanted = wanted.model_copy(update={"base": fingerprint(document)})
        corrected = self._applied(tenant, job, number, document, wanted)
        saved = self.keeper.save_corrections(tenant, job.id, number, expected, wanted)
        self._documents.get((job.id, number, "corrected", saved.version), lambda: (corrected, _WEIGHT_BYTES))
        return saved

    def _applied(self, tenant: str, job: Job, number: int, document: Document, corrections: Corrections) -> Document:
        return apply(document, corrections, self._images.cutter(tenant, job, number, document))

    def _result_key(self, tenant: str, job: Job, number: int) -> str:
        """The blob of the result. Raises why there is none."""
        key = self._service.store.blob_keys(tenant, job.id, number).get("result")
        found = document_of(job, number)
        if key is not None and found.state in (JobState.COMPLETED, JobState.PARTIAL):
            return key
        if found.error is not None:
            raise _of_document(error_of(found.error))
        if found.state is JobState.CANCELED:
            raise JobCanceled(f"job {job.id} was canceled")
        raise NotReady(f"document {number} of job {job.id} is {found.state.value}")

    def done_page(self, tenant: str, job: Job, number: int, document: int) -> Page | None:
        """What was read on a page of a document that is still at work; None before it is done."""
        keys = self._service.store.draft_keys(tenant, job.id, document)
        return self._draft(job.id, keys[number]) if number in keys else None

    def done_pages(self, tenant: str, job: Job, document: int) -> dict[int, Page]:
        """All pages that are done of a document that is still at work."""
        keys = self._service.store.draft_keys(tenant, job.id, document)
        return {number: self._draft(job.id, key) for number, key in keys.items()}

    def _draft(self, job_id: str, key: str) -> Page:
        def make() -> tuple[Page, int]:
            data = self._service.blobs.get(key)
            return draft_from_json(data).page, len(data)

        return self._pages.get((job_id, key), make)


def document_of(job: Job, number: int) -> JobDocument:
    """Raises NotFound."""
    for document in job.documents:
        if document.number == number:
            return document
    raise NotFound(f"job {job.id} has no document {number}")


def ended(job: Job, number: int) -> bool:
    """Whether a document of the job is terminal."""
    return document_of(job, number).state.terminal


def _of_document(error: DocparseError) -> DocparseError:
    """Why a document failed is about the document: no 5xx, which would say that the service is down."""
    if error.http_status >= 500 or error.http_status == 499:
        error.http_status = 422  # type: ignore[misc]  # of this one error, not of its class
    return error


def page_of(document: Document, number: int, job_id: str) -> Page:
    """Raises NotFound."""
    for page in document.pages:
        if page.number == number:
            return page
    raise NotFound(f"job {job_id} has no page {number}")
