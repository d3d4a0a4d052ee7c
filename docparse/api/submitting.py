"""From an upload to a job: files into the blobs, then one row that makes it count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from anyio import to_thread
from fastapi import Request

from docparse.api.addresses import check_url, open_url
from docparse.api.asking import Asked
from docparse.api.context import Context
from docparse.api.errors import BadRequest, Forbidden, Unprocessable, UploadTooLarge, UrlFailed
from docparse.api.uploads import Form, Upload, clean_name, read_upload
from docparse.errors import DocparseError
from docparse.schemas.job import Job, JobOptions
from docparse.source.sniff import HEAD_BYTES, media_type
from docparse.workers.jobs import NewFile

if TYPE_CHECKING:
    from docparse.workers.hooks import Webhook

_BLOCK = 1 << 20
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_URL_TIMEOUT_S = 60.0
_MOST_URLS = 20


def idempotency_key(request: Request) -> str | None:
    """The header Idempotency-Key: 1 to 255 visible ASCII characters. Raises BadRequest."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise BadRequest("Idempotency-Key: 1 to 255 visible ASCII characters without blanks")
    return key


async def receive(request: Request, context: Context) -> Form:
    """The upload of a request, on disk. Raises Busy when too many come at once, and what `read_upload` does."""
    if context.view is not None:
        raise Forbidden("this is a view of results on disk", user_action="`docparse serve` takes uploads.")
    with context.gate.uploading():
        return await read_upload(request, context.spool, context.upload_limits)


async def submit(
    context: Context, tenant: str, form: Form, what: Asked, *, key: str | None, metadata: dict[str, str] | None = None
) -> tuple[Job, Webhook | None]:
    """The job of an upload, accepted for good when this returns; with the webhook that it asked for."""
    if what.urls and not context.settings.url_input:
        raise Forbidden("this service does not fetch addresses", user_action="Upload the files.")
    if len(what.urls) > _MOST_URLS:
        raise Unprocessable(f"more than {_MOST_URLS} addresses in one request")
    if not form.files and not what.urls:
        raise BadRequest("no file was sent", user_action="Send multipart/form-data with `files`.")
    with context.gate.submitting(tenant):
        threads = None if what.urls else context.gate.threads  # an address may take its time
        return await to_thread.run_sync(
            lambda: _submit(context, tenant, form, what, key, metadata or {}), limiter=threads
        )


def _submit(
    context: Context, tenant: str, form: Form, what: Asked, key: str | None, metadata: dict[str, str]
) -> tuple[Job, Webhook | None]:
    service = context.service
    service.store.ensure_tenant(tenant)
    hook = _webhook(context, tenant, what)
    job_id, scope = service.new_job(tenant)
    try:
        files = [_keep_upload(context, scope, upload) for upload in form.files]
        files += [_fetch(context, scope, url) for url in what.urls]
        wanted = JobOptions(
            callback=hook.id if hook else None, metadata=metadata, cache=what.cache, ttl_s=what.ttl_s
        )  # fmt: skip
        job = service.submit(tenant, files, what.options, job_id=job_id, service=wanted, idempotency_key=key)
    except BaseException:
        with suppress(DocparseError):  # what can't be removed now, the store's upkeep removes later
            if not service.store.existing_jobs([job_id]):
                service.blobs.remove_scope(scope)
        raise
    return job, hook


def _keep_upload(context: Context, scope: str, upload: Upload) -> NewFile:
    with context.service.blobs.writer(scope) as writer:
        for block in _blocks(upload.file):
            writer.write(block)
    return NewFile(upload.name, writer.blob.key, writer.blob.sha256, writer.blob.bytes, upload.media_type)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK):
        yield block


def _fetch(context: Context, scope: str, url: str) -> NewFile:
    """A file from a public address. Raises UrlRefused, UrlFailed, UploadTooLarge, UnsupportedType, EmptyInput."""
    rules = context.address_rules(webhook=False)
    answer = open_url("GET", url, rules, headers={"User-Agent": "docparse"}, timeout_s=_URL_TIMEOUT_S, redirects=3)
    name = clean_name(url.partition("?")[0].rstrip("/"))
    limit = context.upload_limits.file_bytes
    head = b""
    try:
        if answer.status != 200:
            raise UrlFailed(f"the address answered {answer.status}")
        with context.service.blobs.writer(scope) as writer:
            for chunk in answer.chunks():
                head += chunk[: HEAD_BYTES - len(head)]
                writer.write(chunk)
                if writer.bytes > limit:
                    raise UploadTooLarge(f"{name} is larger than {limit / (1 << 20):g} MiB")
            found = media_type(head, name=name)
    finally:
        answer.close()
    return NewFile(name, writer.blob.key, writer.blob.sha256, writer.blob.bytes, found)


def _webhook(context: Context, tenant: str, what: Asked) -> Webhook | None:
    """The registered webhook that was named, or one for the address that was given, made once."""
    store = context.service.store
    if what.webhook is not None:
        return store.webhook(tenant, what.webhook)
    if what.webhook_url is None:
        return None
    check_url(what.webhook_url, context.address_rules(webhook=True))
    known = (hook for hook in store.webhooks(tenant) if hook.url == what.webhook_url and not hook.kinds)
    return next(known, None) or store.create_webhook(tenant, what.webhook_url, kinds=())
