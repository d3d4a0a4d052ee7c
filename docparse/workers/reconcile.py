"""The reconciler: rings again for what is due and was not heard, ends the leases of the dead, removes what expired.

It runs in every process that can ring (API, local executor, recognize workers); one of them leads at a time.
"""

from __future__ import annotations

import logging
import threading
import time

from docparse.errors import DocparseError, NotFound
from docparse.workers.owner import is_dead, owner_id
from docparse.workers.service import Service
from docparse.workers.stages import Stage

_log = logging.getLogger(__name__)
_QUIET_S = 5.0
_PATIENCE_S = 120.0  # in a queue that is not empty, a doorbell may just be waiting
_TIDY_S = 10.0
_ORPHANS_S = 600.0
_ORPHAN_AGE_S = 3600.0


class Reconciler:
    """`start` a thread, or call `once`."""

    def __init__(self, service: Service, interval_s: float = 1.0) -> None:
        self._service, self._store = service, service.store
        self._interval_s = interval_s
        self._owner = owner_id()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._tidied_s = self._orphans_s = 0.0

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="docparse-reconciler", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def once(self, quiet_s: float = _QUIET_S) -> None:
        """One round, if nobody else leads. An empty queue has lost every doorbell older than `quiet_s`."""
        if not self._store.lead("reconcile", self._owner, max(5.0, 3 * self._interval_s)):
            return
        dead = [owner for owner in self._store.owners() if is_dead(owner)]
        ended, due = self._store.end_leases(dead)
        if ended:
            _log.warning("%d leases were ended: their workers are gone or stalled", ended)
        self._service.ring(due)
        for stage in Stage:
            self._ring(stage, quiet_s)
        now = time.monotonic()
        if now - self._tidied_s > _TIDY_S or not self._tidied_s:
            self._tidied_s = now
            self._tidy()
        if now - self._orphans_s > _ORPHANS_S or not self._orphans_s:
            self._orphans_s = now
            self._remove_orphans()

    def _ring(self, stage: Stage, quiet_s: float) -> None:
        depth = self._service.bell.depth(stage.queue)
        if depth is None:
            return
        room = self._service.settings.queue_window - depth
        if room > 0:
            before = time.time() - (_PATIENCE_S if depth else quiet_s)
            self._service.ring(self._store.ring_due(stage, room, before))

    def _tidy(self) -> None:
        for tenant, job_id in self._store.expired(time.time()):
            try:
                self._service.delete(tenant, job_id)
            except NotFound:
                continue
        for scope in self._store.buried():
            self._service.blobs.remove_scope(scope)
            self._store.unbury(scope)
        self._service.blobs.sweep()
        self._store.forget_workers()

    def _remove_orphans(self) -> None:
        """Blobs of uploads whose API process was killed before there was a job."""
        old = f"job_{int((time.time() - _ORPHAN_AGE_S) * 1000):012x}"
        scopes = [scope for scope in self._service.blobs.scopes() if scope.rsplit("/", 1)[1] < old]
        for start in range(0, len(scopes), 500):
            batch = scopes[start : start + 500]
            known = self._store.existing_jobs([scope.rsplit("/", 1)[1] for scope in batch])
            for scope in batch:
                if scope.rsplit("/", 1)[1] not in known:
                    self._service.blobs.remove_scope(scope)

    def _run(self) -> None:
        while not self._stop.wait(self._interval_s):
            try:
                self.once()
            except DocparseError as error:
                _log.warning("the reconciler tries again: %s", error)
            except Exception:
                _log.exception("the reconciler stumbled")
