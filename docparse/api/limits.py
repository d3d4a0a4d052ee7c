"""Rates: a token bucket for each tenant, in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from docparse.api.errors import RateLimited

_MOST = 10_000  # tenants remembered; the longest unseen are forgotten


class RateLimit:
    """`per_minute` requests on average, `burst` at once; None: no limit."""

    def __init__(self, per_minute: float | None, burst: int | None = None) -> None:
        self.rate_s = (per_minute or 0) / 60
        self.burst = float(burst or max(1.0, (per_minute or 0) / 4))
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, tenant: str, now_s: float | None = None) -> None:
        """Count one request. Raises RateLimited with the seconds to wait."""
        if not self.rate_s:
            return
        now_s = time.monotonic() if now_s is None else now_s
        with self._lock:
            tokens, then_s = self._buckets.pop(tenant, (self.burst, now_s))
            tokens = min(self.burst, tokens + (now_s - then_s) * self.rate_s)
            enough = tokens >= 1
            self._buckets[tenant] = (tokens - 1 if enough else tokens, now_s)
            while len(self._buckets) > _MOST:
                self._buckets.popitem(last=False)
        if not enough:
            raise RateLimited("too many requests", retry_after_s=(1 - tokens) / self.rate_s)
