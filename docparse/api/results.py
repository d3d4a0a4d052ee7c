"""Results as clients ask for them: a document in a format, or all of a job in a zip."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import quote, urlencode

from starlette.responses import Response

from docparse.api.asking import ResultFormat
from docparse.api.context import Context
from docparse.api.errors import BadRequest, NotReady
from docparse.api.reading import document_of
from docparse.errors import DocparseError, NotFound
from docparse.export import FORMATS, export_bytes
from docparse.export.crops import crop_of
from docparse.export.guarded import pdf_in_child
from docparse.schemas.document import Document, Page
from docparse.schemas.job import Job, JobDocument, JobState

HeadersFooters = Literal["drop", "keep"]
MEDIA_TYPES: dict[str, str] = {
    **{name: format.media_type for name, format in FORMATS.items()}, "zip": "application/zip",
}  # fmt: skip
_SUFFIX = {**{name: format.suffix for name, format in FORMATS.items()}, "zip": ".zip"}
_HTML_CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
_PICTURE_SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}
_drawing = threading.Semaphore(2)
_SHOWN = frozenset(("json", "html", "md", "txt"))  # what a browser shows; the rest is saved


@dataclass(frozen=True, slots=True)
class ResultWish:
    """Which document of a job, and how. `crops`: pictures inside the JSON instead of links to them.

    `original`: without corrections. `download`: to be saved, not shown.
    """

    format: ResultFormat = "json"
    document: int | None = None
    crops: bool = False
    headers_footers: HeadersFooters = "drop"
    original: bool = False
    download: bool = False


def result_response(context: Context, tenant: str, job: Job, wish: ResultWish) -> Response:
    """The answer for a terminal job. Raises its error when it failed, NotReady, JobCanceled, NotFound."""
    if not job.state.terminal:
        raise NotReady(f"job {job.id} is {job.state.value}")
    if wish.format == "zip" and wish.document is None and job.state is not JobState.CANCELED:
        return _answer(job, _zip(context, tenant, job, job.documents, wish), wish, _stem(job.documents[0].name))
    chosen = _chosen(job, wish.document)
    document = context.reader.load(tenant, job, chosen.number, original=wish.original)
    if wish.format == "zip":
        body = _zip(context, tenant, job, [chosen], wish)
    elif FORMATS[wish.format].needs_original:
        body = _pdf(context, tenant, job, chosen, document, wish)
    else:
        body = _export(document, job, chosen.number, wish)
    return _answer(job, body, wish, _stem(chosen.name))


def with_links(document: Document, job_id: str, number: int) -> Document:
    """The document with addresses of its pictures instead of their data."""
    return document.model_copy(update={"pages": [page_with_links(page, job_id, number) for page in document.pages]})


def page_with_links(page: Page, job_id: str, number: int, *, version: int = 0) -> Page:
    """A page with addresses of its pictures; `version` of the corrections makes those that were cut anew new ones."""
    base = f"/v1/jobs/{job_id}/pages/{page.number}/crops"
    query = {name: value for name, value in (("document", number if number > 1 else 0), ("v", version)) if value}
    tail = f"?{urlencode(query)}" if query else ""
    blocks = []
    for block in page.blocks:
        crop = crop_of(block)
        if crop is not None and crop.data is not None:
            linked = crop.model_copy(update={"data": None, "href": f"{base}/{quote(block.id)}{tail}"})
            block = block.model_copy(update={"crop": linked})
        blocks.append(block)
    return page.model_copy(update={"blocks": blocks})


def _pdf(
    context: Context, tenant: str, job: Job, chosen: JobDocument, document: Document, wish: ResultWish
) -> bytes:  # fmt: skip
    """A PDF drawn on the file that was uploaded, in a child process."""
    kind: Any = wish.format
    service = context.service
    key = service.store.blob_keys(tenant, job.id, chosen.number).get("source")
    if key is None:
        raise NotFound("the file that was parsed is not here", user_action="Start again with --source FILE.")
    with _drawing, service.blobs.local(key) as path:
        return pdf_in_child(kind, document, path, service.settings, password=context.password)


def _chosen(job: Job, number: int | None) -> JobDocument:
    if number is None and len(job.documents) > 1:
        raise BadRequest(
            f"job {job.id} has {len(job.documents)} documents",
            user_action="Name one with ?document=1, or ask for format=zip.",
        )
    return document_of(job, number or 1)


def _export(document: Document, job: Job, number: int, wish: ResultWish) -> bytes:
    options: dict[str, Any] = {}
    takes = FORMATS[wish.format].takes
    if wish.format == "json" and not wish.crops:
        document = with_links(document, job.id, number)
    if "headers_footers" in takes:
        options["headers_footers"] = wish.headers_footers
    if wish.format == "md":
        options["images"] = "embed" if wish.crops else "none"
    return export_bytes(document, wish.format, **options)


def _answer(job: Job, body: bytes, wish: ResultWish, stem: str) -> Response:
    way = "inline" if wish.format in _SHOWN and not wish.download else "attachment"
    headers = {
        "X-Job-Id": job.id, "X-Job-State": job.state.value, "Cache-Control": "private, no-store",
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(stem + _SUFFIX[wish.format])}",
    }  # fmt: skip
    if wish.format == "html":
        headers["Content-Security-Policy"] = _HTML_CSP
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
                document = context.reader.load(tenant, job, found.number, original=wish.original)
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
                name = f"{stem}.images/{block.id}.{_PICTURE_SUFFIX.get(crop.media_type, 'png')}"
                archive.writestr(zipfile.ZipInfo(name), crop.data)
                names.append(name)
                block = block.model_copy(update={"crop": crop.model_copy(update={"data": None, "href": quote(name)})})
            blocks.append(block)
        pages.append(page.model_copy(update={"blocks": blocks}))
    linked = document.model_copy(update={"pages": pages})
    for suffix in ("html", "json", "md", "txt"):
        options = {"headers_footers": wish.headers_footers} if suffix in ("md", "txt") else {}
        archive.writestr(f"{stem}.{suffix}", export_bytes(linked, suffix, **options))
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
