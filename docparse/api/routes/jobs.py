"""Jobs: submit, list, look, wait, cancel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from docparse.api.asking import JobQuery, ParseQuery, asked
from docparse.api.auth import Tenant
from docparse.api.context import context_of
from docparse.api.errors import BadRequest, Forbidden, JobFinished
from docparse.api.problems import declared
from docparse.api.results import MEDIA_TYPES, ResultWish, result_response
from docparse.api.submitting import idempotency_key, receive, submit
from docparse.api.uploading import UPLOAD_BODY
from docparse.api.views import JobList, JobView, accepted, view_of
from docparse.api.waiting import is_terminal, news_after
from docparse.errors import Conflict
from docparse.schemas.job import JobState

router = APIRouter(tags=["jobs"])

JobId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,80}$", examples=["job_0198f2a7c1d04b1e3a5c7d9e0f1a"])]
WaitS = Annotated[float, Query(ge=0, le=300, description="Seconds to wait; the service may answer earlier.")]
_ACCEPTED: dict[str, Any] = {
    "description": "Accepted for good; look at `Location` after `Retry-After` seconds.",
    "model": JobView,
    "headers": {
        "Location": {"schema": {"type": "string"}, "description": "Address of the job."},
        "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."},
    },
}
RESULT: dict[str, Any] = {
    "description": "The result in the format that was asked for.",
    "content": {
        **{
            media.partition(";")[0]: {"schema": {"type": "string"} | ({} if "text/" in media else {"format": "binary"})}
            for media in MEDIA_TYPES.values()
        },
        "application/json": {"schema": {"anyOf": [{"$ref": "#/components/schemas/Document"}, {"type": "object"}]}},
    },
    "headers": {
        "X-Job-Id": {"schema": {"type": "string"}},
        "X-Job-State": {"schema": {"type": "string"}, "description": "completed, or partial: some pages failed."},
    },
}


@router.post(
    "/v1/parse", summary="Parse one document", response_class=Response, openapi_extra=UPLOAD_BODY,
    responses={200: RESULT, 202: _ACCEPTED, **declared(408, 409, 410, 413, 415, 501, 502, 504, 507)},
)  # fmt: skip
async def parse(request: Request, tenant: Tenant, query: Annotated[ParseQuery, Query()]) -> Response:
    """The result if it is ready within `wait` seconds; otherwise 202 and the job, which goes on. Never 504.

    Send one file: as multipart/form-data (`file`, with options as fields), or as the raw body with options in the
    query. What fails for good, such as an encrypted file without a password, is answered as a problem.
    """
    context = context_of(request)
    key = idempotency_key(request)
    with await receive(request, context) as form:
        what = asked(context.settings, query, form.fields)
        if len(form.files) + len(what.urls) > 1:
            raise BadRequest("one document at a time here", user_action="POST /v1/jobs takes many.")
        job, hook = await submit(context, tenant, form, what, key=key)
    wait_s = min(query.wait, context.settings.wait_s)
    job = await context.watcher.until(tenant, job.id, is_terminal, wait_s)
    if not job.state.terminal:
        return accepted(job, hook)
    return await to_thread.run_sync(result_response, context, tenant, job, ResultWish(query.format))


@router.post(
    "/v1/jobs", summary="Submit documents", status_code=202, response_class=Response, openapi_extra=UPLOAD_BODY,
    responses={202: _ACCEPTED, **declared(408, 409, 413, 415, 507)},
)  # fmt: skip
async def create(request: Request, tenant: Tenant, query: Annotated[JobQuery, Query()]) -> Response:
    """Accept one or many files as one job. With the header Idempotency-Key the same request makes one job only."""
    context = context_of(request)
    key = idempotency_key(request)
    with await receive(request, context) as form:
        what = asked(context.settings, query, form.fields)
        job, hook = await submit(context, tenant, form, what, key=key)
    return accepted(job, hook)


@router.get("/v1/jobs", summary="List jobs", responses=declared())
async def listed(
    request: Request, tenant: Tenant,
    cursor: Annotated[str | None, Query(max_length=80, pattern=r"^[a-z0-9_]+$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    state: JobState | None = None,
) -> JobList:  # fmt: skip
    """Your jobs, newest first."""
    store = context_of(request).service.store
    found, following = await to_thread.run_sync(lambda: store.jobs(tenant, cursor=cursor, limit=limit, state=state))
    return JobList(jobs=[view_of(job) for job in found], next=following)


@router.get("/v1/jobs/{job_id}", summary="Look at a job", responses=declared(), response_model_exclude_none=True)
async def one(
    request: Request, tenant: Tenant, job_id: JobId, wait: WaitS = 0.0,
    after: Annotated[
        int | None, Query(ge=0, le=2**31, description="With wait: until an event after this one, not until the end.")
    ] = None,
    expand: Annotated[Literal["pages"] | None, Query(description="pages: the state of each page.")] = None,
) -> JobView:  # fmt: skip
    """State and progress; with `wait` as a long poll."""
    context = context_of(request)
    news = is_terminal if after is None else news_after(after)
    job = await context.watcher.until(tenant, job_id, news, min(wait, context.settings.wait_s))
    if expand is None:
        return view_of(job)
    store = context.service.store
    pages = await to_thread.run_sync(
        lambda: [page for document in job.documents for page in store.pages(tenant, job_id, document.number)]
    )
    return view_of(job, pages=pages)


@router.delete(
    "/v1/jobs/{job_id}", summary="Cancel a job", response_model=JobView, response_model_exclude_none=True,
    responses={204: {"description": "With purge: everything of the job is deleted."}, **declared(409)},
)  # fmt: skip
async def cancel(
    request: Request, tenant: Tenant, job_id: JobId,
    purge: Annotated[bool, Query(description="Delete the job with its files and results, whatever its state.")] = False,
) -> Response | JobView:  # fmt: skip
    """Stop a job that is queued or running; 409 when it is terminal."""
    service = context_of(request).service
    if context_of(request).view is not None:
        raise Forbidden("this is a view of results on disk", user_action="Close it, and delete the files.")
    if purge:
        await to_thread.run_sync(service.delete, tenant, job_id)
        context_of(request).reader.forget(job_id)
        return Response(status_code=204)
    try:
        return view_of(await to_thread.run_sync(service.cancel, tenant, job_id))
    except Conflict as error:
        raise JobFinished(error.message) from None
