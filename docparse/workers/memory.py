"""Keeping the memory of long-lived processes as small as it was."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import heapq
from typing import Any

_M_ARENA_MAX = -8
_ARENAS = 2


def few_arenas() -> None:
    """glibc gives threads heaps of their own, up to eight a core, each of which keeps what it once needed; two do."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def trim() -> None:
    """What was freed goes back to the system, as far as glibc can give it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def before_forking() -> None:
    """What is there now is never collected: a collection in a child would write to, and so copy, every shared page."""
    gc.collect()
    gc.freeze()


def forget_canceled(timer: Any) -> None:
    """Drop what was canceled from a timer of kombu's event loop.

    It keeps the time limit of each finished task until its time would have come: half a KB a task, for minutes.
    """
    timer._queue[:] = [entry for entry in timer._queue if not entry[2].canceled]  # in place: the event loop holds it
    heapq.heapify(timer._queue)
