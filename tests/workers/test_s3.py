"""Blobs in an S3 store that is asked over HTTP, by themselves and under the whole service."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_services import ended, pdf_of, put_job, running

from docparse.bench.gpu_model import Measures
from docparse.bench.service_rig import free_port, wait_until
from docparse.errors import NotFound, StoreUnavailable
from docparse.schemas.job import JobState
from docparse.workers.blobs import Blobs

pytest.importorskip("moto")
pytest.importorskip("s3fs")
BUCKET = "docparse-tests"
SCOPE = "default/job_00ff"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bucket; the environment leads its clients to a server of the tests' own."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (tmp_path_factory.mktemp("s3") / "s3.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=log,
            stderr=log,
        )
    before = dict(os.environ)
    os.environ |= {
        "AWS_ENDPOINT_URL_S3": address, "AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    try:
        assert wait_until(lambda: _answers(address), 60, 0.2)
        bucket = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")
        urllib.request.urlopen(bucket, timeout=10).close()
        yield f"s3://{BUCKET}"
    finally:
        os.environ.clear()
        os.environ |= before
        process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=2).close()
    except OSError:
        return False
    return True


def test_there_and_back_and_gone(s3: str) -> None:
    blobs = Blobs(f"{s3}/one")
    blobs.check()
    blob = blobs.put(SCOPE, b"hello" * 100_000)
    assert blobs.get(blob.key) == b"hello" * 100_000
    with blobs.open(blob.key) as stream:
        assert stream.read(5) == b"hello"
    with blobs.local(blob.key) as path:
        assert path.stat().st_size == blob.bytes
    copy = blobs.copy(blob.key, "default/job_0aaa")
    assert set(blobs.scopes()) == {SCOPE, "default/job_0aaa"}
    blobs.remove_scope(SCOPE)
    blobs.remove_scope(SCOPE)
    with pytest.raises(NotFound):
        blobs.get(blob.key)
    assert blobs.get(copy)[:5] == b"hello"
    blobs.remove(copy)
    blobs.remove(copy)
    assert list(blobs.scopes()) == []


def test_half_a_blob_is_no_blob(s3: str) -> None:
    blobs = Blobs(f"{s3}/half")
    with pytest.raises(ConnectionResetError):
        _write_half(blobs)
    assert list(blobs.scopes()) == []


def _write_half(blobs: Blobs) -> None:
    with blobs.writer(SCOPE) as writer:
        writer.write(b"half")
        raise ConnectionResetError


def test_a_bucket_that_is_not_there_is_unavailable(s3: str) -> None:
    with pytest.raises((NotFound, StoreUnavailable)):
        Blobs("s3://no-such-bucket-here").put(SCOPE, b"x")


def test_a_job_over_s3(s3: str, tmp_path: Path) -> None:
    with running(tmp_path, Measures(slots=2, steps=1, step_s=0.01), blobs=f"{s3}/jobs") as service:
        job = ended(service, put_job(service, pdf_of("First page.", "Second page.")))
        assert job.state is JobState.COMPLETED
        assert "Second page." in service.result("default", job.id).to_text()
        known = ended(service, put_job(service, pdf_of("First page.", "Second page.")))
        assert known.state is JobState.COMPLETED
        for one in (job, known):
            service.delete("default", one.id)
        assert list(service.blobs.scopes()) == []
    assert not any(path.is_file() for path in (tmp_path / "blobs").rglob("*"))
