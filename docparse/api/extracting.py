"""Invoices of a job's documents: extracted from the uploaded files once, kept with the job."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel, Field, TypeAdapter

from docparse.api.context import Context
from docparse.api.errors import BadRequest, Busy
from docparse.api.reading import document_of
from docparse.errors import NotFound
from docparse.options import ParseOptions
from docparse.schemas.invoice import InvoiceResult
from docparse.schemas.job import Job, JobDocument, JobState
from docparse.settings import Settings
from docparse.workers.stages import blob_scope

if TYPE_CHECKING:
    from docparse.invoices.outputs import JsonLines

InvoiceFormat = Literal["json", "jsonl", "csv", "xlsx"]
MEDIA_TYPES: dict[InvoiceFormat, str] = {
    "json": "application/json", "jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
_reading = CapacityLimiter(2)  # requests at a time; waiting in a thread would take the threads of all other requests
_MOST_WAITING = 16
_T = TypeVar("_T")
_RESULTS = TypeAdapter(list[InvoiceResult])
_OPTIONS = ("pages", "engine", "ocr", "languages", "page_timeout_s")


class DocumentInvoices(BaseModel):
    """What was found in one document."""

    document: int
    name: str
    results: list[InvoiceResult]


class JobInvoices(BaseModel):
    """Invoices of a job's documents, and the documents that were not looked at yet."""

    documents: list[DocumentInvoices]
    missing: list[int] = Field(description="Numbers of documents that POST would read.")


async def read_in_turn(read: Callable[[], _T]) -> _T:
    """Read invoices in a thread, when it is this request's turn. Raises Busy when too many wait."""
    if _reading.statistics().tasks_waiting >= _MOST_WAITING:
        raise Busy("too many invoices wait to be read")
    return await to_thread.run_sync(read, limiter=_reading)


def kept_invoices(context: Context, tenant: str, job: Job, only: int | None = None) -> JobInvoices:
    """What was extracted so far. Raises NotFound."""
    wanted = [document_of(job, only)] if only is not None else job.documents
    keys = context.service.store.extracts(tenant, job.id)
    documents = [
        DocumentInvoices(
            document=document.number, name=document.name,
            results=_RESULTS.validate_json(context.service.blobs.get(keys[document.number])),
        )
        for document in wanted if document.number in keys
    ]  # fmt: skip
    return JobInvoices(documents=documents, missing=[found.number for found in wanted if found.number not in keys])


def extract_job(context: Context, tenant: str, job: Job, only: int | None, *, again: bool) -> JobInvoices:
    """Read what is missing, or all of it again, and keep it. A file that fails has its error as its result."""
    wanted = [document_of(job, only)] if only is not None else job.documents
    keys = context.service.store.extracts(tenant, job.id)
    todo = [found for found in wanted if (again or found.number not in keys) and found.state is not JobState.CANCELED]
    if todo:
        for document, results in _extracted(context, tenant, job, todo):
            blob = context.service.blobs.put(blob_scope(tenant, job.id), _RESULTS.dump_json(results))
            context.service.store.keep_extract(tenant, job.id, document.number, blob.key)
    return kept_invoices(context, tenant, job, only)


def _extracted(
    context: Context, tenant: str, job: Job, todo: list[JobDocument]
) -> list[tuple[JobDocument, list[InvoiceResult]]]:
    """All results of each document, from one run over the files."""
    from contextlib import ExitStack

    from docparse.invoices import InvoiceOptions, extract_invoices

    asked = {name: value for name, value in job.options.items() if name in _OPTIONS}
    parse = invoice_options(ParseOptions(password=context.password, **asked), context.settings)
    service = context.service
    with ExitStack() as stack:
        paths = {}
        for document in todo:
            key = service.store.blob_keys(tenant, job.id, document.number).get("source")
            if key is None:
                raise NotFound("the file that was parsed is not here", user_action="Start again with --source FILE.")
            paths[document.number] = str(stack.enter_context(service.blobs.local(key)))
        files = list(dict.fromkeys(paths.values()))  # the same file twice is one blob
        found = list(extract_invoices(files, InvoiceOptions(parse), settings=service.settings))
    return [
        (
            document,
            [
                result.model_copy(update={"source": document.name})
                for result in found if result.source == paths[document.number]
            ],
        )
        for document in todo
    ]  # fmt: skip


def invoice_options(parse: ParseOptions, settings: Settings) -> ParseOptions:
    """Invoices are read by the embedded engine unless another one was asked for.

    They are read in this process: raises BadRequest for a remote engine that it has no address of.
    """
    if parse.engine == "remote" and not settings.remote_url:
        raise BadRequest("engine 'remote' is not set up here", user_action="Choose another engine; see /v1/engines.")
    return parse.model_copy(update={"engine": "embedded"}) if parse.engine == "auto" else parse


def as_table(context: Context, found: JobInvoices, format: InvoiceFormat) -> bytes:
    """All results as JSON lines, or as a table with one row for each invoice. Raises MissingDependency."""
    from docparse.invoices.outputs import JsonLines, check_output, write_table

    with tempfile.TemporaryDirectory(dir=context.spool) as folder:
        lines: JsonLines = JsonLines(Path(folder, "rows.jsonl"), append=False)
        for document in found.documents:
            lines.add(document.results)
        if format == "jsonl":
            return lines.path.read_bytes()
        target = Path(folder, f"invoices.{format}")
        check_output(target)
        write_table(target, lines)
        return target.read_bytes()
