"""How much longer a larger case takes, measured in one run: seconds alone say how fast the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(run: Callable[[int], object], small: int, large: int) -> float:
    """The processor time of `run(large)` over that of `run(small)`; the small one is the slower of two runs of it."""
    return _cpu_s(run, large) / max(_cpu_s(run, small), _cpu_s(run, small), 1e-3)


def _cpu_s(run: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    run(size)
    return time.process_time() - started
