"""Stores on SQLite and, where it can be started, PostgreSQL; services with a modelled GPU."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from docparse.bench.gpu_model import VARIABLE, Measures
from docparse.bench.service_rig import free_port, wait_until
from docparse.options import ParseOptions
from docparse.schemas.job import Job, JobOptions
from docparse.settings import Settings
from docparse.workers.accounts import DEFAULT_TENANT
from docparse.workers.jobs import NewFile
from docparse.workers.local import LocalExecutor
from docparse.workers.service import Service
from docparse.workers.stages import blob_scope
from docparse.workers.store import Store


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
    return service.submit(
        tenant, [file], options or ParseOptions(), job_id=job_id, service=wishes, idempotency_key=key
    )


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
    """A local executor around the modelled GPU."""
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
        yield executor.service
    finally:
        executor.close(timeout_s=3)
        del os.environ[VARIABLE]


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """A PostgreSQL server of the tests' own; None where there is none or it can't be started."""
    programs = shutil.which("postgres"), shutil.which("initdb")
    users = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if os.geteuid() == 0 and "postgres" in users else None
    if None in programs or (os.geteuid() == 0 and user is None):
        yield None
        return
    folder = Path("/tmp", f"docparse-postgres-{os.getpid()}") if user else tmp_path_factory.mktemp("postgres")
    folder.mkdir(exist_ok=True)
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "user": user}
    subprocess.run(
        [str(programs[1]), "-D", str(data), "-U", "docparse", "--auth=trust", "--no-sync"], check=True, **quiet
    )
    command = [str(programs[0]), "-D", str(data), "-p", str(port), "-k", str(folder), "-F", "-h", "127.0.0.1"]
    process = subprocess.Popen(command, **quiet)
    url = f"postgresql+psycopg://docparse@127.0.0.1:{port}/postgres"
    try:
        yield url if wait_until(lambda: _answers(url), 30, 0.2) else None
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(url: str) -> bool:
    psycopg = pytest.importorskip("psycopg")
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store with the default tenant and another one."""
    if request.param == "sqlite":
        made = Store(f"sqlite:///{tmp_path / 'store.db'}")
    else:
        url = request.getfixturevalue("postgres_url")
        if url is None:
            pytest.skip("no PostgreSQL server can be started here")
        made = Store(url)
        with made.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    made.migrate()
    made.ensure_tenant()
    made.ensure_tenant("other")
    yield made
    made.close()
