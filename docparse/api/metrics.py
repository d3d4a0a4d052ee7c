"""Prometheus: what this process saw of HTTP, and what the store knows of all workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from docparse import __version__
from docparse.errors import StoreUnavailable

if TYPE_CHECKING:
    from docparse.workers.store import Store

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """One registry per application, so that several can live in a process."""

    def __init__(self, store: Store) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "docparse_http_requests", "Answered requests.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "docparse_http_request_seconds", "Time from request to end of answer.", ("route",), buckets=_BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self.registry.register(_StoreMetrics(store))

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. `route` is the template of its path."""
        known = method if method in ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH") else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """The answer of /metrics. Asks the store, so call it in a thread."""
        return generate_latest(self.registry)


class _StoreMetrics(Collector):
    """Looked up in the store when it is asked for; without a store, `docparse_store_up` is 0."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("docparse_store_up", "Whether the database answers.")
        info = GaugeMetricFamily("docparse_build_info", "Version of docparse.", labels=("version",))
        info.add_metric((__version__,), 1)
        yield info
        try:
            found = [*self._queues(), *self._workers(), *self._totals()]
        except StoreUnavailable:
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        yield from found

    def _queues(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily("docparse_queue_depth", "Work that waits for a worker.", labels=("queue",))
        stage = GaugeMetricFamily("docparse_stage_due", "Work that is due, by stage.", labels=("stage",))
        leased = GaugeMetricFamily("docparse_stage_leased", "Work that a worker has, by stage.", labels=("stage",))
        oldest = GaugeMetricFamily(
            "docparse_stage_oldest_seconds", "Age of what has waited longest.", labels=("stage",)
        )
        queues: dict[str, float] = {"render": 0, "recognize": 0, "assemble": 0}
        for name, row in self._store.depths().items():
            queues["render" if name == "open" else name] += row["due"]
            stage.add_metric((name,), row["due"])
            leased.add_metric((name,), row["leased"])
            oldest.add_metric((name,), row["oldest_s"])
        for name, value in queues.items():
            depth.add_metric((name,), value)
        yield from (depth, stage, leased, oldest)

    def _workers(self) -> Iterator[Metric]:
        alive = GaugeMetricFamily("docparse_workers", "Workers seen in the last 30 s.", labels=("queue",))
        slots = GaugeMetricFamily("docparse_engine_slots", "Pages that the recognize workers hold at a time.")
        busy = GaugeMetricFamily("docparse_engine_busy", "Pages that the recognize workers hold now.")
        count: dict[str, int] = {"render": 0, "recognize": 0, "assemble": 0}
        total = used = 0.0
        for worker in self._store.workers():
            for queue in worker.queues:
                count[queue] = count.get(queue, 0) + 1
            if "recognize" in worker.queues:
                total += worker.slots
                used += worker.busy
        for queue, value in count.items():
            alive.add_metric((queue,), value)
        slots.add_metric((), total)
        busy.add_metric((), used)
        yield from (alive, slots, busy)

    def _totals(self) -> Iterator[Metric]:
        """What workers have counted since they started; a series for each, so that counters only grow."""
        families = {
            "done": CounterMetricFamily("docparse_work_done", "Finished work.", labels=("worker", "stage")),
            "failed": CounterMetricFamily("docparse_work_failed", "Work given up.", labels=("worker", "stage")),
            "retried": CounterMetricFamily("docparse_retries", "Work begun again.", labels=("worker", "stage")),
            "seconds": CounterMetricFamily("docparse_stage_seconds", "Time at work.", labels=("worker", "stage")),
            "flag": CounterMetricFamily("docparse_page_flags", "Flags on pages.", labels=("worker", "flag")),
            "tokens": CounterMetricFamily("docparse_tokens", "Tokens generated.", labels=("worker",)),
            "engine_seconds": CounterMetricFamily("docparse_engine_seconds", "Recognition.", labels=("worker",)),
        }
        for worker in self._store.workers():
            for key, value in worker.counts.items():
                name, _, label = key.partition(":")
                if name in families:
                    families[name].add_metric((worker.id, label) if label else (worker.id,), value)
        yield from families.values()
