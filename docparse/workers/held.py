"""Engines as the holder of a claim sees them: what they do for it stops when the work is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from docparse.errors import Cancelled, EngineUnavailable
from docparse.model.base import Deadline, Engine, Sampling, WordReader
from docparse.schemas.page import PageImage, PageOutput, PixelBudget
from docparse.workers.keeper import Held


def held_engine(engine: Engine, held: Held) -> Engine:
    """The engine for one piece of work: nothing is begun once it is lost (Cancelled), what runs is cancelled."""
    if isinstance(engine, Sampling):
        return _HeldSampling(engine, held)
    return _HeldReader(engine, held) if isinstance(engine, WordReader) else _HeldEngine(engine, held)


class _HeldEngine:
    def __init__(self, engine: Engine, held: Held) -> None:
        self.name, self.budget = engine.name, engine.budget
        self._engine, self._held = engine, held

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        return self._watch(lambda: self._engine.submit(page, deadline=deadline))

    def close(self) -> None:
        """It belongs to the worker."""

    def _watch(self, begin: Callable[[], Future[PageOutput]]) -> Future[PageOutput]:
        if self._held.lost.is_set():
            raise Cancelled("the work is no longer wanted")
        future = begin()
        self._held.on_lost(future.cancel)
        return future


class _HeldSampling(_HeldEngine):
    def submit_at(self, page: PageImage, *, temperature: float, deadline: Deadline) -> Future[PageOutput]:
        engine = self._engine
        assert isinstance(engine, Sampling)
        return self._watch(lambda: engine.submit_at(page, temperature=temperature, deadline=deadline))


class _HeldReader(_HeldEngine):
    def submit_words(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        engine = self._engine
        assert isinstance(engine, WordReader)
        return self._watch(lambda: engine.submit_words(page, deadline=deadline))


class AwayEngine:
    """In the place of an engine that can't be opened at present: every page fails with the reason."""

    budget = PixelBudget()

    def __init__(self, name: str, error: EngineUnavailable) -> None:
        self.name = name
        self._error = error

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        future: Future[PageOutput] = Future()
        future.set_exception(self._error)
        return future

    def close(self) -> None:
        """Nothing is open."""
