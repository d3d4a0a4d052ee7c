"""Invoices: every field with the place that it was read from."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from docparse.api.asking import JobQuery, asked
from docparse.api.auth import Tenant
from docparse.api.context import Context, context_of
from docparse.api.errors import BadRequest
from docparse.api.extracting import (
    MEDIA_TYPES,
    InvoiceFormat,
    JobInvoices,
    as_table,
    extract_job,
    invoice_options,
    kept_invoices,
    read_in_turn,
)
from docparse.api.problems import declared
from docparse.api.routes.jobs import JobId
from docparse.api.routes.results import DocumentNumber, Download
from docparse.api.submitting import receive
from docparse.api.uploading import UPLOAD_BODY
from docparse.api.uploads import Form, Upload
from docparse.options import ParseOptions
from docparse.schemas.invoice import InvoiceResult

router = APIRouter(tags=["invoices"])
_TABLES: dict[str, Any] = {
    "description": "The invoices in the format that was asked for.",
    "model": JobInvoices,
    "content": {
        "text/csv": {"schema": {"type": "string"}},
        "application/jsonl": {"schema": {"type": "string"}},
        MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
    },
}


class InvoiceList(BaseModel):
    """A result for each invoice found, in the order of the files; a file that fails has its error."""

    results: list[InvoiceResult]


@router.post(
    "/v1/invoices", summary="Extract invoices", openapi_extra=UPLOAD_BODY, responses=declared(408, 413, 415, 501, 507)
)
async def invoices(request: Request, tenant: Tenant, query: Annotated[JobQuery, Query()]) -> InvoiceList:
    """Fields of one or many invoices with their proofs and checks. Answers when all are read; nothing is kept."""
    context = context_of(request)
    with await receive(request, context) as form:
        what = asked(context.settings, query, form.fields)
        if not form.files:
            raise BadRequest("no file was sent", user_action="Send multipart/form-data with `files`.")
        return InvoiceList(results=await read_in_turn(lambda: _extract(context, form, what.options)))


@router.post(
    "/v1/jobs/{job_id}/invoices", summary="Extract the invoices of a job",
    responses=declared(409, 413, 415, 501, 502, 504, 507),
)  # fmt: skip
async def extract(
    request: Request, tenant: Tenant, job_id: JobId, document: DocumentNumber = None,
    again: Annotated[bool, Query(description="Also what was extracted before.")] = False,
) -> JobInvoices:  # fmt: skip
    """Read the job's files, or one of them, as invoices, and keep what is found. Answers when it is done."""
    context = context_of(request)

    def run() -> JobInvoices:
        job = context.service.store.job(tenant, job_id)
        return extract_job(context, tenant, job, document, again=again)

    return await read_in_turn(run)


@router.get(
    "/v1/jobs/{job_id}/invoices", summary="Get the invoices of a job", response_model=JobInvoices,
    responses={200: _TABLES, **declared(501, 507)},
)  # fmt: skip
async def kept(
    request: Request, tenant: Tenant, job_id: JobId, document: DocumentNumber = None, format: InvoiceFormat = "json",
    download: Download = False,
) -> Response | JobInvoices:  # fmt: skip
    """What was extracted so far; csv and xlsx have a row for each invoice, xlsx also a sheet of their lines."""
    context = context_of(request)
    job = await to_thread.run_sync(context.service.store.job, tenant, job_id)
    found = await to_thread.run_sync(kept_invoices, context, tenant, job, document)
    if format == "json" and not download:
        return found
    data = found.model_dump_json(indent=1).encode() if format == "json" else b""
    data = data or await to_thread.run_sync(as_table, context, found, format)
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="invoices.{format}"'}
    return Response(data, headers=headers, media_type=MEDIA_TYPES[format])


def _extract(context: Context, form: Form, parse: ParseOptions) -> list[InvoiceResult]:
    """All files with one engine."""
    from docparse.invoices import InvoiceOptions, extract_invoices

    parse = invoice_options(parse, context.settings)
    with tempfile.TemporaryDirectory(dir=context.spool) as folder:
        names = {str(_path(upload, Path(folder, str(place)))): upload.name for place, upload in enumerate(form.files)}
        found = list(extract_invoices(list(names), InvoiceOptions(parse), settings=context.settings))
    return [result.model_copy(update={"source": names.get(result.source, result.source)}) for result in found]


def _path(upload: Upload, copy: Path) -> Path:
    """The file without a name as a path that a child process can open; a copy where there is no /proc."""
    path = Path(f"/proc/{os.getpid()}/fd/{upload.file.fileno()}")
    if not path.exists():
        upload.file.seek(0)
        with copy.open("wb") as file:
            shutil.copyfileobj(upload.file, file)
        return copy
    return path
