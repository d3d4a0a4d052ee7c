"""What is refused when too much comes, before it costs anything: a client that must come again shall know at once.

Three things close the gate to new documents: an event loop that lags while several come in, more submissions under way
than are soon done, and a tenant whose limit of active jobs was met a moment ago. Everything else (results, progress,
liveness) is always let through.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from anyio import CapacityLimiter

from docparse.api.errors import Busy
from docparse.errors import TooManyRequests

_SUBMISSIONS = ("/v1/parse", "/v1/jobs", "/v1/convert/", "/v1/invoices")
_MOST_LAG_S = 0.04
_CROWD = 4  # fewer can't be the reason why the loop lags
_TICK_S = 0.02
_MOST_WAIT_S = 0.12
_THREADS = 3  # the database takes one writer at a time
_FULL_S = 0.2
_CAREFUL_S = 5.0  # after that moment a tenant's documents are let in by twos: most would be refused again
_BY_TWOS = 2


@dataclass(slots=True)
class _AtLimit:
    """A tenant that was refused at its limit of active jobs."""

    message: str
    since_s: float


class Gate:
    """One per process; belongs to the event loop."""

    def __init__(self, uploads_at_once: int) -> None:
        self.threads = CapacityLimiter(_THREADS)
        self._most_uploads = uploads_at_once
        self._uploads = self._submitting = 0
        self._lag_s = self._each_s = 0.0
        self._at_limit: dict[str, _AtLimit] = {}
        self._of_tenant: Counter[str] = Counter()

    async def watch(self) -> None:
        """Measure for how long the event loop keeps a task waiting; runs as long as the application."""
        while True:
            due_s = time.monotonic() + _TICK_S
            await asyncio.sleep(_TICK_S)
            late_s = max(0.0, time.monotonic() - due_s)
            self._lag_s = max(late_s, self._lag_s * 0.7)

    def check(self, method: str, path: str, tenant: str | None) -> None:
        """Raises Busy, or TooManyRequests for a tenant at its limit; `tenant` as far as it is known at once."""
        if method != "POST" or not path.startswith(_SUBMISSIONS):
            return
        if tenant is not None:
            self._check_limit(tenant, _FULL_S)
        if self._lag_s > _MOST_LAG_S and self._uploads + self._submitting >= _CROWD:
            raise Busy("too many requests at once")
        self._check_wait()

    @contextlib.contextmanager
    def uploading(self) -> Iterator[None]:
        """A place among the uploads that are taken in at a time. Raises Busy when there is none."""
        if self._uploads >= self._most_uploads:
            raise Busy("too many uploads at once")
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    @contextlib.contextmanager
    def submitting(self, tenant: str) -> Iterator[None]:
        """A place among those whose job is being made. Raises Busy; what the tenant's limit says is remembered."""
        self._check_limit(tenant, 0.0)
        self._check_wait()
        self._submitting += 1
        self._of_tenant[tenant] += 1
        before, started_s = self._submitting, time.monotonic()
        try:
            yield
            self._each_s += 0.1 * ((time.monotonic() - started_s) / before - self._each_s)
        except TooManyRequests as error:
            self._at_limit[tenant] = _AtLimit(error.message, time.monotonic())
            raise
        finally:
            self._submitting -= 1
            self._of_tenant[tenant] -= 1
            if not self._of_tenant[tenant]:
                del self._of_tenant[tenant]

    def _check_limit(self, tenant: str, full_s: float) -> None:
        """Raises TooManyRequests where the tenant's limit was met less than `full_s` ago, and for the third at once of
        those that come soon after."""
        found = self._at_limit.get(tenant)
        if found is None:
            return
        ago_s = time.monotonic() - found.since_s
        if ago_s > _CAREFUL_S:
            del self._at_limit[tenant]
        elif ago_s < full_s or self._of_tenant[tenant] >= _BY_TWOS:
            raise TooManyRequests(found.message)

    def _check_wait(self) -> None:
        """By what submissions took lately, whether one more would be made in time."""
        if self._submitting > _THREADS and self._submitting * self._each_s > _MOST_WAIT_S:
            raise Busy("too many submissions at once")
