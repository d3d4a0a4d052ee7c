"""Faults on purpose: kill, freeze and empty what the service runs on, under load, and count what was lost or doubled.

Each fault is a function of a running `Trial`; they print one row each. `scripts/test-faults` runs them.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import func, select

from docparse.bench.gpu_model import Measures
from docparse.bench.service_rig import Rig, wait_until
from docparse.errors import AllFailed
from docparse.options import ParseOptions
from docparse.schemas.job import JobState
from docparse.workers.jobs import NewFile
from docparse.workers.stages import DocumentState
from docparse.workers.tables import attempts, documents, events, pages

_TENANT = "default"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fault did. `recovery_s` is from the end of the fault until a page was committed again."""

    fault: str
    documents: int
    pages: int
    faults: int
    lost: int
    doubled: int
    reruns: int
    recovery_s: float
    seconds: float
    ok: bool
    note: str = ""


class Trial:
    """A rig under load: documents of several pages, each with its own words."""

    def __init__(self, rig: Rig, pages_each: int = 5) -> None:
        self.rig, self.store, self.pages_each = rig, rig.service.store, pages_each
        self.jobs: dict[str, list[str]] = {}
        self.reruns_before = 0

    def start(self) -> None:
        self.rig.start_redis()
        for queue, concurrency in (("render", 2), ("recognize", None), ("assemble", 1)):
            self.rig.start_worker(queue, concurrency=concurrency)
        self.rig.ready()

    def submit(self, count: int, words: Callable[[int, int], str] | None = None, each: int | None = None) -> list[str]:
        """Put `count` documents in; returns the ids of their jobs."""
        made = []
        for _ in range(count):
            job_id, scope = self.rig.service.new_job(_TENANT)
            each_page = [words(len(self.jobs), page) if words else f"{job_id} page {page}." for page in
                         range(1, (each or self.pages_each) + 1)]  # fmt: skip
            blob = self.rig.service.blobs.put(scope, pdf_of(each_page))
            file = NewFile("made.pdf", blob.key, blob.sha256, blob.bytes)
            self.rig.service.submit(_TENANT, [file], ParseOptions(), job_id=job_id)
            self.jobs[job_id] = each_page
            made.append(job_id)
        return made

    def done_pages(self) -> int:
        return self._count(select(func.count()).select_from(events).where(events.c.kind == "page.done"))

    def reruns(self) -> int:
        """Attempts that came to nothing because their worker went away."""
        lost = ("lost", "released", "dead")
        return self._count(select(func.count()).select_from(attempts).where(attempts.c.outcome.in_(lost)))

    def wait(self, timeout_s: float) -> bool:
        """Until every document is terminal."""
        ended = (DocumentState.COMPLETED, DocumentState.PARTIAL, DocumentState.FAILED, DocumentState.CANCELED)
        left = select(func.count()).select_from(documents).where(documents.c.state.not_in(ended))
        return wait_until(lambda: self._count(left) == 0, timeout_s, every_s=0.2)

    def recovery_s(self, timeout_s: float = 60.0) -> float:
        """Seconds until the next page is committed."""
        before, started_s = self.done_pages(), time.monotonic()
        wait_until(lambda: self.done_pages() > before, timeout_s)
        return time.monotonic() - started_s

    def lost(self) -> int:
        """Pages that are not in the results, or not with their own words."""
        missing = 0
        for job_id, words in self.jobs.items():
            if self.store.job(_TENANT, job_id).state is not JobState.COMPLETED:
                missing += len(words)
                continue
            found = self.rig.service.result(_TENANT, job_id).to_text()
            missing += sum(1 for text in words if text not in found)
        return missing

    def doubled(self) -> int:
        """Pages that were committed more than once: events above one a page."""
        ended = self._count(
            select(func.count()).select_from(events).where(events.c.kind.in_(("page.done", "page.failed")))
        )
        known = self._count(select(func.count()).select_from(pages).where(pages.c.state.in_(("done", "failed"))))
        more = select(func.count()).select_from(attempts).where(
            attempts.c.stage == "recognize", attempts.c.outcome == "done"
        )  # fmt: skip
        done = self._count(select(func.count()).select_from(pages).where(pages.c.state == "done"))
        return max(0, ended - known) + max(0, self._count(more) - done)

    def _count(self, query: object) -> int:
        with self.store.read() as connection:
            return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]


def pdf_of(texts: list[str]) -> bytes:
    """A PDF with one line of text on each page."""
    import pymupdf

    with pymupdf.open() as document:
        for text in texts:
            document.new_page().insert_text((72, 72), text, fontsize=9)
        data: bytes = document.tobytes()
    return data


def kill_workers(trial: Trial, long: bool) -> tuple[int, float]:
    """kill -9 of a random worker, again and again."""
    times, slowest = (50, 0.0) if long else (5, 0.0)
    trial.submit(400 if long else 24)
    for _ in range(times):
        time.sleep(random.uniform(0.3, 1.5))
        name = random.choice(("render", "recognize", "assemble"))
        trial.rig.kill(name)
        trial.rig.start_worker(name, concurrency=None if name == "recognize" else 1)
        if trial.wait(0.1):
            trial.submit(10)
        slowest = max(slowest, trial.recovery_s())
    return times, slowest


def restart_redis(trial: Trial, long: bool) -> tuple[int, float]:
    """kill -9 of Redis with its data; a second later it is back, empty of what it had not written."""
    times, slowest = (10, 0.0) if long else (1, 0.0)
    trial.submit(40 * times)
    for _ in range(times):
        time.sleep(1)
        trial.rig.kill("redis")
        trial.submit(2)
        time.sleep(1)
        trial.rig.start_redis()
        slowest = max(slowest, trial.recovery_s())
    return times, slowest


def freeze_redis(trial: Trial, long: bool) -> tuple[int, float]:
    """SIGSTOP for 10 s: a job must be accepted within 6 s."""
    trial.submit(24)
    time.sleep(0.5)
    trial.rig.signal("redis", signal.SIGSTOP)
    started_s = time.monotonic()
    trial.submit(2)
    accepted_s = time.monotonic() - started_s
    time.sleep(10)
    trial.rig.signal("redis", signal.SIGCONT)
    recovery_s = trial.recovery_s()
    if accepted_s > 6 * 2:
        raise AllFailed(f"two jobs were accepted after {accepted_s:.1f} s only")
    return 1, recovery_s


def flush_redis(trial: Trial, long: bool) -> tuple[int, float]:
    """FLUSHALL: every doorbell is gone."""
    from redis import Redis

    times, slowest = (10, 0.0) if long else (2, 0.0)
    trial.submit(30 * times)
    with Redis.from_url(str(trial.rig.broker_url)) as client:
        for _ in range(times):
            time.sleep(1)
            client.flushall()
            slowest = max(slowest, trial.recovery_s())
    return times, slowest


def fill_redis(trial: Trial, long: bool) -> tuple[int, float]:
    """maxmemory below what is used: Redis refuses every write for 8 s."""
    from redis import Redis

    trial.submit(16)
    with Redis.from_url(str(trial.rig.broker_url)) as client:
        client.config_set("maxmemory", "1mb")
        trial.submit(8)
        time.sleep(8)
        client.config_set("maxmemory", "0")
    return 1, trial.recovery_s()


def poison(trial: Trial, long: bool) -> tuple[int, float]:
    """One page of many ends the process that reads it, every time."""
    each = 100 if long else 12
    (job_id,) = trial.submit(1, lambda _, page: "poison" if page == 3 else f"page {page}", each=each)
    started_s = time.monotonic()
    while not trial.store.job(_TENANT, job_id).state.terminal and time.monotonic() - started_s < 120:
        if trial.rig.processes["recognize"].poll() is not None:
            trial.rig.kill("recognize")
            trial.rig.start_worker("recognize")
        time.sleep(0.1)
    job = trial.store.job(_TENANT, job_id)
    page = trial.store.page(_TENANT, job_id, 3)
    good = job.state is JobState.PARTIAL and job.progress.pages_done == each - 1 and page.attempts <= 4
    if not good:
        raise AllFailed(f"{job.state}, {job.progress}, {page}")
    del trial.jobs[job_id]
    return 1, time.monotonic() - started_s


def deploy(trial: Trial, long: bool) -> tuple[int, float]:
    """SIGTERM to one worker after the other under load."""
    times, slowest = (50, 0.0) if long else (3, 0.0)
    trial.submit(300 if long else 24)
    for turn in range(times):
        name = ("render", "recognize", "assemble")[turn % 3]
        slowest = max(slowest, trial.rig.stop(name))
        trial.rig.start_worker(name, concurrency=None if name == "recognize" else 1)
        if trial.wait(0.1):
            trial.submit(10)
    if slowest > 45:
        raise AllFailed(f"a worker took {slowest:.0f} s to end")
    return times, slowest


FAULTS: dict[str, Callable[[Trial, bool], tuple[int, float]]] = {
    "kill-workers": kill_workers,
    "restart-redis": restart_redis,
    "flush-redis": flush_redis,
    "full-redis": fill_redis,
    "poison-page": poison,
    "deploy": deploy,
    "freeze-redis": freeze_redis,
}


def run_fault(name: str, folder: Path, *, long: bool = False, timeout_s: float = 120.0) -> Outcome:
    """One fault on a service of its own."""
    started_s = time.monotonic()
    with Rig(folder / name, Measures(slots=8, steps=4, step_s=0.05)) as rig:
        trial = Trial(rig)
        trial.start()
        faults, recovery_s, note = 0, 0.0, ""
        try:
            faults, recovery_s = FAULTS[name](trial, long)
        except AllFailed as error:
            note = error.message
        if not trial.wait(timeout_s * (10 if long else 1)):
            note = note or f"not finished: {trial.store.depths()}"
        lost, doubled = trial.lost(), trial.doubled()
        return Outcome(
            name, len(trial.jobs), sum(map(len, trial.jobs.values())), faults, lost, doubled, trial.reruns(),
            round(recovery_s, 2), round(time.monotonic() - started_s, 1), not (lost or doubled or note), note,
        )  # fmt: skip


def faults(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(FAULTS)}; all of them.")] = None,
    long: Annotated[bool, typer.Option(help="The long form: thousands of pages, dozens of faults.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Break the service on purpose and count what is lost."""
    found = []
    with tempfile.TemporaryDirectory(prefix="docparse-faults-") as folder:
        for name in names or list(FAULTS):
            found.append(run_fault(name, Path(folder), long=long))
            print(_row(found[-1]), file=sys.stderr if as_json else sys.stdout, flush=True)
    if as_json:
        print(json.dumps({"faults": [asdict(outcome) for outcome in found]}, indent=1))
    return 0 if all(outcome.ok for outcome in found) else 1


def _row(one: Outcome) -> str:
    return (
        f"{one.fault:14} {'ok' if one.ok else 'FAILED':6} pages {one.pages:5} faults {one.faults:3} lost {one.lost:3} "
        f"doubled {one.doubled:3} reruns {one.reruns:3} recovery {one.recovery_s:5.1f} s "
        f"in {one.seconds:.0f} s {one.note}"
    )
