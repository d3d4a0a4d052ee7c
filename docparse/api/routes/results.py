"""Results: whole documents, single pages, page images and pictures of blocks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from docparse.api.asking import ResultFormat
from docparse.api.auth import Tenant
from docparse.api.context import Context, context_of
from docparse.api.images import done_page, page_png
from docparse.api.problems import declared
from docparse.api.results import HeadersFooters, ResultWish, load_document, result_response, with_links
from docparse.api.routes.jobs import RESULT, JobId, WaitS
from docparse.api.views import PageView
from docparse.api.waiting import is_terminal
from docparse.errors import NotFound
from docparse.export.crops import crop_of
from docparse.schemas.document import Crop, Page
from docparse.schemas.job import Job, JobPage

router = APIRouter(tags=["results"])

PageNumber = Annotated[int, Path(ge=1, le=10**6)]
DocumentNumber = Annotated[int | None, Query(ge=1, le=10**6, description="Of a job with several documents.")]
_PICTURE: dict[str, Any] = {
    "description": "The picture.",
    "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
}
_FAILURES = (406, 409, 410, 413, 415, 501, 502, 504, 507)


@router.get(
    "/v1/jobs/{job_id}/result", summary="Get the result", response_class=Response,
    responses={200: RESULT, **declared(*_FAILURES)},
)  # fmt: skip
async def result(
    request: Request, tenant: Tenant, job_id: JobId,
    format: Annotated[ResultFormat, Query(description="zip: all documents, in all formats, with pictures.")] = "json",
    document: DocumentNumber = None,
    expand: Annotated[
        Literal["crops"] | None, Query(description="crops: pictures inside, not as links to them.")
    ] = None,
    headers_footers: Annotated[HeadersFooters, Query(description="Running headers and footers in md, txt.")] = "drop",
    wait: WaitS = 0.0,
) -> Response:  # fmt: skip
    """The parsed document, as often as you like until the job's `expires_at`. 409 while the job is under way."""
    context = context_of(request)
    job = await context.watcher.until(tenant, job_id, is_terminal, min(wait, context.settings.wait_s))
    wish = ResultWish(format, document, expand == "crops", headers_footers)
    return await to_thread.run_sync(result_response, context, tenant, job, wish)


@router.get("/v1/jobs/{job_id}/pages/{number}", summary="Get a page", responses=declared(*_FAILURES))
async def page(
    request: Request, tenant: Tenant, job_id: JobId, number: PageNumber, document: DocumentNumber = None
) -> PageView:
    """State of a page, and its blocks as soon as it is done; after the whole document is, as they are in the result."""
    context = context_of(request)
    return await to_thread.run_sync(_page_view, context, tenant, job_id, number, document or 1)


@router.get(
    "/v1/jobs/{job_id}/pages/{number}/image", summary="Get the image of a page", response_class=Response,
    responses={200: _PICTURE, **declared(*_FAILURES)},
)  # fmt: skip
async def image(
    request: Request, tenant: Tenant, job_id: JobId, number: PageNumber, document: DocumentNumber = None
) -> Response:
    """The page as a picture, in the size that `data-bbox` of the HTML refers to."""
    context = context_of(request)
    data = await to_thread.run_sync(page_png, context.service, tenant, job_id, number, document or 1)
    return Response(data, headers={"Cache-Control": "private, max-age=3600"}, media_type="image/png")


@router.get(
    "/v1/jobs/{job_id}/pages/{number}/crops/{block}", summary="Get the picture of a block", response_class=Response,
    responses={200: _PICTURE, **declared(*_FAILURES)},
)  # fmt: skip
async def crop(
    request: Request, tenant: Tenant, job_id: JobId, number: PageNumber,
    block: Annotated[str, Path(pattern=r"^[a-zA-Z0-9._-]{1,40}$", examples=["p3-b12"])],
    document: DocumentNumber = None,
) -> Response:  # fmt: skip
    """The figure that was cut out of the page."""
    context = context_of(request)
    found = await to_thread.run_sync(_crop, context, tenant, job_id, number, block, document or 1)
    return Response(found.data, headers={"Cache-Control": "private, max-age=3600"}, media_type="image/png")


def _page_view(context: Context, tenant: str, job_id: str, number: int, document: int) -> PageView:
    service = context.service
    job = service.store.job(tenant, job_id)
    if _ended(job, document):
        parsed = with_links(load_document(context, tenant, job, document), job_id, document)
        found = _page(parsed.pages, number, job_id)
        try:
            state = service.store.page(tenant, job_id, number, document)
        except NotFound:  # a result that was known before has no rows of its own
            kind = "failed" if found.status == "failed" else "done"
            state = JobPage(document=document, number=number, state=kind, seconds=found.seconds, flags=found.flags)
        return PageView(state=state, page=found)
    state = service.store.page(tenant, job_id, number, document)
    return PageView(state=state, page=done_page(service, tenant, job_id, number, document))


def _crop(context: Context, tenant: str, job_id: str, number: int, block_id: str, document: int) -> Crop:
    job = context.service.store.job(tenant, job_id)
    page = _page(load_document(context, tenant, job, document).pages, number, job_id)
    for block in page.blocks:
        found = crop_of(block)
        if block.id == block_id and found is not None and found.data is not None:
            return found
    raise NotFound(f"page {number} of job {job_id} has no picture of a block {block_id!r}")


def _page(pages: list[Page], number: int, job_id: str) -> Page:
    for page in pages:
        if page.number == number:
            return page
    raise NotFound(f"job {job_id} has no page {number}")


def _ended(job: Job, number: int) -> bool:
    return any(document.number == number and document.state.terminal for document in job.documents)
