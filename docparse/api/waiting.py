"""Waiting for jobs: one small question to the store for all who wait, and a look at those that have changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from anyio import to_thread

from docparse.schemas.job import Job

_PAUSE_S, _PAUSE_EACH_S = 0.04, 0.0005  # between questions; longer the more jobs are watched
_KEEP_AFTER_S = 5.0
_AT_ONCE = 500


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
    idle_since_s: float = 0.0
    error: Exception | None = None


class Watcher:
    """Tells when a job has changed. Belongs to the event loop."""

    def __init__(self, look: Callable[[str, str], Job], last_events: Callable[[list[str]], dict[str, int]]) -> None:
        self._look, self._last_events = look, last_events
        self._task: asyncio.Task[None] | None = None
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
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())
        watch.waiting += 1
        try:
            while not done(watch.job) and not self.stopping and (left := end - time.monotonic()) > 0:
                changed = watch.changed
                try:
                    await asyncio.wait_for(changed.wait(), left)
                except TimeoutError:
                    break
                if watch.error is not None:
                    raise watch.error
            return watch.job
        finally:
            watch.waiting -= 1
            watch.idle_since_s = time.monotonic()

    async def _follow(self) -> None:
        """Ask again and again, until nobody waits for anything."""
        while self._watches and not self.stopping:
            await asyncio.sleep(_PAUSE_S + _PAUSE_EACH_S * len(self._watches))
            self._forget()
            watched = [key for key, watch in self._watches.items() if watch.waiting]
            for start in range(0, len(watched), _AT_ONCE):
                await self._look_at(watched[start : start + _AT_ONCE])

    async def _look_at(self, keys: list[tuple[str, str]]) -> None:
        """Tell those who wait for one of these jobs, if it has changed, is gone or can't be looked at."""
        try:
            last = await to_thread.run_sync(self._last_events, [job_id for _, job_id in keys])
        except Exception as error:
            for key in keys:
                self._tell(key, error)
            return
        for key in keys:
            watch = self._watches.get(key)
            if watch is None or last.get(key[1]) == watch.job.last_event:
                continue
            try:
                self._tell(key, await self.job(*key))
            except Exception as error:
                self._tell(key, error)

    def _tell(self, key: tuple[str, str], news: Job | Exception) -> None:
        watch = self._watches.get(key)
        if watch is None:
            return
        if isinstance(news, Exception):
            watch.error = news
            del self._watches[key]
        else:
            watch.job = news
        changed, watch.changed = watch.changed, asyncio.Event()
        changed.set()

    def _forget(self) -> None:
        """Jobs that nobody asks for any more."""
        now_s = time.monotonic()
        for key, watch in list(self._watches.items()):
            idle_s = now_s - watch.idle_since_s
            if not watch.waiting and (watch.job.state.terminal or idle_s > _KEEP_AFTER_S):
                del self._watches[key]
