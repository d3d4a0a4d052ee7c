"""Invoices: every field with the place that it was read from."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from docparse.api.asking import JobQuery, asked
from docparse.api.auth import Tenant
from docparse.api.context import Context, context_of
from docparse.api.errors import BadRequest
from docparse.api.problems import as_known, declared
from docparse.api.submitting import receive
from docparse.api.uploading import UPLOAD_BODY
from docparse.api.uploads import Form, Upload
from docparse.errors import DocparseError
from docparse.options import ParseOptions
from docparse.schemas.invoice import Failure, InvoiceResult

if TYPE_CHECKING:
    from docparse.model.base import Engine

router = APIRouter(tags=["invoices"])
_reading = threading.Semaphore(2)


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
        return InvoiceList(results=await to_thread.run_sync(_extract, context, form, what.options))


def _extract(context: Context, form: Form, parse: ParseOptions) -> list[InvoiceResult]:
    from docparse.invoices.source import open_reader

    if parse.engine == "auto":
        parse = parse.model_copy(update={"engine": "embedded"})
    with _reading:
        reader = open_reader(parse, context.settings)
        try:
            return [result for upload in form.files for result in _read(context, upload, parse, reader)]
        finally:
            reader.close()


def _read(context: Context, upload: Upload, parse: ParseOptions, reader: Engine) -> list[InvoiceResult]:
    from docparse.invoices.document import read_document
    from docparse.invoices.options import InvoiceOptions

    try:
        return read_document(_source(upload), InvoiceOptions(parse), context.settings, reader, name=upload.name)
    except Exception as error:  # one bad file must not cost the others
        known: DocparseError = as_known(error)
        failure = Failure(code=known.code, message=known.message, user_action=known.user_action)
        return [InvoiceResult(source=upload.name, status="failed", origin="none", error=failure, seconds=0.0)]


def _source(upload: Upload) -> Path | bytes:
    """The file without a name, as a path that the child process can open; its bytes where there is no /proc."""
    path = Path(f"/proc/{os.getpid()}/fd/{upload.file.fileno()}")
    if path.exists():
        return path
    upload.file.seek(0)
    return upload.file.read()
