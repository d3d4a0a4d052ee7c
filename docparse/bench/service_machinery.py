"""Faults in what the service runs on: its workers and its Redis are killed, frozen, emptied, filled, replaced."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from typing import Any

from docparse.bench.service_trial import TENANT, Trial
from docparse.errors import AllFailed
from docparse.schemas.job import JobState


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


def kill_children(trial: Trial, long: bool) -> tuple[int, float]:
    """kill -9 of the processes that read files, as a machine that runs out of memory does."""
    import psutil

    times, slowest = (50, 0.0) if long else (8, 0.0)
    trial.submit(200 if long else 24)
    killed = 0
    while killed < times:
        time.sleep(random.uniform(0.05, 0.3))
        workers = psutil.Process(trial.rig.processes["render"].pid).children(recursive=True)
        readers = [one for one in workers if any("docparse.source.child" in part for part in _command(one))]
        if readers:
            with contextlib.suppress(psutil.NoSuchProcess):
                random.choice(readers).kill()
                killed += 1
        if trial.wait(0.05):
            trial.submit(10)
    slowest = max(slowest, trial.recovery_s())
    return times, slowest


def _command(process: Any) -> list[str]:
    import psutil

    try:
        found: list[str] = process.cmdline()
    except psutil.NoSuchProcess:
        return []
    return found


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
    while not trial.store.job(TENANT, job_id).state.terminal and time.monotonic() - started_s < 120:
        if trial.rig.processes["recognize"].poll() is not None:
            trial.rig.kill("recognize")
            trial.rig.start_worker("recognize")
        time.sleep(0.1)
    job = trial.store.job(TENANT, job_id)
    page = trial.store.page(TENANT, job_id, 3)
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
