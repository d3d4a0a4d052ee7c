"""Doorbells: how workers hear that something is due. They may be lost or ring twice; the store is the truth."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from typing import Protocol

from docparse.workers.stages import QUEUES, Work


class Bell(Protocol):
    """`ring` never raises and never blocks for long: what was not heard is rung for again by the reconciler."""

    def ring(self, works: Sequence[Work]) -> bool:
        """Whether all of them were passed on."""
        ...

    def depth(self, name: str) -> int | None:
        """Doorbells that wait on a queue; None when nobody can tell."""
        ...

    def close(self) -> None: ...


class LocalBell:
    """Queues in this process, for the local executor."""

    def __init__(self) -> None:
        self.queues: dict[str, queue.SimpleQueue[Work | None]] = {name: queue.SimpleQueue() for name in QUEUES}

    def ring(self, works: Sequence[Work]) -> bool:
        for work in works:
            self.queues[work.stage.queue].put(work)
        return True

    def depth(self, name: str) -> int | None:
        return self.queues[name].qsize()

    def close(self) -> None:
        """Nothing to give back."""


class DeafBell:
    """For a process without a broker and without workers: whoever does the work looks into the store."""

    def ring(self, works: Sequence[Work]) -> bool:
        return not works

    def depth(self, name: str) -> int | None:
        return None

    def close(self) -> None:
        """Nothing to give back."""
