"""What this process has read or made lately, so that a viewer's next question is quick. Nothing here is the truth."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The values used last, up to `limit_bytes` of what their makers said they weigh; at least one. Thread-safe.

    Keys are tuples that begin with the id of a job, so that a deleted job's can be forgotten.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._held: OrderedDict[tuple[Hashable, ...], tuple[Value, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._making: dict[tuple[Hashable, ...], threading.Lock] = {}

    def get(self, key: tuple[Hashable, ...], make: Callable[[], tuple[Value, int]]) -> Value:
        """The value; `make` gives it with its weight in bytes, once for all who ask at the same time."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key][0]
            making = self._making.setdefault(key, threading.Lock())
        try:
            with making:
                with self._lock:
                    if key in self._held:
                        return self._held[key][0]
                value, weight = make()
                self._keep(key, value, weight)
                return value
        finally:
            with self._lock:
                self._making.pop(key, None)

    def held(self, key: tuple[Hashable, ...]) -> Value | None:
        """The value if it is there."""
        with self._lock:
            return self._held[key][0] if key in self._held else None

    def forget(self, job_id: str) -> None:
        """Everything of a job."""
        with self._lock:
            for key in [key for key in self._held if key[0] == job_id]:
                self._bytes -= self._held.pop(key)[1]

    def _keep(self, key: tuple[Hashable, ...], value: Value, weight: int) -> None:
        with self._lock:
            if key in self._held:
                self._bytes -= self._held.pop(key)[1]
            self._held[key] = (value, weight)
            self._bytes += weight
            while self._bytes > self._limit and len(self._held) > 1:
                _, (_, gone) = self._held.popitem(last=False)
                self._bytes -= gone
