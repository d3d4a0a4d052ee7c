"""Invoices: every field with the place that it was read from."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from docparse.api.asking import JobQuery, asked
from docparse.api.auth import Tenant
from docparse.api.context import Context, context_of
from docparse.api.errors import BadRequest
from docparse.api.problems import declared
from docparse.api.submitting import receive
from docparse.api.uploading import UPLOAD_BODY
from docparse.api.uploads import Form, Upload
from docparse.options import ParseOptions
from docparse.schemas.invoice import InvoiceResult

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
    """All files with one engine, so many requests at a time as there are places."""
    from docparse.invoices import InvoiceOptions, extract_invoices

    if parse.engine == "auto":
        parse = parse.model_copy(update={"engine": "embedded"})
    with _reading, tempfile.TemporaryDirectory(dir=context.spool) as folder:
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
