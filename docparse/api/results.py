"""Results as clients ask for them: a document in a format, or all of a job in a zip."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import quote

from starlette.responses import Response

from docparse.api.asking import ResultFormat
from docparse.api.context import Context
from docparse.api.errors import BadRequest, JobCanceled, NotReady, error_of
from docparse.errors import DocparseError, NotFound
from docparse.export import export_bytes
from docparse.export.crops import crop_of
from docparse.schemas.document import Document
from docparse.schemas.job import Job, JobDocument, JobState

HeadersFooters = Literal["drop", "keep"]
MEDIA_TYPES: dict[str, str] = {
    "json": "application/json", "html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8", "zip": "application/zip",
}  # fmt: skip
_HTML_CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
_SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


@dataclass(frozen=True, slots=True)
class ResultWish:
    """Which document of a job, and how. `crops`: pictures inside the JSON instead of links to them."""

    format: ResultFormat = "json"
    document: int | None = None
    crops: bool = False
    headers_footers: HeadersFooters = "drop"


def result_response(context: Context, tenant: str, job: Job, wish: ResultWish) -> Response:
    """The answer for a terminal job. Raises its error when it failed, NotReady, JobCanceled, NotFound."""
    if not job.state.terminal:
        raise NotReady(f"job {job.id} is {job.state.value}")
    if wish.format == "zip" and wish.document is None and job.state is not JobState.CANCELED:
        return _answer(
            context, job, _zip(context, tenant, job, job.documents, wish), wish, _stem(job.documents[0].name)
        )
    chosen = _chosen(job, wish.document)
    document = load_document(context, tenant, job, chosen.number)
    if wish.format == "zip":
        return _answer(context, job, _zip(context, tenant, job, [chosen], wish), wish, _stem(chosen.name))
    return _answer(context, job, _export(document, job, chosen.number, wish), wish, _stem(chosen.name))


def load_document(context: Context, tenant: str, job: Job, number: int) -> Document:
    """The parsed document, pictures and all. Raises its error, JobCanceled, NotReady, NotFound."""
    found = _chosen(job, number)
    if found.state in (JobState.COMPLETED, JobState.PARTIAL):
        return context.service.result(tenant, job.id, number)
    if found.error is not None:
        raise _of_document(error_of(found.error))
    if found.state is JobState.CANCELED:
        raise JobCanceled(f"job {job.id} was canceled")
    raise NotReady(f"document {number} of job {job.id} is {found.state.value}")


def _of_document(error: DocparseError) -> DocparseError:
    """Why a document failed is about the document: no 5xx, which would say that the service is down."""
    if error.http_status >= 500 or error.http_status == 499:
        error.http_status = 422  # type: ignore[misc]  # of this one error, not of its class
    return error


def with_links(document: Document, job_id: str, number: int) -> Document:
    """The document with addresses of its pictures instead of their data."""
    pages = []
    for page in document.pages:
        base = f"/v1/jobs/{job_id}/pages/{page.number}/crops"
        tail = f"?document={number}" if number > 1 else ""
        blocks = []
        for block in page.blocks:
            crop = crop_of(block)
            if crop is not None and crop.data is not None:
                linked = crop.model_copy(update={"data": None, "href": f"{base}/{quote(block.id)}{tail}"})
                block = block.model_copy(update={"crop": linked})
            blocks.append(block)
        pages.append(page.model_copy(update={"blocks": blocks}))
    return document.model_copy(update={"pages": pages})


def _chosen(job: Job, number: int | None) -> JobDocument:
    if number is None and len(job.documents) > 1:
        raise BadRequest(
            f"job {job.id} has {len(job.documents)} documents",
            user_action="Name one with ?document=1, or ask for format=zip.",
        )
    wanted = number or 1
    for document in job.documents:
        if document.number == wanted:
            return document
    raise NotFound(f"job {job.id} has no document {wanted}")


def _export(document: Document, job: Job, number: int, wish: ResultWish) -> bytes:
    options: dict[str, Any] = {}
    if wish.format == "json" and not wish.crops:
        document = with_links(document, job.id, number)
    if wish.format in ("md", "txt"):
        options["headers_footers"] = wish.headers_footers
    if wish.format == "md":
        options["images"] = "embed" if wish.crops else "none"
    return export_bytes(document, f".{wish.format}", **options)


def _answer(context: Context, job: Job, body: bytes, wish: ResultWish, stem: str) -> Response:
    headers = {
        "X-Job-Id": job.id, "X-Job-State": job.state.value, "Cache-Control": "private, no-store",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(f'{stem}.{wish.format}')}",
    }  # fmt: skip
    if wish.format == "html":
        headers["Content-Security-Policy"] = _HTML_CSP
    elif wish.format == "zip":
        headers["Content-Disposition"] = headers["Content-Disposition"].replace("inline", "attachment")
    return Response(body, 200, headers, MEDIA_TYPES[wish.format])


def _zip(context: Context, tenant: str, job: Job, documents: Iterable[JobDocument], wish: ResultWish) -> bytes:
    """HTML, JSON, Markdown, text and pictures of each document, and a manifest with the errors of the others."""
    file = io.BytesIO()
    manifest: list[dict[str, Any]] = []
    taken: set[str] = {"manifest.json"}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for found in documents:
            record = {"document": found.number, "name": found.name, "sha256": found.sha256, "state": found.state.value}
            try:
                document = load_document(context, tenant, job, found.number)
            except DocparseError as error:
                record["error"] = {"code": error.code, "message": error.message, "user_action": error.user_action}
            else:
                stem = _unique(_stem(found.name), taken)
                record["files"] = _add(archive, document, stem, wish)
            manifest.append(record)
        archive.writestr(
            "manifest.json", json.dumps({"job": job.id, "documents": manifest}, ensure_ascii=False, indent=1)
        )
    return file.getvalue()


def _add(archive: zipfile.ZipFile, document: Document, stem: str, wish: ResultWish) -> list[str]:
    """One document's files, pictures in `STEM.images/`; returns their names."""
    names = []
    pages = []
    for page in document.pages:
        blocks = []
        for block in page.blocks:
            crop = crop_of(block)
            if crop is not None and crop.data is not None:
                name = f"{stem}.images/{block.id}.{_SUFFIX.get(crop.media_type, 'png')}"
                archive.writestr(zipfile.ZipInfo(name), crop.data)
                names.append(name)
                block = block.model_copy(update={"crop": crop.model_copy(update={"data": None, "href": quote(name)})})
            blocks.append(block)
        pages.append(page.model_copy(update={"blocks": blocks}))
    linked = document.model_copy(update={"pages": pages})
    for suffix in ("html", "json", "md", "txt"):
        options = {"headers_footers": wish.headers_footers} if suffix in ("md", "txt") else {}
        archive.writestr(f"{stem}.{suffix}", export_bytes(linked, f".{suffix}", **options))
        names.append(f"{stem}.{suffix}")
    return names


def _stem(name: str) -> str:
    stem = PurePosixPath(name.replace("\\", "/")).stem.strip(". ")
    return "".join("_" if char in '<>:"/|?*' or not char.isprintable() else char for char in stem) or "document"


def _unique(stem: str, taken: set[str]) -> str:
    name, count = stem, 1
    while name.lower() in taken:
        count += 1
        name = f"{stem}-{count}"
    taken.add(name.lower())
    return name
