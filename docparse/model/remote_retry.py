"""When a request is tried again: back-off with jitter, and never sooner than the server asked for."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from docparse.errors import EngineError
from docparse.model.remote_client import Refusal

_FIRST_S, _LONGEST_S = 0.5, 30.0
_T = TypeVar("_T")


class Pace:
    """Shared by all requests of one server: after a Retry-After nobody asks before its time."""

    def __init__(self, attempts: int, *, first_s: float = _FIRST_S) -> None:
        self.attempts = attempts
        self._first_s = first_s
        self._not_before_s = 0.0
        self._random = random.Random()

    async def turn(self) -> None:
        """Wait until requests may be sent."""
        while (wait_s := self._not_before_s - time.monotonic()) > 0:
            await asyncio.sleep(wait_s)

    def back_off(self, attempt: int, refusal: Refusal) -> float:
        """Seconds to wait after try number `attempt` (from 1)."""
        delay_s = min(_LONGEST_S, self._first_s * 2.0 ** (attempt - 1)) * self._random.uniform(0.5, 1.0)
        if refusal.after_s is None:
            return delay_s
        self._not_before_s = max(self._not_before_s, time.monotonic() + refusal.after_s)
        return max(delay_s * 0.2, refusal.after_s)

    async def run(self, ask: Callable[[], Awaitable[_T]], *, left_s: Callable[[], float | None]) -> _T:
        """The result of the first try that succeeds. Raises the last try's error.

        A wait that the time left (`left_s`) does not hold is not begun: the page fails at once with the reason.
        """
        for attempt in range(1, self.attempts + 1):
            await self.turn()
            try:
                return await ask()
            except Refusal as refusal:
                if not refusal.again or attempt == self.attempts:
                    raise _tried(refusal.error, attempt) from None
                delay_s = self.back_off(attempt, refusal)
                left = left_s()
                if left is not None and delay_s >= left:
                    raise _tried(refusal.error, attempt, f"and asks for {delay_s:.0f} s more than there are") from None
            await asyncio.sleep(delay_s)
        raise AssertionError("at least one attempt")


def _tried(error: EngineError, attempts: int, why: str = "") -> EngineError:
    if attempts > 1 or why:
        times = f"after {attempts} tries" if attempts > 1 else ""
        error.message = " ".join(filter(None, (error.message, why, times)))
        error.args = (error.message,)
    return error
