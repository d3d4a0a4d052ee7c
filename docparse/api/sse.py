"""Server-sent events: the events of a job as they happen, resumed after Last-Event-ID."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from anyio import to_thread

from docparse.api.waiting import Watcher, news_after
from docparse.errors import NotFound
from docparse.schemas.job import JobEvent

_BEAT_S = 15.0  # a comment so often keeps proxies from closing the stream
_BATCH = 500


def frame(event: JobEvent) -> bytes:
    """One event of the stream."""
    data = json.dumps({"kind": event.kind, "at": event.at.isoformat(), **event.data}, ensure_ascii=False)
    return f"id: {event.id}\nevent: {event.kind}\ndata: {data}\n\n".encode("utf-8", "replace")


async def stream(
    watcher: Watcher, events: Callable[[str, str, int, int], list[JobEvent]], tenant: str, job_id: str, after: int
) -> AsyncIterator[bytes]:
    """All events after `after`, until the job is terminal and told in full. The job must exist."""
    yield b"retry: 2000\n\n"
    while True:
        try:
            job = await watcher.until(tenant, job_id, news_after(after), _BEAT_S)
            found = await to_thread.run_sync(events, tenant, job_id, after, _BATCH)
        except NotFound:  # deleted meanwhile
            return
        for event in found:
            yield frame(event)
            after = event.id
        if watcher.stopping or (job.state.terminal and after >= job.last_event):
            return
        if not found:
            yield b": waiting\n\n"
            await asyncio.sleep(0)
