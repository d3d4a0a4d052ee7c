"""A worker process: Celery's pool around the tasks, for one queue."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from typing import Any

from celery import Celery, signals

from docparse.settings import Settings
from docparse.workers.celery_app import TASK, make_app
from docparse.workers.reconcile import Reconciler
from docparse.workers.service import Service
from docparse.workers.stages import Stage, Work
from docparse.workers.worker import Worker, cores

_DRAIN_S = 30.0


class Holder:
    """The `Worker` of a process, made after the fork."""

    def __init__(self, settings: Settings, queue: str, slots: int) -> None:
        self._settings, self._queue, self._slots = settings, queue, slots
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._reconciler: Reconciler | None = None

    def worker(self) -> Worker:
        with self._lock:
            if self._worker is None:
                self._worker = Worker(Service(self._settings), [self._queue], self._slots)
                self._worker.start()
            return self._worker

    def reconcile(self) -> None:
        """Only where nothing is forked: a fork would copy the locks that the thread holds."""
        self._reconciler = Reconciler(self.worker().service)
        self._reconciler.start()

    def close(self) -> None:
        """Give back what is at work."""
        if self._reconciler is not None:
            self._reconciler.close()
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()
            worker.service.close()


def run_worker(settings: Settings, queue: str, concurrency: int | None = None) -> int:
    """Serve one queue until a signal comes; returns the exit code.

    `render` and `assemble` work in forked processes. `recognize` works in threads of this process: they wait for one
    engine, whose device must not be seen by forks. Raises what opening store, blobs or engine raises.
    """
    app = make_app(settings)
    service = Service(settings)
    service.store.migrate()
    service.close()
    prefork = queue != "recognize"
    slots = concurrency or (cores() if prefork else settings.engine_slots or cores() + 1)
    holder = Holder(settings, queue, 1 if prefork else slots)
    _register(app, holder, prefork)
    if not prefork:
        holder.reconcile()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    worker = app.Worker(
        queues=[queue], pool="prefork" if prefork else "threads", concurrency=slots, loglevel="WARNING",
        without_gossip=True, without_mingle=True, without_heartbeat=True, optimization="fair",
        hostname=f"{queue}-{os.getpid()}@%h",
    )  # fmt: skip
    print(f"docparse worker: queue {queue}, {slots} {'processes' if prefork else 'pages at a time'}", file=sys.stderr)
    with contextlib.suppress(SystemExit):
        worker.start()
    holder.close()
    return int(worker.exitcode or 0)


def _register(app: Celery, holder: Holder, prefork: bool) -> None:
    def work(stage: str, document_id: str, page: int) -> None:
        holder.worker().perform(Work(Stage(stage), document_id, page))

    app.task(name=TASK, ignore_result=True)(work)

    def drain(**_: Any) -> None:
        """SIGTERM: nothing new, what is at work may end; Celery alone would wait for it without limit."""
        for after_s, action in ((_DRAIN_S, _terminate), (_DRAIN_S + 8, _end)):
            timer = threading.Timer(after_s, action)
            timer.daemon = True
            timer.start()

    signals.worker_shutting_down.connect(drain, weak=False)

    def begin(**_: Any) -> None:
        holder.worker()

    def end(**_: Any) -> None:
        holder.close()

    if prefork:
        signals.worker_process_init.connect(begin, weak=False)
        signals.worker_process_shutdown.connect(end, weak=False)


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGQUIT)  # Celery's cold shutdown: the pool's processes end


def _end() -> None:
    os._exit(1)  # leases tell the reconciler what was at work
