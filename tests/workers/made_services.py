"""Small PDFs, jobs, and services around a modelled GPU."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pymupdf

from docparse.bench.gpu_model import VARIABLE, Measures
from docparse.bench.service_rig import wait_until
from docparse.options import ParseOptions
from docparse.schemas.job import Job, JobOptions
from docparse.settings import Settings
from docparse.workers.accounts import DEFAULT_TENANT
from docparse.workers.jobs import NewFile
from docparse.workers.local import LocalExecutor
from docparse.workers.service import Service
from docparse.workers.stages import blob_scope


def pdf_of(*texts: str) -> bytes:
    """A PDF with one line on each page."""
    with pymupdf.open() as document:
        for text in texts:
            document.new_page().insert_text((72, 72), text)
        data: bytes = document.tobytes()
    return data


def put_job(
    service: Service, data: bytes, *, tenant: str = DEFAULT_TENANT, options: ParseOptions | None = None,
    wishes: JobOptions | None = None, key: str | None = None,
) -> Job:  # fmt: skip
    """Submit one file as the API does."""
    job_id, scope = service.new_job(tenant)
    blob = service.blobs.put(scope, data)
    file = NewFile("made.pdf", blob.key, blob.sha256, blob.bytes)
    return service.submit(tenant, [file], options or ParseOptions(), job_id=job_id, service=wishes, idempotency_key=key)


def new_file(tenant: str, job_id: str, name: str = "a.pdf") -> NewFile:
    """A file of which only the store knows."""
    return NewFile(name, f"{blob_scope(tenant, job_id)}/{'0' * 64}", "0" * 64, 5)


def ended(service: Service, job: Job, timeout_s: float = 30.0) -> Job:
    """The job once it is terminal."""
    tenant = DEFAULT_TENANT
    assert wait_until(lambda: service.store.job(tenant, job.id).state.terminal, timeout_s, 0.02), (
        service.store.job(tenant, job.id),
        service.store.depths(),
    )
    return service.store.job(tenant, job.id)


@contextlib.contextmanager
def running(folder: Path, measures: Measures, **values: object) -> Iterator[Service]:
    """The service of a local executor around the modelled GPU."""
    with started(folder, measures, **values) as executor:
        yield executor.service


@contextlib.contextmanager
def started(folder: Path, measures: Measures, **values: object) -> Iterator[LocalExecutor]:
    os.environ[VARIABLE] = str(measures)
    settings = Settings.model_validate(
        {
            "data_dir": folder, "engine_factory": "docparse.bench.gpu_model:open_engine", "jobs": 1,
            "engine_slots": measures.slots + 1, **values,
        }
    )  # fmt: skip
    executor = LocalExecutor(settings)
    executor.service.store.ensure_tenant()
    executor.start()
    try:
        yield executor
    finally:
        executor.close(timeout_s=3)
        del os.environ[VARIABLE]
