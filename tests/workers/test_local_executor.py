"""Jobs on the local executor: the same result as `parse`, cancel, delete, cache, expiry, and life after kill -9."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made_services import ended, pdf_of, put_job, running, started

import docparse
from docparse.bench.gpu_model import VARIABLE, GpuModel, Measures
from docparse.bench.service_rig import wait_until
from docparse.errors import Conflict, NotFound
from docparse.options import ParseOptions
from docparse.schemas.job import JobOptions, JobState
from docparse.settings import Settings

QUICK = Measures(slots=4, steps=1, step_s=0.01)
SLOW = Measures(slots=2, steps=1000, step_s=0.1)


def test_same_result_as_parse(tmp_path: Path) -> None:
    data = pdf_of("First page.", "Second page.", "Third page.")
    with running(tmp_path, QUICK) as service:
        job = ended(service, put_job(service, data, options=ParseOptions(pages="1,3")))
        assert job.state is JobState.COMPLETED
        assert (job.progress.pages_total, job.progress.pages_done) == (2, 2)
        found = service.result("default", job.id)
        kinds = [event.kind for event in service.store.events("default", job.id)]
    engine = GpuModel(QUICK)
    wanted = docparse.parse(data, engine=engine, pages="1,3", name="made.pdf")
    engine.close()
    assert [page.blocks for page in found.pages] == [page.blocks for page in wanted.pages]
    assert found.source == wanted.source
    assert kinds.count("page.done") == 2
    assert (kinds[0], kinds[-1]) == ("job.queued", "job.completed")


def test_known_results_are_not_recognised_again(tmp_path: Path) -> None:
    data = pdf_of("Once.")
    with running(tmp_path, QUICK) as service:
        first = ended(service, put_job(service, data))
        second = ended(service, put_job(service, data))
        other = ended(service, put_job(service, data, wishes=JobOptions(cache=False)))
        assert [job.documents[0].cached for job in (first, second, other)] == [False, True, False]
        service.delete("default", first.id)
        assert service.result("default", second.id).pages[0].number == 1


@pytest.mark.parametrize(
    ("data", "code"), [(b"%PDF-1.7 nothing", "file_damaged"), (b"PK\x03\x04", "file_type_unsupported")]
)
def test_a_bad_file_fails_its_job_alone(tmp_path: Path, data: bytes, code: str) -> None:
    with running(tmp_path, QUICK) as service:
        bad, good = put_job(service, data), put_job(service, pdf_of("Good."))
        job = ended(service, bad)
        assert job.state is JobState.FAILED
        assert job.documents[0].error is not None
        assert job.documents[0].error.code == code
        assert ended(service, good).state is JobState.COMPLETED
        with pytest.raises(Conflict):
            service.result("default", bad.id)


def test_cancelled_work_stops_within_five_seconds(tmp_path: Path) -> None:
    with started(tmp_path, SLOW) as executor:
        service = executor.service
        job = put_job(service, pdf_of("a", "b"))
        assert wait_until(lambda: service.store.depths()["recognize"]["leased"] == 2, 20)
        waiting = put_job(service, pdf_of("never"))
        service.cancel("default", waiting.id)
        service.cancel("default", job.id)
        started_s = time.monotonic()
        assert wait_until(lambda: executor.worker.keeper.claims() == [], 5)
        assert time.monotonic() - started_s < 5
        assert service.store.job("default", job.id).state is JobState.CANCELED


def test_nothing_is_left_of_a_job_deleted_at_work(tmp_path: Path) -> None:
    with running(tmp_path, Measures(slots=2, steps=10, step_s=0.1)) as service:
        job = put_job(service, pdf_of("canary words"))
        assert wait_until(lambda: service.store.depths()["recognize"]["leased"] == 1, 20)
        service.delete("default", job.id)
        with pytest.raises(NotFound):
            service.store.job("default", job.id)
        assert wait_until(lambda: list(service.blobs.scopes()) == [] and service.store.buried() == [], 20)


def test_expired_jobs_go(tmp_path: Path) -> None:
    with running(tmp_path, QUICK) as service:
        job = ended(service, put_job(service, pdf_of("short"), wishes=JobOptions(ttl_s=0.1)))
        assert wait_until(lambda: service.store.jobs("default")[0] == [], 20)
        assert wait_until(lambda: not (tmp_path / "blobs" / "default" / job.id).exists(), 20)


_KILLED = """\
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from made_services import pdf_of, put_job, running
from docparse.bench.gpu_model import Measures
with running(Path({folder!r}), Measures(slots=2, steps=10, step_s=0.1)) as service:
    for turn in range(3):
        put_job(service, pdf_of(*(f"job {{turn}} page {{page}}." for page in range(4))))
    print("accepted", flush=True)
    time.sleep(60)
"""


def test_what_was_accepted_is_finished_after_kill(tmp_path: Path) -> None:
    code = _KILLED.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, VARIABLE: ""})
    assert process.stdout is not None
    with process.stdout as stdout:
        assert stdout.readline() == b"accepted\n"
    time.sleep(1.5)
    process.kill()
    process.wait()
    with running(tmp_path, QUICK) as service:
        jobs = service.store.jobs("default")[0]
        assert len(jobs) == 3
        for job in jobs:
            assert ended(service, job).state is JobState.COMPLETED
            assert len(service.result("default", job.id).pages) == 4
            kinds = [event.kind for event in service.store.events("default", job.id)]
            assert kinds.count("page.done") == 4


def test_secrets_are_not_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="docparse")
    with running(tmp_path, QUICK) as service:
        _, secret = service.store.create_key()
        assert service.store.find_key(secret) is not None
        ended(service, put_job(service, b"%PDF-1.7 broken", options=ParseOptions(password="c4n4ry")))
        stored = b"".join(path.read_bytes() for path in tmp_path.glob("docparse.db*"))
    assert secret not in caplog.text
    assert "c4n4ry" not in caplog.text
    assert secret.encode() not in stored


def test_settings_name_a_factory_that_is_not_there(tmp_path: Path) -> None:
    from docparse.errors import SettingsError
    from docparse.workers.engines import Engines

    with pytest.raises(SettingsError, match="engine_factory"):
        Engines(Settings(engine_factory="docparse.bench.gpu_model:nothing"))
