"""The local executor: the same tasks over the same store in threads of one process, without a broker.

Files are read and pages recognised in child processes anyway; the threads mostly wait for them.
"""

from __future__ import annotations

import logging
import threading

from docparse.settings import Settings
from docparse.workers.bells import LocalBell
from docparse.workers.reconcile import Reconciler
from docparse.workers.service import Service
from docparse.workers.stages import QUEUES
from docparse.workers.worker import Worker, cores

_log = logging.getLogger(__name__)


class LocalExecutor:
    """`start`, then whatever `service.submit` takes is done; what an earlier process left undone too."""

    def __init__(self, settings: Settings) -> None:
        self._bell = LocalBell()
        self.service = Service(settings, self._bell)
        self.service.store.migrate()
        jobs = settings.jobs or cores()
        slots = settings.engine_slots or jobs + 1
        self._threads_of = {"render": jobs, "recognize": slots, "assemble": 1}
        self.worker = Worker(self.service, QUEUES, slots=slots)
        self._reconciler = Reconciler(self.service, interval_s=0.5)
        self._threads: list[threading.Thread] = []
        self._closing = False

    def start(self) -> None:
        """Raises MissingDependency or EngineUnavailable when the engine can't be opened."""
        self.worker.start()
        self._reconciler.once(quiet_s=0.0)
        for name, count in self._threads_of.items():
            for place in range(count):
                thread = threading.Thread(target=self._run, args=(name,), name=f"docparse-{name}-{place}", daemon=True)
                thread.start()
                self._threads.append(thread)
        self._reconciler.start()

    def close(self, timeout_s: float = 30.0) -> None:
        """Nothing new is begun; what is at work may end until the time is up, then it is given back."""
        self._closing = True
        self._reconciler.close()
        for name, count in self._threads_of.items():
            for _ in range(count):
                self._bell.queues[name].put(None)
        share_s = timeout_s / max(1, len(self._threads))
        for thread in self._threads:
            thread.join(share_s)
        self.worker.close()
        self.service.close()

    def _run(self, name: str) -> None:
        waiting = self._bell.queues[name]
        while (work := waiting.get()) is not None and not self._closing:
            try:
                self.worker.perform(work)
            except Exception:  # the thread must live on; the reconciler rings again
                _log.exception("%s of %s", work.stage.value, work.document_id)
