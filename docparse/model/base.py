"""The engine seam: everything that recognises pages hides behind `Engine`."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from docparse.schemas.page import PageImage, PageOutput, PixelBudget


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time on the monotonic clock, or never. `seconds` is how long it was away when it was set, if known."""

    at_s: float | None = None
    seconds: float | None = None

    @classmethod
    def after(cls, seconds: float | None) -> Deadline:
        return cls(None if seconds is None else time.monotonic() + seconds, seconds)

    def anew(self) -> Deadline:
        """As far away as it was when it was set: for work that had to wait for its turn."""
        return self if self.seconds is None else Deadline.after(self.seconds)

    @property
    def remaining_s(self) -> float | None:
        """Seconds left, never below 0; None without a deadline."""
        return None if self.at_s is None else max(0.0, self.at_s - time.monotonic())

    @property
    def passed(self) -> bool:
        return self.at_s is not None and time.monotonic() >= self.at_s


class Engine(Protocol):
    """Turns pages into QwenVL HTML. `submit` may be called from any thread; cancelling the future stops the work.

    The future fails with an `EngineError` (or `PageTimeout` once the deadline has passed), never with anything untyped.
    """

    @property
    def name(self) -> str: ...

    @property
    def budget(self) -> PixelBudget:
        """Size of the page images it wants."""
        ...

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]: ...

    def close(self) -> None: ...


@runtime_checkable
class Sampling(Protocol):
    """An engine that can be asked to read a page again with some chance in it: what the retry ladder looks for."""

    def submit_at(self, page: PageImage, *, temperature: float, deadline: Deadline) -> Future[PageOutput]: ...


@runtime_checkable
class WordReader(Protocol):
    """An engine that can give the words of a page alone, without making blocks of them: the verifier's witness."""

    def submit_words(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]: ...
