"""Results: whole documents, single pages, page images and pictures of blocks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from docparse.api.asking import ResultFormat
from docparse.api.auth import Tenant
from docparse.api.context import Context, context_of
from docparse.api.images import ImageSize, Picture
from docparse.api.problems import declared
from docparse.api.reading import ended, page_of
from docparse.api.results import HeadersFooters, ResultWish, page_with_links, result_response
from docparse.api.routes.jobs import RESULT, JobId, WaitS
from docparse.api.views import PageView
from docparse.api.waiting import is_terminal
from docparse.errors import DocparseError, NotFound
from docparse.export.crops import crop_of
from docparse.schemas.document import Crop, Page
from docparse.schemas.job import Job, JobPage

router = APIRouter(tags=["results"])

PageNumber = Annotated[int, Path(ge=1, le=10**6)]
BlockId = Annotated[str, Path(pattern=r"^[a-zA-Z0-9._-]{1,40}$", examples=["p3-b12"])]
DocumentNumber = Annotated[int | None, Query(ge=1, le=10**6, description="Of a job with several documents.")]
Original = Annotated[bool, Query(description="As it was read, without corrections.")]
Download = Annotated[bool, Query(description="As an attachment, to be saved.")]
FAILURES = (406, 409, 410, 413, 415, 501, 502, 504, 507)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_PICTURE: dict[str, Any] = {
    "description": "The picture.",
    "content": {"image/png": _BINARY, "image/jpeg": _BINARY, "image/webp": _BINARY, "image/gif": _BINARY},
}
_UNCHANGED: dict[str, Any] = {"description": "Not changed since the version of If-None-Match."}


@router.get(
    "/v1/jobs/{job_id}/result", summary="Get the result", response_class=Response,
    responses={200: RESULT, **declared(*FAILURES)},
)  # fmt: skip
async def result(
    request: Request, tenant: Tenant, job_id: JobId,
    format: Annotated[
        ResultFormat, Query(description="zip: all documents as html, json, md and txt, with pictures.")
    ] = "json",
    document: DocumentNumber = None,
    expand: Annotated[
        Literal["crops"] | None, Query(description="crops: pictures inside, not as links to them.")
    ] = None,
    headers_footers: Annotated[HeadersFooters, Query(description="Running headers and footers in md, txt.")] = "drop",
    original: Original = False, download: Download = False, wait: WaitS = 0.0,
) -> Response:  # fmt: skip
    """The parsed document with its corrections, as often as you like until the job's `expires_at`.

    409 while the job is under way. `searchable` and `overlay` are PDFs drawn on the file that was uploaded.
    """
    context = context_of(request)
    job = await context.watcher.until(tenant, job_id, is_terminal, min(wait, context.settings.wait_s))
    wish = ResultWish(format, document, expand == "crops", headers_footers, original, download)
    return await to_thread.run_sync(result_response, context, tenant, job, wish)


@router.get("/v1/jobs/{job_id}/pages/{number}", summary="Get a page", responses=declared(*FAILURES))
async def page(
    request: Request, tenant: Tenant, job_id: JobId, number: PageNumber, document: DocumentNumber = None,
    original: Original = False,
) -> PageView:  # fmt: skip
    """State of a page, and its blocks as soon as it is done; after the whole document is, as they are in the result."""
    context = context_of(request)
    return await to_thread.run_sync(_page_view, context, tenant, job_id, number, document or 1, original)


@router.get(
    "/v1/jobs/{job_id}/pages/{number}/image", summary="Get the image of a page", response_class=Response,
    responses={200: _PICTURE, 304: _UNCHANGED, **declared(*FAILURES)},
)  # fmt: skip
async def image(
    request: Request, tenant: Tenant, job_id: JobId, number: PageNumber, document: DocumentNumber = None,
    size: Annotated[
        ImageSize, Query(description="full: PNG; screen, thumb: JPEG, longest side 1400 and 240 pixels.")
    ] = "full",
) -> Response:  # fmt: skip
    """The page as a picture; `full` in the size that `data-bbox` of the HTML refers to."""
    context = context_of(request)
    picture = await to_thread.run_sync(_image, context, tenant, job_id, number, document or 1, size)
    etag = f'"{picture.etag}"'
    headers = {"Cache-Control": "private, max-age=3600", "ETag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(picture.data, headers=headers, media_type=picture.media_type)


@router.get(
    "/v1/jobs/{job_id}/pages/{number}/crops/{block}", summary="Get the picture of a block", response_class=Response,
    responses={200: _PICTURE, **declared(*FAILURES)},
)  # fmt: skip
async def crop(
    request: Request, tenant: Tenant, job_id: JobId, number: PageNumber, block: BlockId,
    document: DocumentNumber = None, original: Original = False,
    v: Annotated[int, Query(ge=0, description="Ignored; makes another version's address another one.")] = 0,
) -> Response:  # fmt: skip
    """The figure that was cut out of the page."""
    context = context_of(request)
    found = await to_thread.run_sync(_crop, context, tenant, job_id, number, block, document or 1, original)
    return Response(found.data, headers={"Cache-Control": "private, max-age=3600"}, media_type=found.media_type)


def _page_view(context: Context, tenant: str, job_id: str, number: int, document: int, original: bool) -> PageView:
    store, reader = context.service.store, context.reader
    job = store.job(tenant, job_id)
    if not ended(job, document):
        state = store.page(tenant, job_id, number, document)
        done = reader.done_page(tenant, job, number, document)
        return PageView(state=state, page=page_with_links(done, job_id, document) if done else None)
    parsed, version = reader.seen(tenant, job, document, original=original)
    found = page_of(parsed, number, job_id)
    try:
        state = store.page(tenant, job_id, number, document)
    except NotFound:  # a result that was known before has no rows of its own
        kind = "failed" if found.status == "failed" else "done"
        state = JobPage(document=document, number=number, state=kind, seconds=found.seconds, flags=found.flags)
    return PageView(state=state, page=page_with_links(found, job_id, document, version=version), version=version)


def _image(context: Context, tenant: str, job_id: str, number: int, document: int, size: ImageSize) -> Picture:
    job = context.service.store.job(tenant, job_id)
    page = _known_page(context, tenant, job, number, document)
    return context.images.picture(job, tenant, document, number, size, page)


def _known_page(context: Context, tenant: str, job: Job, number: int, document: int) -> Page | None:
    """What was read on the page, if it has been by now."""
    try:
        if ended(job, document):
            return page_of(context.reader.original(tenant, job, document), number, job.id)
        return context.reader.done_page(tenant, job, number, document)
    except DocparseError:
        return None


def _crop(
    context: Context, tenant: str, job_id: str, number: int, block_id: str, document: int, original: bool
) -> Crop:  # fmt: skip
    job = context.service.store.job(tenant, job_id)
    if ended(job, document):
        page: Page | None = page_of(
            context.reader.seen(tenant, job, document, original=original)[0], number, job_id
        )  # fmt: skip
    else:
        page = context.reader.done_page(tenant, job, number, document)
    for block in page.blocks if page is not None else ():
        found = crop_of(block)
        if block.id == block_id and found is not None and found.data is not None:
            return found
    raise NotFound(f"page {number} of job {job_id} has no picture of a block {block_id!r}")
