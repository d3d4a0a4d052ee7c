"""Rates: a token bucket for each tenant, in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from docparse.api.errors import RateLimited

_MOST = 10_000  # tenants remembered; the longest unseen are forgotten


class RateLimit:
    """`per_minute` requests on average, a quarter of them (or `burst`) at once; None: no limit."""

    def __init__(self, per_minute: float | None, burst: int | None = None) -> None:
        self._per_minute, self._burst = per_minute, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, tenant: str, now_s: float | None = None, *, per_minute: float | None = None) -> None:
        """Count one request, against the tenant's own rate if it has one. Raises RateLimited: how long to wait."""
        per_minute = per_minute or self._per_minute
        if not per_minute:
            return
        rate_s, burst = per_minute / 60, float(self._burst or max(1.0, per_minute / 4))
        now_s = time.monotonic() if now_s is None else now_s
        with self._lock:
            tokens, then_s = self._buckets.pop(tenant, (burst, now_s))
            tokens = min(burst, tokens + (now_s - then_s) * rate_s)
            enough = tokens >= 1
            self._buckets[tenant] = (tokens - 1 if enough else tokens, now_s)
            while len(self._buckets) > _MOST:
                self._buckets.popitem(last=False)
        if not enough:
            raise RateLimited("too many requests", retry_after_s=(1 - tokens) / rate_s)
