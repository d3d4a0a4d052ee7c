"""For those who look at a document: what it holds, one block in many formats, where a text stands."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from docparse.api.auth import Tenant
from docparse.api.context import Context, context_of
from docparse.api.overview import Overview, overview_of
from docparse.api.problems import declared
from docparse.api.reading import page_of
from docparse.api.results import page_with_links
from docparse.api.routes.jobs import JobId
from docparse.api.routes.results import FAILURES, BlockId, DocumentNumber, Download, Original, PageNumber
from docparse.api.searching import Found, search
from docparse.errors import NotFound
from docparse.export.block import MEDIA_TYPES, BlockFormat, export_block
from docparse.export.formats import FORMATS

router = APIRouter(tags=["results"])

_SUFFIX = {"latex": ".tex", "mathml": ".mml", "svg": ".svg"}
_BLOCK: dict[str, Any] = {
    "description": "The block in the format that was asked for.",
    "content": {media.partition(";")[0]: {"schema": {"type": "string"}} for media in MEDIA_TYPES.values()},
}
_BLOCK["content"]["application/json"] = {"schema": {"$ref": "#/components/schemas/Block"}}


@router.get("/v1/jobs/{job_id}/overview", summary="Get an overview of a document", responses=declared(*FAILURES))
async def overview(
    request: Request, tenant: Tenant, job_id: JobId, document: DocumentNumber = None, original: Original = False
) -> Overview:
    """What a document holds, without its blocks: pages with size, flags and state, headings. Also while it is read."""
    context = context_of(request)
    return await to_thread.run_sync(overview_of, context, tenant, job_id, document or 1, original)


@router.get(
    "/v1/jobs/{job_id}/pages/{number}/blocks/{block}", summary="Get a block", response_class=Response,
    responses={200: _BLOCK, **declared(*FAILURES)},
)  # fmt: skip
async def block(
    request: Request, tenant: Tenant, job_id: JobId, number: PageNumber, block: BlockId,
    format: Annotated[
        BlockFormat,
        Query(description="csv, xlsx: of tables and charts; mathml: of formulas; svg: of molecules, needs RDKit."),
    ] = "json",
    document: DocumentNumber = None, original: Original = False, download: Download = False,
) -> Response:  # fmt: skip
    """One block as it may be copied. 406 for a format that its kind does not have."""
    context = context_of(request)
    data = await to_thread.run_sync(_block, context, tenant, job_id, number, block, document or 1, original, format)
    suffix = _SUFFIX.get(format) or FORMATS[format].suffix
    way = "attachment" if download or format == "xlsx" else "inline"
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'{way}; filename="{block}{suffix}"'}
    return Response(data, headers=headers, media_type=MEDIA_TYPES[format])


@router.get("/v1/jobs/{job_id}/search", summary="Search a document", responses=declared(*FAILURES))
async def find(
    request: Request, tenant: Tenant, job_id: JobId,
    q: Annotated[str, Query(min_length=1, max_length=200, description="A text; case and accents do not matter.")],
    document: DocumentNumber = None, original: Original = False,
) -> Found:  # fmt: skip
    """Where a text stands, in reading order; the first 500 places."""
    context = context_of(request)

    def look() -> Found:
        job = context.service.store.job(tenant, job_id)
        return search(context.reader.seen(tenant, job, document or 1, original=original)[0], q)

    return await to_thread.run_sync(look)


def _block(
    context: Context, tenant: str, job_id: str, number: int, block_id: str, document: int, original: bool,
    format: BlockFormat,
) -> bytes:  # fmt: skip
    job = context.service.store.job(tenant, job_id)
    parsed, version = context.reader.seen(tenant, job, document, original=original)
    page = page_with_links(page_of(parsed, number, job_id), job_id, document, version=version)
    for found in page.blocks:
        if found.id == block_id:
            return export_block(parsed, page, found, format)
    raise NotFound(f"page {number} of job {job_id} has no block {block_id!r}")
