"""docling-serve's own routes, so that its clients switch over by changing the address."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response, WebSocket
from pydantic import BaseModel, ConfigDict, Field
from starlette.websockets import WebSocketDisconnect

from docparse.api.auth import Tenant, authenticate_socket
from docparse.api.context import Context, context_of
from docparse.api.docling import ConvertResponse, TaskStatus, asked_by, converted, options_of_form, task_of, wish_of
from docparse.api.errors import BadRequest, Forbidden, Unprocessable
from docparse.api.problems import declared
from docparse.api.results import ResultWish, result_response
from docparse.api.routes.jobs import JobId
from docparse.api.submitting import receive, submit
from docparse.api.uploads import Form, Upload
from docparse.api.waiting import is_terminal, news_after
from docparse.errors import DocparseError, NotFound
from docparse.schemas.job import Job

router = APIRouter(tags=["docling"], prefix="/v1")

_FAILURES = (408, 409, 413, 415, 501, 502, 504, 507)
_ZIP: dict[str, Any] = {
    "description": "The result, or a zip for target zip.",
    "model": ConvertResponse,
    "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
}
_FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 1},
                        "to_formats": {"type": "array", "items": {"enum": ["md", "html", "text", "json"]}},
                        "target_type": {"enum": ["inbody", "zip"]},
                    },
                    "required": ["files"],
                }
            }
        },
    }
}


class Source(BaseModel):
    """A file in base64, or an address if this service fetches them."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["file", "http"]
    base64_string: str | None = None
    filename: str = Field(default="document", max_length=1000)
    url: str | None = Field(default=None, max_length=2000)


class Target(BaseModel):
    model_config = ConfigDict(extra="ignore")

    kind: str = Field(default="inbody", max_length=40)


class ConvertRequest(BaseModel):
    """docling-serve's request for sources."""

    model_config = ConfigDict(extra="ignore")

    sources: list[Source] = Field(min_length=1, max_length=1)
    options: dict[str, Any] = Field(default_factory=dict)
    target: Target = Target()


@router.post(
    "/convert/file", response_model=ConvertResponse, responses={200: _ZIP, **declared(*_FAILURES)}, openapi_extra=_FILES
)
async def convert_file(request: Request, tenant: Tenant) -> Response | ConvertResponse:
    """Convert a file and wait for it. When that takes too long the answer is 504, with the task's id: it goes on."""
    return await _finish(request, tenant, await _submit_file(request, tenant))


@router.post("/convert/file/async", responses=declared(*_FAILURES), openapi_extra=_FILES)
async def convert_file_async(request: Request, tenant: Tenant) -> TaskStatus:
    """Convert a file; poll the task."""
    return task_of(await _submit_file(request, tenant))


@router.post("/convert/source", response_model=ConvertResponse, responses={200: _ZIP, **declared(*_FAILURES)})
async def convert_source(request: Request, tenant: Tenant, body: ConvertRequest) -> Response | ConvertResponse:
    """Convert a file in base64, or at an address, and wait for it."""
    return await _finish(request, tenant, await _submit_source(request, tenant, body))


@router.post("/convert/source/async", responses=declared(*_FAILURES))
async def convert_source_async(request: Request, tenant: Tenant, body: ConvertRequest) -> TaskStatus:
    """The same as a task."""
    return task_of(await _submit_source(request, tenant, body))


@router.get("/status/poll/{task_id}", responses=declared())
async def poll(
    request: Request, tenant: Tenant, task_id: JobId, wait: Annotated[float, Query(ge=0, le=300)] = 0.0
) -> TaskStatus:
    """A task, at the latest after `wait` seconds."""
    context = context_of(request)
    job = await context.watcher.until(tenant, task_id, is_terminal, min(wait, context.settings.wait_s))
    return await to_thread.run_sync(_task, context, tenant, job)


@router.get(
    "/result/{task_id}", response_model=ConvertResponse, responses={200: _ZIP, **declared(409, 410, *_FAILURES)}
)
async def result(request: Request, tenant: Tenant, task_id: JobId) -> Response | ConvertResponse:
    """The result of a task, as often as you like until it expires."""
    context = context_of(request)
    job = await context.watcher.job(tenant, task_id)
    return await to_thread.run_sync(_converted, context, tenant, job)


@router.websocket("/status/ws/{task_id}")
async def follow(socket: WebSocket, task_id: str) -> None:
    """The task whenever it changes, until it is finished."""
    await socket.accept()
    context: Context = socket.app.state.context
    try:
        tenant = await authenticate_socket(socket)
        job = await context.watcher.job(tenant, task_id)
        await _tell(socket, context, tenant, job, "connection")
        while not job.state.terminal and not context.watcher.stopping:
            job = await context.watcher.until(tenant, task_id, news_after(job.last_event), 15.0)
            await _tell(socket, context, tenant, job, "update")
    except WebSocketDisconnect:
        return
    except NotFound:
        await socket.send_json({"message": "error", "error": "Task not found."})
    except DocparseError as error:
        await socket.send_json({"message": "error", "error": error.message})
    await socket.close()


async def _tell(socket: WebSocket, context: Context, tenant: str, job: Job, kind: str) -> None:
    """One message; the client asks for the next one, or says nothing."""
    task = await to_thread.run_sync(_task, context, tenant, job)
    await socket.send_json({"message": kind, "task": task.model_dump(mode="json")})
    if not job.state.terminal:
        try:
            await asyncio.wait_for(socket.receive_text(), 5.0)
        except TimeoutError:
            return


async def _submit_file(request: Request, tenant: str) -> Job:
    context = context_of(request)
    with await receive(request, context) as form:
        if len(form.files) > 1:
            raise BadRequest("one document at a time here", user_action="POST /v1/jobs takes many.")
        target = (form.fields.get("target_type") or ["inbody"])[-1]
        what, metadata = asked_by(context.settings, options_of_form(form.fields), target=target)
        job, _ = await submit(context, tenant, form, what, key=None, metadata=metadata)
    return job


async def _submit_source(request: Request, tenant: str, body: ConvertRequest) -> Job:
    context = context_of(request)
    what, metadata = asked_by(context.settings, body.options, target=body.target.kind)
    source = body.sources[0]
    with Form() as form:
        if source.kind == "file":
            await to_thread.run_sync(_take_base64, context, form, source)
        elif not context.settings.url_input:
            raise Forbidden("this service does not fetch addresses", user_action="Upload the file.")
        else:
            what = what.with_urls((source.url or "",))
        job, _ = await submit(context, tenant, form, what, key=None, metadata=metadata)
    return job


def _take_base64(context: Context, form: Form, source: Source) -> None:
    upload = Upload(source.filename, context.spool, context.upload_limits)
    form.files.append(upload)
    try:
        upload.write(base64.b64decode(source.base64_string or "", validate=True))
    except (binascii.Error, ValueError):
        raise Unprocessable("base64_string is not valid base64") from None
    upload.finish()


async def _finish(request: Request, tenant: str, job: Job) -> Response | ConvertResponse:
    context = context_of(request)
    job = await context.watcher.until(tenant, job.id, is_terminal, context.settings.wait_s)
    if not job.state.terminal:
        raise StillRunning(f"task {job.id} is not finished after {context.settings.wait_s:g} s")
    return await to_thread.run_sync(_converted, context, tenant, job)


def _converted(context: Context, tenant: str, job: Job) -> Response | ConvertResponse:
    wish = wish_of(job)
    if wish.zip:
        return result_response(context, tenant, job, ResultWish("zip"))
    document = context.reader.load(tenant, job, 1)
    seconds = (job.finished_at - job.created_at).total_seconds() if job.finished_at else 0.0
    return converted(document, wish, seconds)


def _task(context: Context, tenant: str, job: Job) -> TaskStatus:
    """With the reason when it failed."""
    if job.state.terminal and task_of(job).task_status == "failure":
        try:
            context.reader.load(tenant, job, 1)
        except DocparseError as error:
            return task_of(job, error)
    return task_of(job)


class StillRunning(DocparseError):
    """docling-serve's way to say that the time to wait is over; our own routes answer 202."""

    code, http_status, retryable = "wait_timeout", 504, True
    default_action = "The task goes on: poll it, and fetch its result; or use the async route."
