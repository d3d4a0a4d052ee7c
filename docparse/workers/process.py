"""A worker process: Celery's pool around the tasks, for one queue."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from celery import Celery, signals
from celery.worker import state
from redis import Redis
from redis.exceptions import RedisError

from docparse.settings import Settings
from docparse.workers.celery_app import TASK, make_app
from docparse.workers.memory import before_forking, few_arenas, forget_canceled, trim
from docparse.workers.reconcile import Reconciler
from docparse.workers.service import Service
from docparse.workers.stages import Stage, Work
from docparse.workers.worker import Worker, cores

_log = logging.getLogger(__name__)
_DRAIN_S = 30.0
_DEAF_S = 12.0
_AGAIN_S = 2.0
_TIDY_S = 5.0


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
    few_arenas()
    if prefork:
        before_forking()
    else:
        holder.reconcile()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    worker = app.Worker(
        queues=[queue], pool="prefork" if prefork else "threads", concurrency=slots, loglevel="WARNING",
        without_gossip=True, without_mingle=True, without_heartbeat=True, optimization="fair",
        hostname=f"{queue}-{os.getpid()}@%h",
    )  # fmt: skip
    command = [sys.executable, "-m", "docparse", "worker", "--queue", queue, "--concurrency", str(slots)]
    print(f"docparse worker: queue {queue}, {slots} {'processes' if prefork else 'pages at a time'}", file=sys.stderr)
    asked = threading.Event()
    signals.worker_shutting_down.connect(lambda **_: asked.set(), weak=False)
    Watchdog(settings, queue, command, asked).start()
    with contextlib.suppress(SystemExit):
        worker.start()
    if not asked.is_set():
        _log.error("the worker ended by itself, probably with its broker; it starts again")
        time.sleep(_AGAIN_S)
        start_again(command)
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

    def keep_small(sender: Any, **_: Any) -> None:
        sender.timer.call_repeatedly(_TIDY_S, _tidy, (sender.timer,))

    if prefork:
        signals.worker_ready.connect(keep_small, weak=False)
        signals.worker_process_init.connect(begin, weak=False)
        signals.worker_process_shutdown.connect(end, weak=False)


class Watchdog:
    """Starts the process again when doorbells wait and none is taken: a consumer that a broken connection left deaf."""

    def __init__(self, settings: Settings, queue: str, command: list[str], asked: threading.Event) -> None:
        self._redis = Redis.from_url(str(settings.broker_url), socket_timeout=2, socket_connect_timeout=2)
        self._queue, self._command, self._asked = queue, command, asked

    def start(self) -> None:
        threading.Thread(target=self._run, name="docparse-watchdog", daemon=True).start()

    def _run(self) -> None:
        taken, since_s = -1, time.monotonic()
        while not self._asked.wait(2.0):
            now_taken = int(state.all_total_count[0])
            if now_taken != taken or state.active_requests or not self._waiting():
                taken, since_s = now_taken, time.monotonic()
            elif time.monotonic() - since_s > _DEAF_S:
                _log.error("doorbells wait and none is taken: the worker starts again")
                start_again(self._command)

    def _waiting(self) -> bool:
        try:
            return bool(self._redis.llen(self._queue))
        except (RedisError, OSError):
            return False


def start_again(command: list[str]) -> None:
    """The same process with a fresh program. Its children end; what they held, the reconciler finds at once."""
    for task in Path("/proc/self/task").glob("*/children"):
        for pid in task.read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    os.execv(command[0], command)


def _tidy(timer: Any) -> None:
    forget_canceled(timer)
    trim()


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGQUIT)  # Celery's cold shutdown: the pool's processes end


def _end() -> None:
    os._exit(1)  # leases tell the reconciler what was at work
