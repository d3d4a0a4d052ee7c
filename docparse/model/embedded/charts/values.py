"""Measured values: which decimals the pixels bear out, and values that are printed beside their mark."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BORNE_OUT = 1.25  # pixels a value may be off the grid of round numbers
_ON_GRID = 0.45  # of the grid's step, that no value may be off it
_FINEST = 6


def rounded(values: Sequence[float | None], per_pixel: float) -> list[str]:
    """Values as text with the fewest decimals that all of them agree with; "" for None.

    A power of ten is the grid if every value lies on it within what can be measured, `per_pixel` being the value of
    one pixel; it can't be told apart from a finer one below about that.
    """
    known = [value for value in values if value is not None]
    if not known:
        return ["" for _ in values]
    unit = 10.0 ** math.floor(math.log10(max(*map(abs, known), per_pixel)))
    for _ in range(_FINEST):
        off = min(_BORNE_OUT * per_pixel, _ON_GRID * unit)
        if unit <= per_pixel or all(abs(v - round(v / unit) * unit) <= off for v in known):
            break
        unit /= 10
    digits = max(0, -round(math.log10(unit)))
    return ["" if v is None else f"{round(v / unit) * unit + 0.0:.{digits}f}" for v in values]
