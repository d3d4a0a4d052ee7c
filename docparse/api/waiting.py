"""Waiting for a job: one look at the store for all who wait for the same job."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from anyio import to_thread

from docparse.schemas.job import Job

_FIRST_S, _SLOWEST_S, _GROWTH = 0.04, 0.4, 1.15
_KEEP_AFTER_S = 5.0


def is_terminal(job: Job) -> bool:
    return job.state.terminal


def news_after(event: int) -> Callable[[Job], bool]:
    """Whether something has happened to a job after that event, or it is terminal."""
    return lambda job: job.last_event > event or job.state.terminal


@dataclass(slots=True)
class _Watch:
    """What is known of one job, and those who wait for news."""

    job: Job
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    task: asyncio.Task[None] | None = None
    error: Exception | None = None


class Watcher:
    """Tells when a job has changed. Belongs to the event loop."""

    def __init__(self, look: Callable[[str, str], Job]) -> None:
        self._look = look
        self._watches: dict[tuple[str, str], _Watch] = {}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Whoever waits gets what is known now."""
        self._stopping.set()
        for watch in self._watches.values():
            watch.changed.set()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    async def job(self, tenant: str, job_id: str) -> Job:
        """The job now. Raises NotFound."""
        return await to_thread.run_sync(self._look, tenant, job_id)

    async def until(self, tenant: str, job_id: str, done: Callable[[Job], bool], wait_s: float) -> Job:
        """The job once `done` says so, or as it is when the time is up or the server stops. Raises NotFound."""
        end = time.monotonic() + wait_s
        job = await self.job(tenant, job_id)
        if done(job) or wait_s <= 0:
            return job
        key = (tenant, job_id)
        watch = self._watches.get(key)
        if watch is None:
            watch = self._watches[key] = _Watch(job)
            watch.task = asyncio.create_task(self._follow(key, watch))
        watch.waiting += 1
        try:
            while not done(watch.job) and not self.stopping and (left := end - time.monotonic()) > 0:
                if watch.error is not None:
                    raise watch.error
                changed = watch.changed
                try:
                    await asyncio.wait_for(changed.wait(), left)
                except TimeoutError:
                    break
            return watch.job
        finally:
            watch.waiting -= 1

    async def _follow(self, key: tuple[str, str], watch: _Watch) -> None:
        """Look again and again, quickly at first and after each change, until nobody waits."""
        pause_s = _FIRST_S
        idle_since: float | None = None
        while not self.stopping:
            await asyncio.sleep(pause_s)
            if watch.waiting == 0:
                idle_since = idle_since or time.monotonic()
                if time.monotonic() - idle_since > _KEEP_AFTER_S or watch.job.state.terminal:
                    break
                continue
            idle_since = None
            try:
                job = await self.job(*key)
            except Exception as error:
                watch.error = error
                watch.changed.set()
                break
            pause_s = _FIRST_S if job != watch.job else min(pause_s * _GROWTH, _SLOWEST_S)
            if job != watch.job:
                watch.job = job
                changed, watch.changed = watch.changed, asyncio.Event()
                changed.set()
        if self._watches.get(key) is watch:
            del self._watches[key]
