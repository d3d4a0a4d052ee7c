"""`Worker`: what the tasks of one process share, and the one place where errors become retries and failed pages."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from docparse.errors import (
    DocparseError,
    EngineError,
    EngineUnavailable,
    PageTimeout,
    SourceFault,
    SourceTimeout,
    StoreUnavailable,
)
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo
from docparse.schemas.page import PixelBudget
from docparse.workers.claims import LostClaim
from docparse.workers.engines import Engines, budget_of
from docparse.workers.keeper import Held, Keeper
from docparse.workers.memory import trim
from docparse.workers.owner import owner_id
from docparse.workers.service import Service
from docparse.workers.sources import Sources
from docparse.workers.stages import MAX_STRIKES, Claim, Work

_log = logging.getLogger(__name__)
_ANNOUNCE_S = 10.0
_WAIT_FOR_ENGINE = 15  # attempts, 2 s apart, before a page is rendered for an engine nobody has announced
_GRACE_S = 60.0

Task = Callable[["Worker", Claim, Held], Sequence[Work]]


class Worker:
    """One per process. `queues` are those it serves; one that recognises opens and announces its engine at once."""

    def __init__(self, service: Service, queues: Sequence[str], slots: int = 0) -> None:
        from docparse.workers.tasks import TASKS  # they are functions of a worker

        self.service = service
        self.store, self.blobs, self.settings = service.store, service.blobs, service.settings
        self.queues = list(queues)
        self.slots = slots
        self.owner = owner_id()
        self._tasks = TASKS
        self.sources = Sources(self.blobs, self.settings)
        self.engines = Engines(self.settings)
        self.keeper = Keeper(self.store, self.settings.lease_s)
        self.keeper.every_tick(self._tick)
        self.counts: dict[str, float] = {}
        self._counting = threading.Lock()
        self._announced_s = 0.0
        self._known: tuple[float, dict[str, Any]] = (0.0, {})

    def start(self) -> None:
        """Open the engine that jobs get when they ask for none, and be seen."""
        if "recognize" in self.queues:
            self.engines.open(ParseOptions())
        self.keeper.start()
        self._tick()

    def perform(self, work: Work) -> None:
        """Do one piece of work if it is due, and ring for what follows. Never raises but for a dying process."""
        try:
            claim = self.store.claim(work, self.owner, self.settings.lease_s)
            if claim is None:
                return
            longest_s = max(claim.options.page_timeout_s, self.settings.source_page_timeout_s) * 2 + _GRACE_S
            started_s = time.monotonic()
            with self.keeper.hold(claim, longest_s) as held:
                due = self._attempt(claim, held)
            self.count(f"seconds:{work.stage.value}", time.monotonic() - started_s)
            self.service.ring(due)
        except StoreUnavailable as error:
            _log.warning("%s of %s is left to the reconciler: %s", work.stage.value, work.document_id, error)

    def _attempt(self, claim: Claim, held: Held) -> Sequence[Work]:
        try:
            try:
                due = self._tasks[claim.work.stage](self, claim, held)
                self.count(f"done:{claim.work.stage.value}")
                return due
            except (LostClaim, DocparseError):
                raise
            except MemoryError:
                raise EngineError("the worker's memory was not enough", page=claim.work.page or None) from None
            except Exception as error:
                raise _as_error(claim, error) from error
        except LostClaim:
            self.store.bury_if_gone(claim.tenant_id, claim.job_id)
        except DocparseError as error:
            return self._fail(claim, error)
        return []

    def _fail(self, claim: Claim, error: DocparseError) -> Sequence[Work]:
        """Again later, or never again."""
        stage = claim.work.stage.value
        try:
            if isinstance(error, (StoreUnavailable, EngineUnavailable)) and claim.attempt < 100:
                self.store.release(claim, delay_s=2.0, reason=str(error))
                self.count(f"retried:{stage}")
            elif _may_pass(error, claim.strikes):
                self.store.release(claim, delay_s=2.0**claim.strikes, strike=True, reason=str(error))
                self.count(f"retried:{stage}")
            else:
                due = self._give_up(claim, error)
                self.count(f"failed:{stage}")
                return due
        except LostClaim:
            self.store.bury_if_gone(claim.tenant_id, claim.job_id)
        return []

    def _give_up(self, claim: Claim, error: DocparseError) -> Sequence[Work]:
        if claim.work.page:
            return self.store.page_failed(claim, error)
        self.store.document_failed(claim, error)
        return []

    def budget(self, claim: Claim) -> PixelBudget:
        """Size of page images for the engine that will read them. Raises EngineUnavailable while none is known."""
        if "recognize" in self.queues:
            return self.engines.open(claim.options)[0].budget
        announced = self.announced().get(claim.options.engine)
        if announced is not None:
            return budget_of(announced)
        if claim.options.engine.startswith("embedded") and self.settings.engine_factory is None:
            return self.engines.open(claim.options)[0].budget
        if claim.attempt <= _WAIT_FOR_ENGINE:
            raise EngineUnavailable("no recognize worker has announced its engine yet")
        return PixelBudget()

    def engine_info(self, options: ParseOptions) -> EngineInfo | None:
        """What stands behind an engine choice, as far as it is known without opening it."""
        announced = {**self.announced(), **self.engines.announced()}.get(options.engine)
        return EngineInfo(**announced["info"]) if announced else None

    def announced(self) -> dict[str, Any]:
        """Engines of all workers that are alive, as they were a few seconds ago."""
        known_s, known = self._known
        if time.monotonic() - known_s > (5.0 if known else 0.5):
            for worker in reversed(self.store.workers()):
                known = {**known, **worker.engines}
            self._known = (time.monotonic(), known)
        return known

    def close(self, *, release: bool = True) -> None:
        """Give back what is at work, so that another worker may begin at once."""
        for claim in self.keeper.claims() if release else ():
            try:
                self.store.release(claim, reason="the worker was stopped")
            except DocparseError as error:
                _log.warning("a lease was not given back: %s", error)
        self.keeper.close()
        try:
            self.store.gone(self.owner)
        except DocparseError as error:
            _log.warning("the worker's row stays until it is forgotten: %s", error)
        self.sources.close()
        self.engines.close()

    def _tick(self) -> None:
        self.sources.close_idle()
        if time.monotonic() - self._announced_s > _ANNOUNCE_S or not self._announced_s:
            self._announced_s = time.monotonic()
            trim()
            self.store.seen(
                self.owner, self.queues, self.engines.announced(), slots=self.slots, busy=len(self.keeper.claims()),
                counts=dict(self.counts),
            )  # fmt: skip

    def count(self, name: str, value: float = 1.0) -> None:
        """Add to a number that the metrics show (`WorkerSeen.counts`)."""
        with self._counting:
            self.counts[name] = round(self.counts.get(name, 0.0) + value, 3)


def _may_pass(error: DocparseError, strikes: int) -> bool:
    """Whether another attempt may go better. A source process may have been killed from outside, for want of memory:
    its page is tried once more; what kills it by itself does so again."""
    if type(error) is SourceFault:
        return strikes < 2
    return error.retryable and not isinstance(error, PageTimeout) and strikes < MAX_STRIKES


def _as_error(claim: Claim, error: Exception) -> DocparseError:
    """A bug or a time limit, as an error of the page or document alone."""
    page = claim.work.page or None
    if type(error).__name__ == "SoftTimeLimitExceeded":
        return SourceTimeout(f"{claim.work.stage.value} took too long", page=page)
    _log.exception("%s of %s failed", claim.work.stage.value, claim.work.document_id)
    return EngineError(f"{claim.work.stage.value}: {type(error).__name__}: {str(error)[:300]}", page=page)


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
