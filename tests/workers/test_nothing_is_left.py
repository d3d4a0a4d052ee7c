"""Deleted is deleted: no word, name or password of a document is left on disk, in Redis or in the database."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from docparse.bench.gpu_model import Measures
from docparse.bench.service_rig import Rig, wait_until
from docparse.bench.service_trial import TENANT, Trial, pdf_of
from docparse.options import ParseOptions
from docparse.workers.jobs import NewFile

CANARIES = ("canary-words-71c3", "canary-name-82d4", "canary-password-93e5")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")
def test_no_canary_sings_after_deletion(tmp_path: Path) -> None:
    with Rig(tmp_path, Measures(slots=2, steps=1, step_s=0.05)) as rig:
        trial = Trial(rig)
        trial.start()
        service, (words, name, password) = rig.service, CANARIES
        job_id, scope = service.new_job(TENANT)
        blob = service.blobs.put(scope, pdf_of([words, words]))
        file = NewFile(f"{name}.pdf", blob.key, blob.sha256, blob.bytes)
        service.submit(TENANT, [file], ParseOptions(password=password), job_id=job_id)
        assert trial.wait(60)
        assert words in service.result(TENANT, job_id).to_text()
        assert _holding(tmp_path, words)
        assert _holding(tmp_path, name)
        service.delete(TENANT, job_id)
        for canary in CANARIES:
            assert wait_until(lambda canary=canary: not _holding(tmp_path, canary), 60, 0.5), _holding(tmp_path, canary)


def _holding(folder: Path, canary: str) -> list[str]:
    """Files (blobs, database, Redis's own, logs) that hold the text, in its letters or as a PDF writes it."""
    forms = (canary.encode(), canary.encode().hex().encode())
    return [
        str(path) for path in folder.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]  # fmt: skip
