"""Progress as server-sent events."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from docparse.api import sse
from docparse.api.auth import Tenant
from docparse.api.context import context_of
from docparse.api.problems import declared
from docparse.api.routes.jobs import JobId

router = APIRouter(tags=["jobs"])

_STREAM: dict[str, Any] = {
    "description": "`event` is the kind, `id` counts from 1, `data` is JSON.",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "event": {"type": "string"}, "data": {"type": "string"}},
            },
            "example": {"id": "3", "event": "page.done", "data": '{"kind": "page.done", "document": 1, "page": 1}'},
        }
    },
}


@router.get(
    "/v1/jobs/{job_id}/events", summary="Follow a job", response_class=StreamingResponse,
    responses={200: _STREAM, **declared()},
)  # fmt: skip
async def events(
    request: Request, tenant: Tenant, job_id: JobId,
    last_event_id: Annotated[int, Header(ge=0, le=2**31, description="Go on after this event.")] = 0,
    after: Annotated[int, Query(ge=0, le=2**31, description="The same for clients that can't set headers.")] = 0,
) -> StreamingResponse:  # fmt: skip
    """All events of the job so far, then each as it happens; ends with the job. Sent as text/event-stream."""
    context = context_of(request)
    store = context.service.store
    await to_thread.run_sync(store.job, tenant, job_id)
    body = sse.stream(context.watcher, store.events, tenant, job_id, max(last_event_id, after))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body, headers=headers, media_type="text/event-stream")
